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

// A call is a request as a LiveKit sees it.
type call struct {
	Path  string
	Asked map[string]any
	token string
}

// verify is the claims of the call's token, as LiveKit's own library verifies it, or why it does not.
func (c call) verify(t *testing.T) (claims map[string]any, wrong string) {
	t.Helper()
	v := verify(t, liveKit(), c.token)
	return v.Claims, v.Error
}

// recording is a LiveKit that answers so, and what it was asked.
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

// serverAt is the LiveKit server at the URL, as a stack that is configured for it has it.
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

func TestLiveKitIsTold(t *testing.T) {
	needLibrary(t)
	url, calls := recording(t, 200, "{}")
	began := time.Now()
	for _, o := range []media.Order{sam, all} {
		if err := serverAt(url, mediatest.Secret).Execute(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	type told struct {
		Path          string
		Asked, Claims map[string]any
		Wrong         string
	}
	var got []told
	for _, c := range *calls {
		claims, wrong := c.verify(t)
		if exp, _ := claims["exp"].(float64); time.Unix(int64(exp), 0).After(began.Add(2 * time.Minute)) {
			t.Errorf("the token of %s is good for too long", c.Path)
		}
		delete(claims, "exp")
		delete(claims, "nbf")
		got = append(got, told{c.Path, c.Asked, claims, wrong})
	}
	key := liveKit().Key
	want := []told{
		{"POST /twirp/livekit.RoomService/RemoveParticipant", map[string]any{"room": sam.Room, "identity": sam.Participant},
			map[string]any{"iss": key, "video": map[string]any{"roomAdmin": true, "room": sam.Room}}, ""},
		{"POST /twirp/livekit.RoomService/DeleteRoom", map[string]any{"room": sam.Room},
			map[string]any{"iss": key, "video": map[string]any{"roomCreate": true}}, ""},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// What we ask for is what LiveKit's own library asks for.
func TestLiveKitsOwnLibraryCallsAlike(t *testing.T) {
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
		if theirs.Path != ours.Path || !cmp.Equal(theirs.Asked, ours.Asked) || !cmp.Equal(theirClaims["video"], ourClaims["video"]) || theirWrong+ourWrong != "" {
			t.Errorf("theirs %v %v %s, ours %v %v %s", theirs, theirClaims, theirWrong, ours, ourClaims, ourWrong)
		}
	}
}

func TestACallWithAnotherSecretIsNotVerified(t *testing.T) {
	needLibrary(t)
	url, calls := recording(t, 401, "{}")
	err := serverAt(url, "another").Execute(t.Context(), sam)
	if _, wrong := (*calls)[0].verify(t); err == nil || wrong == "" {
		t.Errorf("%v: %v", err, *calls)
	}
}
