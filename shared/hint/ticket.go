package hint

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"personal-rooms/shared/meeting"
)

const (
	ticketLife = 10 * time.Minute // each answer has a new ticket
	maxTicket  = 1024             // characters
)

// How long a client waits before it asks by itself while its connection is open.
const (
	askSeat    = 30 * time.Second // and never longer than a third of the lease, which its request renews
	askConsole = 5 * time.Minute
)

// A Key signs tickets. It has 32 bytes.
type Key []byte

// A KeyStore keeps the key of the deployment.
type KeyStore interface {
	// HintKey returns the stored key. If there is none, it stores the fresh one and returns that.
	HintKey(ctx context.Context, fresh Key) (Key, error)
}

// An Issuer makes tickets, and checks them. A nil Issuer makes none.
type Issuer struct {
	url   string
	store KeyStore
	env   meeting.Env

	mu  sync.Mutex
	key Key // nil: not read yet
}

// NewIssuer returns the issuer of tickets for connections to the url; nil if that is empty.
func NewIssuer(url string, store KeyStore, env meeting.Env) *Issuer {
	if url == "" {
		return nil
	}
	return &Issuer{url: url, store: store, env: env}
}

// Signer reads the key, once. Call it before an admission: if it fails, nobody is admitted yet, and the request may be
// repeated.
func (i *Issuer) Signer(ctx context.Context) (Signer, error) {
	if i == nil {
		return Signer{}, nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.key == nil {
		fresh := make(Key, sha256.Size)
		rand.Read(fresh)
		key, err := i.store.HintKey(ctx, fresh)
		if err != nil {
			return Signer{}, fmt.Errorf("the key of hints: %w", err)
		}
		i.key = key
	}
	return Signer{url: i.url, key: i.key, env: i.env}, nil
}

// A Signer signs tickets. The zero Signer signs none.
type Signer struct {
	url string
	key Key
	env meeting.Env
}

// An Offer is what a client needs for a connection.
type Offer struct {
	URL    string        // of the WebSocket, without the ticket
	Ticket string        // opens connections for ten minutes
	Ask    time.Duration // how long to wait between two requests while the connection is open
}

// ForSeat returns the offer to somebody who was admitted or waits; nil without hints.
func (s Signer) ForSeat(a meeting.Admission) *Offer {
	ask := a.AskAgain
	if a.State == meeting.Waiting {
		ask = min(askSeat, s.env.Config.Lease/3)
	}
	return s.offer(Subject{a.Room.Number, Seat(a.Seat.ID)}, ask)
}

// ForConsole returns the offer to a host of the room; nil without hints.
func (s Signer) ForConsole(v meeting.RoomView, host meeting.User) *Offer {
	ask := askConsole
	if v.GoneIn > 0 {
		ask = min(ask, v.GoneIn)
	}
	return s.offer(Subject{v.Room.Number, Console(host)}, ask)
}

func (s Signer) offer(to Subject, ask time.Duration) *Offer {
	if s.url == "" {
		return nil
	}
	return &Offer{URL: s.url, Ticket: s.sign(claims{to, s.env.Now().Add(ticketLife).Unix()}), Ask: ask}
}

// claims are what a ticket says.
type claims struct {
	Subject

	Expires int64 `json:"e"` // in seconds since 1970
}

// sign returns the ticket: the HMAC-SHA256 of the claims, and the claims, in base 64.
func (s Signer) sign(c claims) string {
	text, _ := json.Marshal(c) // texts and a number: cannot fail
	return encoding.EncodeToString(append(s.sum(text), text...))
}

var encoding = base64.RawURLEncoding.Strict()

func (s Signer) sum(text []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write(text)
	return mac.Sum(nil)
}

// ErrTicket is the error of a ticket that is forged, damaged or expired.
var ErrTicket = errors.New("hint: this is no valid ticket")

// Open returns what the ticket is for; [ErrTicket] unless it is valid.
func (s Signer) Open(ticket string) (Subject, error) {
	if len(ticket) > maxTicket || s.key == nil {
		return Subject{}, ErrTicket
	}
	signed, err := encoding.DecodeString(ticket)
	if err != nil || len(signed) < sha256.Size {
		return Subject{}, ErrTicket
	}
	sum, text := signed[:sha256.Size], signed[sha256.Size:]
	var c claims
	if !hmac.Equal(sum, s.sum(text)) || json.Unmarshal(text, &c) != nil || s.env.Now().Unix() >= c.Expires {
		return Subject{}, ErrTicket
	}
	return c.Subject, nil
}
