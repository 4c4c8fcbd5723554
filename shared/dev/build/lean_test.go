//go:build unix

package build_test

import (
	"compress/gzip"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/dev/build"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/interop"
)

// maxZipped is the limit of a zipped executable in bytes. A cold start loads it.
const maxZipped = 4_500_000

// What a function may link besides the standard library and its own package.
var (
	modules = []string{
		"github.com/aws/aws-lambda-go", "github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go", "github.com/golang-jwt/jwt/v5",
		"github.com/arran4/golang-ical", "github.com/teambition/rrule-go", "golang.org/x/sync",
	}
	ours = []string{
		"personal-rooms/shared/api", "personal-rooms/shared/boot", "personal-rooms/shared/meeting", "personal-rooms/shared/table",
		"personal-rooms/shared/account", "personal-rooms/shared/calendar", "personal-rooms/shared/event", "personal-rooms/shared/media",
		"personal-rooms/shared/secret",
	}
)

// heavy are packages for tests and tools, and packages that add megabytes.
var heavy = []string{
	"github.com/aws/aws-sdk-go-v2/config", "github.com/aws/aws-sdk-go-v2/feature/ec2", "github.com/aws/aws-sdk-go-v2/service/sts",
	"github.com/aws/aws-sdk-go-v2/service/sso", "github.com/aws/aws-sdk-go-v2/service/ssooidc", "github.com/aws/aws-lambda-go/lambdaurl",
	"expvar", "flag", "go", "html/template", "net/http/httptest", "net/http/pprof", "net/rpc", "os/exec", "testing", "text/template",
}

// only are packages, with those below them, that some functions may link.
var only = map[string][]string{
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager": {"admission", "instant", "account", "deliver"},
	"github.com/aws/aws-sdk-go-v2/service/sqs":            {"notify", "deliver"},
	"github.com/aws/aws-sdk-go-v2/service/eventbridge":    {"notify"},
	"personal-rooms/shared/secret/vault":                  {"admission", "instant", "account", "deliver"},
	"personal-rooms/shared/publish":                       {"notify", "deliver"},
	"personal-rooms/shared/webhook":                       {"account", "deliver"},
	"code.dny.dev/ssrf":                                   {"account", "deliver"},
	"personal-rooms/shared/media/server":                  {"admission", "deliver"},
}

func TestFunctionsAreLean(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	b, err := template.Load(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	readCode(t, root)
	for _, f := range b.Functions {
		list := exec.Command("go", slices.Concat([]string{"list", "-deps"}, build.Flags[len(build.Flags)-2:], []string{"./" + f.Folder})...)
		for linked := range strings.FieldsSeq(run(t, root, list, "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64")) {
			if !mayLink(f, linked) {
				t.Errorf("%s links %s", f.Name, linked)
			}
		}
		for _, architecture := range architectures() {
			interop.Make.Need(t)
			dir := t.TempDir() // built as `sam build` does
			run(t, root, exec.Command("make", "-s", "build-"+f.ID), "ARTIFACTS_DIR="+dir, "ARCHITECTURE="+architecture)
			size := zippedSize(t, filepath.Join(dir, "bootstrap"))
			t.Logf("%-10s %-7s %.2f MB zipped", f.Name, architecture, float64(size)/1e6)
			if size > maxZipped {
				t.Errorf("%s for %s has %d bytes when zipped; the limit is %d", f.Name, architecture, size, maxZipped)
			}
		}
	}
}

// architectures returns those of the variable ARCHITECTURES, which CI sets, or that of this machine, for which most is
// compiled already.
func architectures() []string {
	if named := strings.Fields(os.Getenv("ARCHITECTURES")); len(named) > 0 {
		return named
	}
	if runtime.GOARCH == "arm64" {
		return []string{"arm64"}
	}
	return []string{"x86_64"}
}

func mayLink(f template.Function, path string) bool {
	if within(path, heavy...) {
		return false
	}
	for part, functions := range only {
		if within(path, part) {
			return slices.Contains(functions, f.Name)
		}
	}
	first, _, _ := strings.Cut(path, "/")
	switch {
	case first == "personal-rooms":
		return path == "personal-rooms/"+f.Folder || slices.Contains(ours, path)
	case strings.Contains(first, "."):
		return within(path, modules...)
	}
	return true // the standard library
}

// within reports whether the package is one of those named, or below one.
func within(path string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return path == name || strings.HasPrefix(path, name+"/") })
}

func TestMayLink(t *testing.T) {
	profile := template.Function{Name: "profile", Folder: "functions/profile"}
	for path, want := range map[string]bool{
		"pgregory.net/rapid": false, "testing/fstest": false, "text/template/parse": false, "personal-rooms/shared/dev/template": false,
		"personal-rooms/functions/instant": false, "github.com/aws/aws-sdk-go-v2/service/sts/types": false,
		"github.com/aws/aws-sdk-go-v2/service/secretsmanager": false, "personal-rooms/shared/publish/queue": false,
		"personal-rooms/functions/profile": true, "personal-rooms/shared/meeting": true, "html": true, "github.com/aws/aws-sdk-go-v2/credentials": true,
	} {
		if got := mayLink(profile, path); got != want {
			t.Errorf("a function may link %s: %v", path, got)
		}
	}
}

func TestTheMakefileHasTheseFlags(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join("..", "..", "..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	flags := strings.Replace(strings.Join(build.Flags, " "), "-s -w", `"-s -w"`, 1)
	if !strings.Contains(string(makefile), "BUILD_FLAGS := "+flags+"\n") {
		t.Errorf("the Makefile's BUILD_FLAGS are not %s", flags)
	}
}

// readCode reads the folders of the code, so that Go does not cache the result of this test when they change: it does
// not know what the compiler reads.
func readCode(t *testing.T, root string) {
	t.Helper()
	for _, top := range []string{"functions", "shared", "go.mod", "go.sum", "Makefile"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && path == filepath.Join(root, top) {
				_, err = os.ReadFile(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func run(t *testing.T, root string, cmd *exec.Cmd, env ...string) string {
	t.Helper()
	var failure strings.Builder
	cmd.Dir, cmd.Env, cmd.Stderr = root, append(os.Environ(), env...), &failure
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, failure.String())
	}
	return string(output)
}

func zippedSize(t *testing.T, path string) int {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var zipped strings.Builder
	writer := gzip.NewWriter(&zipped)
	if _, err := writer.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return zipped.Len()
}
