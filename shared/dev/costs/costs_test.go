package costs

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"personal-rooms/shared/dev/template"
)

// write makes the test write the document instead. `make costs` sets it.
var write = flag.Bool("write", false, "write "+File)

func TestTheDocumentIsUpToDate(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	want, err := Document(root)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, File)
	if *write {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%s is not up to date: run make costs (%v)", File, err)
	}
}
