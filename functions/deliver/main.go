// The deliver function posts events to webhooks, gives orders to the media server, sends mails, and has the devices of
// hosts ring.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/doorbell/push"
	"personal-rooms/shared/hint"
	"personal-rooms/shared/mail"
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
		webhooks: webhooks{
			store: store, caller: webhook.New(f.Private, env), key: vault.Open(f.AWS, f.WebhookKey, env.Now, f.Log), env: env, log: f.Log,
		},
		orders: orders{door: meeting.NewDoor(store, env), log: f.Log},
		mails:  queue.New(f.AWS, f.Mails),
		mailer: mailer{deadLetters: queue.New(f.AWS, f.MailsDLQ), publicURL: f.PublicURL, log: f.Log},
	}
	if f.MailFrom != "" {
		d.mailer.sender = mail.New(f.AWS, f.MailFrom)
	}
	d.rings = rings{
		bell:   doorbell.NewBell(meeting.NewDoor(store, env), store, hint.NewConnections(store, nil, env.Now), env),
		sender: push.New(f.PublicURL, f.Private), mailer: d.mailer, key: vault.Open(f.AWS, f.DoorbellKey, env.Now, f.Log),
		queue: queue.New(f.AWS, f.Rings), env: env, log: f.Log,
	}
	if s := server.New(f.Media, media.New(f.Media, vault.Open(f.AWS, f.Media.Secret, env.Now, f.Log), env)); s != nil {
		d.orders.server = s
	}
	lambda.Start(d.handle)
}
