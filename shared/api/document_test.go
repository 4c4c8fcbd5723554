package api

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/template"
)

func TestDocumentsListEveryRefusal(t *testing.T) {
	var want []string
	for _, o := range outcomes() {
		want = append(want, fmt.Sprintf("%d %d %s", o.status, o.code, o.reason))
	}
	slices.Sort(want)
	for _, document := range []string{"openapi.yaml", "../docs/api.md"} {
		if d := cmp.Diff(want, rows(t, document, "(?m)^ *\\| (\\d+) \\| (\\d+) \\| `(\\w+)` \\|")); d != "" {
			t.Errorf("refusals.go (-) and %s (+):\n%s", document, d)
		}
	}
}

func TestDocumentListsEveryRoute(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := template.Load(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	var open, signedIn []string
	for _, r := range bundle.Routes {
		if r.Open {
			open = append(open, r.Method+" "+r.Path)
		} else {
			signedIn = append(signedIn, r.Method+" "+r.Path)
		}
	}
	slices.Sort(open)
	slices.Sort(signedIn)
	if d := cmp.Diff(open, rows(t, "../docs/api.md", "(?m)^\\| ([A-Z]+) \\| `(/.*?)` \\| none \\| (?:everyone|LiveKit)")); d != "" {
		t.Errorf("routes without token in template.yaml (-) and api.md (+):\n%s", d)
	}
	if d := cmp.Diff(signedIn, rows(t, "../docs/api.md", "(?m)^\\| ([A-Z]+) \\| `(/.*?)` \\| .*? \\| (?:owner|host|admin|any user)")); d != "" {
		t.Errorf("routes with a token in template.yaml (-) and api.md (+):\n%s", d)
	}
}

// rows returns the sorted rows of a table in a document, each the groups of the pattern with spaces between them.
func rows(t *testing.T, document, pattern string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, groups := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
		row := groups[1]
		for _, group := range groups[2:] {
			row += " " + group
		}
		all = append(all, row)
	}
	slices.Sort(all)
	return all
}
