package testkit

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/template"
)

// SameAsTemplate fails the test unless the routes are those that template.yaml gives to the function in whose folder the
// test stands, and open where it says so.
func SameAsTemplate(t testing.TB, routes []api.Route) {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root, err := template.FindRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	b, err := template.Load(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	var has, should []string
	for _, r := range routes {
		has = append(has, describe(r.Method, r.Path, r.Open))
	}
	for _, r := range b.Routes {
		if r.Function == filepath.Base(folder) {
			should = append(should, describe(r.Method, r.Path, r.Open))
		}
	}
	slices.Sort(has)
	slices.Sort(should)
	if d := cmp.Diff(should, has); d != "" || len(should) == 0 {
		t.Errorf("the routes of %s in template.yaml (-) and in its code (+):\n%s", filepath.Base(folder), d)
	}
}

func describe(method, path string, open bool) string {
	if open {
		path += " for everyone"
	}
	return strings.ToUpper(method) + " " + path
}
