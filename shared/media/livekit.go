package media

import (
	"encoding/json"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/meeting"
)

// A videoGrant is what a LiveKit token allows in a room. A roomAdmin may mute and remove others.
type videoGrant struct {
	Room         string `json:"room"`
	Join         bool   `json:"roomJoin"`
	Admin        bool   `json:"roomAdmin,omitempty"`
	CanPublish   bool   `json:"canPublish"`
	CanSubscribe bool   `json:"canSubscribe"`
	CanSendData  bool   `json:"canPublishData"`
}

// liveKit adds the claims of LiveKit. Clients see the role of others in their metadata.
func liveKit(claims jwt.MapClaims, room string, s meeting.Seat) {
	claims["sub"], claims["name"] = string(s.ID), s.Name
	claims["metadata"] = `{"role":"` + string(s.Role) + `"}`
	claims["video"] = videoGrant{Room: room, Join: true, Admin: s.Role.IsHost(), CanPublish: true, CanSubscribe: true, CanSendData: true}
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
