package interop

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"

	"personal-rooms/shared/dev/testkit/interop"
	"personal-rooms/shared/media"
)

// A library is the process of testdata/livekit.mjs, with LiveKit's library.
type library struct {
	in  io.Writer
	out *bufio.Reader
}

// liveKitLibrary starts the library. It runs as long as the tests.
var liveKitLibrary = sync.OnceValues(func() (l library, err error) {
	folder, err := interop.LiveKit.Find()
	if err != nil {
		return l, err
	}
	cmd := exec.Command("node", "testdata/livekit.mjs", folder)
	cmd.Stderr = os.Stderr
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	return library{in, bufio.NewReader(out)}, errors.Join(errIn, errOut, cmd.Start())
})

// ask sends a question to the library, and reads its answer. It skips the test if the library is not installed.
func ask(t *testing.T, what string, question map[string]any, answer any) {
	t.Helper()
	interop.LiveKit.Need(t)
	library, err := liveKitLibrary()
	if err != nil {
		t.Fatal(err)
	}
	question["ask"] = what
	if err := json.NewEncoder(library.in).Encode(question); err != nil {
		t.Fatal(err)
	}
	line, err := library.out.ReadBytes('\n')
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
