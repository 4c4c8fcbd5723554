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

// A missing room or participant is success. A web server that is not LiveKit has another 404.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		status int
		answer string
		want   bool
	}{
		{200, `{}`, true},
		{404, `{"code":"not_found","msg":"requested room does not exist"}`, true},
		{404, `{"code":"bad_route","msg":"no handler for path"}`, false},
		{404, "<html>not found</html>", false},
		{401, `{"code":"unauthenticated","msg":"permissions denied"}`, false},
		{500, `{"code":"internal","msg":"no"}`, false}, {503, "busy", false}, {204, "", false}, {302, "", false},
	} {
		var calls atomic.Int64
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			calls.Add(1)
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.answer)
		}))
		for _, o := range []media.Order{sam, all} {
			err := at(s.URL, hidden).Execute(t.Context(), o)
			if c.want != (err == nil) || err != nil && !strings.Contains(err.Error(), fmt.Sprint(c.status)) {
				t.Errorf("%d %s: %v", c.status, c.answer, err)
			}
		}
		if calls.Load() != 2 {
			t.Errorf("%d: %d calls", c.status, calls.Load())
		}
		s.Close()
	}
}

// Recorders and other machines of the operator are no people. A room that does not exist is empty.
func TestConnected(t *testing.T) {
	for _, c := range []struct {
		status int
		answer string
		want   string
		fails  bool
	}{
		{200, `{"participants":[{"identity":"sam.1","kind":"STANDARD"},{"identity":"sue.2"},
			{"identity":"EG_1","kind":"EGRESS"}]}`, "sam.1 sue.2", false},
		{200, `{"participants":[]}`, "", false},
		{200, `{}`, "", false},
		{404, `{"code":"not_found","msg":"requested room does not exist"}`, "", false},
		{404, `not found`, "", true},
		{200, `{"participants":[{"iden`, "", true},
		{503, "busy", "", true},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.answer)
		}))
		got, err := at(s.URL, hidden).Connected(t.Context(), "Xq2-7wAA")
		if strings.Join(got, " ") != c.want || c.fails != (err != nil) {
			t.Errorf("%d %s: %v, %v", c.status, c.answer, got, err)
		}
		s.Close()
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"participants":[{"identity":"sam.1"}]}`)
	}))
	defer s.Close()
	if list, err := at(s.URL, hidden).List()(t.Context(), "Xq2-7wAA"); fmt.Sprint(list) != "[sam.1]" || err != nil {
		t.Errorf("the door's list: %v, %v", list, err)
	}
	unreadable := at("http://127.0.0.1:1", hidden, errors.New("access denied"))
	if _, err := unreadable.Connected(t.Context(), "Xq2-7wAA"); err == nil {
		t.Error("no secret, and no error")
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
