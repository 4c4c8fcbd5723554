package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// People who are invited to one meeting do not learn of each other.
func TestOneEventInvitesMany(t *testing.T) {
	s := newScene(t)
	s.endpoint("all")
	s.endpoint("rooms", "room.*")
	s.endpoint("mailer", "room.invitation_due")
	many := make([]string, meeting.MaxInvitees)
	for i := range many {
		many[i] = fmt.Sprintf("guest%d@example.com", i)
	}
	_, err := meeting.NewSchedule(s.table, s.env).Create(t.Context(), testkit.Caller("ada"), "me", meeting.Plan{
		Start: &meeting.ClientTime{Time: s.clock.Now().Add(24 * time.Hour)}, Invitees: &many})
	testkit.Must(s.t, err)
	s.publishAll()
	events := s.published()
	due := events[slices.IndexFunc(events, func(p published) bool { return p.Event == string(event.InvitationDue) })]
	entry := fmt.Sprint(due.Payload.Object["ics"])
	to, _ := due.Payload.Object["emails"].([]any)
	if len(to) != len(many) || due.Payload.Object["email"] != nil || strings.Contains(entry, "guest") ||
		strings.Count(entry, "mailto:"+event.AnyInvitee) != 1 {
		t.Errorf("%d recipients of %s", len(to), entry)
	}
	for endpoint, want := range map[string]string{
		"all": "meeting.created", "rooms": "", "mailer": string(event.InvitationDue),
	} {
		testkit.Equal(t, endpoint, s.delivered(endpoint, due.Item), want)
	}
}
