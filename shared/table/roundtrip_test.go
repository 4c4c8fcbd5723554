package table

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// roundTrip stores drawn values and reads them back.
func roundTrip[V any](t *testing.T, keyOf func(V) key, itemOf func(V) fields, read func(*Table, V) (V, error)) {
	t.Helper()
	table := newTable(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := drawn[V]().Draw(rt, "value")
		if s, ok := any(&want).(*meeting.Seat); ok {
			s.NoEvent = false // it is never read
		}
		table.place(t, keyOf(want), itemOf(want))
		got, err := read(table, want)
		if err != nil {
			rt.Fatal(err)
		}
		differ(rt, "read", want, got)
	})
}

func TestItemsAreReadAsStored(t *testing.T) {
	ctx := t.Context()
	t.Run("room", func(t *testing.T) {
		roundTrip(t, func(r meeting.Room) key { return roomKey(r.Number) },
			func(r meeting.Room) fields { return roomItem(r, false) },
			func(table *Table, r meeting.Room) (meeting.Room, error) { return table.Room(ctx, r.Number) })
	})
	t.Run("seat", func(t *testing.T) {
		roundTrip(t, func(s meeting.Seat) key { return seatKey(s.ID) }, seatItem,
			func(table *Table, s meeting.Seat) (meeting.Seat, error) { return table.Seat(ctx, s.ID) })
	})
	t.Run("profile", func(t *testing.T) {
		roundTrip(t, func(p meeting.Profile) key { return profileKey(p.User) }, profileItem,
			func(table *Table, p meeting.Profile) (meeting.Profile, error) { return table.Profile(ctx, p.User) })
	})
	t.Run("meeting", func(t *testing.T) {
		roundTrip(t, func(m meeting.Meeting) key { return meetingKey(m.Host, m.ID) }, meetingItem,
			func(table *Table, m meeting.Meeting) (meeting.Meeting, error) {
				return table.Meeting(ctx, m.Host, m.ID)
			})
	})
	t.Run("idempotency record", func(t *testing.T) {
		roundTrip(t, func(r meeting.IdempotencyRecord) key { return idempotencyKey(r.By, r.Key) }, idempotencyItem,
			func(table *Table, r meeting.IdempotencyRecord) (meeting.IdempotencyRecord, error) {
				return table.IdempotencyRecord(ctx, r.By, r.Key)
			})
	})
	t.Run("instance", func(t *testing.T) {
		roundTrip(t, func(r meeting.InstanceRecord) key { return instanceRecordKey(r.Instance) }, instanceItem,
			func(table *Table, r meeting.InstanceRecord) (meeting.InstanceRecord, error) {
				return table.Instance(ctx, r.Instance)
			})
	})
	t.Run("endpoint", func(t *testing.T) {
		roundTrip(t, func(e account.Endpoint) key { return webhookKey(e.Account, e.ID) }, endpointItem,
			func(table *Table, e account.Endpoint) (account.Endpoint, error) {
				got, err := table.Endpoint(ctx, e.Account, e.ID)
				if e.Version == 0 {
					got.Account = e.Account // there is no endpoint of version 0
				}
				return got, err
			})
	})
	t.Run("policy", func(t *testing.T) {
		roundTrip(t, func(p account.Policy) key { return automationKey(p.Account) }, policyItem,
			func(table *Table, p account.Policy) (account.Policy, error) { return table.Policy(ctx, p.Account) })
	})
	t.Run("outcome", func(t *testing.T) {
		roundTrip(t, func(o account.Outcome) key { return commandKey(o.Account, o.ID) }, outcomeItem,
			func(table *Table, o account.Outcome) (account.Outcome, error) {
				return table.Outcome(ctx, o.Account, o.ID)
			})
	})
}

