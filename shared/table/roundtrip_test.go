package table

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"personal-rooms/shared/meeting"
)

func TestRoomsAreReadAsStored(t *testing.T) {
	table := newTable(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := drawn[meeting.Room]().Draw(rt, "room")
		if err := table.place(t.Context(), roomKey(want.Number), roomItemOf(want)); err != nil {
			rt.Fatal(err)
		}
		got, err := table.Room(t.Context(), want.Number)
		if err != nil {
			rt.Fatal(err)
		}
		differ(rt, "room", want, got)
	})
}

func TestSeatsAreReadAsStored(t *testing.T) {
	table := newTable(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := drawn[meeting.Seat]().Draw(rt, "seat")
		want.NoEvent = false // it is written only
		took, err := table.TakeSeat(t.Context(), want)
		if err != nil {
			rt.Fatal(err)
		}
		want.Version = 1
		differ(rt, "seat taken", want, took)
		got, err := table.Seat(t.Context(), want.ID)
		if err != nil {
			rt.Fatal(err)
		}
		differ(rt, "seat", want, got)
		roll, err := table.Roster(t.Context(), want.ID.Instance())
		if err != nil {
			rt.Fatal(err)
		}
		differ(rt, "roll", meeting.Roster{want}, roll)
	})
}

func TestProfilesAreReadAsStored(t *testing.T) {
	table := newTable(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := drawn[meeting.Profile]().Draw(rt, "profile")
		i, err := profileItemOf(want)
		if err != nil {
			rt.Fatal(err)
		}
		if err := table.place(t.Context(), profileKey(want.User), i); err != nil {
			rt.Fatal(err)
		}
		got, err := table.Profile(t.Context(), want.User)
		if err != nil {
			rt.Fatal(err)
		}
		differ(rt, "profile", want, got)
	})
}

func TestMeetingsAreReadAsStored(t *testing.T) {
	table := newTable(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := drawn[meeting.Meeting]().Draw(rt, "meeting")
		want.Version = 0
		if want.Series != nil {
			want.Series.Rule = rules().Draw(rt, "rule")
		}
		if err := table.Save(t.Context(), meeting.PutMeeting{Meeting: want}); err != nil {
			rt.Fatal(err)
		}
		want.Version = 1
		got, err := table.Meeting(t.Context(), want.Host, want.ID)
		if err != nil {
			rt.Fatal(err)
		}
		differ(rt, "meeting", want, got)
		if err := table.Save(t.Context(), meeting.DropMeeting{Meeting: got}); err != nil {
			rt.Fatal(err)
		}
		got, err = table.Meeting(t.Context(), want.Host, want.ID)
		if err != nil {
			rt.Fatal(err)
		}
		differ(rt, "dropped meeting", meeting.Meeting{}, got)
	})
}

// rules are recurrences that can be: when a meeting is over is asked when it is stored.
func rules() *rapid.Generator[meeting.Recurrence] {
	monday := []time.Weekday{time.Monday, time.Friday}
	until := time.Date(2031, 3, 1, 10, 0, 0, 0, time.UTC)
	return rapid.SampledFrom([]meeting.Recurrence{
		{Cycle: meeting.Daily, Interval: 1}, {Cycle: meeting.Daily, Interval: 99, Times: 60}, {Cycle: meeting.Weekly, Interval: 2, Days: monday, Times: 1},
		{Cycle: meeting.Weekly, Interval: 50, Days: monday}, {Cycle: meeting.Monthly, Interval: 1, MonthDay: 31, Times: 9},
		{Cycle: meeting.Monthly, Interval: 10, Week: -1, Weekday: time.Saturday}, {Cycle: meeting.Daily, Interval: 3, Until: until},
	})
}

func TestRecordsAreReadAsStored(t *testing.T) {
	table := newTable(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := drawn[meeting.IdempotencyRecord]().Draw(rt, "record")
		if rapid.Bool().Draw(rt, "of a start") {
			want.Meeting = meeting.Meeting{}
		}
		i, err := idempotencyItemOf(want)
		if err != nil {
			rt.Fatal(err)
		}
		if err := table.place(t.Context(), idempotencyKey(want.By, want.Key), i); err != nil {
			rt.Fatal(err)
		}
		got, err := table.IdempotencyRecord(t.Context(), want.By, want.Key)
		if err != nil {
			rt.Fatal(err)
		}
		differ(rt, "record", want, got)
	})
}

