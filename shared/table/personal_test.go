package table

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A new kind of item needs a decision on personal data.
func TestEveryKindOfItemHasItsPersonalData(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	stored := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`itemType\("(\w+)"\)`).FindAllStringSubmatch(string(source), -1) {
			stored[found[1]] = true
		}
	}
	for kind := range stored {
		if personalKinds[kind].where == "" {
			t.Errorf("personalKinds has no row for the items of the type %q", kind)
		}
	}
	operate, err := os.ReadFile("../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	for kind, row := range personalKinds {
		if want := "| `" + row.name + "` | " + row.where + " | "; !strings.Contains(string(operate), want) {
			t.Errorf("docs/operate.md has no row %q of the type %q", want, kind)
		}
	}
}
