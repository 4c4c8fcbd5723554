// The schedule function creates, lists, changes and cancels meetings, makes invitations, and shows past meetings.
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
	api.Serve(f, meeting.NewUsers(store), account.NewApps(store, env, f.Apps), routes(meeting.NewSchedule(store, env), env.Now)...)
}
