//go:build unix

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/interop"
)

// notRaced are packages with goroutines or locks that need not run raced.
var notRaced = []string{
	"shared/dev/run",            // its tests start it as a program
	"shared/dev/bench/overhead", // it has no tests: it measures
}

// Every package whose code starts goroutines, or guards something, is among those that make test-race runs.
func TestWhatIsConcurrentIsRaced(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	raced := racedFolders(t, root)
	for folder := range concurrent(t, root) {
		if !slices.Contains(raced, folder) && !slices.Contains(notRaced, folder) {
			t.Errorf("%s has concurrent code, and is not in the Makefile's RACED", folder)
		}
	}
}

func racedFolders(t *testing.T, root string) (all []string) {
	t.Helper()
	interop.Make.Need(t)
	list := exec.CommandContext(t.Context(), "make", "--no-print-directory", "-s", "raced")
	list.Dir = root
	patterns, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := exec.CommandContext(t.Context(), "go", append([]string{"list", "-f", "{{.Dir}}"}, strings.Fields(string(patterns))...)...)
	packages.Dir = root
	folders, err := packages.Output()
	if err != nil {
		t.Fatal(err)
	}
	for folder := range strings.FieldsSeq(string(folders)) {
		all = append(all, relative(t, root, folder))
	}
	return all
}

// concurrent are the folders of code that has a go statement or imports sync.
func concurrent(t *testing.T, root string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, top := range []string{"functions", "shared"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && entry.Name() == "testdata":
				return filepath.SkipDir
			case filepath.Ext(path) == ".go" && !strings.HasSuffix(path, "_test.go") && isConcurrent(t, path):
				found[relative(t, root, filepath.Dir(path))] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func isConcurrent(t *testing.T, path string) (is bool) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range file.Imports {
		is = is || i.Path.Value == `"sync"` || i.Path.Value == `"sync/atomic"`
	}
	ast.Inspect(file, func(n ast.Node) bool {
		_, starts := n.(*ast.GoStmt)
		is = is || starts
		return !is
	})
	return is
}

func relative(t *testing.T, root, folder string) string {
	t.Helper()
	path, err := filepath.Rel(root, folder)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.ToSlash(path)
}
