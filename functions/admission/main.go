// The door: join, wait, admit, deny, remove, lock, roster, leave; and where join links land.
package main

import (
	"slices"

	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/media"
	"personal-rooms/shared/media/server"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret/vault"
	"personal-rooms/shared/table"
)

func main() {
	f := boot.Start()
	turnstile := &meeting.Turnstile{Store: table.New(f.DynamoDB, f.Table), Env: f.Env()}
	issuer := media.New(f.Media, vault.Open(f.AWS, f.Media.Secret, turnstile.Now, f.Log), turnstile.Env)
	edge := api.New(api.Options{
		Logger: f.Log, Keys: boot.Must(api.ParseKeySet(f.KeySet)),
		Issuer: f.Issuer, Audience: f.Audience, PublicURL: f.PublicURL, Proxy: boot.Must(api.ParseProxy(f.ProxySecretSHA256, f.ProxyHeader)),
	}, slices.Concat(routes(turnstile, issuer, f.ClientURL), mediaRoutes(turnstile, issuer, server.New(f.Media, issuer).Execute))...)
	lambda.Start(edge.Handle)
}
