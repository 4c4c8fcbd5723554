package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

// record is of an instance of the host's personal room that opened some hours after the start and lasted one.
func record(host meeting.User, hours int) meeting.InstanceRecord {
	opened := hour(hours)
	return meeting.InstanceRecord{
		Instance: fmt.Sprintf("instance-%05d", hours), Owner: host, Room: "5551112222",
		Meeting: meeting.MeetingRef{ID: "5551112222", Topic: "Ada Lovelace's Personal Meeting Room", Type: meeting.PersonalRoom}, Rank: 9,
		OpenedAt: opened, EndedAt: opened.Add(time.Hour), Expires: opened.Add(91 * day),
	}
}

func hour(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }

func saveInstances(t *testing.T, table *Table, records ...meeting.InstanceRecord) {
	t.Helper()
	for _, r := range records {
		if err := table.SaveInstance(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

// Records may arrive in any order: the one of the highest rank is kept, in both places.
func TestRecordOfTheHighestRankIsKept(t *testing.T) {
	table := newTable(t)
	opened := record(user(1), 0)
	opened.EndedAt, opened.Rank = time.Time{}, 2
	empty := opened // found empty, and ended,
	empty.EndedAt, empty.Rank = start.Add(time.Minute), 3
	again := opened // but then somebody joined
	again.Rank = 4
	attached := opened
	attached.Meeting, attached.Rank = meeting.MeetingRef{ID: "83123456789", Topic: "Alpha"}, 6
	ended := attached
	ended.EndedAt, ended.Rank = start.Add(time.Hour), 7
	records, n := []meeting.InstanceRecord{opened, empty, again, attached, ended}, 0
	rapid.Check(t, func(rt *rapid.T) {
		order := rapid.Permutation([]int{0, 1, 2, 3, 4}).Draw(rt, "order")
		n++
		made := order[:rapid.IntRange(1, 5).Draw(rt, "made")]
		for _, i := range made {
			r := records[i]
			r.Owner, r.Instance = user(n), fmt.Sprint("instance-", n)
			saveInstances(t, table, r)
		}
		want := records[slices.Max(made)]
		past, _, err := table.PastInstances(t.Context(), user(n), start, start.Add(time.Millisecond), "", 10)
		if err != nil {
			rt.Fatal(err)
		}
		live, _, err := table.LiveInstances(t.Context(), user(n), start, start.Add(time.Millisecond), "", 10)
		if err != nil {
			rt.Fatal(err)
		}
		one, err := table.Instance(t.Context(), fmt.Sprint("instance-", n))
		if err != nil {
			rt.Fatal(err)
		}
		all := append(slices.Concat(past, live), one)
		if len(all) != 2 || all[0] != all[1] || one.Rank != want.Rank || one.EndedAt != want.EndedAt || one.Meeting != want.Meeting {
			rt.Fatalf("%v; want %v", all, want)
		}
	})
}

// page reads one page of a list, as the ids of its entries.
type page func(after string, limit int) (ids []string, next string, err error)

func instancePage(read func(after string, limit int) ([]meeting.InstanceRecord, string, error)) page {
	return func(after string, limit int) (ids []string, next string, err error) {
		records, next, err := read(after, limit)
		for _, r := range records {
			ids = append(ids, r.Instance)
		}
		return ids, next, err
	}
}

func agenda(t *testing.T, table *Table, host meeting.User, from time.Time) page {
	t.Helper()
	return func(after string, limit int) (ids []string, next string, err error) {
		meetings, next, err := table.Agenda(t.Context(), host, from, after, limit)
		for _, m := range meetings {
			ids = append(ids, string(m.ID))
		}
		return ids, next, err
	}
}

// checkPages reads all pages, by every limit. Every page but the last is full, and no page is empty but the only one.
func checkPages(t *testing.T, what string, read page, want []string) {
	t.Helper()
	for limit := 1; limit <= 9; limit++ {
		var got []string
		for after, first := "", true; first || after != ""; first = false {
			ids, next, err := read(after, limit)
			if err != nil || len(ids) > limit || next != "" && len(ids) < limit || after != "" && len(ids) == 0 || len(got) > len(want) {
				t.Fatalf("%s by %d after %q: %v, next %q, %v", what, limit, after, ids, next, err)
			}
			got, after = append(got, ids...), next
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s by %d: %v, want %v", what, limit, got, want)
		}
	}
}

// Meetings and instances share one index, and none of the lists shows the entries of another one.
func TestLists(t *testing.T) {
	table, ctx, ada := newTable(t), t.Context(), user(1)
	plan := func(host meeting.User, id string, kind meeting.Type, starts time.Time) {
		m := meeting.Meeting{Host: host, ID: meeting.Number(id), Type: kind, Start: starts, Duration: time.Hour, CreatedAt: start}
		table.place(t, meetingKey(host, m.ID), meetingItem(m))
	}
	for i, hours := range []int{-2, -1, 1, 2, 3, 4, 30 * 24, 200 * 365 * 24} { // the second one ends just now
		plan(ada, fmt.Sprint(80000000000+i), meeting.Scheduled, hour(hours))
	}
	plan(ada, "80000000008", meeting.NoFixedTime, time.Time{})
	plan(ada, "80000000009", meeting.Instant, start) // is on no agenda
	plan(user(2), "80000000010", meeting.Scheduled, start)
	table.place(t, profileKey(ada), profileItem(meeting.Profile{User: ada}))
	var past, live []string
	for i := range 7 {
		r := record(ada, i)
		saveInstances(t, table, r)
		past = append([]string{r.Instance}, past...)
	}
	for i := range 7 { // pairs of them opened together
		r := record(ada, i/2)
		r.EndedAt, r.Instance = time.Time{}, fmt.Sprint("live-", i)
		saveInstances(t, table, r)
		live = append(live, r.Instance)
	}
	other := record(ada, 3)
	other.Instance, other.Meeting.ID = "of-a-meeting", "83123456789"
	saveInstances(t, table, other, record(user(2), 2))

	all := []string{"80000000000", "80000000001", "80000000002", "80000000003", "80000000004", "80000000005", "80000000006", "80000000007", "80000000008"}
	checkPages(t, "agenda", agenda(t, table, ada, start), all[1:])
	checkPages(t, "whole agenda", agenda(t, table, ada, time.Time{}), all)
	for i := range 7 {
		plan(user(3), fmt.Sprint(80000000020+i), meeting.Scheduled, start)
	}
	sameEnd, _, err := agenda(t, table, user(3), start)("", 9)
	if err != nil || len(slices.Compact(slices.Sorted(slices.Values(sameEnd)))) != 7 {
		t.Errorf("meetings that end at the same time: %v, %v", sameEnd, err)
	}
	checkPages(t, "meetings that end at the same time", agenda(t, table, user(3), start), sameEnd)
	pastWithin := func(from, to time.Time) page {
		return instancePage(func(after string, limit int) ([]meeting.InstanceRecord, string, error) {
			return table.PastInstances(ctx, ada, from, to, after, limit)
		})
	}
	checkPages(t, "past", pastWithin(hour(1), hour(6)), slices.Insert(slices.Clone(past[1:6]), 2, other.Instance))
	checkPages(t, "past, from later to earlier", pastWithin(hour(1), start), nil)
	for id, want := range map[meeting.Number][]string{"5551112222": past, "83123456789": {other.Instance}, "8312345678": nil} {
		checkPages(t, "past of "+string(id), instancePage(func(after string, limit int) ([]meeting.InstanceRecord, string, error) {
			return table.PastInstancesOf(ctx, ada, id, after, limit)
		}), want)
	}
	for _, c := range []struct {
		from, to time.Time
		want     []string
	}{{time.Time{}, start.AddDate(9000, 0, 0), live}, {hour(1), hour(3), live[2:6]}, {hour(4), hour(9), nil}, {hour(1), hour(1), nil}} {
		checkPages(t, "live", instancePage(func(after string, limit int) ([]meeting.InstanceRecord, string, error) {
			return table.LiveInstances(ctx, ada, c.from, c.to, after, limit)
		}), c.want)
	}
}

// A page may begin outside the range that is asked for, because time passes between two pages, and at an entry that was
// deleted since.
func TestPagesBeginAnywhere(t *testing.T) {
	table, ctx, ada := newTable(t), t.Context(), user(1)
	for i := range 4 {
		m := meeting.Meeting{Host: ada, ID: meeting.Number(fmt.Sprint(80000000000 + i)), Start: hour(i), Duration: time.Hour}
		table.place(t, meetingKey(ada, m.ID), meetingItem(m))
		live := record(ada, i)
		live.EndedAt, live.Instance = time.Time{}, fmt.Sprint("live-", i)
		saveInstances(t, table, record(ada, i), live)
	}
	past := instancePage(func(after string, limit int) ([]meeting.InstanceRecord, string, error) {
		return table.PastInstances(ctx, ada, hour(1), hour(2), after, limit)
	})
	live := instancePage(func(after string, limit int) ([]meeting.InstanceRecord, string, error) {
		return table.LiveInstances(ctx, ada, hour(1), hour(2), after, limit)
	})
	position := func(hours int, id string) string { return until(hour(hours)) + "/" + id }
	for _, c := range []struct {
		what  string
		read  page
		after string
		want  []string
	}{
		{"agenda, after a meeting that is over", agenda(t, table, ada, hour(2).Add(time.Minute)), position(1, "80000000000"), []string{"80000000002", "80000000003"}},
		{"agenda, after a deleted meeting", agenda(t, table, ada, start), until(hour(3).Add(time.Minute)) + "/80000000009", []string{"80000000003"}},
		{"past, later", past, position(9, "instance-00009"), []string{"instance-00001"}},
		{"past, at the end", past, position(1, "instance-00001"), nil},
		{"past, earlier", past, position(-9, "instance--0009"), nil},
		{"live, earlier", live, position(-1, "live"), []string{"live-1"}},
		{"live, later", live, position(5, "live"), nil},
	} {
		if got, _, err := c.read(c.after, 5); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.what, got, err, c.want)
		}
	}
}

func TestInvalidPositionsAreRefused(t *testing.T) {
	table, ctx, ada := newTable(t), t.Context(), user(1)
	const at = "2026-03-01T09:00:00.000Z/"
	both := []string{"x", "/", at, "2026-13-01T09:00:00.000Z/81234567890", "2026-03-01T09:00:00Z/81234567890", strings.Repeat("8", 5000), "\xff"}
	lists := map[string]func(after string) error{
		"agenda": func(after string) error { _, _, err := table.Agenda(ctx, ada, start, after, 10); return err },
		"past": func(after string) error {
			_, _, err := table.PastInstances(ctx, ada, start, hour(9), after, 10)
			return err
		},
		"past of": func(after string) error {
			_, _, err := table.PastInstancesOf(ctx, ada, "5551112222", after, 10)
			return err
		},
		"live": func(after string) error {
			_, _, err := table.LiveInstances(ctx, ada, start, hour(9), after, 10)
			return err
		},
	}
	for name, list := range lists {
		bad := slices.Concat(both, []string{at + "a#b", at + "a/b", at + strings.Repeat("a", 5000)})
		if name == "agenda" {
			bad = slices.Concat(both, []string{at + "8123456789x", at + "812345678", at + "812345678901", at + "81234567890/"})
		}
		for _, after := range bad {
			if err := list(after); meeting.ReasonOf(err) != meeting.Invalid {
				t.Errorf("%s, %.30q: %v", name, after, err)
			}
		}
	}
}

func TestAgendaKeysSortAsTimesDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := times().Draw(t, "a"), times().Draw(t, "b")
		if a.Before(b) != (until(a) < until(b)) || len(until(a)) != len(never) || until(a) > never {
			t.Fatalf("%s and %s are %s and %s", a, b, until(a), until(b))
		}
	})
	for _, far := range []time.Time{{}, time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if !isAgendaTime(until(far)) {
			t.Errorf("%s is %s", far, until(far))
		}
	}
}

