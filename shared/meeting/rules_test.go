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

// statedRules reads RULES.md: the packages that hold each rule, by its number.
func statedRules(t *testing.T, root fs.FS) map[string][]string {
	t.Helper()
	document, err := fs.ReadFile(root, "shared/meeting/RULES.md")
	if err != nil {
		t.Fatal(err)
	}
	entry := regexp.MustCompile(`(?s)### I(\d+) .*?Held by: (.*?)\.\n`)
	held := map[string][]string{}
	for _, match := range entry.FindAllStringSubmatch(string(document), -1) {
		if held[match[1]] != nil {
			t.Errorf("I%s is stated twice", match[1])
		}
		for _, quoted := range regexp.MustCompile("`(.+?)`").FindAllStringSubmatch(match[2], -1) {
			held[match[1]] = append(held[match[1]], quoted[1])
		}
	}
	return held
}

// A source is a Go file, or a script of the proofs: the rules that it mentions, and those that its tests are named
// after.
type source struct {
	path             string
	mentioned, tests []string
}

func sources(t *testing.T, root fs.FS) (all []source) {
	t.Helper()
	mention := regexp.MustCompile(`\b(?:Test)?I(\d+)(?:\b|[A-Z])`)
	test := regexp.MustCompile(`(?m)^func TestI(\d+)[A-Z]`)
	script := regexp.MustCompile(`(?i)^i0*(\d+)_`)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		isScript := path.Ext(name) == ".txt" && strings.HasPrefix(name, "shared/dev/proof/")
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && name != ".":
			return fs.SkipDir
		case d.IsDir() || !isScript && path.Ext(name) != ".go":
			return nil
		}
		text, err := fs.ReadFile(root, name)
		s := source{path: name, mentioned: numbers(mention, string(text))}
		if isScript {
			s.tests = numbers(script, d.Name())
		} else if strings.HasSuffix(name, "_test.go") {
			s.tests = numbers(test, string(text))
		}
		all = append(all, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func numbers(pattern *regexp.Regexp, text string) (found []string) {
	for _, match := range pattern.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}

func TestRulesAreStatedAndHeld(t *testing.T) {
	root := os.DirFS("../..")
	stated, all := statedRules(t, root), sources(t, root)
	for n := range 20 {
		rule := strconv.Itoa(n + 1)
		isHeld := slices.ContainsFunc(all, func(s source) bool {
			return slices.Contains(s.tests, rule) && slices.ContainsFunc(stated[rule], func(dir string) bool {
				return strings.HasPrefix(s.path, dir+"/")
			})
		})
		if !isHeld {
			t.Errorf("I%s is held by no test in %v", rule, stated[rule])
		}
		for _, dir := range stated[rule] {
			if info, err := fs.Stat(root, dir); err != nil || !info.IsDir() {
				t.Errorf("I%s names %s, which is no package", rule, dir)
			}
		}
	}
	for _, s := range all {
		for _, rule := range slices.Concat(s.mentioned, s.tests) {
			if stated[rule] == nil {
				t.Errorf("%s mentions I%s, which RULES.md does not state", s.path, rule)
			}
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
