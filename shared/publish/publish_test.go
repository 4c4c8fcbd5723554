package publish_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"personal-rooms/shared/publish"
)

// An entry that is not accepted is put again, up to three times in all. A rejected one is put once or not at all, and
// delays nothing. The second entry of a group is put after the first one was accepted.
func TestPut(t *testing.T) {
	down := errors.New("down")
	for name, c := range map[string]struct {
		entries  string         // the group of each is its first letter; those of digits have none
		refused  map[string]int // how often an entry is refused; one that begins with "bad" is rejected
		calls    string
		errors   []string // parts of the error
		rejected bool
	}{
		"nothing":         {"", nil, "", nil, false},
		"ten in one call": {"0 1 2 3 4 5 6 7 8 9 10 11", nil, "0 1 2 3 4 5 6 7 8 9 | 10 11", nil, false},
		"groups":          {"a1 b1 a2 c1", map[string]int{"a1": 1}, "a1 b1 | a1 | a2 c1", nil, false},
		"never accepted":  {"a1 a2", map[string]int{"a1": 9}, "a1 | a1 | a1", []string{"1 were not accepted: later"}, false},
		"rejected": {"large a1 bad b2", map[string]int{"a1": 1}, "a1 bad | a1 | b2",
			[]string{"300000 bytes", "bad: rejected"}, true},
		"rejected and not": {"bad a1", map[string]int{"a1": 9}, "bad a1 | a1 | a1", []string{"later"}, false},
		"no answer":        {"down a1", nil, "down a1", []string{"down"}, false},
	} {
		var calls []string
		call := func(_ context.Context, entries []string) ([]error, error) {
			calls = append(calls, strings.Join(entries, " "))
			answers := make([]error, len(entries))
			for i, e := range entries {
				switch {
				case e == "down":
					return nil, down
				case e == "bad":
					answers[i] = fmt.Errorf("bad: %w", publish.ErrRejected)
				case c.refused[e] > 0:
					c.refused[e]--
					answers[i] = errors.New("later")
				}
			}
			return answers, nil
		}
		var all []publish.Entry[string]
		for e := range strings.FieldsSeq(c.entries) {
			one := publish.Entry[string]{Entry: e, Group: strings.Trim(e[:1], "0123456789")}
			if e == "large" {
				one.Size = 300_000
			}
			all = append(all, one)
		}
		err := publish.Put(t.Context(), all, call)
		if (err == nil) != (c.errors == nil) || errors.Is(err, publish.ErrRejected) != c.rejected {
			t.Errorf("%s: %v", name, err)
		}
		for _, part := range c.errors {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v, want it to say %s", name, err, part)
			}
		}
		if got := strings.Join(calls, " | "); got != c.calls {
			t.Errorf("%s: called with %s, want %s", name, got, c.calls)
		}
	}
}