func TestContacts(t *testing.T) {
	table, _, meter := faultyTable(t)
	people := make([]meeting.Identity, 250)
	for i := range people {
		people[i] = meeting.Identity{0: 0xff, 6: byte(i >> 8), 7: byte(i)}
	}
	save := func(at time.Time, met ...meeting.Identity) {
		t.Helper()
		if err := table.SaveContacts(t.Context(), user(1), met, at, at.Add(60*day)); err != nil {
			t.Fatal(err)
		}
	}
	save(start, people[:249]...)
	save(start.Add(day), people[1])
	save(start.Add(-day), people[2]) // arrives late
	meter.Reset()
	met, err := table.Contacts(t.Context(), user(1), slices.Concat(people, people[:10]))
	if err != nil || len(met) != 249 {
		t.Fatalf("met %d, %v", len(met), err)
	}
	if count := meter.Count(); count["BatchGetItem"] != 3 || len(count) != 1 {
		t.Errorf("read by %v", count)
	}
	for i, want := range map[int]time.Time{0: start, 1: start.Add(day), 2: start, 248: start, 249: {}} {
		if got := met[people[i]]; !got.Equal(want) {
			t.Errorf("%d: met at %v, want %v", i, got, want)
		}
	}
	if met, err := table.Contacts(t.Context(), meeting.User{Account: "b", ID: user(1).ID}, people); err != nil || len(met) > 0 {
		t.Errorf("another user met %d, %v", len(met), err)
	}
}

