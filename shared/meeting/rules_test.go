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
	ruleTest   = regexp.MustCompile(`(?m)^func TestI(\d+)[A-Z]`)
	ruleScript = regexp.MustCompile(`^shared/dev/proof/.*/i0*(\d+)_\w+\.txt$`)
)

func rulesIn(pattern *regexp.Regexp, text []byte) (found []string) {
	for _, match := range pattern.FindAllSubmatch(text, -1) {
		found = append(found, string(match[1]))
	}
	return found
}

// RULES.md states every rule once, and each package that it names for the rule has a test of it. No other rule is
// mentioned anywhere.
func TestRulesAreStatedAndHeld(t *testing.T) {
	root := os.DirFS("../..")
	document, err := os.ReadFile("RULES.md")
	if err != nil {
		t.Fatal(err)
	}
	stated, tests := rulesIn(rulesEntry, document), map[string][]string{} // files, by their rule
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		isScript := ruleScript.MatchString(name)
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && name != ".":
			return fs.SkipDir
		case d.IsDir() || !isScript && path.Ext(name) != ".go":
			return nil
		}
		text, err := fs.ReadFile(root, name)
		named := slices.Concat(rulesIn(ruleTest, text), rulesIn(ruleScript, []byte(name)))
		for _, rule := range slices.Concat(rulesIn(ruleMention, text), named) {
			if !slices.Contains(stated, rule) {
				t.Errorf("%s mentions I%s, which RULES.md does not state", name, rule)
			}
		}
		for _, rule := range named {
			tests[rule] = append(tests[rule], name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range rulesEntry.FindAllSubmatch(document, -1) {
		rule := string(entry[1])
		packages := strings.FieldsFunc(string(entry[2]), func(r rune) bool { return strings.ContainsRune(",` \n", r) })
		if len(packages) == 0 {
			t.Errorf("I%s names no package that holds it", rule)
		}
		for _, folder := range packages {
			if !hasFileIn(tests[rule], folder) {
				t.Errorf("I%s is held by no test in %s", rule, folder)
			}
		}
	}
	for n := range 20 {
		if rule := strconv.Itoa(n + 1); len(stated) != 20 || !slices.Contains(stated, rule) {
			t.Errorf("RULES.md states %v, want each of I1 to I20 once", stated)
		}
	}
}

func hasFileIn(files []string, dir string) bool {
	return slices.ContainsFunc(files, func(name string) bool { return strings.HasPrefix(name, dir+"/") })
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
