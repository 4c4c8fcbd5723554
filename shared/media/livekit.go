package media

import (
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
