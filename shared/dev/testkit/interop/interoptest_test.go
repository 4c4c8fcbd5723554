package interop

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// recorded is a test that remembers how it ended.
type recorded struct {
	testing.TB
	skipped, failed string
}

func (r *recorded) Helper() {}

func (r *recorded) Skip(args ...any) {
	r.skipped = said(args)
	runtime.Goexit()
}

func (r *recorded) Fatal(args ...any) {
	r.failed = said(args)
	runtime.Goexit()
}

func said(args []any) string {
	err, _ := args[0].(error)
	return err.Error()
}

// needed is the folder that Need returns, and how the test ended if it does not return.
func needed(tool Tool) (folder string, r recorded) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		folder = tool.Need(&r)
	}()
	<-over
	return folder, r
}

func TestAToolThatIsThere(t *testing.T) {
	t.Setenv(Required, "")
	root := project(t)
	want := filepath.Join(root, ".tools", "webhook")
	if err := os.MkdirAll(filepath.Join(want, "node_modules"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(want, "node_modules", ".package-lock.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tool := Rivet
	tool.command = "sh"
	if folder, r := needed(tool); folder != want || r.skipped+r.failed != "" {
		t.Errorf("%q, %+v", folder, r)
	}
	tool.command = "a-command-that-is-not-there"
	if _, r := needed(tool); r.skipped == "" {
		t.Error("the command is not in PATH, and nobody says so")
	}
}

func TestAMissingToolSkipsAndFailsUnderMake(t *testing.T) {
	project(t)
	t.Setenv("PATH", t.TempDir())
	for _, tool := range []Tool{Icalendar, LiveKit, Rivet, Make} {
		t.Setenv(Required, "")
		_, r := needed(tool)
		if want := "this test needs " + tool.name + ": install "; r.failed != "" || !strings.HasPrefix(r.skipped, want) || strings.Contains(r.skipped, "\n") {
			t.Errorf("%s: skipped %q, failed %q", tool.name, r.skipped, r.failed)
		}
		t.Setenv(Required, "1")
		if _, failing := needed(tool); failing.skipped != "" || failing.failed != r.skipped {
			t.Errorf("%s under make: skipped %q, failed %q", tool.name, failing.skipped, failing.failed)
		}
	}
}

// project is an empty project, in which the test goes on.
func project(t *testing.T) (root string) {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "template.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	return root
}
