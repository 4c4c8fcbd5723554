package api

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The table of refusals in openapi.yaml is what clients are told of outcomes.
func TestTheDocumentHasEveryRefusal(t *testing.T) {
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var told, should []string
	for _, row := range regexp.MustCompile("(?m)^ *\\| (\\d+) \\| (\\d+) \\| `(\\w+)` \\|").FindAllStringSubmatch(string(text), -1) {
		told = append(told, row[1]+" "+row[2]+" "+row[3])
	}
	for _, o := range outcomes() {
		should = append(should, fmt.Sprintf("%d %d %s", o.status, o.code, o.reason))
	}
	slices.Sort(told)
	slices.Sort(should)
	if d := cmp.Diff(should, told); d != "" {
		t.Errorf("refusals.go (-) and openapi.yaml (+):\n%s", d)
	}
}
