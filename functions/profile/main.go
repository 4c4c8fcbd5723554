// The profile function shows and edits My Profile and the personal room, and has the life of a user for admins.
package main

import (
	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func main() {
	f := boot.Start()
	store, env := table.New(f.DynamoDB, f.Table), f.Env()
	profiles := meeting.NewProfiles(store, env)
	api.Serve(f, meeting.NewUsers(store), account.NewApps(store, env, f.Apps),
		routes(profiles, account.NewPersons(store, profiles, env), env.Now)...)
}
