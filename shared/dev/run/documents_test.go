//go:build unix

package main_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// blocks finds the commands of a document, and the output that is shown after them.
var blocks = regexp.MustCompile("(?s)\n```sh\n(.*?)\n```\n(?:\n```\n(.*?\n)```\n)?")

// The README has the links that make run prints, and each is a page.
func TestLinksToClickFirst(t *testing.T) {
	links, err := os.ReadFile("links.txt")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(links), "\n\n")
	if !strings.Contains(string(readme), "\n```\n"+list+"```\n") {
		t.Error("README.md has not the links of links.txt")
	}
	r := makeRun(t)
	shown := regexp.MustCompile(`(?m)^  (http\S+)  `).FindAllStringSubmatch(r.out.String(), -1)
	for _, link := range shown {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link[1], http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if page := answerTo(t, request, 200); !strings.Contains(page, "<h1") {
			t.Errorf("%s: %s", link[1], page)
		}
	}
	if len(shown) != 3 {
		t.Errorf("%d links are printed", len(shown))
	}
	r.interrupt(t)
}

// The commands of these documents run as they stand, after those of the tour, and print what the document shows.
func TestDocumentsShowWhatTheirCommandsPrint(t *testing.T) {
	r := makeRun(t)
	tour, err := os.ReadFile("tour.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"schedule.md", "automate.md"} {
		document, err := os.ReadFile(filepath.Join(root, "shared", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		const mark = "=====\n"
		script, want := string(tour)+"\n", ""
		for _, block := range blocks.FindAllStringSubmatch(string(document), -1) {
			script += "printf '" + `=====\n` + "'\n" + block[1] + "\n"
			want += mark + block[2]
		}
		script = strings.Replace(script, "http://127.0.0.1:3000", r.url, 1)
		out, err := exec.CommandContext(t.Context(), "bash", "-c", script).Output()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		_, got, _ := strings.Cut(strings.ReplaceAll(string(out), "\r", ""), mark)
		if diff := cmp.Diff(want, mark+got); diff != "" {
			t.Errorf("%s shows (-) and its commands print (+):\n%s", name, diff)
		}
	}
	r.interrupt(t)
}
