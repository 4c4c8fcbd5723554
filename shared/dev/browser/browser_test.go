//go:build browser

package browser

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/testkit/bundletest"
	"personal-rooms/shared/dev/testkit/livekittest"
	"personal-rooms/shared/dev/testkit/mediatest"
)

// TestPages uses the pages without a media server.
func TestPages(t *testing.T) {
	run(t, "tests", map[string]string{"MEDIA_NOTE": "We talk at https://talk.example.com/rooms.", "MAIL_FROM": "rooms@example.com"})
}

// TestCalls uses the pages before a real LiveKit, with the browser's fake camera and microphone.
func TestCalls(t *testing.T) {
	run(t, "tests/call", callVariables(t))
}

// TestFrames uses the pages before a page of Jitsi Meet, which is only a title here, in a frame.
func TestFrames(t *testing.T) {
	jitsi := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><title>Jitsi Meet</title><h1>Jitsi Meet</h1></html>`)
	}))
	t.Cleanup(jitsi.Close)
	run(t, "tests/frame", map[string]string{
		"MEDIA": "jitsi", "MEDIA_URL": jitsi.URL, "MEDIA_KEY": "rooms", "MEDIA_SECRET": mediatest.Secret, "MEDIA_DOMAIN": "meet.local",
	})
}

// BenchmarkWeight prints what the page of a guest loads, and whether it moves, without media and with LiveKit.
func BenchmarkWeight(b *testing.B) {
	for b.Loop() {
		run(b, "tests/bench", map[string]string{"MEDIA": ""})
		run(b, "tests/bench", callVariables(b))
	}
}

func callVariables(t testing.TB) map[string]string {
	t.Helper()
	port, err := process.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	s := livekittest.Start(t, "http://127.0.0.1:"+port+"/media/livekit").Media()
	return map[string]string{
		"PORT":  port,
		"MEDIA": string(s.Provider), "MEDIA_URL": s.URL, "MEDIA_KEY": s.Key, "MEDIA_SECRET": string(s.Secret.Given),
	}
}

// concurrency is how many files are tested at a time: people wait most of the time.
const concurrency = "--test-concurrency=3"

// run runs the tests of the folder whose names begin with TESTS on a bundle with the variables, which they get too.
func run(t testing.TB, folder string, env map[string]string) {
	t.Helper()
	files, err := filepath.Glob(folder + "/" + os.Getenv("TESTS") + "*.test.mjs")
	if err != nil || len(files) == 0 {
		t.Logf("%s has no tests whose names begin with %q (%v)", folder, os.Getenv("TESTS"), err)
		return
	}
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"--test", concurrency, "--test-reporter=spec"}, files...)...)
	log := filepath.Join(cmp.Or(os.Getenv("SCREENSHOTS"), t.TempDir()), t.Name()+".log")
	cmd.Env = append(os.Environ(), "LOG="+log, "BASE_URL="+address(t, env, log))
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
}

// address returns BASE_URL, or the address of a bundle that runs as long as the test. Its seats are renewed often. Its
// log is kept in the file, and must not have a link with its passcode or guest pass.
func address(t testing.TB, env map[string]string, file string) string {
	t.Helper()
	if given := os.Getenv("BASE_URL"); given != "" {
		return given
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{"LEASE_SECONDS": "30"}
	maps.Copy(all, env)
	bundle, stop, err := bundletest.Start(all, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		lines, err := os.ReadFile(log.Name())
		if err := errors.Join(err, log.Close()); err != nil || bytes.Contains(lines, []byte("pwd=")) || bytes.Contains(lines, []byte("pass=")) {
			t.Errorf("the log has a link with its secret, or cannot be read (%v)", err)
		}
	})
	return bundle.URL()
}
