package meeting

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestI3SuggestedNumbersResembleTheWantedOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		near := Number(rapid.StringMatching(`[2-7][0-9]{9}`).Draw(t, "near"))
		n := rapid.IntRange(0, 100).Draw(t, "n")
		got, err := suggestNumbers(near, randomness(t), n)
		if err != nil || len(got) != n {
			t.Fatalf("%d like %q: %q, %v", n, near, got, err)
		}
		_, bad := ParsePMI(string(near))
		for i, number := range got {
			if slices.Contains(got[:i], number) || bad == nil && i < 3 && number[:6] != near[:6] {
				t.Fatalf("suggestion %d of %q for %q", i, got, near)
			}
		}
	})
}

func TestI4SuggestedLinksResembleTheWantedOne(t *testing.T) {
	longest := strings.Repeat("a", 40)
	for near, want := range map[Link][]Link{
		"Ada.Lovelace": {"Ada.Lovelace77", "Ada.Lovelace.77", "Ada.Lovelace.room77"},
		"Ada.Love.":    {"Ada.Love77", "Ada.Love.77", "Ada.Love.room77"},
		Link(longest):  {Link(longest[:38] + "77"), Link(longest[:37] + ".77"), Link(longest[:33] + ".room77")},
	} {
		got, err := suggestLinks(near, stuck(7), 3)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("like %q (-want +got): %v\n%s", near, err, diff)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		near := Link(rapid.StringMatching(`[A-Za-z][A-Za-z0-9.]{4,39}`).Draw(t, "near"))
		if got, err := suggestLinks(near, randomness(t), 50); err != nil || len(got) != 50 {
			t.Fatalf("like %q: %q, %v", near, got, err)
		}
	})
}
