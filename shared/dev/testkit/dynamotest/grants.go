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

// permissions records the permissions that the package's clients use, in watched contexts.
var permissions dynamoproxy.PermissionRecorder

// checkGrants compares the permissions on the table that a function used in its tests with those that template.yaml
// grants it: they must be equal. It compares nothing in other packages, and if only some tests were run.
func checkGrants() error {
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	b, err := template.LoadNearest()
	if err != nil {
		return err
	}
	f, isFunction := b.Function(filepath.Base(folder))
	if !isFunction || folder != filepath.Join(b.Root, filepath.FromSlash(f.Folder)) || !wholeRun() {
		return nil
	}
	used, granted := permissions.Seen(), uses(f, b.Table.ID)
	var wrong []error
	for _, u := range used {
		if !slices.Contains(granted, u) {
			wrong = append(wrong, fmt.Errorf("%s uses %s, which template.yaml does not grant it", f.ID, u))
		}
	}
	for _, u := range granted {
		if !slices.Contains(used, u) {
			wrong = append(wrong, fmt.Errorf("template.yaml grants %s %s, which it uses in no test", f.ID, u))
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

// uses returns the function's grants on the table, one for each action and key.
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
