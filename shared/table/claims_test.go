package table

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"personal-rooms/shared/meeting"
)

// The table lets the same users claim a number as the domain does, at the same times.
func TestI1ClaimAgreesWithClaimable(t *testing.T) {
	table := newTable(t)
	namesake := meeting.User{Account: "b", ID: user(1).ID}
	users := rapid.SampledFrom([]meeting.User{user(1), user(2), namesake})
	rapid.Check(t, func(rt *rapid.T) {
		room := drawn[meeting.Room]().Draw(rt, "room")
		room.Owner = users.Draw(rt, "owner")
		by := users.Draw(rt, "by")
		now := room.RestsUntil.Add(time.Duration(rapid.IntRange(-1, 1).Draw(rt, "early or late")) * time.Millisecond)
		if now.Before(time.Unix(0, 0)) {
			now = start
		}
		table.place(t, roomKey(room.Number), roomItem(room, false))
		err := table.Save(t.Context(), meeting.ClaimRoom{Room: personal(room.Number, by), Now: now})
		if room.Claimable(by, now) != (err == nil) || err != nil && !conflicts[meeting.ClaimRoom](err) {
			rt.Fatalf("claimable: %v; claimed: %v", room.Claimable(by, now), err)
		}
	})
}

// A room is replaced while it is idle, if its kind and owner are those that were read; and instance and epoch, if it can
// be entered.
func TestReplaceRoomOnlyOverTheRoomThatWasRead(t *testing.T) {
	table := newTable(t)
	rapid.Check(t, func(rt *rapid.T) {
		before := drawn[meeting.Room]().Draw(rt, "room")
		before.Live.Open = before.Enterable() && rapid.IntRange(0, 9).Draw(rt, "open") == 0
		stored, possible := before, !before.Live.Open
		stored.Live.AdmissionSeq++
		switch rapid.IntRange(0, 7).Draw(rt, "changed since") {
		case 0:
			stored.Live.Epoch++
			possible = possible && !before.Enterable()
		case 1:
			stored.Live.Instance += "next"
			possible = possible && !before.Enterable()
		case 2:
			stored.Live.Open, possible = true, false
		case 3:
			stored.Kind = rapid.SampledFrom([]meeting.Kind{meeting.Personal, meeting.Alias, meeting.Retired}).Draw(rt, "kind")
			possible = possible && stored.Kind == before.Kind
		case 4:
			stored.Owner.ID, possible = before.Owner.ID+"2", false
		}
		want, after := stored, before.Retire(start, day)
		table.place(t, roomKey(before.Number), roomItem(stored, false))
		err := table.Save(t.Context(), meeting.ReplaceRoom{Before: before, After: after})
		if possible != (err == nil) || err != nil && !conflicts[meeting.ReplaceRoom](err) {
			rt.Errorf("possible: %v; replaced: %v", possible, err)
		}
		if possible {
			want = after
		}
		got, err := table.Room(t.Context(), before.Number)
		must(rt, err)
		differ(rt, "room", want, got)
	})
}

// A link is the same in upper and lower case (I4). An address belongs to one user of each account.
func TestI4LinksAndAddressesLeadToOneUser(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	ada, bob, other := user(1), user(2), meeting.User{Account: "b", ID: "eve"}
	link := func() (meeting.User, error) { return table.UserOfLink(ctx, "ada.Lovelace") }
	email := func(account string) func() (meeting.User, error) {
		return func() (meeting.User, error) { return table.UserOfEmail(ctx, account, "ada@example.com") }
	}
	for i, step := range []struct {
		change meeting.Change
		want   bool
		leads  func() (meeting.User, error)
		to     meeting.User
	}{
		{meeting.DropLink{Link: "Ada.Lovelace", User: ada}, true, link, meeting.User{}},
		{meeting.ClaimLink{Link: "Ada.Lovelace", User: ada}, true, link, ada},
		{meeting.ClaimLink{Link: "ADA.lovelace", User: bob}, false, link, ada},
		{meeting.ClaimLink{Link: "ADA.LOVELACE", User: ada}, true, link, ada},
		{meeting.DropLink{Link: "ada.lovelace", User: bob}, false, link, ada},
		{meeting.DropLink{Link: "ada.lovelace", User: ada}, true, link, meeting.User{}},
		{meeting.ClaimLink{Link: "ADA.lovelace", User: bob}, true, link, bob},
		{meeting.ClaimEmail{Email: "ada@example.com", User: ada}, true, email("a"), ada},
		{meeting.ClaimEmail{Email: "ada@example.com", User: ada}, true, email("c"), meeting.User{}},
		{meeting.ClaimEmail{Email: "ada@example.com", User: bob}, false, email("a"), ada},
		{meeting.ClaimEmail{Email: "ada@example.com", User: other}, true, email("b"), other},
		{meeting.DropEmail{Email: "ada@example.com", User: bob}, false, email("a"), ada},
		{meeting.DropEmail{Email: "ada@example.com", User: ada}, true, email("a"), meeting.User{}},
	} {
		if err := table.Save(ctx, step.change); step.want != (err == nil) {
			t.Errorf("%d: %T %v: %v", i, step.change, step.change, err)
		}
		if got, err := step.leads(); err != nil || got != step.to {
			t.Errorf("%d: leads to %v, %v; want %v", i, got, err, step.to)
		}
	}
}

func TestI15IdempotencyRecordIsKeptUntilItExpires(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	for _, c := range []struct {
		request byte
		now     time.Time
		want    bool
	}{{1, start, true}, {2, start.Add(meeting.IdempotencyLife - time.Second), false}, {3, start.Add(meeting.IdempotencyLife), true}} {
		err := table.Save(ctx, meeting.PutIdempotencyRecord{Now: c.now, Record: meeting.IdempotencyRecord{
			By: user(1), Key: "k", Request: meeting.Identity{c.request}, Expires: c.now.Add(meeting.IdempotencyLife)}})
		if c.want != (err == nil) || err != nil && !conflicts[meeting.PutIdempotencyRecord](err) {
			t.Errorf("record %d: %v", c.request, err)
		}
	}
	if r, err := table.IdempotencyRecord(ctx, user(1), "k"); err != nil || r.Request != (meeting.Identity{3}) {
		t.Errorf("record %v, %v", r, err)
	}
}
