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

const storyPackage = "./shared/dev/e2e"

// A tally is how the tests of the story ended, by their names.
type tally struct {
	outcomes map[string]string // pass, fail or skip
	excluded []string          // the tests that were left out, with the reason
}

func (t tally) String() string {
	count := map[string]int{}
	for name, outcome := range t.outcomes {
		if name != "" && !t.hasParts(name) {
			count[outcome]++
		}
	}
	return fmt.Sprintf("%d stories ran: %d passed, %d failed; %d excluded",
		count["pass"]+count["fail"], count["pass"], count["fail"], count["skip"])
}

// hasParts reports whether the test has subtests, which are counted in its place.
func (t tally) hasParts(name string) bool {
	for other := range t.outcomes {
		if strings.HasPrefix(other, name+"/") {
			return true
		}
	}
	return false
}

// tellStory runs the black-box tests against the deployed API. What the emulator cannot do they know themselves.
func (r *rehearsal) tellStory(ctx context.Context, d *deployment) (tally, error) {
	told := tally{outcomes: map[string]string{}}
	tokens, err := d.tokens.withKey()
	if err != nil {
		return told, err
	}
	cmd := exec.Command("go", "test", "-json", "-count=1", "-timeout=40m", storyPackage)
	cmd.Dir, cmd.Stderr = r.root, os.Stderr
	cmd.Env = append(r.awsEnv(), "EMULATOR="+emulatorName, "BASE_URL="+r.front.url, "EVENT_BUS="+d.outputs["EventBusName"],
		"SIGNING_KEY="+tokens.keyFile, "SIGNING_KEY_ID="+tokens.keyID, "TOKEN_ISSUER="+tokens.issuer, "TOKEN_AUDIENCE="+tokens.audience,
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
		return told, fmt.Errorf("%s (%w); the functions logged:\n%s", told, err, r.functionErrors(ctx, d))
	}
	return told, nil
}

// follow reads what `go test -json` writes, to its end, and shows what people want to see of it.
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
		switch event.Action {
		case "output":
			written[event.Test] += event.Output
		case "pass", "fail", "skip":
			t.outcomes[event.Test] = event.Action
			if event.Action == "skip" {
				t.excluded = append(t.excluded, event.Test+": "+reason(written[event.Test]))
			}
			show(out, event.Test, event.Action, event.Elapsed, written[event.Test])
		}
	}
	return lines.Err()
}

// reason is the message of a skipped test: what follows the place of the line that has one.
func reason(written string) string {
	for line := range strings.Lines(written) {
		if _, message, found := strings.Cut(line, ".go:"); found {
			_, message, _ = strings.Cut(message, ": ")
			return strings.TrimSpace(message)
		}
	}
	return "no reason is given"
}

// show shows the end of a test, and what it wrote if it failed; of subtests only those that failed.
func show(out io.Writer, test, outcome string, seconds float64, written string) {
	if outcome == "fail" {
		fmt.Fprint(out, written)
	}
	if test != "" && !strings.Contains(test, "/") {
		fmt.Fprintf(out, "    %-4s %6.1f s  %s\n", outcome, seconds, test)
	}
}
