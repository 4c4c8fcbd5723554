package main

import (
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// A change of a user's status that is under way is an event for this program itself, which no webhook receives.
func TestAChangeOfStatusContinues(t *testing.T) {
	s := newScene(t)
	s.endpoint("hook")
	s.room()
	admin := testkit.Caller("root")
	admin.Scopes = []string{meeting.AdminReadsUsers, meeting.AdminWritesUsers}
	profiles := meeting.NewProfiles(s.table, s.env)
	more, err := profiles.SetStatus(t.Context(), admin, "ada", meeting.Inactive)
	testkit.Must(t, err)
	testkit.Equal(t, "more", more, false)
	s.publishAll()
	testkit.Equal(t, "published", s.names("user/acme/ada"), "user.status_continues") // of the decision, and not of the end
	testkit.Equal(t, "delivered", s.delivered("hook", "user/acme/ada"), "")
	last := s.cloud.Events()
	u, err := event.ParseContinuation(last[len(last)-1].Detail)
	testkit.Must(t, err)
	testkit.Equal(t, "user", u, testkit.Caller("ada").User)
}
