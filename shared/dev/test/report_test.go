//go:build unix

package main

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/process"
)

func TestReport(t *testing.T) {
	const api = `"Package":"personal-rooms/shared/api"`
	for name, c := range map[string]struct {
		lines []string // "progress": ten seconds without output
		want  string
	}{
		"a package that passes is a line": {[]string{
			`{"Action":"start",` + api + `}`,
			`{"Action":"output",` + api + `,"Test":"TestOne","Output":"loud\n"}`,
			`{"Action":"pass",` + api + `,"Test":"TestOne","Elapsed":1}`,
			`{"Action":"pass",` + api + `,"Test":"TestTwo","Elapsed":1}`,
			`{"Action":"pass",` + api + `,"Elapsed":2.34}`,
			`{"Action":"start","Package":"personal-rooms/shared/publish"}`,
			`{"Action":"skip","Package":"personal-rooms/shared/publish","Elapsed":0}`, // it has no tests
		}, "ok      2.3 s  shared/api (2 tests)\npassed: 2 tests in 1 packages, in 7 s\n"},
		"a package that fails is shown without the tests that passed": {[]string{
			`{"Action":"output",` + api + `,"Test":"TestOne","Output":"of one\n"}`,
			`{"Action":"pass",` + api + `,"Test":"TestOne","Elapsed":1}`,
			`{"Action":"output",` + api + `,"Test":"TestTwo/sub","Output":"=== RUN   TestTwo/sub\n"}`,
			`{"Action":"output",` + api + `,"Test":"TestTwo/sub","Output":"of two\n"}`,
			`{"Action":"fail",` + api + `,"Test":"TestTwo/sub","Elapsed":1}`,
			`{"Action":"output",` + api + `,"Test":"TestThree","Output":"panic: of a test that did not end\n"}`,
			`{"Action":"output",` + api + `,"Output":"FAIL\n"}`,
			`{"Action":"fail",` + api + `,"Elapsed":2}`,
		}, "fail    2.0 s  shared/api\n    of two\n    panic: of a test that did not end\n    FAIL\nFAILED in 8 s: shared/api\n"},
		"errors of the compiler are shown": {[]string{
			`{"ImportPath":"personal-rooms/shared/api","Action":"build-output","Output":"undefined: nonsense\n"}`,
			`{"ImportPath":"personal-rooms/shared/api","Action":"build-fail"}`,
			`{"Action":"output",` + api + `,"Output":"FAIL\tpersonal-rooms/shared/api [build failed]\n"}`,
			`{"Action":"fail",` + api + `,"Elapsed":0,"FailedBuild":"personal-rooms/shared/api"}`,
			`this is not JSON`,
		}, "undefined: nonsense\nfail    0.0 s  shared/api\n    FAIL\tpersonal-rooms/shared/api [build failed]\nthis is not JSON\nFAILED in 5 s: shared/api\n"},
		"a skipped test is shown with its reason": {[]string{
			`{"Action":"output",` + api + `,"Test":"TestOne","Output":"=== RUN   TestOne\n"}`,
			`{"Action":"output",` + api + `,"Test":"TestOne","Output":"    api_test.go:12: it needs patience\n"}`,
			`{"Action":"output",` + api + `,"Test":"TestOne","Output":"--- SKIP: TestOne (0.00s)\n"}`,
			`{"Action":"skip",` + api + `,"Test":"TestOne","Elapsed":0}`,
			`{"Action":"pass",` + api + `,"Elapsed":0}`,
		}, "ok      0.0 s  shared/api (0 tests, 1 skipped)\nskipped: shared/api TestOne: api_test.go:12: it needs patience\n" +
			"passed: 0 tests in 1 packages, in 5 s\n"},
		"the running packages are shown": {[]string{
			`progress`, `{"Action":"start","Package":"personal-rooms/shared/table"}`, `{"Action":"start",` + api + `}`, `progress`,
		}, "        1.0 s  running: the compiler\n        4.0 s  running: shared/api (1 s), shared/table (2 s)\npassed: 0 tests in 0 packages, in 4 s\n"},
	} {
		var out bytes.Buffer
		now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		r := newReport(&out, func() time.Time { return now })
		for _, line := range c.lines {
			now = now.Add(time.Second)
			if line == "progress" {
				r.progress()
			} else {
				r.read([]byte(line + "\n"))
			}
		}
		r.summary(!strings.Contains(c.want, "FAILED"))
		if got := out.String(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTheExitCodeIsThatOfGoTest(t *testing.T) {
	group, err := process.NewGroup()
	if err != nil {
		t.Fatal(err)
	}
	defer group.Close()
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	for script, c := range map[string]struct {
		ctx    context.Context
		code   int
		failed bool
	}{
		"exit 0": {t.Context(), 0, false}, "exit 2": {t.Context(), 2, false},
		"kill -KILL $$": {t.Context(), 0, true}, "sleep 600": {interrupted, 0, true},
	} {
		if code, err := follow(c.ctx, group, exec.Command("/bin/sh", "-c", script)); code != c.code || (err != nil) != c.failed {
			t.Errorf("%s: %d, %v", script, code, err)
		}
	}
}
