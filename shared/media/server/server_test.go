package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"personal-rooms/shared/media"
	"personal-rooms/shared/media/server"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

const (
	key    = "APIkey"
	hidden = "nobody-but-the-media-server-knows"
)

// counting starts a LiveKit, and counts its calls.
func counting(t *testing.T, status int, answer string) (url string, calls *atomic.Int64) {
	t.Helper()
	calls = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(s.Close)
	return s.URL, calls
}

// at returns the server at the URL.
func at(url string, signed secret.Text, unreachable ...error) *server.Server {
	s := media.Server{Provider: media.LiveKit, URL: "ws" + strings.TrimPrefix(url, "http"), Key: key, Secret: secret.Ref{Given: signed}}
	source := func(context.Context) (secret.Text, error) { return signed, errors.Join(unreachable...) }
	return server.New(s, media.New(s, source, meeting.Env{Now: time.Now}))
}

var (
	sam = media.Order{Room: "Xq2-7wAA", Participant: "Xq2-7wAA.0123456789abcdef"}
	all = media.Order{Room: "Xq2-7wAA"}
)

func TestMissingRoomOrParticipantIsSuccess(t *testing.T) {
	url, _ := counting(t, 404, `{"code":"not_found","msg":"requested room does not exist"}`)
	for _, o := range []media.Order{sam, all} {
		if err := at(url, hidden).Execute(t.Context(), o); err != nil {
			t.Error(err)
		}
	}
}

func TestFailedCallIsAnError(t *testing.T) {
	for status, answer := range map[int]string{
		404: `{"code":"bad_route","msg":"no handler for path"}`, 401: `{"code":"unauthenticated","msg":"permissions denied"}`,
		500: `{"code":"internal","msg":"no"}`, 503: "busy", 204: "", 302: "",
	} {
		url, calls := counting(t, status, answer)
		if err := at(url, hidden).Execute(t.Context(), sam); err == nil || !strings.Contains(err.Error(), fmt.Sprint(status)) || calls.Load() != 1 {
			t.Errorf("%d: %v", status, err)
		}
	}
	url, _ := counting(t, 404, "<html>not found</html>")
	if err := at(url, hidden).Execute(t.Context(), sam); err == nil {
		t.Error("a web server that is not LiveKit is accepted")
	}
}

func TestServerOutOfReach(t *testing.T) {
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
		t.Error("a closed server is accepted")
	}
	if err := at(s.URL, hidden, errors.New("access denied")).Execute(t.Context(), all); err == nil || strings.Contains(err.Error(), hidden) {
		t.Error(err)
	}
}

func TestOnlyLiveKitExecutesOrders(t *testing.T) {
	for _, s := range []media.Server{{}, {Provider: media.Jitsi, URL: "https://meet.example.com"}} {
		if got := server.New(s, nil); got != nil {
			t.Errorf("%s: %v", s.Provider, got)
		}
	}
}
