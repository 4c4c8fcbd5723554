package rules

import (
	"fmt"
	"strings"
	"testing"
)

// A script with a wrong line names the line, what happened, and what it expects.
func TestAScriptFailsAtTheLineThatIsWrong(t *testing.T) {
	w := newWorld(t)
	w.play("sam joins -> waits for the host")
	for text, problem := range map[string]string{
		"sam polls -> admitted":                `sam polls: the result is "waits for the host", want "admitted"`,
		"the roster = none":                    `the roster: the result is "sam waiting", want "none"`,
		"ada locks":                            `ada locks: the result is "refused room_idle", want "ok"`,
		"ada dances":                           `ada dances: the result is "unknown: no line has this form", want "ok"`,
		"ada sets colour to red":               `ada sets colour to red: the result is "unknown: there is no such setting", want "ok"`,
		"2 times sam and sue poll -> admitted": `sam poll: the result is "waits for the host", want "admitted"`,
	} {
		report := &recorder{TB: t}
		w.t = report
		w.playLine(parseLine("rule.txt:7", text))
		if want := "rule.txt:7: " + problem; report.text != want {
			t.Errorf("%s: %q, want %q", text, report.text, want)
		}
	}
	if _, err := parse("rule.txt", "ada joins\n# late title"); err == nil || !strings.Contains(err.Error(), "rule.txt:1") {
		t.Errorf("a line without a title: %v", err)
	}
}

// A recorder keeps the report of a failure instead of failing.
type recorder struct {
	testing.TB
	text string
}

func (r *recorder) Errorf(format string, args ...any) { r.text = fmt.Sprintf(format, args...) }
