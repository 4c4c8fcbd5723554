package interop

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"sync"
	"testing"

	"personal-rooms/shared/dev/testkit/interop"
	"personal-rooms/shared/media"
)

// liveKitLibrary is the process of testdata/livekit.mjs. It runs as long as the tests.
var liveKitLibrary struct {
	sync.Mutex
	start sync.Once
	in    io.Writer
	out   *bufio.Reader
	err   error
}

// needLibrary starts the library, or skips the test if it is not installed.
func needLibrary(t *testing.T) {
	t.Helper()
	folder := interop.LiveKit.Need(t)
	liveKitLibrary.start.Do(func() { startLibrary(folder) })
	if liveKitLibrary.err != nil {
		t.Fatal(liveKitLibrary.err)
	}
}

func startLibrary(folder string) {
	cmd := exec.Command("node", "testdata/livekit.mjs", folder)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err == nil {
		var out io.Reader
		out, err = cmd.StdoutPipe()
		liveKitLibrary.in, liveKitLibrary.out = in, bufio.NewReader(out)
	}
	if err == nil {
		err = cmd.Start()
	}
	liveKitLibrary.err = err
}

// ask sends a question to the library, and reads its answer.
func ask(t *testing.T, what string, question map[string]any, answer any) {
	t.Helper()
	liveKitLibrary.Lock()
	defer liveKitLibrary.Unlock()
	question = maps.Clone(question)
	question["ask"] = what
	if err := json.NewEncoder(liveKitLibrary.in).Encode(question); err != nil {
		t.Fatal(err)
	}
	line, err := liveKitLibrary.out.ReadBytes('\n')
	if err := errors.Join(err, json.Unmarshal(line, answer)); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
}

// A decodedToken is the media server's answer to a token.
type decodedToken struct {
	Error          string
	Header, Claims map[string]any
}

func verify(t *testing.T, s media.Server, token string) (v decodedToken) {
	t.Helper()
	ask(t, "verify", map[string]any{"provider": s.Provider, "token": token, "key": s.Key, "secret": string([]byte(s.Secret.Given))}, &v)
	return v
}
