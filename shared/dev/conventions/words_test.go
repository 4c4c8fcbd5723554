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

// retired are patterns of words that are not used any more, and what to write instead.
var retired = []struct{ pattern, instead string }{
	{`\b(sit|sits|sat|sitting|sittings)\b|Sitting`, "instance, session; is live"},
	{`\b(is|are|be|been|was|were|get|gets) told\b|\btold of\b|\btells? of\b|(?i:untold)`, "publish, event; hear"},
	{`\bknock(s|ed|ing)?\b|Knock`, "join request"},
	{`(?i)furniture|furnish|turnstile(s|d)|\bverdicts?\b|\bdeeds?\b|\bstagehand|\bcourier|\bparcel`, "settings, turnstile, answer, action, step"},
	{`\bRoll\b|\bthe roll\b`, "roster"},
	{`\bGate\b`, "live state"},
	{`\bspot\b`, "destination"},
	{`(?i)who (is|are|was|were) out\b`, "removed"},
	{`\bput (back|aside)\b|PutBack`, "moved to the waiting room; sent to the dead-letter queue"},
	{`by approval only`, "only when a host admits them"},
	{`\b(afresh|anew)\b`, "again; a new join"},
	{`(?i)\bretire[sd]?\b|RestsUntil|\bits rest\b|\breserved for (its|their|them|your|you|this)\b|\bat rest\b`, "released; quarantined"},
	{`\b(is|are) bound to\b`, "is conditional on"},
	{`others were faster`, "the optimistic lock failed"},
	{`\b(comes|came|come) back\b`, "rejoins, reconnects"},
	{`(?i)(wrong|broken) door`, "mutant"},
	{`(?i)\b(linger|witness)\w*`, "window, recorder"},
	{`\bthe story\b`, "the end-to-end scenario"},
	{`\bgiven up\b`, "abandoned; dead-lettered"},
	{`\bobeys?\b`, "execute"},
}

// allowed are lines that may hold a retired word: stored and public names, and words with another meaning.
var allowed = regexp.MustCompile(`too_many_knocks|"SITTING"|"sitting"|\bsitting#|"sitting\.|life of sitting|value\("knocks"|count\(ctx, "knocks"|Kind = "retired"`)

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
