package api

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"personal-rooms/shared/meeting"
)

func TestEveryReasonHasAnOutcome(t *testing.T) {
	reasons := declaredReasons(t)
	if len(reasons) < 34 {
		t.Fatalf("found only %d reasons: are they declared in another way now?", len(reasons))
	}
	for _, reason := range reasons {
		if o, ok := outcomeOf(reason); !ok || o.status < 400 {
			t.Errorf("%q has no status: add it to outcomes", reason)
		}
	}
	if len(outcomes()) != len(reasons) {
		t.Errorf("%d outcomes for %d reasons", len(outcomes()), len(reasons))
	}
}

func TestCodesAreDistinct(t *testing.T) {
	seen := map[int]meeting.Reason{}
	for _, o := range outcomes() {
		if other, twice := seen[o.code]; twice && o.code != 300 {
			t.Errorf("%q and %q share the code %d", o.reason, other, o.code)
		}
		seen[o.code] = o.reason
		if (o.status == 429 || o.status == 503) != (o.retry > 0) {
			t.Errorf("%q: status %d, Retry-After %d", o.reason, o.status, o.retry)
		}
	}
}

// declaredReasons returns the constants of type Reason in the source of the three packages that declare them.
func declaredReasons(t *testing.T) (reasons []meeting.Reason) {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^\s*\w+ +(?:meeting\.)?Reason += "(\w+)"`)
	for _, dir := range []string{"../meeting", "../account", "."} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range declared.FindAllSubmatch(source, -1) {
				reasons = append(reasons, meeting.Reason(match[1]))
			}
		}
	}
	return reasons
}
