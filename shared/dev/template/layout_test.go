package template_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/dev/template"
)

// card is what the top level of the repository may hold, beside names that begin with a dot.
var card = []string{
	"functions", "shared", "template.yaml", "samconfig.toml", "go.mod", "go.sum", "Makefile", "README.md", "LICENSE",
}

func TestTheRepositoryHoldsSourcesOnly(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	tracked, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "-z").Output()
	if err != nil {
		t.Skip("this is no work tree of git, so nobody knows which files are tracked") //nolint:forbidigo // an archive of the sources
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(tracked), "\x00"), "\x00") {
		if top, _, _ := strings.Cut(name, "/"); !slices.Contains(card, top) && !strings.HasPrefix(top, ".") {
			t.Errorf("%s: the top level may hold %s, and names that begin with a dot", name, strings.Join(card, " "))
		}
		content, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) { // deleted, and not yet committed
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(content, 0) >= 0 {
			t.Errorf("%s is a binary: build into bin/ or another folder that git ignores", name)
		}
	}
}

// `go build ./functions/deliver` leaves an executable where it is called. Git must not offer to add it.
func TestExecutablesOfFunctionsAreIgnored(t *testing.T) {
	b := ours(t, nil)
	for _, f := range b.Functions {
		for _, name := range []string{f.Name, filepath.Join(f.Folder, f.Name), filepath.Join(f.Folder, "bootstrap")} {
			if exec.CommandContext(t.Context(), "git", "-C", b.Root, "check-ignore", "-q", name).Run() != nil {
				t.Errorf("%s is not in .gitignore", name)
			}
		}
	}
}
