// Package event says what happened, to those who want to know: webhook endpoints, automations, the media server.
//
// The table's stream tells of every write, one item at a time. A [Change] is such a write in the domain's words, the item before and after
// it; [Of] is what happened by it, under Zoom's names where Zoom has one and under room.* otherwise. There is no second place where an event
// is stored: the write that made something true is what tells of it.
//
// Events of one item come in order and at least once. Each has the same id however often it is told, and an [Order], by which a consumer
// can order events of several items: those of one instance by epoch, then seq.
//
// The file asyncapi.yaml names every event, and says what stands in it; nothing else does. No event holds a host key, the secret of a seat or a
// ticket for the media server. A passcode stands in one place only: in the calendar entry of an [Invitation], which is there to let somebody in.
package event

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A Change is one write of an item, as the table's stream tells of it.
type Change struct {
	Item    string    // the item that was written; events of one item are delivered in order
	Write   string    // names the write, however often the stream tells of it
	At      time.Time // when, to the second or better
	Expired bool      // the item was deleted because its time was over

	Before, After any // meeting.Room, meeting.Seat, meeting.Meeting, meeting.Profile or account.Outcome; nil: there was none
}

// An Sequence says when it happened in the life of a room. What does not concern a sitting has none.
type Sequence struct {
	Instance string `json:"instance,omitempty"`
	Epoch    int64  `json:"epoch,omitempty"`
	Seq      int64  `json:"seq,omitempty"`
}

// An Event is something that happened.
type Event struct {
	ID       string // the same however often it is told
	Name     Name
	At       time.Time
	Account  string
	Item     string // as in Change
	Sequence Sequence
	Object   any // what it is about: payload.object
	Old      any // of updates: what was there before, payload.old_object
}

// envelope is an event as it is sent: Zoom's, and ours beside it.
type envelope struct {
	Event    Name     `json:"event"`
	At       int64    `json:"event_ts"` // milliseconds
	Payload  payload  `json:"payload"`
	ID       string   `json:"event_id"`
	Item     string   `json:"item"`
	Sequence Sequence `json:"order,omitzero"`
}

type payload struct {
	Account string `json:"account_id"`
	Object  any    `json:"object"`
	Old     any    `json:"old_object,omitempty"`
}

// Body is the event as JSON, byte for byte as it is sent. It has & < > as they are: there are receivers that verify a signature over what
// they wrote anew.
func (e Event) Body() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(envelope{
		Event: e.Name, At: e.At.UnixMilli(), Payload: payload{Account: e.Account, Object: e.Object, Old: e.Old}, ID: e.ID, Item: e.Item, Sequence: e.Sequence,
	})
	if err != nil {
		return nil, fmt.Errorf("event: %s: %w", e.Name, err)
	}
	return asJavaScript(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// asJavaScript is the JSON as JavaScript writes it, which has the separators of lines and of paragraphs as they are.
func asJavaScript(text []byte) []byte {
	var b bytes.Buffer
	for len(text) > 0 {
		at := bytes.IndexByte(text, '\\')
		if at < 0 || at+1 == len(text) {
			break
		}
		b.Write(text[:at])
		text = text[at:]
		switch {
		case bytes.HasPrefix(text, []byte(`\u2028`)):
			b.WriteRune('\u2028')
			text = text[6:]
		case bytes.HasPrefix(text, []byte(`\u2029`)):
			b.WriteRune('\u2029')
			text = text[6:]
		default:
			b.Write(text[:2])
			text = text[2:]
		}
	}
	b.Write(text)
	return b.Bytes()
}

// newEvent is an event of the change. Where one write makes several of one name, which tells them apart.
func (c Change) newEvent(name Name, account string, object any, which ...string) Event {
	parts := append([]string{c.Item, c.Write, string(name)}, which...)
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return Event{
		ID: base64.RawURLEncoding.EncodeToString(sum[:16]), Name: name, At: c.At, Account: account, Item: c.Item, Object: object,
	}
}

// withSequence is the event, in the order of a sitting.
func (e Event) withSequence(o Sequence) Event {
	e.Sequence = o
	return e
}

// withOld is the event with what was there before.
func (e Event) withOld(old any) Event {
	e.Old = old
	return e
}
