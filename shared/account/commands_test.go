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
	for user, want := range map[string]string{
		"ada":            "meeting.schedule room.lock room.unlock",
		"Ada":            "meeting.schedule",
		"grace":          "meeting.schedule meeting.start meeting.end",
		"root":           strings.Join(account.Commands(), " "),
		"eve":            "meeting.schedule",
		account.Everyone: "meeting.schedule",
	} {
		var allowed []string
		for _, command := range append(account.Commands(), "room.explode", "", "*") {
			if p.Allows(user, command) {
				allowed = append(allowed, command)
			}
		}
		if got := strings.Join(allowed, " "); got != want {
			t.Errorf("%s may give %s, want %s", user, got, want)
		}
	}
	if (account.Policy{Account: "acme"}).Allows("ada", account.RoomLock) {
		t.Error("an empty policy allows a command")
	}
}

func TestEndpointWantsMatchingEvents(t *testing.T) {
	for events, want := range map[string]bool{
		"": true, "*": true, "meeting.ended room.*": true, "meeting.ended room.locked": true, "meeting.ended room.loc": false,
	} {
		if (account.Endpoint{Events: strings.Fields(events)}).Wants("room.locked") != want {
			t.Errorf("%q: wants is not %v", events, want)
		}
	}
}

func TestPatternsAndUsers(t *testing.T) {
	event := func(text string) (string, error) { return account.ParseEvent(text, []string{"meeting.started"}) }
	for _, c := range []struct {
		parse     func(string) (string, error)
		good, bad []string
	}{
		{account.ParseCommand, append(account.Commands(), "*", "room.*", "meeting.*"), []string{
			"", "room", "room.", "room.lo", "room.lo*", "room*", "*.lock", "**", "Room.Lock", "user.*", "room.lock ",
		}},
		{event, []string{"*", "meeting.*", "meeting.started"}, []string{"room.*", "meeting.ended", "meeting"}},
		{account.ParseUser, []string{"ada", "*", "a b", "ädä", strings.Repeat("u", 128)}, []string{
			"", "a#b", "a\nb", "a\x00", "\xff", strings.Repeat("u", 129),
		}},
	} {
		for _, text := range c.good {
			if got, err := c.parse(text); got != text || err != nil {
				t.Errorf("%q: %q, %v", text, got, err)
			}
		}
		for _, text := range c.bad {
			if _, err := c.parse(text); err == nil || !strings.Contains(err.Error(), "must be") {
				t.Errorf("%q: %v", text, err)
			}
		}
	}
}
