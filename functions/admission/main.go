// The admission function lets people join, wait and leave, and hosts admit, deny, remove and lock. It also answers the
// webhooks of the media server.
package main

import (
	"slices"

	"personal-rooms/shared/account"
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
	store, env := table.New(f.DynamoDB, f.Table), f.Env()
	door := meeting.NewDoor(store, env)
	issuer := media.New(f.Media, vault.Open(f.AWS, f.Media.Secret, env.Now, f.Log), env)
	api.Serve(f, account.NewApps(store, env, f.Apps), slices.Concat(
		routes(door, issuer),
		mediaRoutes(door, issuer, server.New(f.Media, issuer).Execute))...)
}
