package media

import (
	"encoding/json"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

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
