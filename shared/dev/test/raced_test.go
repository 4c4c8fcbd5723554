//go:build unix

package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

// concurrent matches code that starts a goroutine or imports sync.
var concurrent = regexp.MustCompile(`(?m)^\s*go (func\(|\w+[.(])|^\s*"sync(/atomic)?"$`)

func TestConcurrentCodeIsTestedWithTheRaceDetector(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	interop.Make.Need(t)
	patterns := strings.Fields(output(t, root, "make", "--no-print-directory", "-s", "raced"))
	raced := strings.Fields(output(t, root, "go", append([]string{"list", "-f", "{{.Dir}}"}, patterns...)...))
	for _, top := range []string{"functions", "shared"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry fs.DirEntry, err error) error {
			if entry != nil && entry.IsDir() && entry.Name() == "testdata" {
				return filepath.SkipDir
			}
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			code, err := os.ReadFile(path)
			folder := filepath.Dir(path)
			name, _ := filepath.Rel(root, folder)
			if concurrent.Match(code) && !slices.Contains(raced, folder) && !slices.Contains(notRaced, filepath.ToSlash(name)) {
				t.Errorf("%s is concurrent, and its package is not in the Makefile's RACED", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
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
