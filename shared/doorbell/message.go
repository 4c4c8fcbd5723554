package doorbell

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"personal-rooms/shared/secret"
)

// A Message is a notification as a push service takes it.
type Message struct {
	Content []byte        // what the service worker of the pages gets, in JSON
	Topic   string        // a later message of the topic replaces one that was not delivered yet (RFC 8030, 5.4)
	TTL     time.Duration // how long the push service keeps it
}

// content is a notice with the tickets for its actions.
type content struct {
	Notice

	Admit string `json:"admit,omitempty"`
	Later string `json:"later"`
}

// Message returns the message of the notification, with tickets by the secret of the deployment.
func (n Notification) Message(from secret.Text, now time.Time) (Message, error) {
	t := ticket{Right: later, Account: n.User.Account, UserID: n.User.ID, Address: string(n.Notice.Address), Seat: n.Notice.Seat,
		Expires: now.Add(TicketLife).Unix()}
	text, err := t.sign(from)
	if err != nil {
		return Message{}, err
	}
	body := content{Notice: n.Notice, Later: text}
	if n.Notice.Live {
		t.Right = admits
		if body.Admit, err = t.sign(from); err != nil {
			return Message{}, err
		}
	}
	sum := sha256.Sum256([]byte(n.Room))
	m := Message{Topic: base64.RawURLEncoding.EncodeToString(sum[:16]), TTL: n.At.Add(lateAfter).Sub(now)}
	m.Content, err = json.Marshal(body)
	return m, err
}

// ErrGone is the error of a device whose subscription is over.
var ErrGone = errors.New("the subscription is over")

// A Retry error says that the push service takes the message later.
type Retry struct {
	After time.Duration // at the earliest; 0: as we like
	Cause error
}

func (r *Retry) Error() string { return r.Cause.Error() }
