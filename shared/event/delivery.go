package event

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

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
