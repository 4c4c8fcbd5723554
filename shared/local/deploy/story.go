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

const storyPackage = "./shared/e2e"

// A tally is how the scenarios ended, by their names.
type tally map[string]string

func (t tally) String() string {
	count := map[string]int{}
	for name, outcome := range t {
		if name != "" && !t.hasParts(name) {
			count[outcome]++
		}
	}
	return fmt.Sprintf("%d scenarios passed, %d failed, %d cannot be emulated", count["pass"], count["fail"], count["skip"])
}

// hasParts reports whether the scenario is told in parts, which are counted in its place.
func (t tally) hasParts(name string) bool {
	for other := range t {
		if strings.HasPrefix(other, name+"/") {
			return true
		}
	}
	return false
}

// tellStory runs the black-box tests against the deployed API. What the emulator cannot do they know themselves.
func (r *rehearsal) tellStory(ctx context.Context, d *deployment) (tally, error) {
	told := tally{}
	cmd := exec.Command("go", "test", "-json", "-count=1", "-timeout=40m", "-run="+os.Getenv("DEBUGRUN"), storyPackage)
	cmd.Dir, cmd.Stderr = r.root, os.Stderr
	cmd.Env = append(r.awsEnv(), "EMULATOR="+emulatorName, "BASE_URL="+r.front.url, "EVENT_BUS="+d.outputs["EventBusName"],
		"SIGNING_KEY="+d.tokens.keyFile, "SIGNING_KEY_ID="+d.tokens.keyID, "TOKEN_ISSUER="+d.tokens.issuer, "TOKEN_AUDIENCE="+d.tokens.audience,
		"MEDIA_LISTEN="+r.mediaAddress, "MEDIA_SECRET="+mediaSecret)
	output, input := io.Pipe()
	cmd.Stdout = input
	tests, err := r.group.Start(cmd)
	if err != nil {
		return told, err
	}
	go func() { input.CloseWithError(tests.Err()) }()
	stop := context.AfterFunc(ctx, tests.Kill)
	defer stop()
	err = told.follow(output, r.out)
	if err == nil {
		err = tests.Err()
	}
	if err != nil {
		return told, fmt.Errorf("%s (%w); the functions logged:\n%s\n", told, err, r.functionErrors(ctx, d))
	}
	return told, nil
}

// follow reads what `go test -json` says, to its end, and shows what people want to see of it.
func (t tally) follow(output io.Reader, out io.Writer) error {
	said := map[string]string{} // by each test so far
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
		switch event.Action {
		case "output":
			said[event.Test] += event.Output
		case "pass", "fail", "skip":
			t[event.Test] = event.Action
			show(out, event.Test, event.Action, event.Elapsed, said[event.Test])
		}
	}
	return lines.Err()
}

// show shows the end of a test, and what it said unless all went well; of the parts of one only what went wrong.
func show(out io.Writer, test, outcome string, seconds float64, said string) {
	if outcome != "pass" {
		fmt.Fprint(out, said)
	}
	if test != "" && !strings.Contains(test, "/") {
		fmt.Fprintf(out, "  %-4s %6.1f s  %s\n", outcome, seconds, test)
	}
}
