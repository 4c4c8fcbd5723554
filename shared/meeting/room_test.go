package meeting

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The people and things that the domain's tests tell of. Ada owns the room 555 123 4321, where two meetings of hers can sit.
var (
	nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

	ada   = member("ada")   // the owner
	bob   = member("bob")   // alternative host of her room
	carol = member("carol") // alternative host of the meeting A
	dave  = member("dave")  // a colleague
	erin  = Caller{User: User{"globex", "erin"}, Email: "erin@globex.example"}
	guest = Caller{}

	forA = Target{MeetingRef: MeetingRef{ID: "83000000001", Topic: "A"}, Hosts: []string{carol.Email}}
	forB = Target{MeetingRef: MeetingRef{ID: "83000000002", Topic: "B"}, Hosts: []string{dave.Email}}
)

const seatOne SeatID = "sitting.one"

func member(id string) Caller { return Caller{User: User{"acme", id}, Email: id + "@acme.example"} }

// adasRoom is idle: it asks for a passcode and has two seats beside the owner's.
func adasRoom() Room {
	return Room{
		Number: "5551234321", Kind: Personal, Owner: ada.User, Topic: "Ada's room",
		Settings: Settings{Passcode: "open123", WaitingRoom: WaitNobody, Capacity: 2, AlternativeHosts: []string{bob.Email}},
		Live:     LiveState{Instance: "sitting"},
	}
}

// live is the room, opened at nine for the meeting, with nobody in it.
func live(r Room, v Target) Room {
	open, ok := r.opening(v, "", Host, nine).Apply(r)
	if !ok {
		panic("the room cannot be opened")
	}
	return open
}

func with(r Room, change func(*Room)) Room {
	change(&r)
	return r
}

func TestI1OnlyAFreeNumberIsClaimed(t *testing.T) {
	rest := adasRoom().Retire(nine, 24*time.Hour)
	for _, c := range []struct {
		name string
		room Room
		by   Caller
		at   time.Time
		want bool
	}{
		{"nobody's number", Room{Number: "5551234321"}, dave, nine, true},
		{"a personal room", adasRoom(), dave, nine, false},
		{"the caller's own room", adasRoom(), ada, nine, false},
		{"a meeting's room", with(adasRoom(), func(r *Room) { r.Kind = MeetingRoom }), dave, nine, false},
		{"the id of a meeting in a personal room", with(adasRoom(), func(r *Room) { r.Kind = Alias }), ada, nine, false},
		{"I2: a number at rest", rest, dave, nine.Add(24*time.Hour - 1), false},
		{"I2: one at rest, by a stranger of the same id", rest, Caller{User: User{"globex", "ada"}}, nine, false},
		{"I2: one at rest, by its last owner", rest, ada, nine, true},
		{"I2: one whose rest is over", rest, dave, nine.Add(24 * time.Hour), true},
	} {
		if got := c.room.Claimable(c.by.User, c.at); got != c.want {
			t.Errorf("%s: claimable %v", c.name, got)
		}
	}
}

func TestI2ARetiredNumberKeepsNothingButItsOwner(t *testing.T) {
	rest := live(adasRoom(), forA).Retire(nine, time.Hour)
	if rest.Enterable() || rest.Owner != ada.User || rest.Settings.Passcode != "" || rest.Live.Instance != "" || rest.Topic != "" {
		t.Errorf("%+v", rest)
	}
}

