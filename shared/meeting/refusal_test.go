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
	found := 0
	for _, name := range files {
		source, errOfFile := os.ReadFile(name)
		for _, match := range declared.FindAllSubmatch(source, -1) {
			if found++; !strings.HasSuffix(refusals[Reason(match[1])].message, ".") {
				t.Errorf("%s: %q has no message: add a row to refusals", name, match[1])
			}
		}
		if errOfFile != nil {
			t.Fatal(errOfFile)
		}
	}
	if err != nil || found != len(refusals) {
		t.Errorf("%d reasons for %d rows; %v", found, len(refusals), err)
	}
}
