// The deliver function posts events to webhooks, and gives orders to the media server.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/media"
	"personal-rooms/shared/media/server"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/publish/queue"
	"personal-rooms/shared/secret/vault"
	"personal-rooms/shared/table"
	"personal-rooms/shared/webhook"
)

func main() {
	f := boot.Start()
	env, store := f.Env(), table.New(f.DynamoDB, f.Table)
	d := deliverer{
		log: f.Log, env: env, deliveries: queue.New(f.AWS, f.Deliveries), mediaOrders: queue.New(f.AWS, f.MediaOrders),
		webhooks: webhooks{store: store, caller: webhook.New(f.Private, env), env: env, log: f.Log},
		orders:   orders{door: meeting.NewDoor(store, env), log: f.Log},
	}
	if !f.WebhookKey.None() {
		d.webhooks.key = vault.Open(f.AWS, f.WebhookKey, env.Now, f.Log)
	}
	if s := server.New(f.Media, media.New(f.Media, vault.Open(f.AWS, f.Media.Secret, env.Now, f.Log), env)); s != nil {
		d.orders.server = s
	}
	lambda.Start(d.handle)
}