// unprocessed is DynamoDB's answer when it processed none of the keys.
func unprocessed(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
	var asked struct {
		RequestItems map[string]struct {
			Keys           []json.RawMessage
			ConsistentRead bool
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return nil, err
	}
	answer, err := json.Marshal(map[string]any{"Responses": map[string]any{}, "UnprocessedKeys": asked.RequestItems})
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(bytes.NewReader(answer)), Request: r}, err
}

func TestUnprocessedKeysAreReadAgain(t *testing.T) {
	table, faults, meter := faultyTable(t)
	people := []meeting.Identity{{1}, {2}}
	if err := table.SaveContacts(t.Context(), user(1), people, start, start.Add(day)); err != nil {
		t.Fatal(err)
	}
	faults.Plan("BatchGetItem", dynamoproxy.Times(2, unprocessed)...)
	if met, err := table.Contacts(t.Context(), user(1), people); err != nil || len(met) != 2 {
		t.Errorf("met %v, %v", met, err)
	}
	for _, c := range meter.Calls() {
		if text := fmt.Sprint(c.Input); c.Operation == "BatchGetItem" && !strings.Contains(text, "ConsistentRead:true") {
			t.Errorf("not consistent: %s", text)
		}
	}
	faults.Plan("BatchGetItem", dynamoproxy.Times(tries, unprocessed)...)
	if _, err := table.Contacts(t.Context(), user(1), people); meeting.ReasonOf(err) != meeting.Busy {
		t.Errorf("never processed: %v", err)
	}
}
