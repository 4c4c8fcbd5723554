// Package delivery is what has to reach others over HTTP, and the queue in which it waits for that: events for webhook endpoints, and what the
// media server is told to do. The queue is first in, first out within a group, so what fails holds up its own group only.
package delivery

import (
	"encoding/json"

	"personal-rooms/shared/media"
)

// A Message is one thing to deliver: one of its members is set.
type Message struct {
	Webhook *Webhook     `json:"webhook,omitempty"`
	Media   *media.Order `json:"media,omitempty"`
}

// A Webhook is an event for one endpoint.
type Webhook struct {
	Account  string          `json:"account"`
	Endpoint string          `json:"endpoint"` // its id
	EventID  string          `json:"event_id"`
	Event    string          `json:"event"` // its name
	Body     json.RawMessage `json:"body"`  // what is posted, byte for byte
}
