package conventions

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the folder of go.mod.
var root = filepath.Join("..", "..", "..")

// reaching is a method of a handler that tries to call methods of the storage.
const reaching = `package main

import (
	"context"

	"personal-rooms/shared/meeting"
)

func (h handler) reach(ctx context.Context, victim meeting.User, number meeting.Number, transition meeting.Transition) {
	h.Profile(ctx, victim)
	h.ApplyTransition(ctx, number, transition)
	h.Save(ctx)
}
`

// A handler holds an interface of the use cases that it calls, so it cannot reach the storage behind them.
func TestHandlersCannotReachStorage(t *testing.T) {
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	source, overlay := filepath.Join(t.TempDir(), "storage.go"), filepath.Join(t.TempDir(), "overlay.json")
	handlers, files := []string{"profile", "instant", "schedule", "admission"}, map[string]string{}
	arguments := []string{"build", "-o", os.DevNull, "-overlay", overlay}
	for _, name := range handlers {
		files[filepath.Join(top, "functions", name, "storage.go")] = source
		arguments = append(arguments, "./functions/"+name)
	}
	text, err := json.Marshal(map[string]any{"Replace": files})
	if err = errors.Join(err, os.WriteFile(source, []byte(reaching), 0o600), os.WriteFile(overlay, text, 0o600)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", arguments...)
	cmd.Dir = top
	said, _ := cmd.CombinedOutput() // it fails: that is what is tested
	for _, name := range handlers {
		_, ours, _ := strings.Cut(string(said), "# personal-rooms/functions/"+name+"\n")
		ours, _, _ = strings.Cut(ours, "\n# ")
		undefined := regexp.MustCompile(`h\.(Profile|ApplyTransition|Save) undefined`).FindAllString(ours, -1)
		if lines := strings.Split(strings.TrimSpace(ours), "\n"); len(undefined) != 3 || len(lines) != 3 {
			t.Errorf("the storage can be reached in functions/%s, or this fails for another reason:\n%s", name, said)
		}
	}
}
