package receiver_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
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
