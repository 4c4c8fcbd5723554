// Package interop finds the foreign programs that tests need: make, Node.js, Python's icalendar, a LiveKit server,
// LiveKit's and Zoom's libraries for Node.js, and clients of Zoom's API. `make test` installs them into .tools. They
// check what our code writes.
//
//	func TestSomething(t *testing.T) {
//		folder := interop.LiveKit.Need(t)
//		…
package interop

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"personal-rooms/shared/dev/template"
)

// Required is the environment variable that makes a missing tool a failure. `make test` sets it.
const Required = "REQUIRE_INTEROP"

// A Tool is a foreign program with its libraries.
type Tool struct {
	name    string
	command string // in PATH; "": none is needed
	folder  string // in .tools; "": none
	file    string // a pattern of filepath.Glob for a file in the complete folder
	get     string // the instruction to install it
}

const (
	getParser   = "install Python 3.10 or newer with venv, then run make calendar-parser"
	getVerifier = "install Node.js 18 or newer with npm, then run make token-verifier"
	getReceiver = "install Node.js 18 or newer with npm, then run make webhook-receiver"
	getNode     = "install Node.js 18 or newer"
	getServer   = "install it by make media-server"
	getClients  = "install Python 3.10 or newer with venv and Node.js 18 or newer with npm, then run make zoom-clients"
)

const (
	zones = "lib/python3*/site-packages/tzdata/zoneinfo"
	lock  = "node_modules/.package-lock.json"
)

// The tools. Icalendar reads calendars, LiveKit verifies media tokens and makes webhooks, LiveKitServer executes
// orders, Rivet is Zoom's receiver of webhooks, ZoomClients are clients of Zoom's API.
var (
	Icalendar     = Tool{name: "Python's icalendar", folder: "calendar", file: zones, get: getParser}
	LiveKit       = Tool{name: "LiveKit's library", command: "node", folder: "media", file: lock, get: getVerifier}
	LiveKitServer = Tool{name: "a LiveKit server", folder: "livekit", file: "server", get: getServer}
	Rivet         = Tool{name: "Zoom's Rivet", command: "node", folder: "webhook", file: lock, get: getReceiver}
	ZoomClients   = Tool{name: "the clients of Zoom's API", command: "node", folder: "clients", file: "installed", get: getClients}
	Node          = Tool{name: "Node.js", command: "node", get: getNode}
	Make          = Tool{name: "make", command: "make", get: "install GNU make"}
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

// Find returns the folder of the tool, "" if it has none. The error is one sentence with the instruction to install it.
func (tool Tool) Find() (folder string, err error) {
	if tool.command != "" {
		if _, err := exec.LookPath(tool.command); err != nil {
			return "", tool.missing()
		}
	}
	if tool.folder == "" {
		return "", nil
	}
	root, err := template.FindRoot(".")
	if err != nil {
		return "", err
	}
	folder = filepath.Join(root, ".tools", tool.folder)
	if found, err := filepath.Glob(filepath.Join(folder, tool.file)); err != nil || len(found) == 0 {
		return "", tool.missing()
	}
	return folder, nil
}

func (tool Tool) missing() error {
	return fmt.Errorf("this test needs %s: %s", tool.name, tool.get)
}