func TestHostsOfARoom(t *testing.T) {
	madeHost := func(r Room) Room {
		r, _ = Transition{Instance: r.Live.Instance, MakeHosts: []Identity{dave.identity()}}.Apply(r)
		return r
	}
	nameless := Caller{}
	unverified := Caller{User: bob.User} // their token says nothing of a verified address
	abroad := Caller{User: User{"globex", "bob"}, Email: bob.Email}
	for _, c := range []struct {
		name           string
		room           Room
		who            Caller
		visit          Target
		hosts, mayOpen bool
	}{
		{"the owner", adasRoom(), ada, Target{}, true, true},
		{"an alternative host of the room", adasRoom(), bob, Target{}, true, true},
		{"the same without a verified address", adasRoom(), unverified, Target{}, false, false},
		{"the same address in another account", adasRoom(), abroad, Target{}, false, false},
		{"a colleague", adasRoom(), dave, Target{}, false, false},
		{"a guest", adasRoom(), nameless, forA, false, false},
		{"a guest of nobody's number", Room{}, nameless, Target{}, false, false},
		{"an alternative host of the meeting, idle", adasRoom(), carol, forA, true, true},
		{"the same by the bare number", adasRoom(), carol, Target{}, false, false},
		{"the same while it sits", live(adasRoom(), forA), carol, forA, true, true},
		{"the same while it sits, by the bare number", live(adasRoom(), forA), carol, Target{}, true, true},
		{"one who was named after it began", live(adasRoom(), Target{MeetingRef: forA.MeetingRef}), carol, forA, true, true},
		{"I18: a host of B while A sits", live(adasRoom(), forA), dave, forB, false, true},
		{"I18: a host of B while the bare room sits", live(adasRoom(), Target{}), dave, forB, false, true},
		{"somebody made host", madeHost(live(adasRoom(), forA)), dave, Target{}, true, true},
	} {
		if got := c.room.IsHost(c.who, c.visit); got != c.hosts {
			t.Errorf("%s: host %v", c.name, got)
		}
		if got := c.room.MayStart(c.who, c.visit); got != c.mayOpen {
			t.Errorf("%s: may start %v", c.name, got)
		}
	}
}

func TestI10ARemovedHostDirectsTheSittingNoMore(t *testing.T) {
	r, _ := Transition{Instance: "sitting", Remove: []Identity{bob.identity()}}.Apply(live(adasRoom(), Target{}))
	if !r.isRemoved(bob.User) || r.isRemoved(dave.User) {
		t.Error("out is not those who were removed")
	}
	r, _ = r.ending("next", nine, 0).Apply(r)
	if r.isRemoved(bob.User) {
		t.Error("still out of the next sitting")
	}
}

func TestI18ASittingIsForOneMeeting(t *testing.T) {
	for name, c := range map[string]struct {
		room Room
		want MeetingRef
	}{
		"opened for a meeting":  {live(adasRoom(), forA), forA.MeetingRef},
		"opened by its number":  {live(adasRoom(), Target{}), MeetingRef{ID: "5551234321", Topic: "Ada's room", Type: PersonalRoom}},
		"of a room of its own":  {Room{Number: "83000000003", Topic: "C", Type: Scheduled}, MeetingRef{ID: "83000000003", Topic: "C", Type: Scheduled}},
		"after the sitting for": {ended(live(adasRoom(), forA)), MeetingRef{ID: "5551234321", Topic: "Ada's room", Type: PersonalRoom}},
	} {
		if got := c.room.LiveMeeting(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func ended(r Room) Room {
	r, _ = r.ending("next", nine, 0).Apply(r)
	return r
}

func TestAnAliasIsAVisitAndAnotherRoomIsNone(t *testing.T) {
	alias := Room{Number: forA.ID, Kind: Alias, Topic: "A", Settings: Settings{AlternativeHosts: forA.Hosts}}
	if got := alias.target(); got.MeetingRef != forA.MeetingRef || !slices.Equal(got.Hosts, forA.Hosts) {
		t.Errorf("%+v", got)
	}
	if got := adasRoom().target(); got.ID != "" || got.Hosts != nil {
		t.Errorf("%+v", got)
	}
}

// An Identity tells the user, whatever their parts: no two users are one person.
func TestI10IdentitiesDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringOf(rapid.RuneFrom([]rune("ab#.%")))
		u := User{part.Draw(t, "account"), part.Draw(t, "id")}
		v := User{part.Draw(t, "account"), part.Draw(t, "id")}
		if (u == v) != (u.identity() == v.identity()) {
			t.Fatalf("%q and %q", u, v)
		}
		if u.identity() == emailIdentity(u.Account, u.ID) {
			t.Fatal("a user's id is an address")
		}
	})
}
