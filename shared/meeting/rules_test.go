package meeting_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

var (
	rulesEntry  = regexp.MustCompile(`(?s)### I(\d+) .*?Held by: (.*?)\.\n`)
	ruleMention = regexp.MustCompile(`\b(?:Test)?I(\d+)(?:\b|[A-Z])`)
	// A test of a rule is named after it, and so is a script of the proofs.
	ruleTest = regexp.MustCompile(`(?m)^(?:func TestI|shared/dev/proof/.*/i0*)(\d+)[A-Z_]`)
)

// RULES.md states every rule once, and each package that it names for the rule has a test of it. No other rule is
// mentioned anywhere.
func TestRulesAreStatedAndHeld(t *testing.T) {
	document, err := os.ReadFile("RULES.md")
	if err != nil {
		t.Fatal(err)
	}
	entries, missing := rulesEntry.FindAllStringSubmatch(string(document), -1), map[string][]string{} // packages, by rule
	for _, entry := range entries {
		missing[entry[1]] = strings.FieldsFunc(entry[2], func(r rune) bool { return strings.ContainsRune(",` \n", r) })
		if len(missing[entry[1]]) == 0 {
			t.Errorf("I%s names no package that holds it", entry[1])
		}
	}
	for n := range 20 {
		if _, stated := missing[strconv.Itoa(n+1)]; !stated || len(entries) != 20 {
			t.Errorf("RULES.md states %d rules, want each of I1 to I20 once; I%d: %v", len(entries), n+1, stated)
		}
	}
	err = fs.WalkDir(os.DirFS("../.."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err == nil && d.IsDir() && strings.HasPrefix(d.Name(), ".") && name != ".":
			return fs.SkipDir
		case err != nil || d.IsDir() || path.Ext(name) != ".go" && path.Ext(name) != ".txt":
			return err
		}
		text, err := os.ReadFile(path.Join("../..", name))
		for _, mention := range ruleMention.FindAllSubmatch(text, -1) {
			if _, stated := missing[string(mention[1])]; !stated {
				t.Errorf("%s mentions I%s, which RULES.md does not state", name, mention[1])
			}
		}
		for _, test := range ruleTest.FindAllStringSubmatch(name+"\n"+string(text), -1) {
			holds := func(folder string) bool { return strings.HasPrefix(name, folder+"/") }
			missing[test[1]] = slices.DeleteFunc(missing[test[1]], holds)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for rule, folders := range missing {
		if len(folders) > 0 {
			t.Errorf("I%s is held by no test in %s", rule, folders)
		}
	}
}

func TestI20EndIsTheLastEventOfItsInstance(t *testing.T) {
	live := meeting.Room{Number: "5551234321", Kind: meeting.Personal, Live: meeting.LiveState{
		Instance: "one", Open: true, Epoch: 7, AdmissionSeq: 3,
	}}
	over, ended := meeting.Transition{Instance: "one", End: &meeting.Ending{Next: "two"}}.Apply(live)
	events := event.FromChange(event.Change{Before: live, After: over})
	if !ended || len(events) != 1 || events[0].Name != event.MeetingEnded {
		t.Fatalf("%+v", events)
	}
	if last := events[0].Sequence; last.Instance != "one" || last.Epoch <= live.Live.Epoch {
		t.Errorf("ordered as %+v", last)
	}
}
