package media

import (
	"strconv"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/meeting"
)

// A jitsiUser is a participant in Jitsi Meet. All values are strings: Prosody copies them into XMPP.
type jitsiUser struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Affiliation string `json:"affiliation"`
	Moderator   string `json:"moderator"`
}

// jitsi adds the claims of Jitsi Meet. The audience is a string, not a list, because Prosody compares it so.
func (s Server) jitsi(claims jwt.MapClaims, room string, seat meeting.Seat) {
	user := jitsiUser{ID: string(seat.ID), Name: seat.Name, Affiliation: "member", Moderator: strconv.FormatBool(seat.Role.IsHost())}
	if seat.Role.IsHost() {
		user.Affiliation = "owner"
	}
	claims["aud"], claims["sub"], claims["room"] = s.Key, s.Domain, room
	claims["context"] = map[string]jitsiUser{"user": user}
}
