package account_test

import (
	"strings"
	"testing"

	"personal-rooms/shared/account"
)

func TestPolicyAllowsOnlyGrantedCommands(t *testing.T) {
	p := account.Policy{Grants: []account.Grant{
		{User: "ada", Commands: []string{account.RoomLock, account.RoomUnlock}},
		{User: "grace", Commands: []string{"meeting.*"}},
		{User: "root", Commands: []string{"*"}},
		{User: account.Everyone, Commands: []string{account.MeetingSchedule}},
		{User: "eve", Commands: []string{"room.explode", "room*", "meet*", "", "*.lock"}},
		{User: "", Commands: []string{"*"}},
	}}
	for _, c := range []struct {
		user, command string
		allowed       bool
	}{
		{"ada", account.RoomLock, true},
		{"ada", account.RoomUnlock, true},
		{"ada", account.RoomRotatePasscode, false},
		{"ada", account.MeetingSchedule, true}, // granted to everyone
		{"Ada", account.RoomLock, false},
		{"grace", account.MeetingEnd, true},
		{"grace", account.RoomLock, false},
		{"root", account.RoomChangeNumber, true},
		{"root", "room.explode", false},
		{"root", "", false},
		{"root", "*", false},
		{"eve", "room.explode", false},
		{"eve", account.RoomLock, false},
		{"eve", account.MeetingEnd, false},
		{"linus", account.MeetingSchedule, true},
		{"linus", account.MeetingStart, false},
		{account.Everyone, account.RoomLock, false},
	} {
		if got := p.Allows(c.user, c.command); got != c.allowed {
			t.Errorf("%q as %q: %v", c.command, c.user, got)
		}
	}
}

func TestAnEmptyPolicyAllowsNothing(t *testing.T) {
	everything := account.Policy{Grants: []account.Grant{{User: account.Everyone, Commands: []string{"*"}}}}
	for _, command := range account.Commands() {
		if (account.Policy{Account: "acme"}).Allows("ada", command) || !everything.Allows("ada", command) {
			t.Errorf("%s is allowed without a grant, or not allowed by a grant of everything", command)
		}
	}
}

func TestEndpointWantsMatchingEvents(t *testing.T) {
	for events, wanted := range map[string]string{
		"":                         "meeting.started meeting.ended room.locked",
		"*":                        "meeting.started meeting.ended room.locked",
		"meeting.*":                "meeting.started meeting.ended",
		"meeting.ended room.*":     "meeting.ended room.locked",
		"meeting.start":            "",
		"meeting.started room.loc": "meeting.started",
	} {
		e := account.Endpoint{Events: strings.Fields(events)}
		var got []string
		for _, name := range []string{"meeting.started", "meeting.ended", "room.locked"} {
			if e.Wants(name) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != wanted {
			t.Errorf("%q wants %v", events, got)
		}
	}
}

func TestPatternsMustMatchSomething(t *testing.T) {
	for _, good := range append(account.Commands(), "*", "room.*", "meeting.*") {
		if got, err := account.ParseCommand(good); got != good || err != nil {
			t.Errorf("%q: %q, %v", good, got, err)
		}
	}
	for _, bad := range []string{"", " ", "room", "room.", "room.lo", "room.lo*", "room*", "*.lock", "**", "Room.Lock", "user.*", "room.lock "} {
		if _, err := account.ParseCommand(bad); err == nil || !strings.Contains(err.Error(), account.RoomChangeNumber) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	known := []string{"meeting.started"}
	if _, err := account.ParseEvent("meeting.*", known); err != nil {
		t.Error(err)
	}
	if _, err := account.ParseEvent("room.*", known); err == nil {
		t.Error("a pattern that matches no event is accepted")
	}
}

func TestUserIDs(t *testing.T) {
	for _, good := range []string{"ada", "*", "a b", "ädä", strings.Repeat("u", 128)} {
		if got, err := account.ParseUser(good); got != good || err != nil {
			t.Errorf("%q: %q, %v", good, got, err)
		}
	}
	for _, bad := range []string{"", "a#b", "a\nb", "a\x00", "\xff", strings.Repeat("u", 129)} {
		if _, err := account.ParseUser(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
