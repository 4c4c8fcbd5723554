package table

import (
	"strings"
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
		now := room.Expires.Add(time.Duration(rapid.IntRange(-1, 1).Draw(rt, "early or late")) * time.Millisecond)
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

// A room is replaced while it is idle, if its kind and owner are those that were read; and instance and epoch, and
// whether it was used, if it can be entered.
func TestReplaceRoomOnlyOverTheRoomThatWasRead(t *testing.T) {
	table := newTable(t)
	rapid.Check(t, func(rt *rapid.T) {
		before := drawn[meeting.Room]().Draw(rt, "room")
		before.Live.Open = before.Enterable() && rapid.IntRange(0, 9).Draw(rt, "open") == 0
		stored, possible := before, !before.Live.Open
		stored.Live.AdmissionSeq++
		switch rapid.IntRange(0, 8).Draw(rt, "changed since") {
		case 0:
			stored.Live.Epoch++
			possible = possible && !before.Enterable()
		case 1:
			stored.Live.Instance += "next"
			possible = possible && !before.Enterable()
		case 2:
			stored.Live.Open, possible = true, false
		case 3:
			stored.Kind = rapid.SampledFrom([]meeting.Kind{meeting.Personal, meeting.Alias, meeting.Released}).Draw(rt, "kind")
			possible = possible && stored.Kind == before.Kind
		case 4:
			stored.Owner.ID, possible = before.Owner.ID+"2", false
		case 5:
			stored.Used = !before.Used
			possible = possible && !before.Enterable()
		}
		want, after := stored, before.Release(start, day)
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

// The table lets the same users claim a link as the domain does, at the same times, whatever the case of its letters.
func TestI4ClaimAgreesWithClaimable(t *testing.T) {
	table := newTable(t)
	users := rapid.SampledFrom([]meeting.User{user(1), user(2), {Account: "b", ID: user(1).ID}})
	rapid.Check(t, func(rt *rapid.T) {
		stored := meeting.LinkClaim{User: users.Draw(rt, "owner")}
		name, by := drawn[meeting.Link]().Draw(rt, "link"), users.Draw(rt, "by")
		item := linkItem(stored, name)
		if rapid.Bool().Draw(rt, "released") {
			stored.QuarantinedUntil = start
			item = linkItem(stored, "")
		}
		now := start.Add(time.Duration(rapid.IntRange(-1, 1).Draw(rt, "early or late")) * time.Millisecond)
		table.place(t, linkKey(name), item)
		got, err := table.LinkClaim(t.Context(), meeting.Link(strings.ToUpper(string(name))))
		must(rt, err)
		differ(rt, "claim", stored, got)
		err = table.Save(t.Context(), meeting.ClaimLink{Link: meeting.Link(name.Key()), User: by, Now: now})
		if stored.Claimable(by, now) != (err == nil) || err != nil && !conflicts[meeting.ClaimLink](err) {
			rt.Fatalf("claimable: %v; claimed: %v", stored.Claimable(by, now), err)
		}
		if err == nil {
			stored = meeting.LinkClaim{User: by}
		}
		got, err = table.LinkClaim(t.Context(), name)
		must(rt, err)
		differ(rt, "claim afterwards", stored, got)
	})
}

// Only its owner releases a link, or deletes it.
func TestI2LinkIsReleasedByItsOwner(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	ada, bob, until := user(1), user(2), start.Add(day)
	held, released := meeting.LinkClaim{User: ada}, meeting.LinkClaim{User: ada, QuarantinedUntil: until}
	for i, step := range []struct {
		change meeting.Change
		made   bool
		want   meeting.LinkClaim
	}{
		{meeting.DropLink{Link: "ada.1", User: ada}, true, meeting.LinkClaim{}},
		{meeting.ClaimLink{Link: "Ada.1", User: ada, Now: start}, true, held},
		{meeting.ReleaseLink{Link: "ada.1", User: bob, Until: until}, false, held},
		{meeting.DropLink{Link: "ada.1", User: bob}, false, held},
		{meeting.ReleaseLink{Link: "ADA.1", User: ada, Until: until}, true, released},
		{meeting.DropLink{Link: "ada.1", User: bob}, false, released},
		{meeting.DropLink{Link: "ada.1", User: ada}, true, meeting.LinkClaim{}},
	} {
		if err := table.Save(ctx, step.change); step.made != (err == nil) {
			t.Errorf("%d: %T: %v", i, step.change, err)
		}
		got, err := table.LinkClaim(ctx, "ada.1")
		must(t, err)
		differ(t, "claim", step.want, got)
	}
}

// An older version claims a released link of the user without an end of the quarantine: then it is held, for good.
func TestLinkThatAnOlderVersionClaimedIsHeld(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	table.place(t, linkKey("ada.1"), linkItem(meeting.LinkClaim{User: user(1), QuarantinedUntil: start}, "ada.1"))
	got, err := table.LinkClaim(ctx, "ada.1")
	must(t, err)
	differ(t, "claim", meeting.LinkClaim{User: user(1)}, got)
	if err := table.Save(ctx, meeting.ClaimLink{Link: "ada.1", User: user(2), Now: start.Add(day)}); !conflicts[meeting.ClaimLink](err) {
		t.Errorf("somebody else claimed it: %v", err)
	}
}

// A verified address belongs to one user of each account.
func TestAddressLeadsToOneUserOfAnAccount(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	ada, bob, other := user(1), user(2), meeting.User{Account: "b", ID: "eve"}
	for i, step := range []struct {
		change  meeting.Change
		want    bool
		account string
		to      meeting.User
	}{
		{meeting.ClaimEmail{Email: "ada@example.com", User: ada}, true, "a", ada},
		{meeting.ClaimEmail{Email: "ada@example.com", User: ada}, true, "c", meeting.User{}},
		{meeting.ClaimEmail{Email: "ada@example.com", User: bob}, false, "a", ada},
		{meeting.ClaimEmail{Email: "ada@example.com", User: other}, true, "b", other},
		{meeting.DropEmail{Email: "ada@example.com", User: bob}, false, "a", ada},
		{meeting.DropEmail{Email: "ada@example.com", User: ada}, true, "a", meeting.User{}},
	} {
		if err := table.Save(ctx, step.change); step.want != (err == nil) {
			t.Errorf("%d: %T %v: %v", i, step.change, step.change, err)
		}
		got, err := table.UserOfEmail(ctx, step.account, "ada@example.com")
		must(t, err)
		differ(t, "user", step.to, got)
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
