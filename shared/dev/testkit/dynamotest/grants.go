//go:build unix

package dynamotest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/template"
)

// witness sees what the package's clients ask for, in watched contexts.
var witness dynamoproxy.Witness

// checkGrants compares what the tests of a function saw it ask of the table with what template.yaml grants it: neither may
// be more. In a package that is no function, and in a run of some of its tests only, there is nothing to compare.
func checkGrants() error {
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	root, err := template.FindRoot(folder)
	if err != nil {
		return err
	}
	b, err := template.Load(root, nil)
	if err != nil {
		return err
	}
	f, isFunction := b.Function(filepath.Base(folder))
	if !isFunction || folder != filepath.Join(root, filepath.FromSlash(f.Folder)) || !wholeRun() {
		return nil
	}
	seen, granted := witness.Seen(), uses(f, b.Table.ID)
	var wrong []error
	for _, u := range seen {
		if !slices.Contains(granted, u) {
			wrong = append(wrong, fmt.Errorf("%s asks for %s, which template.yaml does not grant it", f.ID, u))
		}
	}
	for _, u := range granted {
		if !slices.Contains(seen, u) {
			wrong = append(wrong, fmt.Errorf("template.yaml grants %s %s, which no test sees it ask for", f.ID, u))
		}
	}
	return errors.Join(wrong...)
}

// wholeRun reports whether every test of the package was run.
func wholeRun() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz", "test.bench"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return true
}

// uses are the grants of the function, one by one.
func uses(f template.Function, table string) (all []dynamoproxy.Use) {
	for _, g := range f.Grants {
		index := strings.TrimPrefix(strings.TrimPrefix(g.Resource, table+".Arn"), "/index/")
		for _, action := range g.Actions {
			for _, key := range g.Keys {
				all = append(all, dynamoproxy.Use{Action: action, Index: index, Family: key})
			}
		}
	}
	return all
}
