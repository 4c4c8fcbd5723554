package receiver_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
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

// The product's own client sends to the receiver.
func TestHandshakesAndSignatures(t *testing.T) {
	webhooks, asked, shown := map[string][]string{"local": {"one"}, "acme": {"far"}}, 0, bytes.Buffer{}
	server := httptest.NewServer(receiver.New(receiver.Options{
		Key: key, Account: "local", Log: &shown,
		Webhooks: func(_ context.Context, account string) ([]string, error) {
			asked++
			if ids, known := webhooks[account]; known {
				return ids, nil
			}
			return nil, errors.New("403 Forbidden")
		},
	}))
	defer server.Close()
	client := webhook.New(true, meeting.Env{Now: time.Now, Random: rand.Reader})
	one, two, far := account.Secret(key, "local", "one"), account.Secret(key, "local", "two"), account.Secret(key, "acme", "far")
	const started, wrong = "meeting.started  room 5551234321  ", "signature wrong, it is by no webhook of the account local: answered 401"
	for _, c := range []struct {
		name, query string
		shared      secret.Text
		status      int // of a posted event; 0: a handshake
		want        string
	}{
		{"a handshake", "", one, 0, "endpoint.url_validation  signature right"},
		{"an event", "", one, 200, started + "signature right"},
		{"a new webhook", "", two, 0, "endpoint.url_validation  signature right"},
		{"another account", "?account=acme", far, 0, "endpoint.url_validation  signature right"},
		{"another account's secret", "", far, 401, started + wrong},
		{"an unknown account", "?account=none", one, 401,
			started + "signature not checked, the webhooks of the account none are not known: 403 Forbidden: answered 401"},
	} {
		if c.name == "a new webhook" {
			webhooks["local"] = []string{"one", "two"}
		}
		shown.Reset()
		var status int
		var err error
		if c.status == 0 {
			err = client.Validate(t.Context(), server.URL+c.query, c.shared)
		} else {
			status, err = client.Post(t.Context(), server.URL+c.query, c.shared, []byte(body))
		}
		if got := shown.String(); err != nil || status != c.status || !strings.HasSuffix(got, "  webhook   "+c.want+"\n") {
			t.Errorf("%s: %d, %v, shown %q, want %q", c.name, status, err, got, c.want)
		}
	}
	if asked != 5 {
		t.Errorf("it asked %d times for the webhooks", asked)
	}
}

func TestTheSignatureIsOfBodyAndTime(t *testing.T) {
	handler := receiver.New(receiver.Options{
		Key: key, Account: "local", Webhooks: func(context.Context, string) ([]string, error) { return []string{"one"}, nil },
	})
	signed := http.Header{}
	capture := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { signed = r.Header.Clone() }))
	defer capture.Close()
	client := webhook.New(true, meeting.Env{Now: time.Now, Random: rand.Reader})
	if _, err := client.Post(t.Context(), capture.URL, account.Secret(key, "local", "one"), []byte(body)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"unchanged":    {func(*http.Request) {}, 200},
		"another body": {func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(body + " ")) }, 401},
		"another time": {func(r *http.Request) { r.Header.Set("X-Zm-Request-Timestamp", "1") }, 401},
		"no signature": {func(r *http.Request) { r.Header.Del("X-Zm-Signature") }, 401},
		"no hash":      {func(r *http.Request) { r.Header.Set("X-Zm-Signature", "v0=") }, 401},
		"no POST":      {func(r *http.Request) { r.Method = http.MethodGet }, 405},
	} {
		request := httptest.NewRequest("POST", receiver.Path, strings.NewReader(body))
		request.Header = signed.Clone()
		c.change(request)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != c.want {
			t.Errorf("%s: %d, want %d", name, answer.Code, c.want)
		}
	}
}
