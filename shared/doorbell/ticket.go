package doorbell

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// TicketLife is how long a notification can act.
const TicketLife = 5 * time.Minute

// MaxTicket is how long the text of a ticket is at most, in characters.
const MaxTicket = 2048

// soon is when a host comes who says "5 minutes".
const soon = 5 * time.Minute

// What a ticket can do.
type right string

const (
	admits right = "admit" // the person who waits
	later  right = "later" // say to those who wait that the host comes in five minutes
)

// A ticket lets a notification do one thing, as the host whose device shows it.
type ticket struct {
	Right   right          `json:"d"`
	Account string         `json:"c"`
	UserID  string         `json:"u"`
	Address string         `json:"a"` // of the room, or of the meeting that somebody waits for
	Seat    meeting.SeatID `json:"s"` // of the person who waits; it names the instance
	Expires int64          `json:"e"` // in seconds
}

// sign returns the ticket as text: its content and its HMAC-SHA256, in base64url.
func (t ticket) sign(from secret.Text) (string, error) {
	key, err := ticketKey(from)
	if err != nil {
		return "", err
	}
	content, err := json.Marshal(t)
	text := base64.RawURLEncoding.EncodeToString(content)
	return text + "." + macOf(key, text), err
}

func macOf(key []byte, text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text)) // of a hash: cannot fail
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// parseTicket returns the ticket, or [BadTicket].
func parseTicket(from secret.Text, text string, now time.Time) (t ticket, err error) {
	key, err := ticketKey(from)
	if err != nil {
		return t, err
	}
	encoded, mac, _ := strings.Cut(text, ".")
	if !hmac.Equal([]byte(mac), []byte(macOf(key, encoded))) {
		return t, meeting.Refuse(BadTicket, "This is not a ticket of a notification.")
	}
	content, err := base64.RawURLEncoding.DecodeString(encoded)
	if err == nil {
		err = json.Unmarshal(content, &t)
	}
	if err == nil && now.Unix() >= t.Expires {
		err = meeting.Refuse(BadTicket, "The notification is too old. Open the console of the room.")
	}
	return t, err
}

// A Door has the use cases that a ticket may call. *meeting.Door is one.
type Door interface {
	Admit(ctx context.Context, c meeting.Caller, address string, sel meeting.Selection) (meeting.Result, error)
	AnnounceHost(ctx context.Context, c meeting.Caller, address, instance string, d time.Duration) error
}

// Answers are what a host answers on a notification.
type Answers struct {
	door  Door
	store ProfileStore
	env   meeting.Env
	key   secret.Func
}

// A ProfileStore has the profiles of users. [meeting.Store] is one.
type ProfileStore interface {
	Profile(context.Context, meeting.User) (meeting.Profile, error)
}

// NewAnswers makes the use case. Without a key the doorbell is off.
func NewAnswers(door Door, store ProfileStore, env meeting.Env, key secret.Func) *Answers {
	return &Answers{door, store, env, key}
}

// Use does what the ticket can do, as its user and by the rights that they have by now. It returns the state of the
// person who waits; empty for "5 minutes". A repeat has no other effect.
func (a *Answers) Use(ctx context.Context, text string) (meeting.State, error) {
	if a.key == nil {
		return "", off()
	}
	key, err := a.key(ctx)
	if err != nil {
		return "", err
	}
	t, err := parseTicket(key, text, a.env.Now())
	if err != nil {
		return "", err
	}
	c, err := a.caller(ctx, t)
	if err != nil {
		return "", err
	}
	if t.Right == later {
		return "", a.door.AnnounceHost(ctx, c, t.Address, t.Seat.Instance(), soon)
	}
	return a.admit(ctx, c, t)
}

// caller returns the host whose device has the ticket. Some are hosts by their verified address.
func (a *Answers) caller(ctx context.Context, t ticket) (meeting.Caller, error) {
	user := meeting.User{Account: t.Account, ID: t.UserID}
	p, err := a.store.Profile(ctx, user)
	issued := time.Unix(t.Expires, 0).Add(-TicketLife)
	return meeting.Caller{User: user, Email: p.Email, Name: p.Name(), IssuedAt: issued}, err
}

// admit admits the one seat of the ticket.
func (a *Answers) admit(ctx context.Context, c meeting.Caller, t ticket) (meeting.State, error) {
	done, err := a.door.Admit(ctx, c, t.Address, meeting.Selection{IDs: []meeting.SeatID{t.Seat}})
	for _, s := range append(done.Applied, done.Skipped...) {
		return s.State, err
	}
	return "", err
}
