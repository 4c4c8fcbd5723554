// The notify function publishes what was written: the records of the table's stream become events on the bus and for
// webhooks, orders to the media server, mails, and hints to those whom they concern.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/media"
	"personal-rooms/shared/publish/bus"
	"personal-rooms/shared/publish/queue"
	"personal-rooms/shared/publish/socket"
	"personal-rooms/shared/table"
)

func main() {
	f := boot.Start()
	store := table.New(f.DynamoDB, f.Table)
	n := notifier{
		store: store, publicURL: f.PublicURL, log: f.Log,
		bus:         bus.New(f.AWS, f.EventBus),
		deliveries:  queue.New(f.AWS, f.Deliveries),
		mediaOrders: queue.New(f.AWS, f.MediaOrders),
		mails:       queue.New(f.AWS, f.Mails),
		deadLetters: queue.New(f.AWS, f.EventsDLQ),
		sendsMail:   f.MailFrom != "",
	}
	if !f.DoorbellKey.None() {
		n.rings = queue.New(f.AWS, f.Rings)
	}
	if f.Media.Provider == media.LiveKit { // Jitsi takes no orders
		n.ordersOf = media.OrdersOf
	}
	if f.HintsURL != "" {
		n.hints = &hinter{store: store, server: socket.New(f.AWS, f.HintsEndpoint), now: f.Env().Now, log: f.Log}
	}
	lambda.Start(n.handle)
}
