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

// SameAsTemplate fails the test unless the routes, with their variants, are those that template.yaml gives to the
// function in whose folder the test runs, and need a token where the template says so.
func SameAsTemplate(t testing.TB, routes []api.Route) {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	b, err := template.LoadNearest()
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, route := range routes {
		for _, r := range route.Variants() {
			got = append(got, describe(r.Method, r.Path, r.Open))
		}
	}
	for _, r := range slices.Concat(b.Routes, b.TokenRoutes()) {
		if r.Function == filepath.Base(folder) {
			want = append(want, describe(r.Method, r.Path, r.Open))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" || len(want) == 0 {
		t.Errorf("the routes of %s in template.yaml (-) and in its code (+):\n%s", filepath.Base(folder), d)
	}
}

func describe(method, path string, open bool) string {
	if open {
		path += " without a token"
	}
	return strings.ToUpper(method) + " " + path
}
