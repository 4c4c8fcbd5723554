package media

import (
	"encoding/json"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/meeting"
)

// An Order is what the media server is asked to do. One that is executed late or twice does no harm.
type Order struct {
	Room string `json:"room"` // the instance
	// The media identity to disconnect, or [OffRoster]. Empty: everybody, and the room is closed.
	Participant string `json:"participant,omitempty"`
}

// OffRoster as the participant of an order means everybody who is connected and not on the roster. The function that
// executes the order asks the server who is connected. A version that does not know OffRoster drops the order.
const OffRoster = "*"

// OrdersOf returns the orders after a change of a room or a seat (I7, I10). A participant who is not admitted any more,
// and anybody who is removed or denied, is disconnected. The room of an ended instance is closed. A lock, an end and a
// removal disconnect everybody whom the roster does not show.
func OrdersOf(before, after any) []Order {
	if is, isSeat := after.(meeting.Seat); isSeat {
		was, _ := before.(meeting.Seat)
		return ofSeat(was, is)
	}
	if was, isRoom := before.(meeting.Room); isRoom {
		is, _ := after.(meeting.Room)
		return ofRoom(was.Live, is.Live)
	}
	return nil
}

func ofSeat(was, is meeting.Seat) []Order {
	if was.State == is.State {
		return nil
	}
	if was.State == meeting.Admitted || is.State == meeting.WasRemoved || is.State == meeting.WasDenied {
		return []Order{{Room: is.ID.Instance(), Participant: string(is.MediaIdentity())}}
	}
	return nil
}

// ofRoom reconciles after each decision of a host in an instance that is locked or from which somebody was removed: a
// second lock, or a second removal of the same people, changes nothing but the epoch.
func ofRoom(was, is meeting.LiveState) []Order {
	offRoster := Order{Room: was.Instance, Participant: OffRoster}
	switch {
	case !was.Open:
		return nil
	case !is.Open || is.Instance != was.Instance:
		return []Order{{Room: was.Instance}, offRoster}
	case is.Epoch != was.Epoch && (is.Locked || len(is.Removed) > 0):
		return []Order{offRoster}
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

// Call returns the request that executes an order to disconnect one participant, or to close a room.
func (s Signer) Call(o Order) Call {
	if o.Participant == "" {
		return s.call("DeleteRoom", map[string]any{"roomCreate": true}, map[string]string{"room": o.Room})
	}
	return s.call("RemoveParticipant", adminOf(o.Room), map[string]string{"room": o.Room, "identity": o.Participant})
}

// ListCall returns the request for the participants who are connected to the room.
func (s Signer) ListCall(room string) Call {
	return s.call("ListParticipants", adminOf(room), map[string]string{"room": room})
}

func adminOf(room string) map[string]any { return map[string]any{"roomAdmin": true, "room": room} }

func (s Signer) call(method string, grant map[string]any, asked map[string]string) Call {
	now := s.env.Now()
	body, _ := json.Marshal(asked) // texts: cannot fail
	return Call{Method: method, Body: body, Token: s.sign(jwt.MapClaims{
		"iss": s.server.Key, "nbf": now.Add(-skew).Unix(), "exp": now.Add(callTime).Unix(), "video": grant,
	})}
}
