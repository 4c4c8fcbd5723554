package meeting

import (
	"strings"
	"testing"
)

// TestPermissions has a cell for every caller and action. A column is an action, in the order of actions; + is
// allowed.
func TestPermissions(t *testing.T) {
	actions := []Action{
		ViewLive, ChangeLive, DecideOnSeats, StartMeeting, EndMeeting, AttachMeeting, StartNext, ViewMeeting, ChangeMeeting, ViewAdvice,
		ViewPast,
		ViewProfile, EditProfile, ManagePasses, ListMeetings, CreateMeeting, ManageUsers, ListUsers,
	}
	if len(actions) != len(permissions()) {
		t.Fatalf("the table has %d actions, the test %d", len(permissions()), len(actions))
	}
	after := func(r Room, by Transition) Room {
		by.Instance = r.Live.Instance
		r, _ = by.Apply(r)
		return r
	}
	remove := func(r Room, c Caller) Room { return after(r, Transition{Remove: []Identity{c.identity()}}) }
	admin := func(scopes ...string) Caller { return Caller{User: User{"acme", "root"}, Scopes: scopes} }
	all := []string{AdminReadsMeetings, AdminWritesMeetings, AdminReadsUsers, AdminWritesUsers}
	foreign := erin
	foreign.Scopes = all
	namesake := Caller{User: User{"globex", "bob"}, Email: bob.Email}
	idle, running := adasRoom(), live(adasRoom(), forA)
	namedLater := live(adasRoom(), Target{MeetingRef: forA.MeetingRef})
	for _, c := range []struct {
		caller string
		who    Caller
		room   Room
		target Target
		want   string // as the list of actions: 11 of a room or a meeting, 7 of a user
	}{
		{"the owner", ada, idle, Target{}, "+++++++++++ +++++--"},
		{"an alternative host of the room", bob, idle, Target{}, "++++++++--- -------"},
		{"the same, of an address that is not verified", Caller{User: bob.User}, idle, Target{}, "----------- -------"},
		{"the same address in another account", namesake, idle, Target{}, "----------- -------"},
		{"an alternative host of the meeting", carol, idle, forA, "++++++++--- -------"},
		{"the same at the bare number", carol, idle, Target{}, "----------- -------"},
		{"the same at the bare number while the meeting runs", carol, running, Target{}, "++++++++--- -------"},
		{"an alternative host who was named later", carol, namedLater, forA, "++++++++--- -------"},
		{"an alternative host of B while the bare room runs", dave, live(adasRoom(), Target{}), forB, "---++--+--- -------"},
		{"an alternative host of B while A runs", dave, running, forB, "---++--+--- -------"},
		{"somebody who was made host", dave, after(running, Transition{MakeHosts: []Identity{dave.identity()}}), Target{}, "++++++++--- -------"},
		{"I10: an alternative host who was removed", bob, remove(running, bob), Target{}, "-------+--- -------"},
		{"I10: a host of B who was removed from A", dave, remove(running, dave), forB, "-------+--- -------"},
		{"a colleague", dave, running, forA, "----------- -------"},
		{"a guest", guest, running, forA, "----------- -------"},
		{"an admin who reads meetings", admin(AdminReadsMeetings), idle, Target{}, "+------+-++ ---+---"},
		{"an admin who writes meetings", admin(AdminWritesMeetings), idle, Target{}, "-++++++-++- ----+--"},
		{"an admin who reads users", admin(AdminReadsUsers), idle, Target{}, "----------- +-----+"},
		{"an admin who writes users", admin(AdminWritesUsers), idle, Target{}, "----------- -++--+-"},
		{"an admin of everything", admin(all...), idle, Target{}, "+++++++++++ +++++++"},
		{"I10: an admin who was removed", admin(all...), remove(running, admin()), Target{}, "+++++++++++ +++++++"},
		{"an admin of another account", foreign, idle, Target{}, "----------- -------"},
	} {
		got := ""
		for i, a := range actions {
			allowed := i < 11 && c.room.allows(c.who, c.target, a) || i >= 11 && a.allowed(c.who.relationsTo(c.room.Owner))
			got += map[bool]string{true: "+", false: "-"}[allowed]
		}
		if c.want = strings.ReplaceAll(c.want, " ", ""); got != c.want {
			t.Errorf("%s:\n%s, want\n%s\nof %q", c.caller, got, c.want, actions)
		}
	}
}
