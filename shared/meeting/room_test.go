package meeting

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestI1OnlyFreeNumberIsClaimable(t *testing.T) {
	retired := adasRoom().Retire(nine, 24*time.Hour)
	namesake := Caller{User: User{"globex", "ada"}}
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
		{"the room of a meeting", with(adasRoom(), func(r *Room) { r.Kind = MeetingRoom }), dave, nine, false},
		{"a meeting in a personal room", with(adasRoom(), func(r *Room) { r.Kind = Alias }), ada, nine, false},
		{"I2: a reserved number", retired, dave, nine.Add(24*time.Hour - 1), false},
		{"I2: by a user with the same id of another account", retired, namesake, nine, false},
		{"I2: by its last owner", retired, ada, nine, true},
		{"I2: not reserved any more", retired, dave, nine.Add(24 * time.Hour), true},
	} {
		if got := c.room.Claimable(c.by.User, c.at); got != c.want {
			t.Errorf("%s: claimable %v", c.name, got)
		}
	}
}

func TestI2RetiredNumberKeepsOnlyItsOwner(t *testing.T) {
	retired := live(adasRoom(), forA).Retire(nine, time.Hour)
	if retired.Enterable() || retired.Owner != ada.User || retired.Settings.Passcode != "" ||
		retired.Live.Instance != "" || retired.Topic != "" {
		t.Errorf("%+v", retired)
	}
}

func TestI10IdentitiesDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringOf(rapid.RuneFrom([]rune("ab#.%")))
		u := User{part.Draw(t, "account"), part.Draw(t, "id")}
		v := User{part.Draw(t, "account"), part.Draw(t, "id")}
		if (u == v) != (u.identity() == v.identity()) {
			t.Fatalf("%q and %q", u, v)
		}
		if u.identity() == emailIdentity(u.Account, u.ID) {
			t.Fatal("a user id is taken for an address")
		}
	})
	one, two := Seat{ID: "sitting.one"}, Seat{ID: "sitting.two"}
	if one.Identity() == two.Identity() {
		t.Error("two guests are one person")
	}
	one.User, two.User = dave.User, dave.User
	if one.Identity() != two.Identity() {
		t.Error("two seats of one user are two people")
	}
}
