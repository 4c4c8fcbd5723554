package table

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"personal-rooms/shared/meeting"
)

// sat is a sitting of the host's personal room that opened some hours after the start and lasted one.
func sat(host meeting.User, hours int) meeting.InstanceRecord {
	opened := start.Add(time.Duration(hours) * time.Hour)
	return meeting.InstanceRecord{
		Instance: fmt.Sprintf("sitting-%06d", hours), Owner: host, Room: "5551112222",
		Meeting: meeting.MeetingRef{ID: "5551112222", Topic: "Ada Lovelace's Personal Meeting Room", Type: meeting.PersonalRoom}, Rank: 9,
		OpenedAt: opened, EndedAt: opened.Add(time.Hour), Expires: opened.Add(91 * day),
	}
}

func keep(t *testing.T, table *Table, sittings ...meeting.InstanceRecord) {
	t.Helper()
	for _, s := range sittings {
		if err := table.SaveInstance(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

func instances(sittings []meeting.InstanceRecord) (all []string) {
	for _, s := range sittings {
		all = append(all, s.Instance)
	}
	return all
}

func TestSittingsAreReadAsStored(t *testing.T) {
	table, n := newTable(t), 0
	rapid.Check(t, func(rt *rapid.T) {
		want := drawn[meeting.InstanceRecord]().Draw(rt, "sitting")
		n++
		want.Owner.ID, want.Instance = fmt.Sprint("host", n), fmt.Sprint("sitting-", n)
		keep(t, table, want)
		past, _, err := table.PastInstances(t.Context(), want.Owner, time.Time{}, start.AddDate(1000, 0, 0), "", 10)
		if err != nil {
			rt.Fatal(err)
		}
		of, _, err := table.PastInstancesOf(t.Context(), want.Owner, want.Meeting.ID, "", 10)
		if err != nil {
			rt.Fatal(err)
		}
		sits, _, err := table.LiveInstances(t.Context(), want.Owner, want.OpenedAt, start.AddDate(1000, 0, 0), "", 10)
		if err != nil {
			rt.Fatal(err)
		}
		one, err := table.Instance(t.Context(), want.Instance)
		if err != nil {
			rt.Fatal(err)
		}
		ended, live := []meeting.InstanceRecord{want}, []meeting.InstanceRecord(nil)
		if want.EndedAt.IsZero() {
			ended, live = live, ended
		}
		differ(rt, "past", ended, past)
		differ(rt, "past of the meeting", ended, of)
		differ(rt, "sits", live, sits)
		differ(rt, "by its instance", want, one)
	})
}

// However late a record arrives, the one of the highest rank holds, wherever it is looked for.
func TestTheLastRecordOfASittingHolds(t *testing.T) {
	table := newTable(t)
	opened := sat(user(1), 0)
	opened.EndedAt, opened.Rank = time.Time{}, 2
	early := opened // somebody found it deserted,
	early.EndedAt, early.Rank = start.Add(time.Minute), 3
	again := opened // but others came
	again.Rank = 4
	adopted := opened
	adopted.Meeting, adopted.Rank = meeting.MeetingRef{ID: "83123456789", Topic: "Alpha"}, 6
	ended := adopted
	ended.EndedAt, ended.Rank = start.Add(time.Hour), 7
	records, n := []meeting.InstanceRecord{opened, early, again, adopted, ended}, 0
	rapid.Check(t, func(rt *rapid.T) {
		order := rapid.Permutation([]int{0, 1, 2, 3, 4}).Draw(rt, "order")
		made := rapid.IntRange(1, 5).Draw(rt, "made")
		n++
		host, last := user(n), -1
		for _, i := range order {
			if i < made {
				r := records[i]
				r.Owner, r.Instance = host, fmt.Sprint("sitting-", n)
				keep(t, table, r)
				last = max(last, i)
			}
		}
		want := records[last]
		past, _, err := table.PastInstances(t.Context(), host, start, start.Add(time.Millisecond), "", 10)
		if err != nil {
			rt.Fatal(err)
		}
		sits, _, err := table.LiveInstances(t.Context(), host, start, start.Add(time.Millisecond), "", 10)
		if err != nil {
			rt.Fatal(err)
		}
		one, err := table.Instance(t.Context(), fmt.Sprint("sitting-", n))
		if err != nil {
			rt.Fatal(err)
		}
		all := append(slices.Concat(past, sits), one)
		if len(all) != 2 || all[0] != all[1] || one.Rank != want.Rank || one.EndedAt != want.EndedAt || one.Meeting != want.Meeting {
			rt.Fatalf("%v; want %v", all, want)
		}
	})
}

func TestPastSittingsTheLatestFirst(t *testing.T) {
	table, ada := newTable(t), user(1)
	var every []string
	for hours := range 7 {
		s := sat(ada, hours)
		keep(t, table, s)
		every = append([]string{s.Instance}, every...)
	}
	live := sat(ada, 7)
	live.EndedAt = time.Time{}
	meetings := sat(ada, 3)
	meetings.Instance, meetings.Meeting.ID = "of-a-meeting", "83123456789"
	keep(t, table, live, sat(user(2), 2), meetings)
	plan(t, table, meeting.Meeting{Host: ada, ID: "83123456789", Start: start})
	within := slices.Insert(slices.Clone(every[1:6]), 3, meetings.Instance) // the hours from 1 to 5, and that of 3
	for limit := 1; limit <= 8; limit++ {
		for name, c := range map[string]struct {
			read func(string) ([]meeting.InstanceRecord, string, error)
			want []string
		}{
			"within": {func(after string) ([]meeting.InstanceRecord, string, error) {
				return table.PastInstances(t.Context(), ada, start.Add(time.Hour), start.Add(6*time.Hour), after, limit)
			}, within},
			"of the personal room": {func(after string) ([]meeting.InstanceRecord, string, error) {
				return table.PastInstancesOf(t.Context(), ada, "5551112222", after, limit)
			}, every},
			"of the meeting": {func(after string) ([]meeting.InstanceRecord, string, error) {
				return table.PastInstancesOf(t.Context(), ada, "83123456789", after, limit)
			}, []string{meetings.Instance}},
			"of no meeting": {func(after string) ([]meeting.InstanceRecord, string, error) {
				return table.PastInstancesOf(t.Context(), ada, "8312345678", after, limit)
			}, nil},
		} {
			var got []string
			after, pages := "", 0
			for first := true; first || after != ""; first = false {
				page, next, err := c.read(after)
				if err != nil || next != "" && len(page) != limit || len(page) > limit {
					t.Fatalf("%s by %d after %q: %d, %v", name, limit, after, len(page), err)
				}
				got, after, pages = append(got, instances(page)...), next, pages+1
			}
			if !slices.Equal(got, c.want) || pages != max(1, (len(c.want)+limit-1)/limit) {
				t.Errorf("%s by %d: %v on %d pages, want %v", name, limit, got, pages, c.want)
			}
		}
	}
}

func TestSittingsThatHaveNotEndedTheOldestFirst(t *testing.T) {
	table, ada := newTable(t), user(1)
	var every []string
	for i := range 7 { // pairs of them opened together
		s := sat(ada, i/2)
		s.EndedAt, s.Instance = time.Time{}, fmt.Sprint("sits-", i)
		keep(t, table, s)
		every = append(every, s.Instance)
	}
	plan(t, table, meeting.Meeting{Host: ada, ID: "83123456789", Start: start})
	keep(t, table, sat(ada, 1), sat(user(2), 1))
	hour := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	for limit := 1; limit <= 8; limit++ {
		for _, c := range []struct {
			from, to time.Time
			want     []string
		}{{time.Time{}, start.AddDate(9000, 0, 0), every}, {hour(1), hour(3), every[2:6]}, {hour(4), hour(9), nil}, {hour(1), hour(1), nil}} {
			var got []string
			after := ""
			for first := true; first || after != ""; first = false {
				page, next, err := table.LiveInstances(t.Context(), ada, c.from, c.to, after, limit)
				if err != nil || len(page) > limit || next != "" && len(page) < limit {
					t.Fatalf("by %d after %q: %d, %v", limit, after, len(page), err)
				}
				got, after = append(got, instances(page)...), next
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("from %v to %v by %d: %v, want %v", c.from, c.to, limit, got, c.want)
			}
		}
	}
	for after, want := range map[string][]string{until(hour(-1)) + "/sits": every[2:4], until(hour(5)) + "/sits": nil} {
		if got, _, err := table.LiveInstances(t.Context(), ada, hour(1), hour(2), after, 9); err != nil || !slices.Equal(instances(got), want) {
			t.Errorf("after %s: %v, %v; want %v", after, instances(got), err, want)
		}
	}
}

func TestAPageOfPastSittingsMayBeginOutsideOfTheTimeAskedFor(t *testing.T) {
	table, ada := newTable(t), user(1)
	for hours := range 3 {
		keep(t, table, sat(ada, hours))
	}
	position := func(s meeting.InstanceRecord) string { return until(s.OpenedAt) + "/" + s.Instance }
	for after, want := range map[string][]string{
		position(sat(ada, 9)):  {"sitting-000001"},
		position(sat(ada, 1)):  nil,
		position(sat(ada, -9)): nil,
	} {
		got, _, err := table.PastInstances(t.Context(), ada, start.Add(time.Hour), start.Add(2*time.Hour), after, 5)
		if err != nil || !slices.Equal(instances(got), want) {
			t.Errorf("after %s: %v, %v; want %v", after, instances(got), err, want)
		}
	}
	if got, _, err := table.PastInstances(t.Context(), ada, start.Add(time.Hour), start, "", 5); err != nil || len(got) > 0 {
		t.Errorf("from later to earlier: %v, %v", got, err)
	}
}

func TestAPositionThatIsNoSittingsIsRefused(t *testing.T) {
	table := newTable(t)
	for _, after := range []string{"x", "/", "2026-03-01T09:00:00.000Z/", "2026-03-01T09:00:00.000Z/a#b", "2026-13-01T09:00:00.000Z/abc",
		"2026-03-01T09:00:00.000Z/a/b", strings.Repeat("a", 5000), "\xff", "2026-03-01T09:00:00.000Z/" + strings.Repeat("a", 5000)} {
		_, _, err := table.PastInstances(t.Context(), user(1), start, start.Add(day), after, 10)
		if meeting.ReasonOf(err) != meeting.Invalid {
			t.Errorf("past, %.30q: %v", after, err)
		}
		if _, _, err = table.LiveInstances(t.Context(), user(1), start, start.Add(day), after, 10); meeting.ReasonOf(err) != meeting.Invalid {
			t.Errorf("sits, %.30q: %v", after, err)
		}
		if _, _, err = table.PastInstancesOf(t.Context(), user(1), "5551112222", after, 10); meeting.ReasonOf(err) != meeting.Invalid {
			t.Errorf("past of, %.30q: %v", after, err)
		}
	}
}

func TestASittingsRecordIsOnNoRollAndOnNoAgenda(t *testing.T) {
	table, s := newTable(t), sat(user(1), 0)
	keep(t, table, s)
	if _, err := table.TakeSeat(t.Context(), meeting.Seat{ID: seatID(s.Instance, 1)}); err != nil {
		t.Fatal(err)
	}
	if roll, err := table.Roster(t.Context(), s.Instance); err != nil || len(roll) != 1 {
		t.Errorf("%d seats, %v", len(roll), err)
	}
	if agenda, _, err := table.Agenda(t.Context(), user(1), start, "", 10); err != nil || len(agenda) > 0 {
		t.Errorf("agenda %v, %v", agenda, err)
	}
}

func TestWhatRecordsCost(t *testing.T) {
	table, _, meter := faultyTable(t)
	ada := user(1)
	cost := func(want string, do func() error) {
		t.Helper()
		meter.Reset()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if got := meter.Cost(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	s := sat(ada, 0)
	opened := s
	opened.EndedAt = time.Time{}
	meter.Linger = 20 * time.Millisecond
	cost("1 trips, 3 WCU, 0 RCU", func() error { return table.SaveInstance(t.Context(), opened) })
	cost("1 trips, 4 WCU, 0 RCU", func() error { return table.SaveInstance(t.Context(), s) })
	cost("1 trips, 2 WCU, 0 RCU", func() error {
		return table.SaveContacts(t.Context(), ada, []meeting.Identity{{1}, {2}}, start, start.Add(day))
	})
	meter.Linger = 0
	sits := sat(ada, -1)
	sits.EndedAt = time.Time{}
	keep(t, table, sits)
	read := func(n int) {
		t.Helper()
		for hours := range n {
			keep(t, table, sat(ada, hours))
		}
		cost("1 trips, 0 WCU, 1 RCU", func() error {
			_, _, err := table.PastInstances(t.Context(), ada, start, start.AddDate(1, 0, 0), "", 10)
			return err
		})
		cost("1 trips, 0 WCU, 1 RCU", func() error { _, _, err := table.PastInstancesOf(t.Context(), ada, "5551112222", "", 10); return err })
		cost("1 trips, 0 WCU, 1 RCU", func() error { _, err := table.Instance(t.Context(), s.Instance); return err })
		cost("1 trips, 0 WCU, 1 RCU", func() error {
			_, _, err := table.LiveInstances(t.Context(), ada, time.Time{}, start.AddDate(1, 0, 0), "", 10)
			return err
		})
	}
	read(10)
	for _, c := range meter.Calls() {
		if !c.Consistent() {
			t.Errorf("not consistent: %s %v", c.Operation, c.Input)
		}
	}
	read(300)
}

func TestRecordsAreKeptUntilTheyExpire(t *testing.T) {
	s := sat(user(1), 0)
	seat := meeting.Seat{ID: "i.s", JoinedAt: start, Lease: start.Add(time.Minute), Expires: start.Add(120 * day)}
	late := meeting.Seat{Lease: start.Add(200 * day), Expires: seat.Expires}
	for what, c := range map[string]struct {
		ttl   int64
		until time.Time
	}{
		"a sitting":                   {instanceItemOf(s).TTL, s.Expires},
		"a seat":                      {seatItemOf(seat).TTL, seat.Expires},
		"one that is still waited in": {seatItemOf(late).TTL, late.Lease.Add(seatLife)},
	} {
		if got := time.Unix(c.ttl, 0); got.Before(c.until) || got.After(c.until.Add(2*time.Second)) {
			t.Errorf("%s: deleted from %s, want %s", what, got.UTC(), c.until)
		}
	}
}
