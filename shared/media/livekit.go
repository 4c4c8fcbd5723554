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

	"personal-rooms/shared/meeting"
)

// liveKit adds the claims of LiveKit. Clients see the role and the seat of others in their metadata. A roomAdmin may
// mute and remove others.
func liveKit(claims jwt.MapClaims, room string, s meeting.Seat) {
	video := map[string]any{
		"room": room, "roomJoin": true, "canPublish": true, "canSubscribe": true, "canPublishData": true,
	}
	if s.Role.IsHost() {
		video["roomAdmin"] = true
	}
	claims["sub"], claims["name"], claims["video"] = s.MediaIdentity(), s.Name, video
	claims["metadata"] = `{"role":"` + string(s.Role) + `","seat":"` + string(s.ID) + `"}`
}

// A Webhook is a request that LiveKit sends to us.
type Webhook struct {
	Event       string // "participant_left"
	Room        string
	Participant string    // their media identity; empty: the event is of the room
	Reason      string    // LiveKit's reason why they left: "CLIENT_INITIATED"; empty: unknown
	At          time.Time // to the second, by LiveKit's clock
}

// Errors of ReadWebhook.
var (
	ErrNoWebhook = errors.New("media: no server that sends webhooks is configured")
	ErrForged    = errors.New("media: the webhook is not signed by the media server")
	ErrUnclear   = errors.New("media: the webhook is signed, but cannot be decoded")
)

// ReadWebhook verifies and decodes a webhook of LiveKit. Its authorization is a token that is signed with the API
// secret and has the SHA-256 of the body. It returns [ErrNoWebhook], [ErrForged] or [ErrUnclear].
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

// webhookOf decodes the JSON of Protocol Buffers: 64-bit numbers are strings, and zero values are absent.
func webhookOf(body []byte) (Webhook, error) {
	var hook struct {
		Event string `json:"event"`
		Room  struct {
			Name string `json:"name"`
		} `json:"room"`
		Participant struct {
			Identity string `json:"identity"`
			Reason   string `json:"disconnectReason"`
		} `json:"participant"`
		CreatedAt json.Number `json:"createdAt"` // in seconds, as a number or a string
	}
	if err := json.Unmarshal(body, &hook); err != nil {
		return Webhook{}, fmt.Errorf("%w: %w", ErrUnclear, err)
	}
	who := hook.Participant
	h := Webhook{Event: hook.Event, Room: hook.Room.Name, Participant: who.Identity, Reason: who.Reason}
	if hook.CreatedAt == "" {
		return h, nil
	}
	at, err := hook.CreatedAt.Int64()
	if err != nil {
		return Webhook{}, fmt.Errorf("%w: %w", ErrUnclear, err)
	}
	h.At = time.Unix(at, 0)
	return h, nil
}

// HasLeft reports whether the participant left for good.
func (h Webhook) HasLeft() bool {
	return h.Event == "participant_left" && !h.HasLostConnection() && !h.hasAnother()
}

// HasLostConnection reports whether the participant lost the connection: they keep the seat for a while. If we
// disconnected them, a host has already decided about their seat.
func (h Webhook) HasLostConnection() bool {
	switch h.Reason {
	case "SERVER_SHUTDOWN", "SIGNAL_CLOSE", "STATE_MISMATCH", "CONNECTION_TIMEOUT", "MEDIA_FAILURE", "JOIN_FAILURE",
		"PARTICIPANT_REMOVED", "ROOM_DELETED":
		return h.Event == "participant_left"
	}
	return false
}

// hasAnother reports whether the participant is connected by another connection.
func (h Webhook) hasAnother() bool {
	return h.Reason == "DUPLICATE_IDENTITY" || h.Reason == "MIGRATION"
}
