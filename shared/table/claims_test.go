package table

import (
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"personal-rooms/shared/meeting"
)

const day = 24 * time.Hour

// conflicts reports whether the save failed for a change of the type.
func conflicts[C meeting.Change](err error) bool {
	var conflict *meeting.Conflict
	if !errors.As(err, &conflict) {
		return false
	}
	_, ok := conflict.Change.(C)
	return ok
}

func personal(n meeting.Number, owner meeting.User) meeting.Room {
	return meeting.Room{Number: n, Kind: meeting.Personal, Owner: owner, Live: meeting.LiveState{Instance: "of " + owner.ID}}
}

func TestI1OneNumberOneRoom(t *testing.T) {
	table := newTable(t)
	const number = "5551112222"
	var mu sync.Mutex
	var got []meeting.User
	atOnce(50, func(i int) {
		room := meeting.ClaimRoom{Room: personal(number, user(i)), Now: start}
		profile := meeting.PutProfile{Profile: meeting.Profile{User: user(i), PMI: number}}
		changes := []meeting.Change{room, profile}
		err := table.Save(t.Context(), changes[:1+i%2]...) // alone, or in a transaction
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			got = append(got, user(i))
		case !conflicts[meeting.ClaimRoom](err) && !errors.Is(err, meeting.ErrContended):
			t.Error(err)
		}
	})
	room, err := table.Room(t.Context(), number)
	if err != nil || len(got) != 1 || room.Owner != got[0] {
		t.Errorf("claimed by %v; the room is %v's, %v", got, room.Owner, err)
	}
	for i := range 50 {
		p, err := table.Profile(t.Context(), user(i))
		if err != nil || p.Exists() && p.User != room.Owner {
			t.Errorf("%v has half of a claim: %v, %v", user(i), p, err)
		}
	}
}

