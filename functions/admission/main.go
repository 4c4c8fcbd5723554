// The admission function lets people join, wait and leave, and hosts admit, deny, remove and lock. It also answers the
// webhooks of the media server, and what hosts answer on notifications.
package main

import (
	"slices"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/hint"
	"personal-rooms/shared/media"
	"personal-rooms/shared/media/server"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret/vault"
	"personal-rooms/shared/table"
)

func main() {
	f := boot.Start()
	store, env := table.New(f.DynamoDB, f.Table), f.Env()
	issuer := media.New(f.Media, vault.Open(f.AWS, f.Media.Secret, env.Now, f.Log), env)
	mediaServer := server.New(f.Media, issuer)
	env.Connected = mediaServer.List()
	door := meeting.NewDoor(store, env)
	doorbellKey := vault.Open(f.AWS, f.DoorbellKey, env.Now, f.Log)
	api.Serve(f, meeting.NewUsers(store), account.NewApps(store, env, f.Apps), slices.Concat(
		routes(door, issuer, hint.NewIssuer(f.HintsURL, store, env)),
		doorbellRoutes(doorbell.NewAnswers(door, store, env, doorbellKey)),
		mediaRoutes(door, issuer, mediaServer.Execute))...)
}
