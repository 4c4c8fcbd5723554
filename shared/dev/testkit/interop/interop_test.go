package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// recorder is a test that records how it ended.
type recorder struct {
	testing.TB
	skipped, failed string
}

func (r *recorder) Helper() {}

func (r *recorder) Skip(args ...any) {
	r.skipped = fmt.Sprint(args...)
	runtime.Goexit()
}

func (r *recorder) Fatal(args ...any) {
	r.failed = fmt.Sprint(args...)
	runtime.Goexit()
}

// need calls Need in a test of its own.
func need(tool Tool) (folder string, r recorder) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		folder = tool.Need(&r)
	}()
	<-ended
	return folder, r
}

func TestAMissingToolSkipsAndFailsUnderMake(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "template.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	t.Setenv("PATH", t.TempDir())
	for _, tool := range []Tool{Icalendar, LiveKit, Rivet, Make} {
		t.Setenv(Required, "")
		_, r := need(tool)
		want := "this test needs " + tool.name + ": install "
		if r.failed != "" || !strings.HasPrefix(r.skipped, want) || strings.Contains(r.skipped, "\n") {
			t.Errorf("%s: skipped %q, failed %q", tool.name, r.skipped, r.failed)
		}
		t.Setenv(Required, "1")
		if _, failing := need(tool); failing.skipped != "" || failing.failed != r.skipped {
			t.Errorf("%s under make: skipped %q, failed %q", tool.name, failing.skipped, failing.failed)
		}
	}
	installed := filepath.Join(root, ".tools", Icalendar.folder, strings.ReplaceAll(zones, "*", ""))
	if err := os.MkdirAll(installed, 0o700); err != nil {
		t.Fatal(err)
	}
	if folder, r := need(Icalendar); filepath.Base(folder) != Icalendar.folder || r.skipped+r.failed != "" {
		t.Errorf("an installed tool is in %q, %+v", folder, r)
	}
}
