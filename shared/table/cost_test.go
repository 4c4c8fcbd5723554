package table

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

// Each read is consistent and one request, but for Spent; each write is one request for each item.
func TestCosts(t *testing.T) {
	table, _, meter := faultyTable(t)
	ctx, ada, long := t.Context(), user(1), start.AddDate(1, 0, 0)
	r := ordinary()
	table.place(t, roomKey(r.Number), roomItem(r, false))
	live, ended := record(ada, 400), record(ada, 400)
	live.EndedAt = time.Time{}
	planned := meeting.Meeting{Host: ada, ID: "83123456789", Type: meeting.Scheduled, Start: start}
	table.place(t, meetingKey(ada, planned.ID), meetingItem(planned))
	for hours := range 301 {
		past := record(ada, hours-1)
		if hours == 0 {
			past.EndedAt = time.Time{}
		}
		table.place(t, instanceKey(ada, past.OpenedAt, past.Instance), append(instanceItem(past), computed("until", untilOfInstance(past))))
	}
	people := []meeting.Identity{{1}, {2}}
	for _, c := range []struct {
		what, want string
		call       func() error
	}{
		{"Room", "1 trips, 0 WCU, 1 RCU", func() error { _, err := table.Room(ctx, r.Number); return err }},
		{"Spent", "1 trips, 0 WCU, 0.5 RCU", func() error { _, err := table.Spent(ctx, "client#192.0.2.1", start); return err }},
		{"ApplyTransition", "1 trips, 1 WCU, 0 RCU", func() error { _, err := table.ApplyTransition(ctx, r.Number, admission(r)); return err }},
		{"TakeSeat", "1 trips, 1 WCU, 0 RCU", func() error { _, err := table.TakeSeat(ctx, ordinarySeat(r)); return err }},
		{"Save", "1 trips, 1 WCU, 0 RCU", func() error { return table.Save(ctx, meeting.PutProfile{Profile: meeting.Profile{User: ada}}) }},
		{"Seat", "1 trips, 0 WCU, 1 RCU", func() error { _, err := table.Seat(ctx, "i.s"); return err }},
		{"Roster", "1 trips, 0 WCU, 1 RCU", func() error { _, err := table.Roster(ctx, r.Live.Instance); return err }},
		{"Profile", "1 trips, 0 WCU, 1 RCU", func() error { _, err := table.Profile(ctx, ada); return err }},
		{"UserOfLink", "1 trips, 0 WCU, 1 RCU", func() error { _, err := table.UserOfLink(ctx, "ada.lovelace"); return err }},
		{"UserOfEmail", "1 trips, 0 WCU, 1 RCU", func() error { _, err := table.UserOfEmail(ctx, "a", "ada@example.com"); return err }},
		{"Meeting", "1 trips, 0 WCU, 1 RCU", func() error { _, err := table.Meeting(ctx, ada, "83123456789"); return err }},
		{"IdempotencyRecord", "1 trips, 0 WCU, 1 RCU", func() error { _, err := table.IdempotencyRecord(ctx, ada, "key"); return err }},
		{"Agenda", "1 trips, 0 WCU, 1 RCU", func() error { _, _, err := table.Agenda(ctx, ada, start, "", 10); return err }},
		{"live SaveInstance", "1 trips, 3 WCU, 0 RCU", func() error { return table.SaveInstance(ctx, live) }},
		{"ended SaveInstance", "1 trips, 4 WCU, 0 RCU", func() error { return table.SaveInstance(ctx, ended) }},
		{"SaveContacts", "1 trips, 2 WCU, 0 RCU", func() error { return table.SaveContacts(ctx, ada, people, start, start.Add(day)) }},
		{"Contacts", "1 trips, 0 WCU, 2 RCU", func() error { _, err := table.Contacts(ctx, ada, people); return err }},
		{"no Contacts", "0 trips, 0 WCU, 0 RCU", func() error { _, err := table.Contacts(ctx, ada, nil); return err }},
		{"Instance", "1 trips, 0 WCU, 1 RCU", func() error { _, err := table.Instance(ctx, ended.Instance); return err }},
		{"LiveInstances", "1 trips, 0 WCU, 1 RCU", func() error { _, _, err := table.LiveInstances(ctx, ada, time.Time{}, long, "", 10); return err }},
		{"PastInstances", "1 trips, 0 WCU, 1 RCU", func() error { _, _, err := table.PastInstances(ctx, ada, start, long, "", 10); return err }},
		{"PastInstancesOf", "1 trips, 0 WCU, 1 RCU", func() error { _, _, err := table.PastInstancesOf(ctx, ada, "5551112222", "", 10); return err }},
	} {
		meter.Reset()
		meter.TripWindow = 0
		if strings.HasPrefix(c.what, "live S") || strings.HasPrefix(c.what, "ended S") || c.what == "SaveContacts" {
			meter.TripWindow = 20 * time.Millisecond
		}
		if err := c.call(); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		if got := meter.Cost(); got != c.want {
			t.Errorf("%s costs %s, want %s", c.what, got, c.want)
		}
		for _, call := range meter.Calls() {
			if strings.HasSuffix(c.want, "1 RCU") && !call.Consistent() {
				t.Errorf("%s is not consistent: %v", c.what, call.Input)
			}
		}
	}
}

