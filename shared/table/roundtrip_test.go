package table

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"pgregory.net/rapid"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit/awstest"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/meeting"
)

// roundTrip stores drawn values and reads them from the table; and from its stream, where they have the name. Without a
// name, no event reports such items.
func roundTrip[V any](
	t *testing.T, keyOf func(V) key, itemOf func(V) fields, fieldsOf func(*V) fields, name func(V) string,
) {
	t.Helper()
	var zero V
	t.Run(fmt.Sprintf("%T", zero), func(t *testing.T) {
		table, stream := newStreamedTable(t)
		rapid.Check(t, func(rt *rapid.T) {
			want := drawn[V]().Draw(rt, "value")
			switch v := any(&want).(type) {
			case *meeting.Seat:
				v.NoEvent = false // it is never read
				for i := range v.HostActions {
					v.HostActions[i].At = start // the package events reads no empty map in a list
				}
			case *meeting.Meeting:
				if v.Series != nil {
					for i := range v.Series.Exceptions {
						v.Series.Exceptions[i].ID = "1772442000000" // likewise
					}
				}
			case *account.Endpoint:
				v.Account = "" // as of policies: who asks knows it
			case *account.Policy:
				v.Account = ""
			case *account.App:
				v.Account = ""
			case *account.AppToken:
				*v = account.AppToken{Secret: v.Secret, Expires: v.Expires} // the rest is its key
			}
			table.place(t, keyOf(want), itemOf(want))
			got, err := read(t.Context(), table, keyOf(want), fieldsOf)
			must(rt, err)
			differ(rt, "read", want, got)
			if name == nil {
				return
			}
			written := stream.Records()
			c, err := ChangeOf(written[len(written)-1])
			must(rt, err)
			differ(rt, "written", want, c.After)
			differ(rt, "item", name(want), c.Item)
		})
	})
}

func TestItemsAreReadAsStored(t *testing.T) {
	roundTrip(t, func(r meeting.Room) key { return roomKey(r.Number) },
		func(r meeting.Room) fields { return roomItem(r, false) }, roomFields,
		func(r meeting.Room) string { return "room/" + string(r.Number) })
	roundTrip(t, func(s meeting.Seat) key { return seatKey(s.ID) }, seatItem, seatFields,
		func(s meeting.Seat) string { return "seat/" + string(s.ID) })
	roundTrip(t, func(p meeting.Profile) key { return profileKey(p.User) }, profileItem, profileFields,
		func(p meeting.Profile) string { return "user/" + plain(p.User.Account) + "/" + p.User.ID })
	roundTrip(t, func(m meeting.Meeting) key { return meetingKey(m.Host, m.ID) }, meetingItem, meetingFields,
		func(m meeting.Meeting) string { return "meeting/" + string(m.ID) })
	roundTrip(t, func(o account.Outcome) key { return commandKey(o.Account, o.Source, o.ID) }, outcomeItem, outcomeFields,
		func(o account.Outcome) string { return "command/" + plain(o.Account) + "/" + o.ID })
	roundTrip(t, func(r meeting.IdempotencyRecord) key { return idempotencyKey(r.By, r.Key) },
		idempotencyItem, idempotencyFields, nil)
	roundTrip(t, func(r meeting.InstanceRecord) key { return instanceRecordKey(r.Instance) }, instanceItem, instanceFields, nil)
	roundTrip(t, func(p meeting.Pass) key { return passKey(p.Owner, p.ID) }, passItem, passFields, nil)
	roundTrip(t, func(e meeting.AuditEntry) key { return auditKey(e.Account, e.ID) }, auditItem, auditFields, nil)
	roundTrip(t, func(p account.Policy) key { return automationKey(p.Account) }, policyItem, policyFields, nil)
	roundTrip(t, func(a account.App) key { return appKey(a.Account, a.ID) }, appItem, appFields, nil)
	roundTrip(t, func(d doorbell.Device) key { return deviceKey(d.User, d.ID) }, deviceItem, deviceFields, nil)
	roundTrip(t, func(r doorbell.Ring) key { return ringKey(r.Instance) }, ringItem, ringFields, nil)
	roundTrip(t, appTokenKey, appTokenItem, appTokenFields, nil)
	roundTrip(t, func(e account.Endpoint) key { return webhookKey(e.Account, e.ID) }, endpointItem, endpointFields, nil)
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
	if errOf(table.TakeSeat(t.Context(), meeting.Seat{ID: meeting.SeatID("i." + long)})) == nil {
		t.Error("a seat was stored under a key that is too long")
	}
}

func TestRosterHasEverySeatOfTheInstanceAndNoOther(t *testing.T) {
	table := newTable(t)
	const seats = 220 // of 5 kB each: more than one page of 1 MB
	store := func(instance string, i int) {
		s := meeting.Seat{ID: meeting.SeatID(fmt.Sprintf("%s.%016d", instance, i)), Name: string(make([]byte, 5000))}
		table.place(t, seatKey(s.ID), seatItem(s))
	}
	for i := range seats {
		store("instance", i)
	}
	for _, other := range []string{"instanc", "instance2", "INSTANCE"} {
		store(other, 1)
	}
	table.place(t, instanceRecordKey("instance"), instanceItem(meeting.InstanceRecord{Instance: "instance"}))
	roster, err := table.Roster(t.Context(), "instance")
	must(t, err)
	seen := map[meeting.SeatID]bool{}
	for _, s := range roster {
		seen[s.ID] = s.ID.Instance() == "instance"
	}
	if len(roster) != seats || len(seen) != seats {
		t.Errorf("%d seats, %d different ones; want %d", len(roster), len(seen), seats)
	}
}

