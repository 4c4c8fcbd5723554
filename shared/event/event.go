// Package event makes the events that webhooks, automations and the media server receive.
//
// The table's stream has a record of each write, one item at a time. A [Change] is such a write with the item before
// and after it; [FromChange] returns its events. Events are not stored anywhere else: each is derived from the write
// that it reports.
//
// The events of one item arrive in order and at least once. An event has the same id each time it is delivered, and a
// [Sequence], which orders the events of several items: those of one instance by epoch, then by seq.
//
// The file asyncapi.yaml describes every event, and is the only description. No event holds a host key, the secret of a
// seat or a media token. A passcode is in one place only: in the calendar entry of an [Invitation], which must let
// somebody in.
//
// A new event needs three files: its name and its code here, its description and example in asyncapi.yaml, and a step
// in scenario_test.go.
package event

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Change is one write of an item, from the table's stream.
type Change struct {
	Item    string    // the item that was written; events of one item are delivered in order
	Write   string    // identifies the write, also when the stream delivers it again
	At      time.Time // when, to the millisecond; of a deletion and of an older version's write, to the second
	Expired bool      // DynamoDB deleted the item because its ttl was over

	Before, After any // meeting.Room, meeting.Seat, meeting.Meeting, meeting.Profile or account.Outcome; nil: there was none

	Ending Ending // of the instance that the change ended: see [Change.WithEnding]
}

// A Sequence orders the events of an instance. It is zero for events without an instance.
type Sequence struct {
	Instance string `json:"instance,omitempty"`
	Epoch    int64  `json:"epoch,omitempty"`
	Seq      int64  `json:"seq,omitempty"`
}

// An Event reports one thing that happened.
type Event struct {
	ID       string // the same each time it is delivered
	Name     Name
	At       time.Time
	Account  string
	Item     string // as in Change
	Sequence Sequence
	Object   any // what it is about: payload.object
	Old      any // of updates: the values before, payload.old_object
}

// envelope is an event as it is sent: Zoom's members, then ours.
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

// Body returns the event as JSON, byte for byte as it is sent. It does not escape & < >: some receivers parse the
// event, write it again, and verify the signature over that.
func (e Event) Body() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(envelope{
		Event: e.Name, At: e.At.UnixMilli(), Payload: payload{Account: e.Account, Object: e.Object, Old: e.Old},
		ID: e.ID, Item: e.Item, Sequence: e.Sequence,
	})
	if err != nil {
		return nil, fmt.Errorf("event: %s: %w", e.Name, err)
	}
	return []byte(asJavaScript.Replace(strings.TrimSuffix(b.String(), "\n"))), nil
}

// asJavaScript writes JSON as JavaScript does: without escapes for U+2028 and U+2029. An escaped backslash begins none.
var asJavaScript = strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029")

// newEvent completes an event of the change. If one write makes several events of one name, which distinguishes them.
func (c Change) newEvent(e Event, which ...string) Event {
	e.ID, e.At, e.Item = idOf(slices.Concat([]string{c.Item, c.Write, string(e.Name)}, which)...), c.At, c.Item
	return e
}

// idOf returns the id of an event. Equal parts give equal ids.
func idOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// A Delivery is a message of the deliveries queue: an event for one webhook endpoint. The queue is first-in-first-out
// within a message group, so a delivery that fails delays its own group only.
type Delivery struct {
	Account  string `json:"account"`
	Endpoint string `json:"endpoint"` // its id
	EventID  string `json:"event_id"`
	Event    string `json:"event"` // its name
	Body     string `json:"body"`  // what is posted, byte for byte: a text, because JSON that is encoded again may have other bytes
}

// Digest names a message group, or a message for deduplication, in characters that every queue takes. Equal parts give
// equal names.
func Digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}
