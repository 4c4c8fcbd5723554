// Package receiver is a receiver of the bundle's own webhooks, for whoever tries them: it passes the handshake, checks signatures, and
// shows each event in one line.
//
// It need not be told the secret of a webhook: here it is made of the key that the functions make it of. What a receiver of yours has to
// do is in verify and prove.
package receiver

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/secret"
)

// Path is where the runner receives webhooks. The webhooks of another account than the usual one are received at Path?account=….
const Path = "/webhook-receiver"

const maxBody = 1 << 20

// Options say whose webhooks are received. All but Log are needed.
type Options struct {
	Key      secret.Text                                                         // that the secrets of webhooks are made of
	Webhooks func(ctx context.Context, account string) (ids []string, err error) // of an account
	Account  string                                                              // where none is named
	Log      io.Writer                                                           // a line for each request
}

// Receiver receives webhooks.
type Receiver struct {
	Options
	log *console.Console

	mu    sync.Mutex
	known map[string][]string // ids of webhooks, by account
}

// New makes a receiver.
func New(o Options) *Receiver {
	return &Receiver{Options: o, log: console.Of(o.Log), known: map[string][]string{}}
}

// message is what the receiver reads of an event.
type message struct {
	Event   string `json:"event"`
	Payload struct {
		PlainToken string `json:"plainToken"`
	} `json:"payload"`
}

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
	var m message
	_ = json.Unmarshal(body, &m) // who signed something else did so too
	shared, err := r.signer(request, body)
	if err != nil {
		r.log.Line(time.Now(), console.Bad, "webhook", m.Event, console.Subject(body), err.Error()+": answered 401")
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	r.log.Line(time.Now(), console.Plain, "webhook", m.Event, console.Subject(body), "signature right")
	if m.Event == "endpoint.url_validation" {
		w.Header().Set("Content-Type", "application/json")
		w.Write(prove(shared, m.Payload.PlainToken))
	}
}

// signer is the secret that the request was signed with. An error says that it was none of the account's.
func (r *Receiver) signer(request *http.Request, body []byte) (secret.Text, error) {
	of := request.URL.Query().Get("account")
	if of == "" {
		of = r.Account
	}
	r.mu.Lock()
	ids := r.known[of]
	r.mu.Unlock()
	for fresh := false; ; fresh = true {
		for _, id := range ids {
			if shared := account.Secret(r.Key, of, id); verify(shared, request.Header, body) {
				return shared, nil
			}
		}
		if fresh {
			return "", fmt.Errorf("signature wrong, it is by no webhook of the account %s", of)
		}
		var err error
		if ids, err = r.Webhooks(request.Context(), of); err != nil {
			return "", fmt.Errorf("signature not checked, the webhooks of the account %s are not known: %w", of, err)
		}
		r.mu.Lock()
		r.known[of] = ids
		r.mu.Unlock()
	}
}

// verify reports whether the request was signed with the secret.
func verify(shared secret.Text, header http.Header, body []byte) bool {
	signed := "v0:" + header.Get("X-Zm-Request-Timestamp") + ":" + string(body)
	return hmac.Equal([]byte(header.Get("X-Zm-Signature")), []byte("v0="+sum(shared, signed)))
}

// prove is the answer to the handshake.
func prove(shared secret.Text, token string) []byte {
	text, err := json.Marshal(map[string]string{"plainToken": token, "encryptedToken": sum(shared, token)})
	if err != nil {
		panic(err) // texts only
	}
	return text
}

func sum(shared secret.Text, text string) string {
	mac := hmac.New(sha256.New, []byte(shared))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}
