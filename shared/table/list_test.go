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
		Meeting: meeting.MeetingRef{ID: "5551112222", Topic: "Ada Lovelace's Personal Meeting Room", Type: meeting.PersonalRoom},
		Rank:    9, OpenedAt: opened, EndedAt: opened.Add(time.Hour), Expires: opened.Add(91 * day),
	}
}

func hour(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }

func saveInstances(t *testing.T, table *Table, records ...meeting.InstanceRecord) {
	t.Helper()
	for _, r := range records {
		must(t, table.SaveInstance(t.Context(), r))
	}
}

// Records may arrive in any order: the one of the highest rank is kept, in both places.
func TestRecordOfTheHighestRankIsKept(t *testing.T) {
	table, n := newTable(t), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		ranks := rapid.SliceOfN(rapid.Int64Range(0, 5), 1, 5).Draw(rt, "ranks")
		records := map[int64]meeting.InstanceRecord{}
		for _, rank := range ranks {
			r := record(user(n), 0)
			r.Instance, r.Rank, r.Meeting.Topic = fmt.Sprint("instance-", n), rank, fmt.Sprint("of rank ", rank)
			if rank%2 == 0 {
				r.EndedAt = time.Time{} // it was empty, and ended; but then somebody joined
			}
			saveInstances(t, table, r)
			records[rank] = r
		}
		want := records[slices.Max(ranks)]
		past, _, err := table.PastInstances(t.Context(), user(n), start, start.Add(time.Millisecond), "", 10)
		must(rt, err)
		live, _, err := table.LiveInstances(t.Context(), user(n), start, start.Add(time.Millisecond), "", 10)
		must(rt, err)
		one, err := table.Instance(t.Context(), want.Instance)
		must(rt, err)
		differ(rt, "records", []meeting.InstanceRecord{want, want}, append(slices.Concat(past, live), one))
	})
}

// page reads one page of a list, as the ids of its entries.
type page func(after string, limit int) (ids []string, next string, err error)

// pageOf is a page of instances.
func pageOf(read func(after string, limit int) ([]meeting.InstanceRecord, string, error)) page {
	return func(after string, limit int) (ids []string, next string, err error) {
		all, next, err := read(after, limit)
		for _, r := range all {
			ids = append(ids, r.Instance)
		}
		return ids, next, err
	}
}

// lists are the lists of a host within [from, to), and the past instances of a meeting.
type lists struct {
	agenda, past, live page
	pastOf             func(meeting.Number) page
}

func listsOf(t *testing.T, table *Table, host meeting.User, from, to time.Time) lists {
	t.Helper()
	type instances = []meeting.InstanceRecord
	ctx := t.Context()
	return lists{
		agenda: func(after string, limit int) (ids []string, next string, err error) {
			all, next, err := table.Agenda(ctx, host, from, after, limit)
			for _, m := range all {
				ids = append(ids, string(m.ID))
			}
			return ids, next, err
		},
		past: pageOf(func(after string, limit int) (instances, string, error) {
			return table.PastInstances(ctx, host, from, to, after, limit)
		}),
		live: pageOf(func(after string, limit int) (instances, string, error) {
			return table.LiveInstances(ctx, host, from, to, after, limit)
		}),
		pastOf: func(id meeting.Number) page {
			return pageOf(func(after string, limit int) (instances, string, error) {
				return table.PastInstancesOf(ctx, host, id, after, limit)
			})
		},
	}
}

// checkPages reads all pages, by every limit. Every page but the last is full, and no page is empty but the only one.
func checkPages(t *testing.T, what string, read page, want []string) {
	t.Helper()
	for limit := 1; limit <= 9; limit++ {
		var got []string
		for after, first := "", true; first || after != ""; first = false {
			ids, next, err := read(after, limit)
			tooShort := next != "" && len(ids) < limit || after != "" && len(ids) == 0
			if err != nil || tooShort || len(ids) > limit || len(got) > len(want) {
				t.Fatalf("%s by %d after %q: %v, next %q, %v", what, limit, after, ids, next, err)
			}
			got, after = append(got, ids...), next
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s by %d: %v, want %v", what, limit, got, want)
		}
	}
}

