package meeting

import (
	"encoding/json"
	"os"
	"testing"
	"time"
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

func zoneOf(name string) *time.Location { return Meeting{Timezone: name}.Zone() }

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func TestWallClockTimesOfAllZonesAreThoseOfAnotherImplementation(t *testing.T) {
	zones := readExpected(t).Clocks
	if len(zones) < 500 {
		t.Errorf("only %d zones are expected", len(zones))
	}
	for name, walls := range zones {
		for wall, want := range walls {
			if got := fromWallClock(wall, zoneOf(name)); !got.Equal(want) {
				t.Errorf("%s in %s is %s, want %s", wall, name, got, want)
			}
		}
	}
}
