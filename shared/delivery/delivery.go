// Package delivery is what has to reach others over HTTP, and waits for that in a queue: events for webhook endpoints, and what the media
// server is told to do. The queue is first in, first out within a group, so what fails holds up its own group only.
package delivery

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"personal-rooms/shared/media"
)

// A Message is one thing to deliver: one of its members is set.
type Message struct {
	Webhook *Webhook     `json:"webhook,omitempty"`
	Media   *media.Order `json:"media,omitempty"`
}

// A Webhook is an event for one endpoint.
type Webhook struct {
	Account  string `json:"account"`
	Endpoint string `json:"endpoint"` // its id
	EventID  string `json:"event_id"`
	Event    string `json:"event"` // its name
	Body     string `json:"body"`  // what is posted, byte for byte: a text, for JSON that is written anew has other bytes
}

// Digest names a group, or a message within five minutes, by what makes it one: in letters and digits that every queue takes.
func Digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}