func TestMissingItemsAreZero(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	for what, c := range map[string]struct {
		want any
		read func() (any, error)
	}{
		"room":     {meeting.Room{Number: "5551112222"}, func() (any, error) { return table.Room(ctx, "5551112222") }},
		"seat":     {meeting.Seat{}, func() (any, error) { return table.Seat(ctx, "i.s") }},
		"roster":   {meeting.Roster{}, func() (any, error) { return table.Roster(ctx, "i") }},
		"profile":  {meeting.Profile{}, func() (any, error) { return table.Profile(ctx, user(1)) }},
		"link":     {meeting.User{}, func() (any, error) { return table.UserOfLink(ctx, "ada.lovelace") }},
		"email":    {meeting.User{}, func() (any, error) { return table.UserOfEmail(ctx, "a", "ada@example.com") }},
		"meeting":  {meeting.Meeting{}, func() (any, error) { return table.Meeting(ctx, user(1), "83123456789") }},
		"record":   {meeting.IdempotencyRecord{}, func() (any, error) { return table.IdempotencyRecord(ctx, user(1), "key") }},
		"instance": {meeting.InstanceRecord{}, func() (any, error) { return table.Instance(ctx, "i") }},
		"budget":   {meeting.Spent{}, func() (any, error) { return table.Spent(ctx, "scope", start) }},
		"endpoint": {account.Endpoint{}, func() (any, error) { return table.Endpoint(ctx, "acme", "b") }},
		"policy":   {account.Policy{Account: "acme"}, func() (any, error) { return table.Policy(ctx, "acme") }},
		"outcome":  {account.Outcome{}, func() (any, error) { return table.Outcome(ctx, "acme", "c") }},
	} {
		got, err := c.read()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		differ(t, what, c.want, got)
	}
}

// A client may send any seat id or address.
func TestInvalidKeysAreNotFound(t *testing.T) {
	table := newTable(t)
	long := string(make([]byte, 3000))
	for _, id := range []string{"", ".", "i.\xff", "\xfe.s", "i." + long, long + ".s", "#.#"} {
		seat, err := table.Seat(t.Context(), meeting.SeatID(id))
		if err != nil || seat.Exists() {
			t.Errorf("seat %.20q: %v, %v", id, seat, err)
		}
	}
	if u, err := table.UserOfEmail(t.Context(), "a", "\xff@example.com"); err != nil || !u.None() {
		t.Errorf("email: %v, %v", u, err)
	}
	if _, err := table.TakeSeat(t.Context(), meeting.Seat{ID: meeting.SeatID("i." + long)}); err == nil {
		t.Error("a seat was stored under a key that is too long")
	}
}

func TestRosterHasEverySeatOfTheInstanceAndNoOther(t *testing.T) {
	table := newTable(t)
	const seats = 300 // of 5 kB each: more than one page of 1 MB
	name := string(make([]byte, 5000))
	id := func(instance string, i int) meeting.SeatID {
		return meeting.SeatID(fmt.Sprintf("%s.%016d", instance, i))
	}
	for i := range seats {
		s := meeting.Seat{ID: id("instance", i), Name: name}
		table.place(t, seatKey(s.ID), seatItem(s))
	}
	for _, other := range []string{"instanc", "instance2", "INSTANCE"} {
		table.place(t, seatKey(id(other, 1)), seatItem(meeting.Seat{ID: id(other, 1)}))
	}
	table.place(t, instanceRecordKey("instance"), instanceItem(meeting.InstanceRecord{Instance: "instance"}))
	roster, err := table.Roster(t.Context(), "instance")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[meeting.SeatID]bool{}
	for _, s := range roster {
		seen[s.ID] = s.ID.Instance() == "instance"
	}
	if len(roster) != seats || len(seen) != seats {
		t.Errorf("%d seats, %d different ones; want %d", len(roster), len(seen), seats)
	}
}

