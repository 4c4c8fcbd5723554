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

func plan(t *testing.T, table *Table, m meeting.Meeting) meeting.Meeting {
	t.Helper()
	if err := table.Save(t.Context(), meeting.PutMeeting{Meeting: m}); err != nil {
		t.Fatal(err)
	}
	m.Version++
	return m
}

func ids(meetings []meeting.Meeting) (all []string) {
	for _, m := range meetings {
		all = append(all, string(m.ID))
	}
	return all
}

type page func(after string, limit int) ([]meeting.Meeting, string, error)

// walk reads all pages; every page but the last is full, and no page is empty but the only one.
func walk(t *testing.T, read page, limit int) (all []meeting.Meeting) {
	t.Helper()
	after := ""
	for range 100 {
		meetings, next, err := read(after, limit)
		if err != nil {
			t.Fatal(err)
		}
		if len(meetings) > limit || next != "" && len(meetings) < limit || after != "" && len(meetings) == 0 {
			t.Fatalf("a page of %d meetings of at most %d; the next begins at %q", len(meetings), limit, next)
		}
		all = append(all, meetings...)
		if after = next; after == "" {
			return all
		}
	}
	t.Fatal("the list has no end")
	return nil
}

func TestAgendaIsInTheOrderOfTheEnds(t *testing.T) {
	table := newTable(t)
	ada := user(1)
	at := func(id string, hours int) {
		plan(t, table, meeting.Meeting{Host: ada, ID: meeting.Number(id), Type: meeting.Scheduled,
			Start: start.Add(time.Duration(hours) * time.Hour), Duration: time.Hour})
	}
	at("80000000003", 30*24)
	at("80000000001", 1)
	at("80000000009", -2)
	at("80000000004", 200*365*24)
	at("80000000002", 2)
	at("80000000008", -1) // ends just now
	plan(t, table, meeting.Meeting{Host: ada, ID: "80000000000", Type: meeting.NoFixedTime})
	plan(t, table, meeting.Meeting{Host: ada, ID: "80000000006", Type: meeting.Instant, CreatedAt: start}) // on no agenda
	plan(t, table, meeting.Meeting{Host: user(2), ID: "80000000007", Start: start.Add(time.Hour)})
	if err := table.Save(t.Context(), meeting.PutProfile{Profile: meeting.Profile{User: ada}}); err != nil {
		t.Fatal(err)
	}
	want := []string{"80000000008", "80000000001", "80000000002", "80000000003", "80000000004", "80000000000"}
	every := append([]string{"80000000009"}, want...)
	for limit := 1; limit <= 8; limit++ {
		agenda := func(after string, limit int) ([]meeting.Meeting, string, error) {
			return table.Agenda(t.Context(), ada, start, after, limit)
		}
		if got := ids(walk(t, agenda, limit)); !slices.Equal(got, want) {
			t.Errorf("agenda by %d: %v; want %v", limit, got, want)
		}
		all := func(after string, limit int) ([]meeting.Meeting, string, error) {
			return table.Agenda(t.Context(), ada, time.Time{}, after, limit)
		}
		if got := ids(walk(t, all, limit)); !slices.Equal(got, every) {
			t.Errorf("all by %d: %v; want %v", limit, got, every)
		}
	}
}

func TestMeetingsThatEndTogetherAreEachListedOnce(t *testing.T) {
	table := newTable(t)
	for i := range 7 {
		plan(t, table, meeting.Meeting{Host: user(1), ID: meeting.Number(fmt.Sprint(80000000000 + i)), Start: start})
	}
	for limit := 1; limit <= 8; limit++ {
		got := ids(walk(t, func(after string, limit int) ([]meeting.Meeting, string, error) {
			return table.Agenda(t.Context(), user(1), start, after, limit)
		}, limit))
		slices.Sort(got)
		if len(got) != 7 || len(slices.Compact(got)) != 7 {
			t.Errorf("by %d: %v", limit, got)
		}
	}
}

// Records of sittings that ended are in the same index.
func TestSittingsAreOnNoAgenda(t *testing.T) {
	table := newTable(t)
	tea := plan(t, table, meeting.Meeting{Host: user(1), ID: "80000000001", Type: meeting.Scheduled, Start: start})
	weekly := plan(t, table, meeting.Meeting{Host: user(1), ID: "80000000002", Type: meeting.NoFixedTime})
	for i := range 3 {
		sat := meeting.InstanceRecord{Instance: fmt.Sprintf("instance%d", i), Owner: user(1), Room: tea.ID, Meeting: meeting.MeetingRef{ID: tea.ID},
			OpenedAt: start.Add(time.Duration(i) * time.Hour), EndedAt: start.Add(time.Duration(i+1) * time.Hour)}
		if err := table.SaveInstance(t.Context(), sat); err != nil {
			t.Fatal(err)
		}
	}
	for limit := 1; limit <= 3; limit++ {
		got := ids(walk(t, func(after string, limit int) ([]meeting.Meeting, string, error) {
			return table.Agenda(t.Context(), user(1), time.Time{}, after, limit)
		}, limit))
		if want := []string{string(tea.ID), string(weekly.ID)}; !slices.Equal(got, want) {
			t.Errorf("by %d: %v, want %v", limit, got, want)
		}
	}
}

// Time goes on while somebody reads page after page: what is over by then is left out, and nothing else.
func TestTheNextPageOfAnAgendaMayBeginInThePast(t *testing.T) {
	table := newTable(t)
	for i := range 4 {
		plan(t, table, meeting.Meeting{Host: user(1), ID: meeting.Number(fmt.Sprint(80000000000 + i)),
			Start: start.Add(time.Duration(i) * time.Hour), Duration: time.Hour})
	}
	_, after, err := table.Agenda(t.Context(), user(1), start, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	later := start.Add(2*time.Hour + time.Minute)
	rest, after, err := table.Agenda(t.Context(), user(1), later, after, 5)
	if want := []string{"80000000002", "80000000003"}; err != nil || after != "" || !slices.Equal(ids(rest), want) {
		t.Errorf("%v, %q, %v; want %v", ids(rest), after, err, want)
	}
}

// A meeting may be cancelled between two pages.
func TestThePositionOfAPageNeedNotBeThereAnyMore(t *testing.T) {
	table := newTable(t)
	for i := range 3 {
		plan(t, table, meeting.Meeting{Host: user(1), ID: meeting.Number(fmt.Sprint(80000000000 + i)), Start: start})
	}
	first, after, err := table.Agenda(t.Context(), user(1), start, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Save(t.Context(), meeting.DropMeeting{Meeting: first[0]}); err != nil {
		t.Fatal(err)
	}
	second, _, err := table.Agenda(t.Context(), user(1), start, after, 1)
	if err != nil || len(second) != 1 || second[0].ID == first[0].ID {
		t.Errorf("after %v comes %v, %v", ids(first), ids(second), err)
	}
}

func TestAPositionThatIsNoneIsRefused(t *testing.T) {
	table := newTable(t)
	for _, after := range []string{"x", "/", "8123456789a", "812345678", "812345678901", "2026-03-01T09:00:00.000Z/",
		"2026-03-01T09:00:00.000Z/8123456789x", "2026-03-01T09:00:00Z/81234567890", "2026-13-01T09:00:00.000Z/81234567890",
		"9999-12-31T23:59:59.999Z/81234567890/", strings.Repeat("8", 5000), "\xff"} {
		if _, _, err := table.Agenda(t.Context(), user(1), start, after, 10); meeting.ReasonOf(err) != meeting.Invalid {
			t.Errorf("%.30q: %v", after, err)
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
