package meeting

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// expected is testdata/recurrence/expected.json. Another implementation computed it, by the script beside it.
type expected struct {
	Series []expectedSeries
	Clocks map[string]map[time.Time]time.Time // by zone: instants of wall-clock times
}

func readExpected(t *testing.T) (e expected) {
	t.Helper()
	text, err := os.ReadFile("testdata/recurrence/expected.json")
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func zoneOf(t interface{ Fatal(...any) }, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func TestWallClockTimesInGapsAndOverlaps(t *testing.T) {
	for _, c := range []struct{ name, zone, wall, want string }{
		{"before the gap", "America/New_York", "2026-03-08T01:59:59Z", "2026-03-08T06:59:59Z"},
		{"in the gap, by the offset before it", "America/New_York", "2026-03-08T02:30:00Z", "2026-03-08T07:30:00Z"},
		{"after the gap", "America/New_York", "2026-03-08T03:00:00Z", "2026-03-08T07:00:00Z"},
		{"before the overlap", "America/New_York", "2026-11-01T00:59:59Z", "2026-11-01T04:59:59Z"},
		{"in the overlap, the first", "America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z"},
		{"after the overlap", "America/New_York", "2026-11-01T02:00:00Z", "2026-11-01T07:00:00Z"},
		{"a gap", "Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z"},
		{"an overlap", "Europe/Berlin", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z"},
		{"a gap of half an hour", "Australia/Lord_Howe", "2026-10-04T02:15:00Z", "2026-10-03T15:45:00Z"},
		{"an overlap of half an hour", "Australia/Lord_Howe", "2026-04-05T01:45:00Z", "2026-04-04T14:45:00Z"},
		{"the day before the one left out", "Pacific/Apia", "2011-12-29T09:00:00Z", "2011-12-29T19:00:00Z"},
		{"a day that is left out", "Pacific/Apia", "2011-12-30T09:00:00Z", "2011-12-30T19:00:00Z"},
		{"the day after it is at the same time", "Pacific/Apia", "2011-12-31T09:00:00Z", "2011-12-30T19:00:00Z"},
		{"a gap at midnight", "America/Sao_Paulo", "2018-11-04T00:00:00Z", "2018-11-04T03:00:00Z"},
		{"an overlap before midnight", "America/Sao_Paulo", "2019-02-16T23:30:00Z", "2019-02-17T01:30:00Z"},
		{"a gap, where winter is the exception", "Europe/Dublin", "2026-03-29T01:30:00Z", "2026-03-29T01:30:00Z"},
		{"an overlap, where winter is the exception", "Europe/Dublin", "2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z"},
		{"an overlap as Ramadan begins", "Africa/Casablanca", "2019-05-05T02:30:00Z", "2019-05-05T01:30:00Z"},
		{"a gap as Ramadan ends", "Africa/Casablanca", "2019-06-09T02:30:00Z", "2019-06-09T02:30:00Z"},
		{"no summer time", "Asia/Kolkata", "2026-03-29T02:30:00Z", "2026-03-28T21:00:00Z"},
		{"UTC", "UTC", "2026-03-29T02:30:00Z", "2026-03-29T02:30:00Z"},
	} {
		if got := fromWallClock(at(c.wall), zoneOf(t, c.zone)); !got.Equal(at(c.want)) {
			t.Errorf("%s: %s in %s is %s, want %s", c.name, c.wall, c.zone, got.Format(time.RFC3339), c.want)
		}
	}
}

func TestWallClockTimesOfAllZonesAreThoseOfAnotherImplementation(t *testing.T) {
	zones := readExpected(t).Clocks
	if len(zones) < 500 {
		t.Errorf("only %d zones are expected", len(zones))
	}
	for name, walls := range zones {
		for wall, want := range walls {
			if got := fromWallClock(wall, zoneOf(t, name)); !got.Equal(want) {
				t.Errorf("%s in %s is %s, want %s", wall, name, got, want)
			}
		}
	}
}

func TestWallClockTimeIsTheFirstInstantOrByTheOffsetBeforeTheGap(t *testing.T) {
	names := slices.Sorted(maps.Keys(readExpected(t).Clocks))
	rapid.Check(t, func(t *rapid.T) {
		zone := zoneOf(t, rapid.SampledFrom(names).Draw(t, "zone"))
		wall := at("1973-01-01T00:00:00Z").Add(time.Duration(rapid.IntRange(0, 100*365*24*60).Draw(t, "minutes")) * time.Minute)
		if _, change := wall.In(zone).ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(t, "at a change") {
			wall = toWallClock(change, zone).Add(time.Duration(rapid.IntRange(-150, 150).Draw(t, "after")) * time.Minute)
		}
		want := wall.Add(-26 * time.Hour)
		for toWallClock(want, zone).Before(wall) {
			want = want.Add(time.Minute)
		}
		if toWallClock(want, zone).After(wall) {
			want = wall.Add(-offset(want.Add(-time.Minute).In(zone)))
		}
		if got := fromWallClock(wall, zone); !got.Equal(want) {
			t.Fatalf("%s in %s is %s, want %s", wall, zone, got, want)
		}
	})
}
