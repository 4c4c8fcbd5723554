package interop

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/testkit/interop"
	"personal-rooms/shared/dev/testkit/mediatest"
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

// signedHook is a webhook as LiveKit's own library makes it.
type signedHook struct{ Error, Authorization, Body string }

func sign(t *testing.T, s media.Server, event string) (signed signedHook) {
	t.Helper()
	ask(t, "hook", map[string]any{"key": s.Key, "secret": string([]byte(s.Secret.Given)), "event": json.RawMessage(event)}, &signed)
	if signed.Error != "" {
		t.Fatal(signed.Error)
	}
	return signed
}

func TestWebhooksOfLiveKit(t *testing.T) {
	signer := mediatest.Signer(t, liveKit(), time.Now())
	for event, want := range map[string]media.Webhook{
		`{"event":"participant_left","id":"EV_1","createdAt":"1772442000","room":{"sid":"RM_1","name":"instance","numParticipants":2},
			"participant":{"sid":"PA_1","identity":"instance.sam","name":"R&D <all>","metadata":"{\"role\":\"participant\"}","disconnectReason":"CLIENT_INITIATED"}}`: {
			Event: "participant_left", Room: "instance", Participant: "instance.sam", Reason: "CLIENT_INITIATED", At: time.Unix(1772442000, 0)},
		`{"event":"participant_left","createdAt":1772442000,"room":{"name":"instance"},"participant":{"identity":"instance.sam","disconnectReason":2}}`: {
			Event: "participant_left", Room: "instance", Participant: "instance.sam", Reason: "DUPLICATE_IDENTITY", At: time.Unix(1772442000, 0)},
		`{"event":"room_finished","createdAt":"1772442000","room":{"name":"instance"}}`: {Event: "room_finished", Room: "instance", At: time.Unix(1772442000, 0)},
	} {
		signed := sign(t, liveKit(), event)
		got, err := signer.ReadWebhook(signed.Authorization, []byte(signed.Body))
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%v\n%s", err, d)
		}
	}
}

func TestForgedWebhooksAreRefused(t *testing.T) {
	signed := sign(t, liveKit(), `{"event":"room_started","room":{"name":"instance"}}`)
	another, foreign := liveKit(), liveKit()
	another.Secret.Given, foreign.Key = "another", "another"
	now := time.Now()
	for what, c := range map[string]struct {
		signer media.Signer
		body   string
		want   error
	}{
		"unchanged":       {mediatest.Signer(t, liveKit(), now), signed.Body, nil},
		"another secret":  {mediatest.Signer(t, another, now), signed.Body, media.ErrForged},
		"another key":     {mediatest.Signer(t, foreign, now), signed.Body, media.ErrForged},
		"another body":    {mediatest.Signer(t, liveKit(), now), strings.Replace(signed.Body, "started", "finished", 1), media.ErrForged},
		"an hour later":   {mediatest.Signer(t, liveKit(), now.Add(time.Hour)), signed.Body, media.ErrForged},
		"Jitsi":           {mediatest.Signer(t, jitsi(), now), signed.Body, media.ErrNoWebhook},
		"no media server": {media.Signer{}, signed.Body, media.ErrNoWebhook},
	} {
		if _, err := c.signer.ReadWebhook(signed.Authorization, []byte(c.body)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
