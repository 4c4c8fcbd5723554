package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/media"
	"personal-rooms/shared/media/server"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// verifier is where make puts LiveKit's own library.
const verifier = "../../../.tools/media"

func TestMain(m *testing.M) {
	if _, err := os.Stat(verifier + "/node_modules/.package-lock.json"); err != nil {
		fmt.Fprintln(os.Stderr, "LiveKit's library is not in .tools/media: run make token-verifier, as make test does.")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const (
	key    = "APIkey"
	hidden = "nobody-but-the-media-server-knows"
)

// A call is a request as a LiveKit sees it.
type call struct {
	Path   string
	Asked  map[string]any
	Claims map[string]any // of its token, as LiveKit's own library verifies it
	Error  string         // why it does not
}

// recording is a LiveKit that answers so, and what it was asked.
func recording(t *testing.T, status int, answer string) (url string, calls *[]call) {
	t.Helper()
	calls = new([]call)
	check := func(token string) (map[string]any, string) { return verify(t, token) }
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := call{Path: r.Method + " " + r.URL.Path}
		body, err := io.ReadAll(r.Body)
		if err := errors.Join(err, json.Unmarshal(body, &c.Asked)); err != nil {
			t.Error(err)
		}
		c.Claims, c.Error = check(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		*calls = append(*calls, c)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(s.Close)
	return s.URL, calls
}

func verify(t *testing.T, token string) (map[string]any, string) {
	t.Helper()
	asked, err := json.Marshal(map[string]string{"provider": "livekit", "token": token, "key": key, "secret": hidden})
	if err != nil {
		t.Error(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "../testdata/verify.mjs", verifier)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(asked), os.Stderr
	answer, err := cmd.Output()
	var said struct {
		Error  string
		Claims map[string]any
	}
	if err := errors.Join(err, json.Unmarshal(answer, &said)); err != nil {
		t.Errorf("%v: %s", err, answer)
	}
	return said.Claims, said.Error
}

// at is the server at the URL, as a stack that is configured for it has it.
func at(url string, signed secret.Text, unreachable ...error) *server.Server {
	s := media.Server{Provider: media.LiveKit, URL: "ws" + strings.TrimPrefix(url, "http"), Key: key, Secret: secret.Ref{Given: signed}}
	source := func(context.Context) (secret.Text, error) { return signed, errors.Join(unreachable...) }
	return server.New(s, media.New(s, source, meeting.Env{Now: time.Now}))
}

var (
	sam = media.Order{Room: "Xq2-7wAA", Participant: "Xq2-7wAA.0123456789abcdef"}
	all = media.Order{Room: "Xq2-7wAA"}
)

func TestLiveKitIsTold(t *testing.T) {
	url, calls := recording(t, 200, "{}")
	began := time.Now()
	for _, o := range []media.Order{sam, all} {
		if err := at(url, hidden).Execute(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range *calls {
		if exp, _ := c.Claims["exp"].(float64); time.Unix(int64(exp), 0).After(began.Add(2 * time.Minute)) {
			t.Errorf("the token of %s is good for too long", c.Path)
		}
		delete(c.Claims, "exp")
		delete(c.Claims, "nbf")
	}
	want := []call{
		{"POST /twirp/livekit.RoomService/RemoveParticipant", map[string]any{"room": sam.Room, "identity": sam.Participant},
			map[string]any{"iss": key, "video": map[string]any{"roomAdmin": true, "room": sam.Room}}, ""},
		{"POST /twirp/livekit.RoomService/DeleteRoom", map[string]any{"room": sam.Room},
			map[string]any{"iss": key, "video": map[string]any{"roomCreate": true}}, ""},
	}
	if d := cmp.Diff(want, *calls); d != "" {
		t.Error(d)
	}
}

// What we ask for is what LiveKit's own library asks for.
func TestLiveKitsOwnLibraryCallsAlike(t *testing.T) {
	url, calls := recording(t, 200, "{}")
	for _, o := range []media.Order{sam, all} {
		args := []string{"../testdata/call.mjs", verifier, url, key, hidden, o.Room}
		if o.Participant != "" {
			args = append(args, o.Participant)
		}
		if said, err := exec.CommandContext(t.Context(), "node", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		if err := at(url, hidden).Execute(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		theirs, ours := (*calls)[0], (*calls)[1]
		*calls = nil
		if theirs.Path != ours.Path || !cmp.Equal(theirs.Asked, ours.Asked) || !cmp.Equal(theirs.Claims["video"], ours.Claims["video"]) || theirs.Error+ours.Error != "" {
			t.Errorf("theirs %v, ours %v", theirs, ours)
		}
	}
}

func TestWhatIsNotThereIsDone(t *testing.T) {
	url, _ := recording(t, 404, `{"code":"not_found","msg":"requested room does not exist"}`)
	for _, o := range []media.Order{sam, all} {
		if err := at(url, hidden).Execute(t.Context(), o); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsNotDoneIsAnError(t *testing.T) {
	for status, answer := range map[int]string{
		404: `{"code":"bad_route","msg":"no handler for path"}`, 401: `{"code":"unauthenticated","msg":"permissions denied"}`,
		500: `{"code":"internal","msg":"no"}`, 503: "busy", 204: "", 302: "",
	} {
		url, calls := recording(t, status, answer)
		if err := at(url, hidden).Execute(t.Context(), sam); err == nil || !strings.Contains(err.Error(), fmt.Sprint(status)) || len(*calls) != 1 {
			t.Errorf("%d: %v", status, err)
		}
	}
	url, _ := recording(t, 404, "<html>not found</html>")
	if err := at(url, hidden).Execute(t.Context(), sam); err == nil {
		t.Error("a web server that knows nothing of rooms obeys")
	}
}

func TestAServerThatDoesNotAnswer(t *testing.T) {
	over := make(chan struct{})
	var asked atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Store(true); <-over }))
	defer s.Close()
	defer close(over)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := at(s.URL, hidden).Execute(ctx, all); !errors.Is(err, context.DeadlineExceeded) || !asked.Load() {
		t.Error(err)
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	if err := at(gone.URL, hidden).Execute(t.Context(), all); err == nil {
		t.Error("nobody obeys")
	}
	if err := at(s.URL, hidden, errors.New("access denied")).Execute(t.Context(), all); err == nil || strings.Contains(err.Error(), hidden) {
		t.Error(err)
	}
}

func TestAnotherSecretIsRefused(t *testing.T) {
	url, calls := recording(t, 401, "{}")
	if err := at(url, "another").Execute(t.Context(), sam); err == nil || (*calls)[0].Error == "" {
		t.Errorf("%v: %v", err, *calls)
	}
}

func TestJitsiHasNoSuchCall(t *testing.T) {
	for _, s := range []media.Server{{}, {Provider: media.Jitsi, URL: "https://meet.example.com"}} {
		if got := server.New(s, nil); got != nil {
			t.Errorf("%s: %v", s.Provider, got)
		}
	}
}
