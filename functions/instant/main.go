// The instant function starts meetings now, and ends them.
package main

import (
	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret/vault"
	"personal-rooms/shared/table"
)

func main() {
	f := boot.Start()
	store, env := table.New(f.DynamoDB, f.Table), f.Env()
	issuer := media.New(f.Media, vault.Open(f.AWS, f.Media.Secret, env.Now, f.Log), env)
	api.Serve(f, meeting.NewUsers(store), account.NewApps(store, env, f.Apps), routes(meeting.NewStarts(store, env), issuer)...)
}