// Each item with a version is stored only over the version that its writer read.
func TestVersionsGuardItems(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	planned := meeting.Meeting{Host: user(1), ID: "83123456789"}
	for what, put := range map[string]func(version int64) error{
		"profile": func(v int64) error {
			return table.Save(ctx, meeting.PutProfile{Profile: meeting.Profile{User: user(1), Version: v}})
		},
		"meeting": func(v int64) error {
			planned.Version = v
			return table.Save(ctx, meeting.PutMeeting{Meeting: planned})
		},
		"seat": func(v int64) error {
			if v == 0 {
				return errOf(table.TakeSeat(ctx, meeting.Seat{ID: "i.s"}))
			}
			return errOf(table.ChangeSeat(ctx, meeting.Seat{ID: "i.s", Version: v}))
		},
		"endpoint": func(v int64) error {
			return errOf(table.PutEndpoint(ctx, account.Endpoint{Account: "acme", ID: "1", Version: v}))
		},
		"app": func(v int64) error {
			return errOf(table.PutApp(ctx, account.App{Account: "acme", ID: "1", Version: v}))
		},
		"device": func(v int64) error {
			return table.PutDevice(ctx, doorbell.Device{User: user(1), ID: "1", Version: v})
		},
		"ring":   func(v int64) error { return table.PutRing(ctx, doorbell.Ring{Instance: "i", Version: v}) },
		"policy": func(v int64) error { return errOf(table.PutPolicy(ctx, account.Policy{Account: "acme", Version: v})) },
		"outcome": func(v int64) error {
			return errOf(table.PutOutcome(ctx, account.Outcome{Account: "acme", ID: "c", Version: v}))
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
	planned.Version = 2
	if err := table.Save(ctx, meeting.DropMeeting{Meeting: planned}); err == nil {
		t.Error("dropped a meeting of an old version")
	}
}

func TestTimesToLive(t *testing.T) {
	room := meeting.Room{Number: "5551112222", Kind: meeting.Personal, Expires: start}
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
		"a released room":            {roomItem(room.Release(start, 180*day), false), start.Add(180 * day)},
		"a seat after its lease":     {seatItem(seat), seat.Lease.Add(seatLife)},
		"a seat that expires":        {seatItem(long), long.Expires},
		"a seat whose lease is long": {seatItem(late), late.Lease.Add(seatLife)},
		"a contact":                  {contactItem(start, start.Add(day)), start.Add(day)},
		"a token of an app":          {appTokenItem(account.AppToken{Expires: start}), start},
		"a ring":                     {ringItem(doorbell.Ring{At: start}), start.Add(ringLife)},
		"an outcome":                 {outcomeItem(account.Outcome{Expires: start}), start},
		"an audit entry":             {auditItem(meeting.AuditEntry{Expires: start}), start},
	} {
		it, err := c.item.encode()
		must(t, err)
		want, _ := encodeValue(expiry(c.want))
		differ(t, what, want, it["ttl"])
	}
}

// newStreamedTable returns a table and its stream.
func newStreamedTable(t *testing.T) (*Table, *awstest.Stream) {
	t.Helper()
	client, name := dynamotest.Table(t, dynamotest.Stream())
	return New(client, name), awstest.Follow(t, name)
}

func TestRecordOfADeletedItem(t *testing.T) {
	table, stream := newStreamedTable(t)
	m := meeting.Meeting{Host: user(1), ID: "83123456789"}
	must(t, table.Save(t.Context(), meeting.PutMeeting{Meeting: m}))
	m.Version = 1
	must(t, table.Save(t.Context(), meeting.DropMeeting{Meeting: m}))
	record := stream.Records()[1]
	for _, expired := range []bool{false, true} {
		r := record
		if expired {
			r.UserIdentity = &events.DynamoDBUserIdentity{Type: "Service", PrincipalID: "dynamodb.amazonaws.com"}
		}
		c, err := ChangeOf(r)
		must(t, err)
		differ(t, "before", m, c.Before)
		age := time.Since(c.At).Abs()
		if c.After != nil || c.Expired != expired || !strings.HasSuffix(c.Write, "-deleted") || age > 2*time.Minute {
			t.Errorf("%+v", c)
		}
	}
}

// The error of a record that cannot be read names the attribute, and shows no value.
func TestUnreadableStreamRecords(t *testing.T) {
	table, stream := newStreamedTable(t)
	must(t, errOf(table.TakeSeat(t.Context(), meeting.Seat{ID: "i.s", State: meeting.Admitted, Name: "secret"})))
	text := events.NewStringAttribute("secret")
	r := stream.Records()[0]
	readable := r.Change.NewImage
	for name, bad := range map[string]events.DynamoDBAttributeValue{
		"type": events.NewNumberAttribute("1"), "lease": events.NewBooleanAttribute(true), "v": events.NewNumberAttribute("1.5"),
		"write": text, "seqs": text, "place": text, "acts": text,
	} {
		r.Change.NewImage = maps.Clone(readable)
		r.Change.NewImage[name] = bad
		_, err := ChangeOf(r)
		if err == nil || !strings.Contains(err.Error(), "attribute "+name) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ChangeOf(events.DynamoDBEventRecord{}); err == nil {
		t.Error("an empty record was read")
	}
}
