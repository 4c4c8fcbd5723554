package interop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAMissingToolIsOneSentence(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "template.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	t.Setenv("PATH", t.TempDir())
	for _, tool := range []Tool{Icalendar, LiveKit, LiveKitServer, Rivet, ZoomClients, Node, Make} {
		want := "this test needs " + tool.name + ": install "
		if _, err := tool.Find(); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", tool.name, err)
		}
	}
	if err := os.MkdirAll(filepath.Join(root, ".tools", Icalendar.folder, strings.ReplaceAll(zones, "*", "")), 0o700); err != nil {
		t.Fatal(err)
	}
	if folder, err := Icalendar.Find(); filepath.Base(folder) != Icalendar.folder || err != nil {
		t.Errorf("an installed tool is in %q, %v", folder, err)
	}
}
