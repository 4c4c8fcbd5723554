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
	webhooks, asked, shown := []string{"one"}, 0, bytes.Buffer{}
	server := httptest.NewServer(receiver.New(receiver.Options{
		Key: key, Account: "local", Log: &shown,
		Webhooks: func(context.Context, string) ([]string, error) {
			if asked++; len(webhooks) == 0 {
				return nil, errors.New("403 Forbidden")
			}
			return webhooks, nil
		},
	}))
	defer server.Close()
	client := webhook.New(true, meeting.Env{Now: time.Now, Random: rand.Reader})
	one, two, other := account.Secret(key, "local", "one"), account.Secret(key, "local", "two"), account.Secret(key, "acme", "one")
	const handshake, started = "endpoint.url_validation  ", "meeting.started  room 5551234321  "
	for _, c := range []struct {
		webhooks []string
		shared   secret.Text
		status   int // of a posted event; 0: a handshake
		want     string
		asked    int // how often the receiver has asked for the webhooks
	}{
		{[]string{"one"}, one, 0, handshake + "signature right", 1},
		{[]string{"one"}, one, 200, started + "signature right", 1},
		{[]string{"one", "two"}, two, 0, handshake + "signature right", 2},
		{[]string{"one", "two"}, other, 401, started + "signature wrong, it is by no webhook of the account: answered 401", 3},
		{nil, other, 401, started + "signature not checked, the account's webhooks are not known: 403 Forbidden: answered 401", 4},
	} {
		webhooks = c.webhooks
		shown.Reset()
		var status int
		var err error
		if c.status == 0 {
			err = client.Validate(t.Context(), server.URL, c.shared)
		} else {
			status, err = client.Post(t.Context(), server.URL, c.shared, []byte(body))
		}
		if got := shown.String(); err != nil || status != c.status || !strings.HasSuffix(got, "  webhook   "+c.want+"\n") || asked != c.asked {
			t.Errorf("%d, %v, asked %d times, shown %q, want %+v", status, err, asked, got, c)
		}
	}
}

func TestTheSignatureIsOfBodyAndTime(t *testing.T) {
	handler := receiver.New(receiver.Options{
		Key: key, Account: "local", Webhooks: func(context.Context, string) ([]string, error) { return []string{"one"}, nil },
	})
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
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c.change(r)
			handler.ServeHTTP(w, r)
		}))
		client := webhook.New(true, meeting.Env{Now: time.Now, Random: rand.Reader})
		status, err := client.Post(t.Context(), server.URL, account.Secret(key, "local", "one"), []byte(body))
		if server.Close(); err != nil || status != c.want {
			t.Errorf("%s: %d, %v, want %d", name, status, err, c.want)
		}
	}
}
