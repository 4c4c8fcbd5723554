// The profile function is My Profile and the personal room: see and edit.
package main

import (
	_ "time/tzdata" // the runtime has no time zones of its own

	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func main() {
	f := boot.Start()
	edge := api.New(api.Options{
		Logger: f.Log, Keys: boot.Must(api.ParseKeySet(f.KeySet)),
		Issuer: f.Issuer, Audience: f.Audience, PublicURL: f.PublicURL, Proxy: boot.Must(api.ParseProxy(f.ProxySecretSHA256, f.ProxyHeader)),
	}, routes(&meeting.Turnstile{Store: table.New(f.DynamoDB, f.Table), Env: f.Env()})...)
	lambda.Start(edge.Handle)
}
