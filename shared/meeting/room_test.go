package meeting

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestI1OnlyFreeNumberIsClaimable(t *testing.T) {
	released := adasRoom().Release(nine, time.Hour)
	for _, c := range []struct {
		name string
		room Room
		by   User
		at   time.Time
		want bool
	}{
		{"nobody's number", Room{Number: "5551234321"}, dave.User, nine, true},
		{"the own room", adasRoom(), ada.User, nine, false},
		{"a meeting in the own room", with(adasRoom(), func(r *Room) { r.Kind = Alias }), ada.User, nine, false},
		{"I2: a quarantined number", released, dave.User, nine.Add(time.Hour - 1), false},
		{"I2: by a user with the same id of another account", released, User{"globex", "ada"}, nine, false},
		{"I2: by its last owner", released, ada.User, nine, true},
		{"I2: not quarantined any more", released, dave.User, nine.Add(time.Hour), true},
	} {
		if got := c.room.Claimable(c.by, c.at); got != c.want {
			t.Errorf("%s: claimable %v", c.name, got)
		}
	}
}

func TestI2NumberNeedsQuarantineOnceOthersMayKnowIt(t *testing.T) {
	isNew := with(adasRoom(), func(r *Room) { r.ClaimedAt = nine })
	opened, _ := isNew.opening(Target{}, "", Host, nine).Apply(isNew)
	ended, _ := opened.ending("next", nine, 0).Apply(opened)
	marked, _ := Transition{Instance: isNew.Live.Instance, Use: true}.Apply(isNew)
	for name, c := range map[string]struct {
		room Room
		at   time.Time
		want bool
	}{
		"a new one":                           {isNew, nine.Add(24*time.Hour - 1), false},
		"after a day":                         {isNew, nine.Add(24 * time.Hour), true},
		"of an older version, without a time": {adasRoom(), nine, true},
		"after an instance":                   {ended, nine, true},
		"that is marked":                      {marked, nine, true},
	} {
		if got := c.room.needsQuarantine(c.at); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
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
}
