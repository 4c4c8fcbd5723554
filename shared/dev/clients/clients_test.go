package clients

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"personal-rooms/shared/dev/compat"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/bundletest"
	"personal-rooms/shared/dev/testkit/interop"
)

// write makes the test write the results instead. `make compatibility` sets it.
var write = flag.Bool("write", false, "write "+compat.ClientsFile)

// programs call one client each.
var programs = []string{
	"use_indico.py", "use_pyzoom.py", "use_zoom_python_client.py", "use_zoomus.py",
	"use_n8n.cjs", "use_rivet.cjs", "use_zoomapi.cjs",
	"use_zoom_lib_golang",
}

func TestClientsOfZoomWorkAsDocumented(t *testing.T) {
	tools := interop.ZoomClients.Need(t)
	bundle, stop, err := bundletest.Start(nil, io.Discard)
	testkit.Must(t, err)
	t.Cleanup(stop)
	testkit.Must(t, prepareLister(t.Context(), bundle))
	front := openFront(t, bundle.URL())
	results := make([]compat.Client, len(programs))
	var running errgroup.Group
	running.SetLimit(runtime.NumCPU() + 1) // a client gives up a request that takes too long
	for i, program := range programs {
		running.Go(func() error {
			name := strings.TrimSuffix(strings.TrimPrefix(program, "use_"), filepath.Ext(program))
			scene, err := prepare(t.Context(), bundle, name, i)
			if err == nil {
				results[i] = run(t, tools, front, program, scene)
			}
			return err
		})
	}
	testkit.Must(t, running.Wait())
	if *write && !t.Failed() {
		file := filepath.Join(must(template.FindRoot(".")), compat.ClientsFile)
		testkit.Must(t, os.WriteFile(file, []byte(compat.FormatClients(results)), 0o600))
		return
	}
	for _, difference := range compat.Differences(compat.Clients(), results) {
		t.Errorf("%s (if this is meant, run make compatibility)", difference)
	}
}

const timeLimit = 5 * time.Minute // for a client, on a busy machine

// run runs a client's program, and returns what it printed.
func run(t *testing.T, tools string, f front, program string, s scene) (client compat.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeLimit)
	defer cancel()
	command := commandFor(ctx, tools, program)
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "PYTHONDONTWRITEBYTECODE=1", "TZ=UTC",
		"NODE_PATH=" + filepath.Join(tools, "node_modules"),
		"HTTPS_PROXY=" + f.proxy, "REQUESTS_CA_BUNDLE=" + f.authority, "SSL_CERT_FILE=" + f.authority, // for Python and Go
		"FRONT=" + f.address, "NODE_EXTRA_CA_CERTS=" + f.authority, // for Node.js
		"SCENE=" + string(must(json.Marshal(s))),
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Errorf("%s: %v\n%s", program, err, &stderr)
	}
	for lines := bufio.NewScanner(bytes.NewReader(output)); lines.Scan(); {
		var line struct{ Client, Operation, Outcome string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Errorf("%s printed %s", program, lines.Bytes())
		}
		client.Name = cmp.Or(client.Name, line.Client)
		if line.Operation != "" {
			client.Results = append(client.Results, compat.Result{Operation: line.Operation, Outcome: stable(line.Outcome)})
		}
	}
	return client
}

func commandFor(ctx context.Context, tools, program string) *exec.Cmd {
	script := filepath.Join("testdata", program)
	switch filepath.Ext(program) {
	case ".py":
		return exec.CommandContext(ctx, filepath.Join(tools, "python", "bin", "python"), script)
	case ".cjs":
		return exec.CommandContext(ctx, "node", script)
	}
	return exec.CommandContext(ctx, filepath.Join(tools, program))
}

// Parts of a reason that are others in each run: ids, uuids, ports.
var changing = regexp.MustCompile(`\d{9,}|[A-Za-z0-9+/]{22}==|127\.0\.0\.1:\d+`)

const maxOutcome = 300 // bytes

// stable returns the outcome on one line, with the same text in each run.
func stable(outcome string) string {
	outcome = changing.ReplaceAllString(strings.Join(strings.Fields(outcome), " "), "…")
	if len(outcome) <= maxOutcome {
		return outcome
	}
	outcome = outcome[:maxOutcome]
	for !utf8.ValidString(outcome) {
		outcome = outcome[:len(outcome)-1]
	}
	return outcome + "…"
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
