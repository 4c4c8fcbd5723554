//go:build unix

package build_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
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
		"personal-rooms/shared/secret", "personal-rooms/shared/hint", "personal-rooms/shared/doorbell",
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
	"github.com/aws/aws-sdk-go-v2/service/sesv2":          {"deliver"},
	"github.com/aws/aws-sdk-go-v2/service/eventbridge":    {"notify"},
	"github.com/emersion/go-message":                      {"deliver"},
	"personal-rooms/shared/mail":                          {"deliver"},
	"personal-rooms/shared/secret/vault":                  {"admission", "instant", "account", "deliver"},
	"personal-rooms/shared/publish":                       {"notify", "deliver", "hints"},
	"personal-rooms/shared/webhook":                       {"account", "deliver"},
	"personal-rooms/shared/doorbell/push":                 {"deliver"},
	"github.com/SherClockHolmes/webpush-go":               {"deliver"},
	"golang.org/x/crypto/hkdf":                            {"deliver"}, // of that library
	"code.dny.dev/ssrf":                                   {"account", "deliver"},
	"personal-rooms/shared/media/server":                  {"admission", "deliver"},
	"personal-rooms/shared/web":                           {"web"},
}

func TestFunctionsAreLean(t *testing.T) {
	b, err := template.LoadNearest()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range b.Functions {
		list := exec.Command("go", slices.Concat([]string{"list", "-deps"}, build.Flags[len(build.Flags)-2:], []string{"./" + f.Folder})...)
		for linked := range strings.FieldsSeq(run(t, b.Root, list, "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64")) {
			if !mayLink(f, linked) {
				t.Errorf("%s links %s", f.Name, linked)
			}
		}
		for _, architecture := range architectures() {
			interop.Make.Need(t)
			dir := t.TempDir() // built as `sam build` does
			run(t, b.Root, exec.Command("make", "-s", "build-"+f.ID), "ARTIFACTS_DIR="+dir, "ARCHITECTURE="+architecture)
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
	here := map[string]string{"arm64": "arm64", "amd64": "x86_64"}[runtime.GOARCH]
	return strings.Fields(cmp.Or(os.Getenv("ARCHITECTURES"), here))
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
	var zipped bytes.Buffer
	writer := gzip.NewWriter(&zipped)
	_, err = writer.Write(content)
	if err = errors.Join(err, writer.Close()); err != nil {
		t.Fatal(err)
	}
	return zipped.Len()
}
