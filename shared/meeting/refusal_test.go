package meeting

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestEveryReasonHasARow(t *testing.T) {
	source, err := os.ReadFile("refusal.go")
	reasons := regexp.MustCompile(`(?m)^\s*\w+ +Reason += "(\w+)"`).FindAllSubmatch(source, -1)
	for _, match := range reasons {
		if !strings.HasSuffix(refusals[Reason(match[1])].message, ".") {
			t.Errorf("%q has no message: add a row to refusals", match[1])
		}
	}
	if err != nil || len(reasons) != len(refusals) {
		t.Errorf("%d reasons for %d rows; %v", len(reasons), len(refusals), err)
	}
}