func TestEndpointsOfAnAccount(t *testing.T) {
	table := newTable(t)
	for _, e := range []account.Endpoint{{Account: "acme", ID: "b"}, {Account: "acme", ID: "a"}, {Account: "other", ID: "c"}} {
		if _, err := table.PutEndpoint(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.DropEndpoint(t.Context(), "acme", "b"); err != nil {
		t.Fatal(err)
	}
	got, err := table.Endpoints(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	differ(t, "endpoints", []account.Endpoint{{Account: "acme", ID: "a", Version: 1}}, got)
}

// Each item with a version is stored only over the version that its writer read.
func TestVersionsGuardItems(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	for what, put := range map[string]func(version int64) error{
		"profile": func(v int64) error {
			return table.Save(ctx, meeting.PutProfile{Profile: meeting.Profile{User: user(1), Version: v}})
		},
		"meeting": func(v int64) error {
			return table.Save(ctx, meeting.PutMeeting{Meeting: meeting.Meeting{Host: user(1), ID: "83123456789", Version: v}})
		},
		"seat": func(v int64) error {
			if v == 0 {
				_, err := table.TakeSeat(ctx, meeting.Seat{ID: "i.s"})
				return err
			}
			_, err := table.ChangeSeat(ctx, meeting.Seat{ID: "i.s", Version: v})
			return err
		},
		"endpoint": func(v int64) error {
			_, err := table.PutEndpoint(ctx, account.Endpoint{Account: "acme", ID: "1", Version: v})
			return err
		},
		"policy": func(v int64) error {
			_, err := table.PutPolicy(ctx, account.Policy{Account: "acme", Version: v})
			return err
		},
		"outcome": func(v int64) error {
			_, err := table.PutOutcome(ctx, account.Outcome{Account: "acme", ID: "c", Version: v})
			return err
		},
	} {
		for _, step := range []struct {
			over int64
			want bool
		}{{3, false}, {0, true}, {0, false}, {1, true}, {1, false}, {2, true}} {
			err := put(step.over)
			stale := errors.Is(err, meeting.ErrStale) || errors.Is(err, account.ErrStale) || errors.As(err, new(*meeting.Conflict))
			if step.want != (err == nil) || !step.want && !stale {
				t.Errorf("%s over version %d: %v", what, step.over, err)
			}
		}
	}
	if err := table.Save(ctx, meeting.DropMeeting{Meeting: meeting.Meeting{Host: user(1), ID: "83123456789", Version: 2}}); err == nil {
		t.Error("dropped a meeting of an old version")
	}
}

// A refused change of a seat returns the seat that is stored.
func TestStaleSeatIsReturned(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	seat, err := table.TakeSeat(ctx, meeting.Seat{ID: "i.s", Name: "Ada", State: meeting.Waiting})
	if err != nil {
		t.Fatal(err)
	}
	there, err := table.TakeSeat(ctx, meeting.Seat{ID: "i.s", Name: "Eve"})
	if !errors.Is(err, meeting.ErrStale) {
		t.Errorf("took a seat that is taken: %v", err)
	}
	differ(t, "the stored seat", seat, there)
	there, err = table.ChangeSeat(ctx, meeting.Seat{ID: "i.none", Version: 3})
	if !errors.Is(err, meeting.ErrStale) || there.Exists() {
		t.Errorf("changed a seat that is not stored: %+v, %v", there, err)
	}
}

func TestTimesToLive(t *testing.T) {
	room := meeting.Room{Number: "5551112222", Kind: meeting.Personal, RestsUntil: start}
	seat := meeting.Seat{ID: "i.s", JoinedAt: start, Lease: start.Add(90 * time.Second)}
	long := seat
	long.Expires = start.Add(120 * day)
	late := long
	late.Lease = start.Add(200 * day)
	for what, c := range map[string]struct {
		item fields
		want time.Time
	}{
		"a room in use":              {roomItem(room, false), time.Time{}},
		"a retired room":             {roomItem(room.Retire(start, 180*day), false), start.Add(180 * day)},
		"a seat after its lease":     {seatItem(seat), seat.Lease.Add(seatLife)},
		"a seat that expires":        {seatItem(long), long.Expires},
		"a seat whose lease is long": {seatItem(late), late.Lease.Add(seatLife)},
		"an idempotency record":      {idempotencyItem(meeting.IdempotencyRecord{Expires: start}), start},
		"an instance record":         {instanceItem(meeting.InstanceRecord{Expires: start}), start},
		"a contact":                  {contactItem(start, start.Add(day)), start.Add(day)},
		"an outcome":                 {outcomeItem(account.Outcome{Expires: start}), start},
	} {
		it, err := c.item.encode()
		if err != nil {
			t.Fatal(err)
		}
		want, _ := encodeValue(expiry(c.want))
		differ(t, what, want, it["ttl"])
	}
}
