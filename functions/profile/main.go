// The profile function shows and edits My Profile and the personal room.
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
	api.Serve(f, routes(meeting.NewProfiles(table.New(f.DynamoDB, f.Table), env), env.Now)...)
}
