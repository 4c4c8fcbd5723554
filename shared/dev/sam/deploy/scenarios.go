//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// A tally counts the scenarios, which are the tests without their subtests.
type tally struct {
	passed, failed int
	excluded       []string // the skipped tests, with the reason
}

func (t tally) String() string {
	return fmt.Sprintf("%d scenarios ran: %d passed, %d failed; %d excluded",
		t.passed+t.failed, t.passed, t.failed, len(t.excluded))
}

// runScenarios runs shared/dev/e2e against the deployed API. Its tests know what the emulator cannot do.
func (d *deployer) runScenarios(ctx context.Context, e *deployment) (tally, error) {
	result, id := tally{}, ""
	if e.userPool() {
		var err error
		if id, err = keyID(e.issuer.file); err != nil {
			return result, err
		}
	}
	cmd := exec.Command("go", "test", "-json", "-count=1", "-timeout=40m", "./shared/dev/e2e")
	cmd.Dir, cmd.Stderr = d.root, os.Stderr
	cmd.Env = append(d.awsEnv(), "EMULATOR="+emulatorName, "BASE_URL="+d.proxy.url,
		"EVENT_BUS="+e.outputs["EventBusName"], "SIGNING_KEY="+e.issuer.file, "SIGNING_KEY_ID="+id,
		"TOKEN_ISSUER="+e.issuer.name, "TOKEN_AUDIENCE="+e.issuer.audience, "MEDIA_LISTEN="+d.mediaAddress,
		"MEDIA_SECRET="+mediaSecret)
	output, input := io.Pipe()
	cmd.Stdout = input
	tests, err := d.group.Start(cmd)
	if err != nil {
		return result, err
	}
	go func() { input.CloseWithError(tests.Err()) }()
	stop := context.AfterFunc(ctx, tests.Kill)
	defer stop()
	if err = result.follow(output, d.out); err == nil {
		err = tests.Err()
	}
	if err != nil {
		return result, fmt.Errorf("%s (%w); the functions logged:\n%s", result, err, d.functionErrors(ctx, e))
	}
	return result, nil
}

// follow reads the output of `go test -json` to its end. It prints each test's outcome, and the output of failed ones.
func (t *tally) follow(output io.Reader, out io.Writer) error {
	written := map[string]string{} // by each test so far
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var event struct {
			Action, Test, Output string
			Elapsed              float64
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			fmt.Fprintln(out, lines.Text())
			continue
		}
		written[event.Test] += event.Output
		if event.Action == "fail" {
			fmt.Fprint(out, written[event.Test])
		}
		isScenario := event.Test != "" && !strings.Contains(event.Test, "/")
		if isScenario && t.count(event.Action, event.Test, written[event.Test]) {
			fmt.Fprintf(out, "    %-4s %6.1f s  %s\n", event.Action, event.Elapsed, event.Test)
		}
	}
	return lines.Err()
}

// count counts an outcome. It returns false if the action is none.
func (t *tally) count(action, test, written string) bool {
	switch action {
	case "pass":
		t.passed++
	case "fail":
		t.failed++
	case "skip":
		t.excluded = append(t.excluded, test+": "+reason(written))
	default:
		return false
	}
	return true
}

// reason returns the message of a skipped test, which follows the file and the line.
func reason(written string) string {
	for line := range strings.Lines(written) {
		if _, message, found := strings.Cut(line, ".go:"); found {
			_, message, _ = strings.Cut(message, ": ")
			return strings.TrimSpace(message)
		}
	}
	return "no reason is given"
}
