package conventions

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// root is the folder of go.mod.
var root = filepath.Join("..", "..", "..")

// A handler holds an interface of the use cases that it calls, so it cannot reach the storage behind them.
func TestHandlersCannotReachStorage(t *testing.T) {
	if said := compileInHandlers(t, ""); said != "" {
		t.Fatalf("an empty method does not compile:\n%s", said)
	}
	for _, line := range []string{"h.Profile(ctx, victim)", "h.ApplyTransition(ctx, number, transition)", "h.Save(ctx)"} {
		method, _, _ := strings.Cut(line, "(")
		said := compileInHandlers(t, line)
		for _, name := range []string{"profile", "instant", "schedule", "admission"} {
			_, ours, _ := strings.Cut(said, "# personal-rooms/functions/"+name+"\n")
			if first, _, _ := strings.Cut(ours, "\n"); !strings.Contains(first, method+" undefined") {
				t.Errorf("%s compiles in functions/%s, or fails for another reason:\n%s", line, name, said)
			}
		}
	}
}

// compileInHandlers compiles the line in a method of each handler, and returns what the compiler says.
func compileInHandlers(t *testing.T, line string) string {
	t.Helper()
	source := `package main

import (
	"context"

	"personal-rooms/shared/meeting"
)

func (h handler) reach(ctx context.Context, victim meeting.User, number meeting.Number, transition meeting.Transition) {
	` + line + `
}
`
	file := filepath.Join(t.TempDir(), "storage.go")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	overlay := map[string]map[string]string{"Replace": {}}
	arguments := []string{"build", "-o", os.DevNull, "-overlay", filepath.Join(filepath.Dir(file), "overlay.json")}
	for _, name := range []string{"profile", "instant", "schedule", "admission"} {
		overlay["Replace"][filepath.Join(top, "functions", name, "storage.go")] = file
		arguments = append(arguments, "./functions/"+name)
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(file), "overlay.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", arguments...)
	cmd.Dir = top
	said, _ := cmd.CombinedOutput() // it fails: that is what is tested
	return string(said)
}
