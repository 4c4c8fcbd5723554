package meeting

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestI14JoinLinkNamesItsMeeting(t *testing.T) {
	own := Planned{Meeting: Meeting{ID: "83000000003"}, Room: Room{Number: "83000000003", Settings: Settings{Passcode: "@-_*"}}}
	in := Planned{Meeting: Meeting{ID: forA.ID, UsePMI: true}, Room: adasRoom()}
	bare := Planned{Meeting: Meeting{ID: "5551234321", Type: PersonalRoom}, Room: Room{Number: "5551234321"}}
	for _, c := range []struct {
		name    string
		planned Planned
		want    string
	}{
		{"a meeting in its own room, with a passcode that must be escaped", own, "/j/83000000003?pwd=%40-_%2A"},
		{"a meeting in the personal room", in, "/j/5551234321?omn=83000000001&pwd=open123"},
		{"the personal room, without a passcode", bare, "/j/5551234321"},
	} {
		if got := c.planned.JoinURL("https://meet.example.com"); got != "https://meet.example.com"+c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
	if got := in.StartURL("https://meet.example.com"); got != "https://meet.example.com/s/83000000001" {
		t.Errorf("start: %s", got)
	}
}

func TestInvitationText(t *testing.T) {
	i := Invitation{Host: Profile{FirstName: "Ada"}, Planned: Planned{
		Meeting: Meeting{ID: forA.ID, Topic: "Plans", Agenda: "1. All of it", Start: nine, Timezone: "Europe/Berlin", UsePMI: true},
		Room:    adasRoom(),
	}}
	want := `Ada is inviting you to a meeting.

Topic: Plans
Time: Mar 2, 2026 10:00 Europe/Berlin

1. All of it

Join:
https://meet.example.com/j/5551234321?omn=83000000001&pwd=open123

Meeting ID: 555 123 4321
Passcode: open123
`
	if got := i.Text("https://meet.example.com", nine); got != want {
		t.Errorf("got\n%s", got)
	}
	i.Meeting.Start, i.Meeting.Agenda, i.Room.Settings.Passcode = time.Time{}, "", ""
	if got := i.Text("", nine); strings.Contains(got, "Time:") || strings.Contains(got, "Passcode") {
		t.Errorf("of no fixed time and no passcode:\n%s", got)
	}
	i.Meeting.Start, i.Meeting.Timezone = nine, "Not/AZone"
	if got := i.Text("", nine); !strings.Contains(got, "Time: Mar 2, 2026 09:00 UTC\n") {
		t.Errorf("in no time zone: %s", got)
	}
}

func TestInvitationToASeriesListsNextOccurrences(t *testing.T) {
	cancelled := OccurrenceID("1772496000000") // March 3
	i := Invitation{Planned: Planned{Meeting: Meeting{Type: FixedTime, Start: nine, Duration: time.Hour, Timezone: "Europe/Berlin",
		Series: &Series{Rule: Recurrence{Cycle: Daily, Interval: 1, Times: 4}, First: nine.Add(time.Hour), Exceptions: []Exception{{ID: cancelled, Cancelled: true}}}}}}
	want := `Time: Every day, 4 times
      Mar 4, 2026 10:00 Europe/Berlin
      Mar 5, 2026 10:00 Europe/Berlin

`
	if got := i.Text("", nine.Add(2*time.Hour)); !strings.Contains(got, want) {
		t.Errorf("got\n%s", got)
	}
}

// A past number leads to the host's room only while the profile has it.
func TestI14ProfileKeepsItsPastNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Map(rapid.IntRange(0, 70), func(n int) Number { return Number(rune('A' + n)) })
		p := Profile{PMI: number.Draw(t, "first")}
		var had []Number
		for _, n := range rapid.SliceOfN(number, 0, 90).Draw(t, "edits") {
			if n != p.PMI {
				had = append(slices.DeleteFunc(had, func(old Number) bool { return old == n }), p.PMI)
				p = p.renumbered(n)
			}
			if !p.had(n) {
				t.Fatal("not the user's own number")
			}
		}
		latest := had[max(0, len(had)-MaxPastNumbers):]
		if !slices.Equal(p.PastNumbers, latest) {
			t.Fatalf("remembers %q; had %q", p.PastNumbers, latest)
		}
		for _, n := range latest {
			if !p.had(n) {
				t.Fatalf("forgot %q", n)
			}
		}
		if p.had("never") {
			t.Fatal("a number that was never theirs")
		}
	})
}

func TestI14MeetingIsFoundOnlyInTheHostsPersonalRoom(t *testing.T) {
	alias := Room{Number: forA.ID, Kind: Alias, Owner: ada.User, Topic: "A", Settings: Settings{AlternativeHosts: forA.Hosts}}
	for name, c := range map[string]struct {
		room, alias Room
		want        Number
	}{
		"the host's personal room":     {adasRoom(), alias, forA.ID},
		"the personal room of another": {with(adasRoom(), func(r *Room) { r.Owner = erin.User }), alias, ""},
		"a room of one meeting":        {with(adasRoom(), func(r *Room) { r.Kind = MeetingRoom }), alias, ""},
		"a cancelled meeting":          {adasRoom(), alias.Retire(nine, time.Hour), ""},
		"no meeting":                   {adasRoom(), Room{}, ""},
		"nothing at all":               {Room{}, Room{}, ""},
	} {
		if got := (Destination{Room: c.room}).targetFor(c.alias).Target.ID; got != c.want {
			t.Errorf("%s: for %q", name, got)
		}
	}
}

func TestI13GuessCountsForTheRoomThatItReaches(t *testing.T) {
	if got := (Destination{Room: adasRoom(), asked: "5550001111"}).nextAddress(); got != "5551234321" {
		t.Errorf("a number that leads on: %s", got)
	}
	if got := (Destination{Room: adasRoom().Retire(nine, time.Hour), asked: "5550001111"}).nextAddress(); got != "5550001111" {
		t.Errorf("a number that leads to nothing: %s", got)
	}
}
