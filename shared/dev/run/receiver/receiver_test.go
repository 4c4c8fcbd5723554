package receiver_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/run/receiver"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
	"personal-rooms/shared/webhook"
)

const key secret.Text = "the key of this test, which is long enough"

const body = `{"event":"meeting.started","item":"room/5551234321","payload":{"account_id":"local","object":{"id":"5551234321"}}}`

// scene is a receiver, and who sends to it.
type scene struct {
	*webhook.Client
	url      string
	shown    bytes.Buffer
	webhooks map[string][]string // ids, by account
	asked    int                 // how often for them
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{
		Client: webhook.New(true, meeting.Env{Now: time.Now, Random: rand.Reader}), webhooks: map[string][]string{"local": {"one"}, "acme": {"far"}},
	}
	server := httptest.NewServer(receiver.New(receiver.Options{
		Key: key, Account: "local", Log: &s.shown,
		Webhooks: func(_ context.Context, account string) ([]string, error) {
			s.asked++
			if ids, known := s.webhooks[account]; known {
				return ids, nil
			}
			return nil, errors.New("403 Forbidden")
		},
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// line is the only line that was shown since the last one.
func (s *scene) line(t *testing.T) string {
	t.Helper()
	line, err := s.shown.ReadString('\n')
	if err != nil || s.shown.Len() > 0 {
		t.Fatalf("%q, then %q: %v", line, s.shown.String(), err)
	}
	return strings.TrimSpace(line[len("15:04:05"):])
}

func TestItPassesTheHandshakeOfEachWebhook(t *testing.T) {
	s := newScene(t)
	if err := s.Validate(t.Context(), s.url, account.Secret(key, "local", "one")); err != nil {
		t.Fatal(err)
	}
	if got := s.line(t); got != "webhook   endpoint.url_validation  signature right" {
		t.Errorf("shown %q", got)
	}
	s.webhooks["local"] = append(s.webhooks["local"], "two") // one more is made
	for url, shared := range map[string]secret.Text{s.url: account.Secret(key, "local", "two"), s.url + "?account=acme": account.Secret(key, "acme", "far")} {
		if err := s.Validate(t.Context(), url, shared); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	if err := s.Validate(t.Context(), s.url, account.Secret(key, "acme", "far")); err == nil {
		t.Error("a webhook of another account passes")
	}
}

func TestItSaysOfEachEventWhetherItsSignatureIsRight(t *testing.T) {
	s := newScene(t)
	right := account.Secret(key, "local", "one")
	for range 2 {
		if status, err := s.Post(t.Context(), s.url, right, []byte(body)); status != 200 || err != nil {
			t.Errorf("%d, %v", status, err)
		}
		if got := s.line(t); got != "webhook   meeting.started  room 5551234321  signature right" {
			t.Errorf("shown %q", got)
		}
	}
	if s.asked != 1 {
		t.Errorf("asked %d times for the webhooks", s.asked)
	}
	for what, c := range map[string]struct {
		url    string
		shared secret.Text
		want   string
	}{
		"another secret":     {s.url, right + "x", "signature wrong, it is by no webhook of the account local: answered 401"},
		"an unknown account": {s.url + "?account=none", right, "signature not checked, the webhooks of the account none are not known: 403 Forbidden: answered 401"},
	} {
		if status, err := s.Post(t.Context(), c.url, c.shared, []byte(body)); status != 401 || err != nil {
			t.Errorf("%s: %d, %v", what, status, err)
		}
		if got := s.line(t); got != "webhook   meeting.started  room 5551234321  "+c.want {
			t.Errorf("%s: shown %q", what, got)
		}
	}
}

func TestASignatureIsOfItsBodyAndItsTime(t *testing.T) {
	s := newScene(t)
	var caught *http.Request
	listener := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { caught = r.Clone(t.Context()) }))
	defer listener.Close()
	if _, err := s.Post(t.Context(), listener.URL, account.Secret(key, "local", "one"), []byte(body)); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*http.Request){
		"as it was sent":  func(*http.Request) {},
		"another body":    func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(body + " ")) },
		"another time":    func(r *http.Request) { r.Header.Set("X-Zm-Request-Timestamp", "1") },
		"no signature":    func(r *http.Request) { r.Header.Del("X-Zm-Signature") },
		"a cut signature": func(r *http.Request) { r.Header.Set("X-Zm-Signature", "v0=") },
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = caught.Header.Clone()
		change(request)
		request.ContentLength = -1
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if want := map[bool]int{true: 200, false: 401}[what == "as it was sent"]; answer.StatusCode != want {
			t.Errorf("%s: %d, want %d", what, answer.StatusCode, want)
		}
	}
	if answer, err := http.Get(s.url); err != nil || answer.StatusCode != 405 || !slices.Equal(answer.Header["Allow"], []string{"POST"}) {
		t.Errorf("GET: %+v, %v", answer, err)
	}
}
