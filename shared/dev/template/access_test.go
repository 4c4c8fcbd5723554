package template_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A handler reaches storage through use cases only: these lines must not compile in one.
func TestHandlersCannotReachStorage(t *testing.T) {
	root := ours(t, nil).Root
	for name, line := range map[string]string{
		"read another's profile": "h.profiles.Profile(ctx, victim)",
		"write a profile":        "h.profiles.Save(ctx, meeting.PutProfile{})",
		"change a room":          `h.profiles.ApplyTransition(ctx, "5551234321", meeting.Transition{})`,
		"reach the store":        "h.profiles.core.store.Profile(ctx, victim)",
	} {
		source := filepath.Join(t.TempDir(), "attempt.go")
		text := "package main\n\nimport (\n\t\"context\"\n\n\t\"personal-rooms/shared/meeting\"\n)\n\n" +
			"func attempt(ctx context.Context, h handler, victim meeting.User) { _ = victim; " + line + " }\n"
		if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, "functions", "profile", "attempt.go"): source}})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "overlay.json")
		if err := os.WriteFile(file, overlay, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "go", "build", "-o", os.DevNull, "-overlay", file, "./functions/profile")
		cmd.Dir = root
		if output, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(output), "attempt.go:9") || !strings.Contains(string(output), "undefined") {
			t.Errorf("to %s: %v\n%s", name, err, output)
		}
	}
}
