//go:build unix

package build_test

import (
	"compress/gzip"
	"io"
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

// most is what a bootstrap may weigh when it is zipped: a cold start loads it.
const most = 4_500_000

// The modules that a function may link, and what it takes of our own.
var (
	modules = []string{
		"github.com/aws/aws-lambda-go", "github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go", "github.com/golang-jwt/jwt/v5",
		"github.com/arran4/golang-ical", "github.com/teambition/rrule-go",
	}
	parts = []string{
		"personal-rooms/shared/api", "personal-rooms/shared/boot", "personal-rooms/shared/meeting", "personal-rooms/shared/table",
		"personal-rooms/shared/account", "personal-rooms/shared/calendar", "personal-rooms/shared/event", "personal-rooms/shared/media",
		"personal-rooms/shared/event", "personal-rooms/shared/secret",
	}
)

// heavy are packages that only tests and the runner need, or that bring megabytes for what a function does otherwise.
var heavy = []string{
	"github.com/aws/aws-sdk-go-v2/config", "github.com/aws/aws-sdk-go-v2/feature/ec2", "github.com/aws/aws-sdk-go-v2/service/sts",
	"github.com/aws/aws-sdk-go-v2/service/sso", "github.com/aws/aws-sdk-go-v2/service/ssooidc", "github.com/aws/aws-lambda-go/lambdaurl",
	"expvar", "flag", "go", "html/template", "net/http/httptest", "net/http/pprof", "net/rpc", "os/exec", "testing", "text/template",
}

func TestFunctionsAreLean(t *testing.T) {
	b := ours(t)
	for _, f := range b.Functions {
		for _, linked := range dependencies(t, b.Root, f) {
			if !mayLink(f, linked) {
				t.Errorf("%s links %s", f.Name, linked)
			}
		}
		for _, architecture := range architectures() {
			size := zipped(t, bootstrap(t, b.Root, f, architecture))
			t.Logf("%-10s %-7s %.2f MB zipped", f.Name, architecture, float64(size)/1e6)
			if size > most {
				t.Errorf("%s for %s is %d bytes when it is zipped, and may be %d", f.Name, architecture, size, most)
			}
		}
	}
}

// architectures are those that the functions are weighed for: those that the environment variable ARCHITECTURES names, as CI sets it, or
// that of this machine, for which everything is compiled anyway.
func architectures() []string {
	if named := strings.Fields(os.Getenv("ARCHITECTURES")); len(named) > 0 {
		return named
	}
	if runtime.GOARCH == "arm64" {
		return []string{"arm64"}
	}
	return []string{"x86_64"}
}

// only are the parts that are for some functions, with the clients of services that they bring.
var only = map[string][]string{
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager": {"admission", "instant", "account", "deliver"},
	"github.com/aws/aws-sdk-go-v2/service/sqs":            {"notify", "deliver"},
	"github.com/aws/aws-sdk-go-v2/service/eventbridge":    {"notify"},
	"personal-rooms/shared/secret/vault":                  {"admission", "instant", "account", "deliver"},
	"personal-rooms/shared/publish":                       {"notify"},
	"personal-rooms/shared/publish/bus":                   {"notify"},
	"personal-rooms/shared/publish/queue":                 {"notify"},
	"personal-rooms/shared/webhook":                       {"account", "deliver"},
	"code.dny.dev/ssrf":                                   {"account", "deliver"},
	"personal-rooms/shared/media/server":                  {"admission", "deliver"},
}

func mayLink(f template.Function, path string) bool {
	if within(path, heavy) {
		return false
	}
	for part, functions := range only {
		if within(path, []string{part}) {
			return slices.Contains(functions, f.Name)
		}
	}
	first, _, _ := strings.Cut(path, "/")
	switch {
	case first == "personal-rooms":
		return path == "personal-rooms/"+f.Folder || slices.Contains(parts, path)
	case strings.Contains(first, "."):
		return within(path, modules)
	}
	return true // of the standard library
}

// within reports whether the package is one of those named, or below one.
func within(path string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return path == name || strings.HasPrefix(path, name+"/") })
}

func TestTheCheckOfDependenciesKnowsWhatIsNotForFunctions(t *testing.T) {
	profile := template.Function{Name: "profile", Folder: "functions/profile"}
	for _, path := range []string{
		"github.com/getkin/kin-openapi/openapi3", "pgregory.net/rapid", "github.com/anishathalye/porcupine", "go.yaml.in/yaml/v3",
		"github.com/gofrs/flock", "github.com/google/go-cmp/cmp", "testing", "testing/fstest", "net/http/httptest", "html/template", "text/template/parse",
		"personal-rooms/shared/dev/template", "personal-rooms/shared/dev/aws/dynamoproxy", "personal-rooms/shared/dev/e2e", "personal-rooms/functions/instant",
		"github.com/aws/aws-sdk-go-v2/config", "github.com/aws/aws-sdk-go-v2/service/sts/types",
		"github.com/aws/aws-sdk-go-v2/service/secretsmanager", "personal-rooms/shared/secret/vault",
	} {
		if mayLink(profile, path) {
			t.Errorf("a function may link %s", path)
		}
	}
	for _, path := range []string{
		"personal-rooms/functions/profile", "personal-rooms/shared/meeting", "html", "golang", "github.com/aws/aws-sdk-go-v2/credentials",
	} {
		if !mayLink(profile, path) {
			t.Errorf("a function may not link %s", path)
		}
	}
}

func TestTheCloudsFunctionsAreBuiltAsOursAre(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(ours(t).Root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	flags := strings.Replace(strings.Join(build.Flags, " "), "-s -w", `"-s -w"`, 1)
	if !strings.Contains(string(text), "BUILD_FLAGS := "+flags+"\n") {
		t.Errorf("the Makefile's BUILD_FLAGS are not %s", flags)
	}
}

func ours(t *testing.T) *template.Bundle {
	t.Helper()
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	b, err := template.Load(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	see(t, root)
	return b
}

// see reads the folders of the code, so that the cached result of this test is not taken for that of changed code: of what
// the compiler reads, the cache knows nothing.
func see(t *testing.T, root string) {
	t.Helper()
	for _, top := range []string{"functions", "shared"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(_ string, _ fs.DirEntry, err error) error { return err })
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum", "Makefile"} {
		if _, err := os.ReadFile(filepath.Join(root, file)); err != nil {
			t.Fatal(err)
		}
	}
}

// dependencies are the packages that the function's executable is made of.
func dependencies(t *testing.T, root string, f template.Function) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", build.Flags[len(build.Flags)-2], build.Flags[len(build.Flags)-1], "./"+f.Folder)
	return strings.Fields(run(t, root, cmd, "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64"))
}

// bootstrap is the function's executable, made as `sam build` makes it.
func bootstrap(t *testing.T, root string, f template.Function, architecture string) string {
	t.Helper()
	interop.Make.Need(t)
	dir := t.TempDir()
	run(t, root, exec.Command("make", "-s", "build-"+f.ID), "ARTIFACTS_DIR="+dir, "ARCHITECTURE="+architecture)
	return filepath.Join(dir, "bootstrap")
}

func run(t *testing.T, root string, cmd *exec.Cmd, env ...string) string {
	t.Helper()
	var failed strings.Builder
	cmd.Dir, cmd.Env, cmd.Stderr = root, append(os.Environ(), env...), &failed
	said, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, failed.String())
	}
	return string(said)
}

// zipped is how many bytes a file has when it is compressed.
func zipped(t *testing.T, path string) int64 {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var size counter
	zip := gzip.NewWriter(&size)
	if _, err := io.Copy(zip, file); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return int64(size)
}

// A counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
