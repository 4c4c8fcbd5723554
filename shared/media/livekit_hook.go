package media

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// A Webhook is what LiveKit tells us by its webhook.
type Webhook struct {
	Event       string // "participant_left"
	Room        string
	Participant string    // their identity; empty: it is about the room
	Reason      string    // why they left, in LiveKit's words: "CLIENT_INITIATED"; empty: unknown
	At          time.Time // to the second, by LiveKit's clock
}

// Errors of ReadHook.
var (
	ErrNoWebhook = errors.New("media: no server that sends webhooks is configured")
	ErrForged    = errors.New("media: the webhook is not signed by the media server")
	ErrUnclear   = errors.New("media: the webhook is signed, and not understood")
)

// ReadWebhook reads a webhook of LiveKit's. Its authorization is a token that is signed with the API secret and names the body by its SHA-256.
func (s Signer) ReadWebhook(authorization string, body []byte) (Webhook, error) {
	if s.server.Provider != LiveKit {
		return Webhook{}, ErrNoWebhook
	}
	claims := struct {
		jwt.RegisteredClaims

		SHA256 string `json:"sha256"`
	}{}
	key := func(*jwt.Token) (any, error) { return []byte(s.secret), nil }
	_, err := jwt.ParseWithClaims(strings.TrimPrefix(authorization, "Bearer "), &claims, key, jwt.WithValidMethods([]string{"HS256"}),
		jwt.WithExpirationRequired(), jwt.WithIssuer(s.server.Key), jwt.WithLeeway(skew), jwt.WithTimeFunc(s.env.Now))
	if err != nil {
		return Webhook{}, fmt.Errorf("%w: %w", ErrForged, err)
	}
	sum := sha256.Sum256(body)
	if !hmac.Equal([]byte(claims.SHA256), []byte(base64.StdEncoding.EncodeToString(sum[:]))) {
		return Webhook{}, fmt.Errorf("%w: it is for another body", ErrForged)
	}
	return webhookOf(body)
}

// webhookOf reads the JSON of Protocol Buffers: numbers of 64 bits are texts there, and what is zero is absent.
func webhookOf(body []byte) (Webhook, error) {
	var told struct {
		Event string `json:"event"`
		Room  struct {
			Name string `json:"name"`
		} `json:"room"`
		Participant struct {
			Identity string `json:"identity"`
			Reason   string `json:"disconnectReason"`
		} `json:"participant"`
		CreatedAt seconds `json:"createdAt"`
	}
	if err := json.Unmarshal(body, &told); err != nil {
		return Webhook{}, fmt.Errorf("%w: %w", ErrUnclear, err)
	}
	return Webhook{Event: told.Event, Room: told.Room.Name, Participant: told.Participant.Identity, Reason: told.Participant.Reason,
		At: time.Time(told.CreatedAt)}, nil
}

// seconds are since 1970, as a number or as a text.
type seconds time.Time

func (s *seconds) UnmarshalJSON(text []byte) error {
	var n int64
	if err := json.Unmarshal([]byte(strings.Trim(string(text), `"`)), &n); err != nil {
		return err
	}
	*s = seconds(time.Unix(n, 0))
	return nil
}

// HasLeft reports whether the participant left by what the hook says, and does not come back by themselves. Who only lost the connection, or
// moved to another, keeps the seat as long as its lease; and whom we had put out has what the host made of their seat.
func (h Webhook) HasLeft() bool {
	switch h.Reason {
	case "DUPLICATE_IDENTITY", "MIGRATION", "SERVER_SHUTDOWN", "SIGNAL_CLOSE", "STATE_MISMATCH", "CONNECTION_TIMEOUT", "MEDIA_FAILURE", "JOIN_FAILURE",
		"PARTICIPANT_REMOVED", "ROOM_DELETED":
		return false
	}
	return h.Event == "participant_left"
}
