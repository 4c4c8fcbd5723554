package api

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/template"
)

func TestEveryReasonHasItsOwnOutcome(t *testing.T) {
	var reasons, rows []string
	for _, files := range []string{"../meeting/*.go", "../account/*.go", "../doorbell/*.go", "*.go"} {
		reasons = append(reasons, find(t, files, `(?m)^\s*\w+ +(?:meeting\.)?Reason += "(\w+)"`)...)
	}
	codes := map[int]bool{300: false}
	for reason, o := range outcomes {
		rows = append(rows, string(reason))
		if codes[o.code] || o.status < 400 || (o.status == 429 || o.status == 503) != (o.retry > 0) {
			t.Errorf("%q: its code is used twice, or its status and Retry-After do not fit: %+v", reason, o)
		}
		codes[o.code] = o.code != 300
	}
	slices.Sort(reasons)
	slices.Sort(rows)
	if d := cmp.Diff(reasons, rows); d != "" || len(reasons) < 34 {
		t.Errorf("%d declared reasons (-) and outcomes (+):\n%s", len(reasons), d)
	}
}

func TestDocumentsListEveryRefusal(t *testing.T) {
	var want []string
	for reason, o := range outcomes {
		want = append(want, fmt.Sprintf("%d %d %s", o.status, o.code, reason))
	}
	slices.Sort(want)
	for _, document := range []string{"openapi.yaml", "../docs/api.md"} {
		if d := cmp.Diff(want, find(t, document, "(?m)^ *\\| (\\d+) \\| (\\d+) \\| `(\\w+)` \\|")); d != "" {
			t.Errorf("refusals.go (-) and %s (+):\n%s", document, d)
		}
	}
}

func TestDocumentListsEveryRoute(t *testing.T) {
	bundle, err := template.LoadNearest()
	if err != nil {
		t.Fatal(err)
	}
	want := map[bool][]string{}
	for _, r := range bundle.Plain() {
		want[r.Open] = append(want[r.Open], r.Method+" "+r.Path)
	}
	for open, access := range map[bool]string{
		true: "none \\| (?:everyone|LiveKit)", false: ".*? \\| (?:owner|host|admin|any user)",
	} {
		slices.Sort(want[open])
		if d := cmp.Diff(want[open], find(t, "../docs/api.md", "(?m)^\\| ([A-Z]+) \\| `(/.*?)` \\| "+access)); d != "" {
			t.Errorf("routes in template.yaml (-) and api.md (+), without a token: %v\n%s", open, d)
		}
	}
}

// find returns what the pattern finds in files, sorted: its groups with spaces between them.
func find(t *testing.T, files, pattern string) (all []string) {
	t.Helper()
	names, err := filepath.Glob(files)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %v", files, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, groups := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			all = append(all, strings.Join(groups[1:], " "))
		}
	}
	slices.Sort(all)
	return all
}