func TestBudgetsCountByScopeAndWindow(t *testing.T) {
	table, faults, _ := faultyTable(t)
	next := start.Add(meeting.GuessWindow)
	for _, c := range []struct {
		scope  string
		window time.Time
		want   int
	}{{"a", start, 1}, {"a", start, 2}, {"b", start, 1}, {"a", next, 1}, {"a", start, 3}} {
		spent, err := table.Spend(t.Context(), c.scope, c.window)
		if err != nil || spent != c.want {
			t.Errorf("%s: spent %d, %v; want %d", c.scope, spent, err, c.want)
		}
	}
	if waits, err := table.SpendWait(t.Context(), "a", start); err != nil || waits != 1 {
		t.Errorf("%d waits, %v", waits, err)
	}
	if seen, err := table.Spent(t.Context(), "a", start); err != nil || seen != (meeting.Spent{Guesses: 3, Waits: 1}) {
		t.Errorf("%+v was spent, %v", seen, err)
	}
	faults.Plan("UpdateItem", dynamoproxy.LoseAnswer)
	if spent, err := table.Spend(t.Context(), "b", start); err != nil || spent != 2 {
		t.Errorf("a guess whose answer was lost: spent %d, %v; want 2", spent, err)
	}
	atOnce(20, func(int) {
		if _, err := table.Spend(t.Context(), "many", start); err != nil {
			t.Error(err)
		}
	})
	if n, err := table.Spent(t.Context(), "many", start); err != nil || n.Guesses != 20 {
		t.Errorf("20 concurrent guesses are %d, %v", n, err)
	}
}

// ordinary returns a live personal room in ordinary use: some alternative hosts, a domain, some removed people.
func ordinary() meeting.Room {
	return meeting.Room{
		Number: "5551112222", Kind: meeting.Personal,
		Owner: meeting.User{Account: "acme-corporation", ID: "auth0|64b7f0c2a1d4e5f60718293a"},
		Topic: "Ada Lovelace's Personal Meeting Room",
		Settings: meeting.Settings{Passcode: "8Kq2mZpT", WaitingRoom: meeting.WaitGuests, JoinBeforeHost: true,
			JoinBeforeHostWindow: 15 * time.Minute, Capacity: 100, Domains: []string{"example.com"},
			AlternativeHosts: []string{"charles.babbage@example.com", "mary.somerville@example.com"}},
		Live: meeting.LiveState{
			Instance: "JmF1bGtub3duLWluc3RhbmN", Open: true, Epoch: 1234, Locked: true, Seated: 57, AdmissionSeq: 1093,
			Meeting:  meeting.MeetingRef{ID: "83123456789", Topic: "Weekly review of the analytical engine"},
			Opener:   "JmF1bGtub3duLWluc3RhbmN.AbCdEfGhIjKlMnOp",
			OpenedAt: start, AdmittedAt: start, DistrustedUntil: start, RecountedAt: start,
			Removed: many(3), Hosts: many(2),
		},
	}
}

