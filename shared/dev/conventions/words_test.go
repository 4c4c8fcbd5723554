// Package conventions tests what holds for the whole repository: its words, its documents, and that handlers cannot reach storage.
package conventions

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the folder of go.mod.
var root = filepath.Join("..", "..", "..")

// retired are patterns of words that are not used any more, and what to write instead.
var retired = []struct{ pattern, instead string }{
	{`\b(sit|sits|sat|sitting|sittings)\b|Sitting`, "instance, session; is live"},
	{`\b(tell|tells|told|untold)\b|Untold`, "publish, event; say, inform"},
	{`\bknock(s|ed|ing)?\b|Knock`, "join request"},
	{`\b(furniture|furnish|refurnish)\w*`, "settings"},
	{`\b(roll|rolls)\b|Roll\b`, "roster"},
	{`\bGate\b`, "live state"},
	{`\b(verdict|Verdict)\b`, "decision, outcome"},
	{`\b(deed|deeds)\b`, "action"},
	{`\bfault(s)?\b|Fault\b`, "refusal, error, injected failure"},
	{`\bspot\b`, "destination"},
	{`who (is|are|was|were) out\b`, "removed"},
	{`\bput (back|aside)\b|PutBack`, "moved to the waiting room; sent to the dead-letter queue"},
	{`by approval only`, "only when a host admits them"},
	{`\b(afresh|anew)\b`, "again; a new join"},
	{`\bat rest\b`, "quarantined"},
	{`(is|are) bound to`, "is conditional on"},
	{`others were faster`, "the optimistic lock failed"},
	{`\bquiet(ly)?\b`, "without an event; maybe abandoned"},
	{`\b(comes|came|come) back\b`, "rejoins, reconnects"},
	{`(wrong|broken) door`, "mutant"},
	{`\b(stagehand|courier|parcel|linger|witness)\b`, "scenario, step, actor, message"},
	{`\bthe story\b`, "the end-to-end scenario"},
	{`\bgiven up\b`, "dead-lettered"},
	{`\bobeys?\b`, "execute"},
}

// allowed are lines that may hold a retired word: stored and public names, and words with another meaning.
var allowed = regexp.MustCompile(`too_many_knocks|"SITTING"|"sitting"|\bsitting#`)

func TestRetiredWordsAreNotUsed(t *testing.T) {
	for _, name := range tracked(t) {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for number, line := range strings.Split(string(text), "\n") {
			if allowed.MatchString(line) {
				continue
			}
			for i, pattern := range patterns {
				if found := pattern.FindString(line); found != "" {
					t.Errorf("%s:%d: %q: write %s", name, number+1, found, retired[i].instead)
				}
			}
		}
	}
}

var patterns = compile()

func compile() (all []*regexp.Regexp) {
	for _, r := range retired {
		all = append(all, regexp.MustCompile(r.pattern))
	}
	return all
}

// tracked are the texts that people write. Recorded data of others, and this file, are not.
func tracked(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files").Output()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Fields(string(out)), func(name string) bool {
		written := slices.Contains([]string{".go", ".md", ".yaml", ".sh", ".html", ".txt", ".py", ".toml", ".yml", ""}, filepath.Ext(name))
		return !written || strings.Contains(name, "/testdata/template") || strings.HasSuffix(name, "/words_test.go") || name == "LICENSE"
	})
}