func TestI2AReleasedNumberRests(t *testing.T) {
	table := newTable(t)
	ada, bob := user(1), user(2)
	const number = "5551112222"
	claim := func(u meeting.User, now time.Time) error {
		return table.Save(t.Context(), meeting.ClaimRoom{Room: personal(number, u), Now: now})
	}
	release := func() {
		t.Helper()
		room, err := table.Room(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		if err := table.Save(t.Context(), meeting.ReplaceRoom{Before: room, After: room.Retire(start, 180*day)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := claim(ada, start); err != nil {
		t.Fatal(err)
	}
	if err := claim(ada, start); !conflicts[meeting.ClaimRoom](err) {
		t.Errorf("an owner claimed their own living room: %v", err)
	}
	release()
	for _, early := range []time.Duration{0, day, 180*day - time.Millisecond} {
		if err := claim(bob, start.Add(early)); !conflicts[meeting.ClaimRoom](err) {
			t.Errorf("somebody else took the number after %s: %v", early, err)
		}
	}
	if err := claim(meeting.User{Account: "b", ID: ada.ID}, start); !conflicts[meeting.ClaimRoom](err) {
		t.Errorf("the namesake in another account took the number: %v", err)
	}
	if err := claim(ada, start.Add(day)); err != nil {
		t.Errorf("the last owner did not get it back: %v", err)
	}
	release()
	if err := claim(bob, start.Add(180*day)); err != nil {
		t.Errorf("somebody else did not get it after its rest: %v", err)
	}
}

// The domain and the table agree on who may take a number.
func TestAClaimMeansWhatClaimableSays(t *testing.T) {
	table := newTable(t)
	rapid.Check(t, func(rt *rapid.T) {
		room := drawn[meeting.Room]().Draw(rt, "room")
		room.Owner = user(rapid.IntRange(0, 2).Draw(rt, "owner"))
		by := user(rapid.IntRange(0, 2).Draw(rt, "by"))
		now := room.RestsUntil.Add(time.Duration(rapid.IntRange(-1, 1).Draw(rt, "early or late")) * time.Millisecond)
		if now.Before(time.Unix(0, 0)) {
			now = start
		}
		if err := table.place(t.Context(), roomKey(room.Number), roomItemOf(room)); err != nil {
			rt.Fatal(err)
		}
		err := table.Save(t.Context(), meeting.ClaimRoom{Room: personal(room.Number, by), Now: now})
		if room.Claimable(by, now) != (err == nil) || err != nil && !conflicts[meeting.ClaimRoom](err) {
			rt.Fatalf("claimable: %v; claimed: %v", room.Claimable(by, now), err)
		}
	})
}

func TestReplaceRoomIsBoundToTheRoomThatWasRead(t *testing.T) {
	table := newTable(t)
	own := personal("5551112222", user(1))
	own.Live.Epoch = 4
	alias := meeting.Room{Number: own.Number, Kind: meeting.Alias, Owner: user(1), Topic: "Plan"}
	changed := func(r meeting.Room, by func(*meeting.Room)) meeting.Room { by(&r); return r }
	open := changed(own, func(r *meeting.Room) { r.Live.Open = true })
	for _, c := range []struct {
		what   string
		stored meeting.Room
		before meeting.Room
		want   bool
	}{
		{"as it was read", own, own, true},
		{"people passed meanwhile, and went", changed(own, func(r *meeting.Room) { r.Live.AdmissionSeq = 9 }), own, true},
		{"open", open, own, false},
		{"open already when it was read", open, open, false},
		{"decided on meanwhile", changed(own, func(r *meeting.Room) { r.Live.Epoch++ }), own, false},
		{"another sitting", changed(own, func(r *meeting.Room) { r.Live.Instance = "next" }), own, false},
		{"another kind", changed(own, func(r *meeting.Room) { r.Kind = meeting.MeetingRoom }), own, false},
		{"somebody else's", changed(own, func(r *meeting.Room) { r.Owner = user(2) }), own, false},
		{"gone", meeting.Room{Number: own.Number, Kind: meeting.Retired, Owner: user(1)}, own, false},
		{"an alias", alias, meeting.Room{Number: own.Number, Kind: meeting.Alias, Owner: user(1)}, true},
		{"an alias of somebody else", alias, meeting.Room{Number: own.Number, Kind: meeting.Alias, Owner: user(2)}, false},
		{"an alias that became a room", own, meeting.Room{Number: own.Number, Kind: meeting.Alias, Owner: user(1)}, false},
	} {
		if err := table.place(t.Context(), roomKey(own.Number), roomItemOf(c.stored)); err != nil {
			t.Fatal(err)
		}
		after := c.before.Retire(start, day)
		err := table.Save(t.Context(), meeting.ReplaceRoom{Before: c.before, After: after})
		if c.want != (err == nil) || err != nil && !conflicts[meeting.ReplaceRoom](err) {
			t.Errorf("%s: %v", c.what, err)
		}
		want := c.stored
		if c.want {
			want = after
		}
		got, err := table.Room(t.Context(), own.Number)
		if err != nil {
			t.Fatal(err)
		}
		differ(t, c.what, want, got)
	}
}

// I4: a link is one whatever its case.
func TestI4ALinkLeadsToOneUser(t *testing.T) {
	table := newTable(t)
	leadsTo := func(l meeting.Link, want meeting.User) {
		t.Helper()
		if got, err := table.UserOfLink(t.Context(), l); err != nil || got != want {
			t.Errorf("%s leads to %v, %v; want %v", l, got, err, want)
		}
	}
	ada, bob := user(1), user(2)
	for _, step := range []struct {
		change meeting.Change
		want   bool
		leads  meeting.User
	}{
		{meeting.DropLink{Link: "Ada.Lovelace", User: ada}, true, meeting.User{}},
		{meeting.ClaimLink{Link: "Ada.Lovelace", User: ada}, true, ada},
		{meeting.ClaimLink{Link: "ADA.lovelace", User: bob}, false, ada},
		{meeting.ClaimLink{Link: "ADA.LOVELACE", User: ada}, true, ada},
		{meeting.DropLink{Link: "ada.lovelace", User: bob}, false, ada},
		{meeting.DropLink{Link: "ada.lovelace", User: ada}, true, meeting.User{}},
		{meeting.ClaimLink{Link: "ADA.lovelace", User: bob}, true, bob},
	} {
		err := table.Save(t.Context(), step.change)
		if step.want != (err == nil) {
			t.Errorf("%T %v: %v", step.change, step.change, err)
		}
		leadsTo("ada.Lovelace", step.leads)
	}
}

func TestAnAddressLeadsToOneUserOfItsAccount(t *testing.T) {
	table := newTable(t)
	ada, bob, other := user(1), user(2), meeting.User{Account: "b", ID: "eve"}
	for _, step := range []struct {
		change meeting.Change
		want   bool
	}{
		{meeting.ClaimEmail{Email: "ada@example.com", User: ada}, true},
		{meeting.ClaimEmail{Email: "ada@example.com", User: ada}, true},
		{meeting.ClaimEmail{Email: "ada@example.com", User: bob}, false},
		{meeting.ClaimEmail{Email: "ada@example.com", User: other}, true},
		{meeting.DropEmail{Email: "ada@example.com", User: bob}, false},
	} {
		if err := table.Save(t.Context(), step.change); step.want != (err == nil) {
			t.Errorf("%T %v: %v", step.change, step.change, err)
		}
	}
	for account, want := range map[string]meeting.User{"a": ada, "b": other, "c": {}} {
		if got, err := table.UserOfEmail(t.Context(), account, "ada@example.com"); err != nil || got != want {
			t.Errorf("in account %s: %v, %v", account, got, err)
		}
	}
	if err := table.Save(t.Context(), meeting.DropEmail{Email: "ada@example.com", User: ada}); err != nil {
		t.Error(err)
	}
	if got, err := table.UserOfEmail(t.Context(), "a", "ada@example.com"); err != nil || !got.None() {
		t.Errorf("dropped, and leads to %v, %v", got, err)
	}
}
