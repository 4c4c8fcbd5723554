package meeting

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestEveryReasonHasARow(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^\s*(?:const )?\w+ +Reason += "(\w+)"`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range declared.FindAllSubmatch(source, -1) {
			found++
			row := refusals()[Reason(match[1])]
			if !strings.HasSuffix(row.message, ".") {
				t.Errorf("%s: %q has no message: add a row to refusals", name, match[1])
			}
		}
	}
	if found != len(refusals()) {
		t.Errorf("%d reasons for %d rows", found, len(refusals()))
	}
}
