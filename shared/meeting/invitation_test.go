package meeting

import (
	"slices"
	"strings"
	"testing"
	"time"
)

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

func TestInvitationSaysOnlyWhatIsSet(t *testing.T) {
	i := Invitation{Planned: Planned{Meeting: Meeting{ID: forA.ID, Topic: "Plans", UsePMI: true}, Room: Room{Number: "5551234321"}}}
	if got := i.Text("", nine); strings.Contains(got, "Time:") || strings.Contains(got, "Passcode") {
		t.Errorf("of no fixed time and no passcode:\n%s", got)
	}
	i.Meeting.Start, i.Meeting.Timezone = nine, "Not/AZone"
	if got := i.Text("", nine); !strings.Contains(got, "Time: Mar 2, 2026 09:00 UTC\n") {
		t.Errorf("in no time zone: %s", got)
	}
	if got := i.StartURL("https://x.example"); got != "https://x.example/s/83000000001" {
		t.Errorf("it is started by %s", got)
	}
}

// A past number leads to the host's room only while the profile has it.
func TestI14ProfileKeepsItsPastNumbers(t *testing.T) {
	p := Profile{PMI: "first"}
	renumber := func(n Number) {
		old := p.PMI
		p.PMI = n
		p = p.releasing(old)
	}
	for n := range MaxPastNumbers + 1 {
		renumber(Number(rune('A' + n)))
	}
	if len(p.PastNumbers) != MaxPastNumbers || p.had("first") || !p.had("A") || !p.had(p.PMI) {
		t.Errorf("the past numbers are %q", p.PastNumbers)
	}
	if renumber("B"); slices.Contains(p.PastNumbers, "B") || !p.had("B") || !p.had("A") {
		t.Errorf("after a past number was taken back: %q", p.PastNumbers)
	}
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
		"a cancelled meeting":          {adasRoom(), alias.Release(nine, time.Hour), ""},
	} {
		if got := (Destination{Room: c.room}).targetFor(c.alias).Target.ID; got != c.want {
			t.Errorf("%s: for %q", name, got)
		}
	}
}

func TestI13GuessesCountForTheRoomThatTheyReach(t *testing.T) {
	room, moved := adasRoom(), with(adasRoom(), func(r *Room) { r.Number = "5550001111" })
	place := func(address string, r Room) Place {
		return (&core{env: Env{Now: func() time.Time { return nine }}}).roomPlace(Destination{Room: r, address: address})
	}
	byNumber := place("5551234321", room)
	if byNumber != place("ada.lovelace", room) || byNumber != place("83000000001", room) || byNumber != place("5550001111", moved) {
		t.Error("one room has several counts")
	}
	changed := with(room, func(r *Room) { r.Settings.Passcode = "another" })
	if byNumber == place("5551234321", changed) || !byNumber.Window.IsZero() {
		t.Error("the count is not that of the whole life of one passcode")
	}
	released := room.Release(nine, time.Hour)
	if place("5550001111", released) == place("5550001112", released) || place("5550001111", released).Window.IsZero() {
		t.Error("numbers without a room share a count, or have one for good")
	}
}
