package main

import (
	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// testRoutes are the routes of the function, on the use cases of a test.
func testRoutes(store meeting.Store, env meeting.Env) []api.Route {
	return routes(meeting.NewSchedule(store, env), env.Now)
}