// largest returns a room at every limit.
func largest() meeting.Room {
	r := ordinary()
	r.Owner = meeting.User{Account: strings.Repeat("a", 128), ID: strings.Repeat("u", 128)}
	r.Topic = strings.Repeat("𝄞", 200)
	r.Live.Meeting.Topic = r.Topic
	r.Live.Removed, r.Live.Hosts = many(500), many(meeting.MaxAlternativeHosts)
	r.Live.Epoch, r.Live.AdmissionSeq, r.Live.Seated = 1e6, 1e6, meeting.MaxCapacity
	r.Settings.Passcode, r.Settings.Capacity = strings.Repeat("p", meeting.MaxPasscode), meeting.MaxCapacity
	r.Settings.Domains = repeated(64, meeting.MaxDomains)
	r.Settings.AlternativeHosts = repeated(64, meeting.MaxAlternativeHosts)
	return r
}

func many(n int) []meeting.Identity {
	ids := make([]meeting.Identity, n)
	for i := range ids {
		ids[i] = meeting.Identity{0: 0xff, 6: byte(i >> 8), 7: byte(i)}
	}
	return ids
}

func repeated(length, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.Repeat(fmt.Sprint(i), length)
	}
	return all
}

func ordinarySeat(r meeting.Room) meeting.Seat {
	return meeting.Seat{
		ID: "JmF1bGtub3duLWluc3RhbmN.AbCdEfGhIjKlMnOp", State: meeting.Admitted, Role: meeting.Participant,
		User: r.Owner, Email: "charles.babbage@example.com", Name: "Charles Babbage", Target: r.Live.Meeting,
		Secret: [32]byte{1}, Request: meeting.Identity{1}, AdmissionSeqs: []int64{r.Live.AdmissionSeq}, Lease: start, JoinedAt: start, AdmittedAt: start,
	}
}

// Exact sizes, so that a new attribute shows what it adds. DynamoDB rounds a write up to the next 1024 bytes.
func TestItemSizes(t *testing.T) {
	seat := ordinarySeat(ordinary())
	seat.Name, seat.Target.Topic = strings.Repeat("ö", 64), strings.Repeat("ö", 100)
	seat.FirstAdmittedAt, seat.PresentSince, seat.LeftAt, seat.TimePresent, seat.Expires = start, start, start, time.Hour, start
	seat.HostActions = []meeting.HostActionRecord{{At: start, Action: meeting.ActionAdmit, By: seat.User},
		{At: start, Action: meeting.ActionMakeHost, By: seat.User}}
	for what, c := range map[string]struct {
		key  key
		item fields
		want int
	}{
		"a room in ordinary use": {roomKey("5551112222"), roomItem(ordinary(), false), 618},
		"a room at its limits":   {roomKey("5551112222"), roomItem(largest(), false), 7626},
		"a retired room":         {roomKey("5551112222"), roomItem(ordinary().Retire(start, time.Hour), false), 138},
		"a long seat":            {seatKey(seat.ID), seatItem(seat), 923},
	} {
		stored, err := write{key: c.key, item: c.item}.stored(newWriteID())
		if err != nil {
			t.Fatal(err)
		}
		if got := sizeOf(stored); got != c.want {
			t.Errorf("%s has %d bytes, and had %d", what, got, c.want)
		}
	}
}

// sizeOf returns an item's size in bytes as DynamoDB counts it.
func sizeOf(it item) (n int) {
	for name, value := range it {
		n += len(name) + sizeOfValue(value)
	}
	return n
}

func sizeOfValue(v types.AttributeValue) int {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return int(math.Ceil(float64(len(strings.Trim(v.Value, "-0")))/2)) + 1
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberBOOL, *types.AttributeValueMemberNULL:
		return 1
	case *types.AttributeValueMemberBS:
		return sumOf(v.Value, func(b []byte) int { return len(b) })
	case *types.AttributeValueMemberL:
		return 3 + sumOf(v.Value, func(v types.AttributeValue) int { return 1 + sizeOfValue(v) })
	case *types.AttributeValueMemberM:
		return 3 + len(v.Value) + sizeOf(v.Value)
	}
	panic(fmt.Sprintf("no size of %T", v))
}

func sumOf[E any](all []E, size func(E) int) (n int) {
	for _, e := range all {
		n += size(e)
	}
	return n
}
