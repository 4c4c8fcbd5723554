// The account function serves the admins of an account: webhooks, and grants for automations.
package main

import (
	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret/vault"
	"personal-rooms/shared/table"
	sender "personal-rooms/shared/webhook"
)

func main() {
	f := boot.Start()
	store, env := table.New(f.DynamoDB, f.Table), f.Env()
	webhooks := account.WebhookConfig{
		Names: eventNames(), Private: f.Private, Caller: sender.New(f.Private, env),
		Key: vault.Open(f.AWS, f.WebhookKey, env.Now, f.Log),
	}
	doorbellKey := vault.Open(f.AWS, f.DoorbellKey, env.Now, f.Log)
	apps := account.NewApps(store, env, f.Apps)
	api.Serve(f, meeting.NewUsers(store), apps, routes(handler{
		account.NewEndpoints(store, env, webhooks), account.NewAutomations(store, env), meeting.NewAuditTrail(store, env),
		appHandler{apps, f.AppsURL},
		account.NewRules(store, env, f.OperatorAccount),
		deviceHandler{doorbell.NewDevices(store, env, doorbellKey, f.MailFrom != ""), f.Private},
	})...)
}