// Meetings and instances share one index, and none of the lists shows the entries of another one. A page may begin
// outside the range that is asked for, because time passes between two pages, and at an entry that was deleted.
func TestLists(t *testing.T) {
	table, ada := newTable(t), user(1)
	plan := func(host meeting.User, id int, kind meeting.Type, starts time.Time) {
		m := meeting.Meeting{Host: host, ID: meeting.Number(fmt.Sprint(80000000000 + id)), Type: kind, Start: starts,
			Duration: time.Hour, CreatedAt: start}
		table.place(t, meetingKey(host, m.ID), meetingItem(m))
	}
	var all, past, live, same []string
	for i, hours := range []int{-2, -1, 1, 2, 3, 4, 30 * 24, 200 * 365 * 24} { // the second one ends just now
		plan(ada, i, meeting.Scheduled, hour(hours))
		all = append(all, fmt.Sprint(80000000000+i))
	}
	plan(ada, 8, meeting.NoFixedTime, time.Time{})
	all = append(all, "80000000008")
	plan(ada, 9, meeting.Instant, start) // is on no agenda
	plan(user(2), 10, meeting.Scheduled, start)
	table.place(t, profileKey(ada), profileItem(meeting.Profile{User: ada}))
	for i := range 7 {
		plan(user(3), 20+i, meeting.Scheduled, start)
		same = append(same, fmt.Sprint(80000000020+i))
		ended, open := record(ada, i), record(ada, i/2) // pairs of live ones opened together
		open.EndedAt, open.Instance = time.Time{}, fmt.Sprint("live-", i)
		saveInstances(t, table, ended, open)
		past, live = append([]string{ended.Instance}, past...), append(live, open.Instance)
	}
	other := record(ada, 3)
	other.Instance, other.Meeting.ID = "of-a-meeting", "83123456789"
	saveInstances(t, table, other, record(user(2), 2))
	of := func(host meeting.User, from, to time.Time) lists { return listsOf(t, table, host, from, to) }

	checkPages(t, "agenda", of(ada, start, start).agenda, all[1:])
	checkPages(t, "whole agenda", of(ada, time.Time{}, start).agenda, all)
	sameEnd, _, err := of(user(3), start, start).agenda("", 9)
	if err != nil || !slices.Equal(slices.Sorted(slices.Values(sameEnd)), same) {
		t.Errorf("meetings that end at the same time: %v, %v", sameEnd, err)
	}
	checkPages(t, "meetings that end at the same time", of(user(3), start, start).agenda, sameEnd)
	checkPages(t, "past", of(ada, hour(1), hour(6)).past, slices.Insert(slices.Clone(past[1:6]), 2, other.Instance))
	checkPages(t, "past, from later to earlier", of(ada, hour(1), start).past, nil)
	checkPages(t, "past of the room", of(ada, start, start).pastOf("5551112222"), past)
	checkPages(t, "past of a meeting", of(ada, start, start).pastOf("83123456789"), []string{other.Instance})
	checkPages(t, "past of another meeting", of(ada, start, start).pastOf("8312345678"), nil)
	checkPages(t, "all live", of(ada, time.Time{}, start.AddDate(9000, 0, 0)).live, live)
	checkPages(t, "live", of(ada, hour(1), hour(3)).live, live[2:6])
	checkPages(t, "live, none", of(ada, hour(4), hour(9)).live, nil)
	checkPages(t, "live, an empty range", of(ada, hour(1), hour(1)).live, nil)

	position := func(hours int, id string) string { return until(hour(hours)) + "/" + id }
	begun, second := of(ada, start, start).agenda, of(ada, hour(1), hour(2))
	for what, c := range map[string]struct {
		read  page
		after string
		want  []string
	}{
		"agenda, after a meeting that is over": {of(ada, hour(4).Add(time.Minute), start).agenda, position(2, all[2]), all[5:]},
		"agenda, after a deleted meeting":      {begun, until(hour(3).Add(time.Minute)) + "/80000000019", all[4:]},
		"past, later":                          {second.past, position(9, "instance-00009"), past[5:6]},
		"past, at the end":                     {second.past, position(1, "instance-00001"), nil},
		"past, earlier":                        {second.past, position(-9, "instance--0009"), nil},
		"live, earlier":                        {second.live, position(-1, "live"), live[2:4]},
		"live, later":                          {second.live, position(5, "live"), nil},
	} {
		if got, _, err := c.read(c.after, 9); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", what, got, err, c.want)
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
	for _, year := range []int{1, -5, 20000} {
		if far := until(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)); len(far) != len(never) {
			t.Errorf("%d is %s", year, far)
		}
	}
}

// Many rooms are read at once, 100 in a request, and each as by itself.
func TestRooms(t *testing.T) {
	table, _, meter := faultyTable(t)
	numbers := []meeting.Number{"83000000000"} // nobody's
	for i := range 150 {
		room := personal(meeting.Number(fmt.Sprint(84000000000+i)), user(i))
		if i%3 == 0 {
			room = meeting.Room{Number: room.Number, Owner: user(i), Kind: meeting.Alias, NextUUID: fmt.Sprint("uuid", i)}
		}
		must(t, table.Save(t.Context(), meeting.ClaimRoom{Room: room, Now: start}))
		numbers = append(numbers, room.Number)
	}
	meter.Reset()
	rooms, err := table.Rooms(t.Context(), slices.Concat(numbers, numbers[:10]))
	must(t, err)
	if count := meter.Count(); count["BatchGetItem"] != 2 || len(count) != 1 {
		t.Errorf("151 rooms take %v", count)
	}
	for _, n := range numbers {
		alone, err := table.Room(t.Context(), n)
		must(t, err)
		differ(t, string(n), alone, rooms[n])
	}
}

func TestContacts(t *testing.T) {
	table, _, meter := faultyTable(t)
	people := identityRange(250)
	for _, c := range []struct {
		at  time.Time
		met []meeting.Identity
	}{{start, people[:249]}, {start.Add(day), people[1:2]}, {start.Add(-day), people[2:3]}} { // the last one arrives late
		must(t, table.SaveContacts(t.Context(), user(1), c.met, c.at, c.at.Add(60*day)))
	}
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
	met, err = table.Contacts(t.Context(), meeting.User{Account: "b", ID: user(1).ID}, people)
	if err != nil || len(met) > 0 {
		t.Errorf("another user met %d, %v", len(met), err)
	}
}

// unprocessed is DynamoDB's answer when it processed none of the keys.
func unprocessed(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
	var asked struct{ RequestItems map[string]json.RawMessage }
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
	must(t, table.SaveContacts(t.Context(), user(1), people, start, start.Add(day)))
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
