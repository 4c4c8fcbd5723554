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

// liveKit adds the claims of LiveKit. Clients see the role of others in their metadata. A roomAdmin may mute and remove
// others.
func liveKit(claims jwt.MapClaims, room string, s meeting.Seat) {
	video := map[string]any{
		"room": room, "roomJoin": true, "canPublish": true, "canSubscribe": true, "canPublishData": true,
	}
	if s.Role.IsHost() {
		video["roomAdmin"] = true
	}
	claims["sub"], claims["name"], claims["video"] = s.ID, s.Name, video
	claims["metadata"] = `{"role":"` + string(s.Role) + `"}`
}

// An Order is a command to the media server.
type Order struct {
	Room        string `json:"room"`                  // the instance
	Participant string `json:"participant,omitempty"` // the seat to disconnect; empty: everybody, and the room is closed
}

// OrdersOf returns the orders after a change of a room or a seat: a participant who was removed or moved to the waiting
// room is disconnected (I10), and the room of an ended instance is closed. A participant who leaves disconnects without
// an order.
func OrdersOf(before, after any) []Order {
	switch was := before.(type) {
	case meeting.Seat:
		is, _ := after.(meeting.Seat)
		if was.State == meeting.Admitted && (is.State == meeting.WasRemoved || is.State == meeting.Waiting) {
			return []Order{{Room: was.ID.Instance(), Participant: string(was.ID)}}
		}
	case meeting.Room:
		is, _ := after.(meeting.Room)
		if was.Live.Open && (!is.Live.Open || is.Live.Instance != was.Live.Instance) {
			return []Order{{Room: was.Live.Instance}}
		}
	}
	return nil
}

// A Call is a request to LiveKit's RoomService.
type Call struct {
	Method string // "RemoveParticipant"
	Body   []byte // JSON
	Token  string // allows this call in its room, for a minute
}

// callTime is how long the token of a call is valid.
const callTime = time.Minute

// Call returns the request that executes an order.
func (s Signer) Call(o Order) Call {
	if o.Participant == "" {
		return s.call("DeleteRoom", map[string]any{"roomCreate": true}, map[string]string{"room": o.Room})
	}
	grant := map[string]any{"roomAdmin": true, "room": o.Room}
	return s.call("RemoveParticipant", grant, map[string]string{"room": o.Room, "identity": o.Participant})
}

func (s Signer) call(method string, grant map[string]any, asked map[string]string) Call {
	now := s.env.Now()
	body, _ := json.Marshal(asked) // texts: cannot fail
	return Call{Method: method, Body: body, Token: s.sign(jwt.MapClaims{
		"iss": s.server.Key, "nbf": now.Add(-skew).Unix(), "exp": now.Add(callTime).Unix(), "video": grant,
	})}
}

// A Webhook is a request that LiveKit sends to us.
type Webhook struct {
	Event       string // "participant_left"
	Room        string
	Participant string    // their identity; empty: the event is of the room
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

// HasLeft reports whether the participant left for good. If they only lost or changed the connection, they keep the
// seat until its lease ends; if we disconnected them, a host has already decided about their seat.
func (h Webhook) HasLeft() bool {
	switch h.Reason {
	case "DUPLICATE_IDENTITY", "MIGRATION", "SERVER_SHUTDOWN", "SIGNAL_CLOSE", "STATE_MISMATCH", "CONNECTION_TIMEOUT", "MEDIA_FAILURE", "JOIN_FAILURE",
		"PARTICIPANT_REMOVED", "ROOM_DELETED":
		return false
	}
	return h.Event == "participant_left"
}
