// What was written, told: the table's stream becomes events, on the bus and for webhooks.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/bus"
	"personal-rooms/shared/delivery/queue"
	"personal-rooms/shared/media"
	"personal-rooms/shared/table"
)

func main() {
	f := boot.Start()
	store := table.New(f.DynamoDB, f.Table)
	n := notifier{
		store: store, publicURL: f.PublicURL, log: f.Log,
		bus:        bus.New(f.AWS, f.EventBus),
		deliveries: queue.New(f.AWS, f.Deliveries),
		untold:     queue.New(f.AWS, f.EventsDLQ),
	}
	if f.Media.Provider == media.LiveKit { // no other obeys
		n.orders = media.OrdersOf
	}
	lambda.Start(n.handle)
}
