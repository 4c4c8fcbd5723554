// Package receiver receives the webhooks of the bundle, for developers: it answers the handshake, checks signatures,
// and shows a line for each event.
//
// It knows the secret of every webhook, because it has the key that the functions derive them from. A receiver of your
// own needs verify and prove.
package receiver

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/secret"
)

// Path is where the runner receives webhooks.
const Path = "/webhook-receiver"

const maxBody = 1 << 20 // in bytes

// Options say which webhooks are received. All but Log are required.
type Options struct {
	Key     secret.Text // from which the secrets of webhooks are derived
	Account string      // that has the webhooks
	Log     io.Writer   // gets a line for each request

	Webhooks func(ctx context.Context, account string) (ids []string, err error) // returns the webhooks of an account
}

// Receiver receives webhooks.
type Receiver struct {
	Options
	log *console.Console

	mu  sync.Mutex
	ids []string // of the webhooks that are known
}

// New makes a receiver.
func New(o Options) *Receiver { return &Receiver{Options: o, log: console.Of(o.Log)} }

func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "webhooks are posted here", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	var event struct {
		Event   string
		Payload struct{ PlainToken string }
	}
	_ = json.Unmarshal(body, &event) // what is signed may be something else
	shared, err := r.signer(request, body)
	if err != nil {
		r.log.Line(time.Now(), console.Bad, "webhook", event.Event, console.Subject(body), err.Error()+": answered 401")
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	r.log.Line(time.Now(), console.Plain, "webhook", event.Event, console.Subject(body), "signature right")
	if event.Event == "endpoint.url_validation" {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(prove(shared, event.Payload.PlainToken)) // fails only if the client is gone
	}
}

// signer returns the secret that the request was signed with. It looks for new webhooks if the known ones did not sign
// it.
func (r *Receiver) signer(request *http.Request, body []byte) (shared secret.Text, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, refresh := range []bool{false, true} {
		if refresh {
			if r.ids, err = r.Webhooks(request.Context(), r.Account); err != nil {
				return "", fmt.Errorf("signature not checked, the account's webhooks are not known: %w", err)
			}
		}
		for _, id := range r.ids {
			if shared := account.Secret(r.Key, r.Account, id); verify(shared, request.Header, body) {
				return shared, nil
			}
		}
	}
	return "", errors.New("signature wrong, it is by no webhook of the account")
}

// verify reports whether the request was signed with the secret.
func verify(shared secret.Text, header http.Header, body []byte) bool {
	signed := "v0:" + header.Get("X-Zm-Request-Timestamp") + ":" + string(body)
	return hmac.Equal([]byte(header.Get("X-Zm-Signature")), []byte("v0="+sum(shared, signed)))
}

// prove returns the answer to the handshake.
func prove(shared secret.Text, token string) map[string]string {
	return map[string]string{"plainToken": token, "encryptedToken": sum(shared, token)}
}

func sum(shared secret.Text, text string) string {
	mac := hmac.New(sha256.New, []byte(shared))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}
