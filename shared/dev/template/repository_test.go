package template_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// topLevel are the allowed names at the top level of the repository, besides those that begin with a dot.
var topLevel = []string{
	"functions", "shared", "template.yaml", "samconfig.toml", "go.mod", "go.sum", "Makefile", "README.md", "LICENSE",
}

// binaries are what packages embed: a file of the Go release, and the icon, for systems that show no SVG.
var binaries = []string{"shared/meeting/zoneinfo.zip", "shared/web/assets/icon.png"}

func TestTheRepositoryHoldsSourcesOnly(t *testing.T) {
	root := ours(t, nil).Root
	tracked, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "-z").Output()
	if err != nil {
		t.Skip("this is not a work tree of git") //nolint:forbidigo // an archive of the sources has no list of files
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(tracked), "\x00"), "\x00") {
		if top, _, _ := strings.Cut(name, "/"); !slices.Contains(topLevel, top) && !strings.HasPrefix(top, ".") {
			t.Errorf("%s: the top level may hold %v, and names that begin with a dot", name, topLevel)
		}
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil && !os.IsNotExist(err) { // a file that is deleted and not yet committed does not exist
			t.Fatal(err)
		}
		if bytes.IndexByte(content, 0) >= 0 && !slices.Contains(binaries, name) {
			t.Errorf("%s is a binary: build into bin/ or another folder that git ignores", name)
		}
	}
}

// `go build ./functions/deliver` leaves an executable in the current folder. Git must ignore it.
func TestExecutablesOfFunctionsAreIgnored(t *testing.T) {
	b := ours(t, nil)
	for _, f := range b.Functions {
		for _, name := range []string{f.Name, filepath.Join(f.Folder, f.Name), filepath.Join(f.Folder, "bootstrap")} {
			if exec.CommandContext(t.Context(), "git", "-C", b.Root, "check-ignore", "-q", name).Run() != nil {
				t.Errorf("%s is not in .gitignore", name)
			}
		}
	}
}

// Each alarm has an entry in operate.md, and each entry is of an alarm.
func TestEveryAlarmHasAnEntryForOperators(t *testing.T) {
	root := ours(t, nil).Root
	read := func(name ...string) string {
		text, err := os.ReadFile(filepath.Join(append([]string{root}, name...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	alarms := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^  (\w+):\n    Type: AWS::CloudWatch::Alarm$`)
	for _, match := range declared.FindAllStringSubmatch(read("template.yaml"), -1) {
		alarms[match[1]] = true
	}
	for _, entry := range strings.Split(read("shared", "docs", "operate.md"), "\n### ")[1:] {
		names, text, _ := strings.Cut(entry, "\n")
		for name := range strings.SplitSeq(names, ", ") {
			if !alarms[name] {
				t.Errorf("the entry %s is not of an alarm, or it is there twice", name)
			}
			delete(alarms, name)
		}
		if !strings.Contains(text, "- Meaning:") ||
			!strings.Contains(text, "- Query") && !strings.Contains(text, "- First look") ||
			!strings.Contains(text, "- Action:") {
			t.Errorf("the entry of %s lacks its meaning, its first query or its action", names)
		}
	}
	for name := range alarms {
		t.Errorf("%s has no entry", name)
	}
}
