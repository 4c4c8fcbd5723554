package api_test

import (
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
)

func TestTimesAreReadInEveryFormThatClientsWrite(t *testing.T) {
	const local, east = "2027-03-25T10:00:00", "2027-03-25T10:00:00+05:30"
	for text, want := range map[string]string{
		"2027-03-25T10:00:00Z": local + "Z", "2027-03-25T10:00Z": local + "Z", "2027-03-25t10:00:00z": local + "Z",
		"2027-03-25 10:00:00Z": local + "Z", "2027-03-25 10:00 Z": local + "Z", "2027-03-25T10:00:00.0000000Z": local + "Z",
		"2027-03-25T10:00:00+05:30": east, "2027-03-25T10:00+0530": east, "2027-03-25 10:00:00 +0530": east,
		"2027-03-25T10:00:00 05:30": east, // in a query, without an escaped plus sign
		"2027-03-25T10:00:00-03":    local + "-03:00", "2027-03-25 10:00 -0300": local + "-03:00",
		"2027-03-25T10:00:00": local, "2027-03-25T10:00": local, "2027-03-25 10:00": local, "2027-03-25 10:00:00.5": local,
	} {
		got, err := api.ParseTime(text)
		layout := time.RFC3339
		if got.Local {
			layout = "2006-01-02T15:04:05"
		}
		testkit.Equal(t, text, got.Time.Format(layout), want)
		testkit.Equal(t, text, err, nil)
	}
	for _, text := range []string{
		"2027-03-25", "2027-03-25T", "2027-03-25T10Z", "2027-03-25TT10:00Z", "2027-03-25  10:00", "2027-03-25T10:00T+0530", "10:00",
		"2027-02-29T10:00Z", "2027-03-25T25:00Z", "2027-03-25T10:00+99:00", "2027-03-25T10:00 ", "2027-03-25T10:00Z+01", "1805673600000",
	} {
		if got, err := api.ParseTime(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
