package interop

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/testkit/mediatest"
	"personal-rooms/shared/media"
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

// recording starts a LiveKit, and records its calls.
func recording(t *testing.T) (url string, calls *[]call) {
	t.Helper()
	calls = new([]call)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := call{Path: r.Method + " " + r.URL.Path, token: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
		if err := json.NewDecoder(r.Body).Decode(&c.Asked); err != nil {
			t.Error(err)
		}
		*calls = append(*calls, c)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{}")
	}))
	t.Cleanup(s.Close)
	return s.URL, calls
}

// Our calls are those of LiveKit's own library, with a token that expires soon.
func TestCallsAreThoseOfLiveKitsLibrary(t *testing.T) {
	url, calls := recording(t)
	at := liveKit()
	at.URL = "ws" + strings.TrimPrefix(url, "http")
	source := func(context.Context) (secret.Text, error) { return mediatest.Secret, nil }
	rooms := server.New(at, media.New(at, source, meeting.Env{Now: time.Now}))
	for _, o := range []media.Order{{Room: instance, Participant: instance + ".0123456789abcdef"}, {Room: instance}} {
		var answer struct{ Error string }
		ask(t, "call", map[string]any{
			"url": url, "key": at.Key, "secret": mediatest.Secret, "room": o.Room, "identity": o.Participant}, &answer)
		if err := rooms.Execute(t.Context(), o); err != nil || answer.Error != "" {
			t.Fatal(err, answer.Error)
		}
		theirs, ours := (*calls)[0], (*calls)[1]
		*calls = nil
		theirToken, ourToken := verify(t, at, theirs.token), verify(t, at, ours.token)
		if exp, _ := ourToken.Claims["exp"].(float64); time.Unix(int64(exp), 0).After(time.Now().Add(2 * time.Minute)) {
			t.Errorf("the token of %s is valid for too long", ours.Path)
		}
		if theirs.Path != ours.Path || !cmp.Equal(theirs.Asked, ours.Asked) || theirToken.Error+ourToken.Error != "" ||
			!cmp.Equal(theirToken.Claims["video"], ourToken.Claims["video"]) {
			t.Errorf("theirs %v %v, ours %v %v", theirs, theirToken, ours, ourToken)
		}
	}
}
