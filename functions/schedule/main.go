// The schedule function creates, lists, changes and cancels meetings, makes invitations, and shows past meetings.
package main

import (
	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func main() {
	f := boot.Start()
	env := f.Env()
	api.Serve(f, routes(meeting.NewSchedule(table.New(f.DynamoDB, f.Table), env), env.Now)...)
}
