//go:build oracles

package pattern_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"personal-rooms/shared/dev/aws/pattern"
	"personal-rooms/shared/dev/template"
)

// Amazon's event-ruler is what EventBridge matches with. RULER is the folder of its jars, which `make oracles` fetches.

// A question asks whether an event matches a pattern.
type question struct {
	Pattern json.RawMessage `json:"pattern"`
	Event   json.RawMessage `json:"event"`
}

func TestPatternsMatchAsEventRulerMatches(t *testing.T) {
	var questions []question
	for text := range patterns {
		questions = append(questions, question{json.RawMessage(text), json.RawMessage(record)})
	}
	compare(t, questions)
}

func TestRandomPatternsMatchAsEventRulerMatches(t *testing.T) {
	const many = 20000
	random := generator{rand.New(rand.NewPCG(1, 2))}
	var questions []question
	for range many {
		questions = append(questions, question{random.json(t, random.pattern(2)), random.json(t, random.event(2))})
	}
	compare(t, questions)
}

// The filters and rules of the template are compared on the sample events of all functions.
func TestTheTemplatesPatternsMatchAsEventRulerMatches(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := template.Load(root, map[string]string{"LockAfterStart": "true"})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, s := range plan.Streams {
		texts = append(texts, s.Filters...)
	}
	for _, r := range plan.Rules {
		texts = append(texts, r.Pattern)
	}
	if len(texts) < 6 {
		t.Fatalf("the template has %d patterns only", len(texts))
	}
	var questions []question
	for _, text := range texts {
		for _, event := range sampleEvents(t, root) {
			questions = append(questions, question{json.RawMessage(text), event})
		}
	}
	if compare(t, questions) == 0 {
		t.Error("no sample event matches a pattern of the template")
	}
}

// sampleEvents returns the sample events of all functions, and their records.
func sampleEvents(t *testing.T, root string) (all []json.RawMessage) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "functions", "*", "events", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no sample events: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var batch struct{ Records []json.RawMessage }
		if err := json.Unmarshal(text, &batch); err != nil {
			t.Fatal(err)
		}
		all = append(append(all, text), batch.Records...)
	}
	return all
}

// compare fails the test if package pattern and event-ruler disagree, and returns how many events match. Patterns that
// one of them refuses are skipped: the package knows fewer operators.
func compare(t *testing.T, questions []question) (yes int) {
	t.Helper()
	answers := ask(t, questions)
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(answers), len(questions))
	}
	differences := 0
	for i, q := range questions {
		p, err := pattern.Compile(string(q.Pattern))
		says, refusal := strconv.ParseBool(answers[i])
		var event any
		if err != nil || refusal != nil {
			continue
		}
		if err := json.Unmarshal(q.Event, &event); err != nil {
			t.Fatal(err)
		}
		if p.Match(event) != says {
			if differences++; differences <= 20 {
				t.Errorf("%s\n%s\nevent-ruler says %v", q.Pattern, q.Event, says)
			}
		}
		if says {
			yes++
		}
	}
	t.Logf("%d questions, %d matches, %d differences", len(questions), yes, differences)
	return yes
}

// ask returns event-ruler's answers.
func ask(t *testing.T, questions []question) []string {
	t.Helper()
	var in, out bytes.Buffer
	for _, q := range questions {
		if err := json.NewEncoder(&in).Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "java", "-cp", filepath.Join(os.Getenv("RULER"), "*"), "testdata/ruler/Matches.java")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("event-ruler does not run (a JDK is needed, and RULER, which `make oracles` sets): %v", err)
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

// A generator makes small patterns and events from few names and values, so that they often match.
type generator struct{ *rand.Rand }

func (g generator) json(t *testing.T, value any) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func one[T any](g generator, of ...T) T { return of[g.IntN(len(of))] }

func (g generator) scalar() any { return one[any](g, "a", "b", "ab", 1, 2, true, nil) }

func (g generator) event(depth int) any {
	event := map[string]any{}
	for range 1 + g.IntN(3) {
		switch name := one(g, "x", "y", "z"); {
		case depth > 0 && g.IntN(2) == 0:
			event[name] = g.event(depth - 1)
		case g.IntN(4) == 0:
			event[name] = []any{g.scalar(), g.scalar()}
		default:
			event[name] = g.scalar()
		}
	}
	return event
}

func (g generator) pattern(depth int) map[string]any {
	pattern := map[string]any{}
	for range 1 + g.IntN(2) {
		name := one(g, "x", "y", "z")
		if depth > 0 && g.IntN(2) == 0 {
			pattern[name] = g.pattern(depth - 1)
		} else {
			pattern[name] = []any{g.test(), g.test()}[:1+g.IntN(2)]
		}
	}
	return pattern
}

func (g generator) test() any {
	switch g.IntN(4) {
	case 0:
		return map[string]any{"exists": g.IntN(2) == 0}
	case 1:
		return map[string]any{"prefix": one(g, "a", "b", "A", "ab")}
	}
	return g.scalar()
}
