//go:build unix

package main

import (
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/interop"
)

// notRaced are packages with concurrent code that the race detector does not test.
var notRaced = []string{
	"shared/dev/run",            // its tests start it as a program
	"shared/dev/bench/overhead", // it has no tests
}

// concurrent is a pattern of git grep for code that starts a goroutine or imports sync.
const concurrent = `^[[:space:]]*(go [A-Za-z]+[.(]|"sync(/atomic)?"$)`

func TestConcurrentCodeIsTestedWithTheRaceDetector(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	interop.Make.Need(t)
	patterns := strings.Fields(output(t, root, "make", "--no-print-directory", "-s", "raced"))
	raced := strings.Fields(output(t, root, "go", append([]string{"list", "-f", "{{.Dir}}"}, patterns...)...))
	for file := range strings.FieldsSeq(output(t, root, "git", "grep", "-lE", concurrent, "--", "functions/*.go", "shared/*.go",
		":!*_test.go", ":!*/testdata/*")) {
		folder := path.Dir(file)
		if !slices.Contains(raced, filepath.Join(root, folder)) && !slices.Contains(notRaced, folder) {
			t.Errorf("%s is concurrent, and its package is not in the Makefile's RACED", file)
		}
	}
}

func output(t *testing.T, dir, name string, arguments ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, arguments...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
