// The notify function publishes what was written: the records of the table's stream become events on the bus and for
// webhooks, and orders to the media server.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/media"
	"personal-rooms/shared/publish/bus"
	"personal-rooms/shared/publish/queue"
	"personal-rooms/shared/table"
)

func main() {
	f := boot.Start()
	n := notifier{
		store: table.New(f.DynamoDB, f.Table), publicURL: f.PublicURL, log: f.Log,
		bus:         bus.New(f.AWS, f.EventBus),
		deliveries:  queue.New(f.AWS, f.Deliveries),
		mediaOrders: queue.New(f.AWS, f.MediaOrders),
		deadLetters: queue.New(f.AWS, f.EventsDLQ),
	}
	if f.Media.Provider == media.LiveKit { // Jitsi takes no orders
		n.ordersOf = media.OrdersOf
	}
	lambda.Start(n.handle)
}