func TestWhatIsNotThereIsZero(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	user := meeting.User{Account: "a", ID: "u"}
	for _, c := range []struct {
		what string
		want any
		read func() (any, error)
	}{
		{"room", meeting.Room{Number: "5551112222"}, func() (any, error) { return table.Room(ctx, "5551112222") }},
		{"seat", meeting.Seat{}, func() (any, error) { return table.Seat(ctx, "i.s") }},
		{"roll", meeting.Roster{}, func() (any, error) { return table.Roster(ctx, "i") }},
		{"profile", meeting.Profile{}, func() (any, error) { return table.Profile(ctx, user) }},
		{"link", meeting.User{}, func() (any, error) { return table.UserOfLink(ctx, "ada.lovelace") }},
		{"email", meeting.User{}, func() (any, error) { return table.UserOfEmail(ctx, "a", "ada@example.com") }},
		{"meeting", meeting.Meeting{}, func() (any, error) { return table.Meeting(ctx, user, "83123456789") }},
		{"record", meeting.IdempotencyRecord{}, func() (any, error) { return table.IdempotencyRecord(ctx, user, "key") }},
		{"budget", meeting.Spent{}, func() (any, error) { return table.Spent(ctx, "scope", start) }},
	} {
		got, err := c.read()
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		differ(t, c.what, c.want, got)
	}
}

// What a client made up, such as the id of a seat, may be no key at all.
func TestWhatCannotBeStoredIsNotThere(t *testing.T) {
	table := newTable(t)
	long := string(make([]byte, 3000))
	for _, id := range []string{"", ".", "i.\xff", "\xfe.s", "i." + long, long + ".s", "#.#"} {
		seat, err := table.Seat(t.Context(), meeting.SeatID(id))
		if err != nil || seat.Exists() {
			t.Errorf("seat %.20q: %v, %v", id, seat, err)
		}
	}
	for _, email := range []string{long, "\xff@example.com", ""} {
		user, err := table.UserOfEmail(t.Context(), "a", email)
		if err != nil || !user.None() {
			t.Errorf("email %.20q: %v, %v", email, user, err)
		}
	}
	_, err := table.TakeSeat(t.Context(), meeting.Seat{ID: meeting.SeatID("i." + long)})
	if err == nil {
		t.Error("a seat was stored under a key that is too long")
	}
}

func TestRollHasEverySeatOfTheSittingAndNoOther(t *testing.T) {
	table := newTable(t)
	const many = 300 // of 5 kB each: more than one page of 1 MB
	name := string(make([]byte, 5000))
	for i := range many {
		s := meeting.Seat{ID: seatID("sitting", i), Name: name, State: meeting.Admitted}
		if _, err := table.TakeSeat(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	for _, other := range []string{"sittin", "sitting2", "SITTING"} {
		if _, err := table.TakeSeat(t.Context(), meeting.Seat{ID: seatID(other, 1)}); err != nil {
			t.Fatal(err)
		}
	}
	roll, err := table.Roster(t.Context(), "sitting")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[meeting.SeatID]bool{}
	for _, s := range roll {
		seen[s.ID] = s.ID.Instance() == "sitting"
	}
	if len(roll) != many || len(seen) != many {
		t.Errorf("%d seats, %d different ones; want %d", len(roll), len(seen), many)
	}
}

func TestTimesToLive(t *testing.T) {
	room := meeting.Room{Number: "5551112222", Kind: meeting.Personal, RestsUntil: start}
	rest := room.Retire(start, 180*24*time.Hour)
	seat := meeting.Seat{ID: "i.s", JoinedAt: start, Lease: start.Add(90 * time.Second)}
	record, err := idempotencyItemOf(meeting.IdempotencyRecord{Expires: start.Add(meeting.IdempotencyLife)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what  string
		ttl   int64
		until time.Time
	}{
		{"a retired room, after its rest", roomItemOf(rest).TTL, rest.RestsUntil},
		{"a seat, 32 hours after its lease", seatItemOf(seat).TTL, seat.Lease.Add(32 * time.Hour)},
		{"a record, when it expires", record.TTL, start.Add(24 * time.Hour)},
	} {
		if got := time.Unix(c.ttl, 0); got.Before(c.until) || got.After(c.until.Add(2*time.Second)) {
			t.Errorf("%s: deleted from %s, want %s", c.what, got.UTC(), c.until)
		}
	}
	if roomItemOf(room).TTL != 0 {
		t.Error("a room that is not at rest would be deleted")
	}
}
