//go:build unix

package dynamodblocal

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

const oldestJava = 17

var errJava = errors.New("Java 17 or newer is needed, because DynamoDB Local is a Java program: install it, or point JAVA_HOME at it")

var javaVersion = regexp.MustCompile(`version "(\d+)`)

// findJava returns the java command of JAVA_HOME, else of PATH.
func findJava(ctx context.Context) (string, error) {
	java := "java"
	if home := os.Getenv("JAVA_HOME"); home != "" {
		java = filepath.Join(home, "bin", "java")
	}
	path, err := exec.LookPath(java)
	if err != nil {
		return "", errJava
	}
	said, err := exec.CommandContext(ctx, path, "-XshowSettings:none", "-version").CombinedOutput()
	if err != nil || !newEnough(string(said)) {
		return "", errJava
	}
	return path, nil
}

// newEnough reads what `java -version` says; Java 8 and older call themselves 1.x.
func newEnough(said string) bool {
	match := javaVersion.FindStringSubmatch(said)
	if match == nil {
		return false
	}
	major, err := strconv.Atoi(match[1])
	return err == nil && major >= oldestJava
}
