//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/process"
)

// reported is what a report prints of the lines, a second each.
func reported(lines ...string) (text string, r *report) {
	var out bytes.Buffer
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r = newReport(&out, func() time.Time { return now })
	for _, line := range lines {
		now = now.Add(time.Second)
		if line == "progress" {
			r.progress()
			continue
		}
		r.take([]byte(line + "\n"))
	}
	return out.String(), r
}

func TestAPackageThatPassesIsOneLine(t *testing.T) {
	text, r := reported(
		`{"Action":"start","Package":"personal-rooms/shared/api"}`,
		`{"Action":"output","Package":"personal-rooms/shared/api","Test":"TestOne","Output":"loud\n"}`,
		`{"Action":"pass","Package":"personal-rooms/shared/api","Test":"TestOne","Elapsed":1}`,
		`{"Action":"pass","Package":"personal-rooms/shared/api","Test":"TestTwo","Elapsed":1}`,
		`{"Action":"pass","Package":"personal-rooms/shared/api","Elapsed":2.34}`,
		`{"Action":"start","Package":"personal-rooms/shared/publish"}`,
		`{"Action":"skip","Package":"personal-rooms/shared/publish","Elapsed":0}`,
	)
	if want := "ok      2.3 s  shared/api (2 tests)\n"; text != want {
		t.Errorf("%q, want %q", text, want)
	}
	if end := ended(r, true); end != "passed: 2 tests in 1 packages, in 7 s\n" {
		t.Errorf("%q", end)
	}
}

// ended is the summary of the report.
func ended(r *report, passed bool) string {
	var out bytes.Buffer
	r.out = &out
	r.summary(passed)
	return out.String()
}

func TestAPackageThatFailsIsShownWithoutWhatPassed(t *testing.T) {
	text, r := reported(
		`{"Action":"output","Package":"personal-rooms/shared/api","Test":"TestOne","Output":"=== RUN   TestOne\n"}`,
		`{"Action":"output","Package":"personal-rooms/shared/api","Test":"TestOne","Output":"of one\n"}`,
		`{"Action":"pass","Package":"personal-rooms/shared/api","Test":"TestOne","Elapsed":1}`,
		`{"Action":"output","Package":"personal-rooms/shared/api","Test":"TestTwo/sub","Output":"=== RUN   TestTwo/sub\n"}`,
		`{"Action":"output","Package":"personal-rooms/shared/api","Test":"TestTwo/sub","Output":"of two\n"}`,
		`{"Action":"fail","Package":"personal-rooms/shared/api","Test":"TestTwo/sub","Elapsed":1}`,
		`{"Action":"output","Package":"personal-rooms/shared/api","Test":"TestThree","Output":"panic: of a test that did not end\n"}`,
		`{"Action":"output","Package":"personal-rooms/shared/api","Output":"FAIL\n"}`,
		`{"Action":"fail","Package":"personal-rooms/shared/api","Elapsed":2}`,
	)
	want := "fail    2.0 s  shared/api\n    of two\n    panic: of a test that did not end\n    FAIL\n"
	if text != want {
		t.Errorf("%s\nwant\n%s", text, want)
	}
	if end := ended(r, false); end != "FAILED in 9 s: shared/api\n" {
		t.Errorf("%q", end)
	}
}

func TestWhatDoesNotBuildIsShown(t *testing.T) {
	text, r := reported(
		`{"ImportPath":"personal-rooms/shared/api","Action":"build-output","Output":"undefined: nonsense\n"}`,
		`{"ImportPath":"personal-rooms/shared/api","Action":"build-fail"}`,
		`{"Action":"start","Package":"personal-rooms/shared/api"}`,
		`{"Action":"output","Package":"personal-rooms/shared/api","Output":"FAIL\tpersonal-rooms/shared/api [build failed]\n"}`,
		`{"Action":"fail","Package":"personal-rooms/shared/api","Elapsed":0,"FailedBuild":"personal-rooms/shared/api"}`,
		`what is no JSON`,
	)
	want := "undefined: nonsense\nfail    0.0 s  shared/api\n    FAIL\tpersonal-rooms/shared/api [build failed]\nwhat is no JSON\n"
	if text != want {
		t.Errorf("%s\nwant\n%s", text, want)
	}
	if end := ended(r, false); end != "FAILED in 6 s: shared/api\n" {
		t.Errorf("%q", end)
	}
}

func TestASkippedTestIsToldWithItsReason(t *testing.T) {
	text, r := reported(
		`{"Action":"output","Package":"personal-rooms/shared/api","Test":"TestOne","Output":"=== RUN   TestOne\n"}`,
		`{"Action":"output","Package":"personal-rooms/shared/api","Test":"TestOne","Output":"    api_test.go:12: this test needs patience\n"}`,
		`{"Action":"output","Package":"personal-rooms/shared/api","Test":"TestOne","Output":"--- SKIP: TestOne (0.00s)\n"}`,
		`{"Action":"skip","Package":"personal-rooms/shared/api","Test":"TestOne","Elapsed":0}`,
		`{"Action":"pass","Package":"personal-rooms/shared/api","Elapsed":0}`,
	)
	if want := "ok      0.0 s  shared/api (0 tests, 1 skipped)\n"; text != want {
		t.Errorf("%q, want %q", text, want)
	}
	want := "skipped: shared/api TestOne: api_test.go:12: this test needs patience\npassed: 0 tests in 1 packages, in 5 s\n"
	if end := ended(r, true); end != want {
		t.Errorf("%q, want %q", end, want)
	}
}

func TestProgressNamesWhatRuns(t *testing.T) {
	text, _ := reported(
		`progress`,
		`{"Action":"start","Package":"personal-rooms/shared/table"}`,
		`{"Action":"start","Package":"personal-rooms/shared/api"}`,
		`progress`,
	)
	want := "        1.0 s  running: the compiler\n        4.0 s  running: shared/api (1 s), shared/table (2 s)\n"
	if text != want {
		t.Errorf("%q, want %q", text, want)
	}
}

func TestTheExitCodeIsThatOfGoTest(t *testing.T) {
	for script, want := range map[string]int{"exit 0": 0, "exit 2": 2} {
		if code, err := follow(t.Context(), group(t), exec.Command("/bin/sh", "-c", script)); code != want || err != nil {
			t.Errorf("%s: %d, %v", script, code, err)
		}
	}
	if code, err := follow(t.Context(), group(t), exec.Command("/bin/sh", "-c", "kill -KILL $$")); code != 0 || err == nil {
		t.Errorf("killed: %d, %v", code, err)
	}
}

func TestAnInterruptEndsIt(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("Ctrl-C"))
	if _, err := follow(ctx, group(t), exec.Command("/bin/sh", "-c", "sleep 600")); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("%v", err)
	}
}

func group(t *testing.T) *process.Group {
	t.Helper()
	g, err := process.NewGroup()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g
}
