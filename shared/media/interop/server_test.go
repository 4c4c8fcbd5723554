package interop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/media"
	"personal-rooms/shared/media/mediatest"
	"personal-rooms/shared/media/server"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// A call is a request as LiveKit receives it.
type call struct {
	Path  string
	Asked map[string]any
	token string
}

// verify returns the claims of the call's token, or why LiveKit's own library refuses it.
func (c call) verify(t *testing.T) (claims map[string]any, wrong string) {
	t.Helper()
	v := verify(t, liveKit(), c.token)
	return v.Claims, v.Error
}

// recording starts a LiveKit, and records its calls.
func recording(t *testing.T, status int, answer string) (url string, calls *[]call) {
	t.Helper()
	calls = new([]call)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := call{Path: r.Method + " " + r.URL.Path, token: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
		body, err := io.ReadAll(r.Body)
		if err := errors.Join(err, json.Unmarshal(body, &c.Asked)); err != nil {
			t.Error(err)
		}
		*calls = append(*calls, c)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(s.Close)
	return s.URL, calls
}

// serverAt returns the LiveKit server at the URL.
func serverAt(url string, signed secret.Text) *server.Server {
	s := liveKit()
	s.URL, s.Secret.Given = "ws"+strings.TrimPrefix(url, "http"), signed
	source := func(context.Context) (secret.Text, error) { return signed, nil }
	return server.New(s, media.New(s, source, meeting.Env{Now: time.Now}))
}

var (
	sam = media.Order{Room: "Xq2-7wAA", Participant: "Xq2-7wAA.0123456789abcdef"}
	all = media.Order{Room: "Xq2-7wAA"}
)

// Our calls are those of LiveKit's own library, with a token that expires soon.
func TestCallsAreThoseOfLiveKitsLibrary(t *testing.T) {
	needLibrary(t)
	url, calls := recording(t, 200, "{}")
	for _, o := range []media.Order{sam, all} {
		var said struct{ Error string }
		ask(t, "call", map[string]any{
			"url": url, "key": liveKit().Key, "secret": mediatest.Secret, "room": o.Room, "identity": o.Participant}, &said)
		if said.Error != "" {
			t.Fatal(said.Error)
		}
		if err := serverAt(url, mediatest.Secret).Execute(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		theirs, ours := (*calls)[0], (*calls)[1]
		*calls = nil
		theirClaims, theirWrong := theirs.verify(t)
		ourClaims, ourWrong := ours.verify(t)
		if exp, _ := ourClaims["exp"].(float64); time.Unix(int64(exp), 0).After(time.Now().Add(2 * time.Minute)) {
			t.Errorf("the token of %s is valid for too long", ours.Path)
		}
		if theirs.Path != ours.Path || !cmp.Equal(theirs.Asked, ours.Asked) || !cmp.Equal(theirClaims["video"], ourClaims["video"]) || theirWrong+ourWrong != "" {
			t.Errorf("theirs %v %v %s, ours %v %v %s", theirs, theirClaims, theirWrong, ours, ourClaims, ourWrong)
		}
	}
}
