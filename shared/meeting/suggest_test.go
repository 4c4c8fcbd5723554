package meeting_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"personal-rooms/shared/meeting"
)

func TestI3SuggestedNumbersFollowTheRulesAndResembleTheWantedOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		near := meeting.Number(rapid.OneOf(
			rapid.StringMatching(`[0-9]{10}`),
			rapid.StringMatching(`(800|2222222|23456789|555)[0-9]{0,7}`),
			rapid.String(),
		).Draw(t, "near"))
		n := rapid.IntRange(-1, 100).Draw(t, "n")
		got, err := meeting.SuggestNumbers(near, randomness(t), n)
		if err != nil || len(got) != max(n, 0) {
			t.Fatalf("SuggestNumbers(%q, %d) = %q, %v", near, n, got, err)
		}
		_, bad := meeting.ParsePMI(string(near))
		for i, number := range got {
			parsed, err := meeting.ParsePMI(string(number))
			if err != nil || parsed != number || number == near || slices.Contains(got[:i], number) {
				t.Fatalf("suggestion %d of %q for %q: %v", i, got, near, err)
			}
			if bad == nil && i < 3 && number[:6] != near[:6] {
				t.Fatalf("%q is not like %q", number, near)
			}
		}
		for _, number := range must(meeting.SuggestNumbers("8005551234", randomness(t), 3)) {
			if number[3:] != "5551234" {
				t.Errorf("%q is not like 8005551234", number)
			}
		}
	})
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func TestI4SuggestedLinksFollowTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		near := meeting.Link(rapid.OneOf(
			rapid.StringMatching(`[A-Za-z][A-Za-z0-9.]{4,39}`),
			rapid.StringMatching(`[A-Za-z]{36}[0-9]{4}`),
			rapid.StringMatching(`[0-9.]*`),
			rapid.String(),
		).Draw(t, "near"))
		n := rapid.IntRange(-1, 100).Draw(t, "n")

		got, err := meeting.SuggestLinks(near, randomness(t), n)
		if err != nil || len(got) != max(n, 0) {
			t.Fatalf("SuggestLinks(%q, %d) = %q, %v", near, n, got, err)
		}
		keys := []string{near.Key()}
		for i, link := range got {
			if parsed, err := meeting.ParseLink(string(link)); err != nil || parsed != link || slices.Contains(keys, link.Key()) {
				t.Fatalf("suggestion %d of %q for %q: %v", i, got, near, err)
			}
			keys = append(keys, link.Key())
		}
	})
}

func TestI4SuggestedLinksResembleTheWantedOne(t *testing.T) {
	tests := []struct {
		near meeting.Link
		want []meeting.Link
	}{
		{"Ada.Lovelace", []meeting.Link{"Ada.Lovelace77", "Ada.Lovelace.77", "Ada.Lovelace.room77"}},
		{"a", []meeting.Link{"a.room77", "a.777", "a.room777"}},
		{"", []meeting.Link{"room77", "room.77", "room.room77"}},
		{"42 Ada-Lovelace.", []meeting.Link{"AdaLovelace77", "AdaLovelace.77", "AdaLovelace.room77"}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, must(meeting.SuggestLinks(test.near, stuck(7), 3))); diff != "" {
			t.Errorf("SuggestLinks(%q) (-want +got):\n%s", test.near, diff)
		}
	}
	longest := meeting.Link(strings.Repeat("a", 40))
	got, err := meeting.SuggestLinks(longest, stuck(7), 1)
	if want := []meeting.Link{longest[:38] + "77"}; err != nil || !cmp.Equal(got, want) {
		t.Errorf("SuggestLinks(%q) = %q, %v; want %q", longest, got, err, want)
	}
}
