// Package interoptest finds the programs of others that check what ours write: Python's icalendar, and LiveKit's and Zoom's libraries for
// Node.js. `make test` installs them into .tools. The tests that need one are in packages called interop:
//
//	func TestSomething(t *testing.T) {
//		folder := interoptest.LiveKit.Need(t)
//		…
package interoptest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"personal-rooms/shared/bundle"
)

// Required is the environment variable that makes a missing tool a failure. `make test` sets it.
const Required = "REQUIRE_INTEROP"

// A Tool is a program of others with its libraries.
type Tool struct {
	name    string
	folder  string // in .tools
	command string // that is in PATH; "" if none is needed
	file    string // in the folder, once it is complete; a pattern of filepath.Glob
	target  string // of make, which installs it
	needs   string // what a user installs first
}

// The tools. Icalendar reads calendars, LiveKit and Jose verify media tokens and make webhooks, Rivet is Zoom's receiver of webhooks.
var (
	Icalendar = Tool{"Python's icalendar", "calendar", "", "lib/python3*/site-packages/tzdata/zoneinfo", "calendar-parser", "Python 3.10 or newer with venv"}
	LiveKit   = Tool{"LiveKit's library", "media", "node", "node_modules/.package-lock.json", "token-verifier", "Node.js 18 or newer with npm"}
	Rivet     = Tool{"Zoom's Rivet", "webhook", "node", "node_modules/.package-lock.json", "webhook-receiver", "Node.js 18 or newer with npm"}
)

// Need returns the folder of the tool. Without the tool the test is skipped; where [Required] is set, it fails.
func (tool Tool) Need(t testing.TB) (folder string) {
	t.Helper()
	folder, err := tool.Find()
	if err == nil {
		return folder
	}
	if os.Getenv(Required) != "" {
		t.Fatal(err)
	}
	t.Skip(err)
	return ""
}

// Find returns the folder of the tool. The error is one sentence that says how to get it.
func (tool Tool) Find() (folder string, err error) {
	root, err := bundle.FindRoot(".")
	if err != nil {
		return "", err
	}
	folder = filepath.Join(root, ".tools", tool.folder)
	if found, err := filepath.Glob(filepath.Join(folder, tool.file)); err != nil || len(found) == 0 {
		return "", tool.missing()
	}
	if tool.command != "" {
		if _, err := exec.LookPath(tool.command); err != nil {
			return "", tool.missing()
		}
	}
	return folder, nil
}

func (tool Tool) missing() error {
	return fmt.Errorf("this test needs %s: install %s, then run make %s, as make test does", tool.name, tool.needs, tool.target)
}
