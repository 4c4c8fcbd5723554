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

func TestReadsAreConsistentButForBudgets(t *testing.T) {
	table, _, meter := faultyTable(t)
	ctx, u := t.Context(), user(1)
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(table.Room(ctx, "5551112222"))
	must(table.Seat(ctx, "i.s"))
	must(table.Roster(ctx, "i"))
	must(table.Profile(ctx, u))
	must(table.UserOfLink(ctx, "ada.lovelace"))
	must(table.UserOfEmail(ctx, "a", "ada@example.com"))
	must(table.Meeting(ctx, u, "83123456789"))
	must(table.IdempotencyRecord(ctx, u, "key"))
	_, _, err := table.Agenda(ctx, u, start, "", 10)
	must(nil, err)
	must(table.Instance(ctx, "i"))
	_, _, err = table.LiveInstances(ctx, u, start, start.Add(time.Hour), "", 10)
	must(nil, err)
	_, _, err = table.PastInstances(ctx, u, start, start.Add(time.Hour), "", 10)
	must(nil, err)
	_, _, err = table.PastInstancesOf(ctx, u, "83123456789", "", 10)
	must(nil, err)
	if n := len(meter.Calls()); n != 13 {
		t.Errorf("%d reads for 13 questions", n)
	}
	for _, c := range meter.Calls() {
		if !c.Consistent() {
			t.Errorf("not consistent: %s %v", c.Operation, c.Input)
		}
	}
	meter.Reset()
	must(table.Spent(ctx, "scope", start))
	if read, _ := meter.Units(); read != 0.5 {
		t.Errorf("a look at the budget costs %v read units, want 0.5", read)
	}
}

func TestTheUnitsOfAnAdmission(t *testing.T) {
	table, _, meter := faultyTable(t)
	r := ordinary()
	if err := table.place(t.Context(), roomKey(r.Number), roomItemOf(r)); err != nil {
		t.Fatal(err)
	}
	meter.Reset()
	r, err := table.Room(t.Context(), r.Number)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = table.Spent(t.Context(), "client#192.0.2.1", start); err != nil {
		t.Fatal(err)
	}
	if r, err = table.ApplyTransition(t.Context(), r.Number, pass(r)); err != nil {
		t.Fatal(err)
	}
	if _, err = table.TakeSeat(t.Context(), ordinarySeat(r)); err != nil {
		t.Fatal(err)
	}
	if read, write := meter.Units(); read != 1.5 || write != 2 {
		t.Errorf("an admission costs %v read and %v write units, want 1.5 and 2: %v", read, write, meter.Count())
	}
}

func TestGuessesAreCountedByScopeAndWindow(t *testing.T) {
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
		seen, err := table.Spent(t.Context(), c.scope, c.window)
		if err != nil || seen.Guesses != c.want {
			t.Errorf("%s: guesses %d, %v; want %d", c.scope, seen.Guesses, err, c.want)
		}
	}
	for _, want := range []int{1, 2} {
		if knocks, err := table.SpendWait(t.Context(), "a", start); err != nil || knocks != want {
			t.Errorf("%d knocks, %v; want %d", knocks, err, want)
		}
	}
	if seen, err := table.Spent(t.Context(), "a", start); err != nil || seen != (meeting.Spent{Guesses: 3, Waits: 2}) {
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
		t.Errorf("20 guesses at once are %d, %v", n, err)
	}
}

// ordinary is a live personal room in ordinary use: some alternative hosts, a domain, somebody removed.
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

// largest is a room at every limit.
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

// The sizes, so that who adds to an item sees what it does. DynamoDB rounds a write up to the next 1024 bytes.
func TestTheSizeOfARoom(t *testing.T) {
	table, _, meter := faultyTable(t)
	for _, c := range []struct {
		what        string
		room        meeting.Room
		want, units int
	}{
		{"in ordinary use", ordinary(), 618, 1},
		{"at its limits", largest(), 7626, 8},
		{"at rest", ordinary().Retire(start, time.Hour), 138, 1},
	} {
		w := write{key: roomKey(c.room.Number), item: roomItemOf(c.room), when: absent("kind")}
		stored, err := w.stored(newWriteID())
		if err != nil {
			t.Fatal(err)
		}
		if got := sizeOf(stored); got != c.want {
			t.Errorf("a room %s has %d bytes, and had %d", c.what, got, c.want)
		}
		meter.Reset()
		if err := table.place(t.Context(), key{"ROOM#" + c.what, "ROOM"}, w.item); err != nil {
			t.Fatal(err)
		}
		if _, units := meter.Units(); units != float64(c.units) {
			t.Errorf("a room %s costs %v units to write, want %d", c.what, units, c.units)
		}
	}
}

func TestASeatIsOneUnitToWrite(t *testing.T) {
	s := ordinarySeat(ordinary())
	s.Name, s.Target.Topic = strings.Repeat("ö", 64), strings.Repeat("ö", 100)
	s.FirstAdmittedAt, s.PresentSince, s.LeftAt, s.TimePresent, s.Expires = start, start, start, time.Hour, start
	s.HostActions = []meeting.HostActionRecord{{At: start, Action: meeting.ActionAdmit, By: s.User}, {At: start, Action: meeting.ActionMakeHost, By: s.User}}
	stored, err := write{key: seatKey(s.ID), item: seatItemOf(s)}.stored(newWriteID())
	if err != nil {
		t.Fatal(err)
	}
	if n := sizeOf(stored); n > 1024 {
		t.Errorf("%d bytes", n)
	}
}

// sizeOf is an item's size as DynamoDB counts it.
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
