// The account function is what an account's admins decide for all of it: where its events are sent, and what automations may do.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/secret/vault"
	"personal-rooms/shared/table"
	hooks "personal-rooms/shared/webhook"
)

func main() {
	f := boot.Start()
	store, env := table.New(f.DynamoDB, f.Table), f.Env()
	endpoints := &account.Endpoints{Store: store, Env: env, Names: eventNames(), Private: f.Private,
		Caller: hooks.New(f.Private, env)}
	if !f.WebhookKey.None() {
		endpoints.Key = vault.Open(f.AWS, f.WebhookKey, env.Now, f.Log)
	}
	edge := api.New(api.Options{
		Logger: f.Log, Keys: boot.Must(api.ParseKeySet(f.KeySet)),
		Issuer: f.Issuer, Audience: f.Audience, PublicURL: f.PublicURL, Proxy: boot.Must(api.ParseProxy(f.ProxySecretSHA256, f.ProxyHeader)),
	}, routes(endpoints, &account.Automations{Store: store})...)
	lambda.Start(edge.Handle)
}
