// Package hint decides who asks the server again, and when: people who wait, and the consoles of hosts.
//
// Each of them holds a WebSocket. A hint is a frame that means "ask again now". It carries no news, so who may learn
// what stays a decision of the door alone (I9, I13), and a hint that is lost, late or sent twice does no harm: a client
// asks by itself, too, only less often.
//
//   - ticket.go: the right to open a connection, which is a part of the answer to a join and of a host's view of the room;
//   - connection.go: the open connections of a holder, at most [Slots];
//   - audience.go: the holders that a change of a room or of a seat concerns.
package hint

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"personal-rooms/shared/meeting"
)

// Frame is a hint as it is sent. All hints are equal.
const Frame = `{"hint":"ask"}`

// A Holder is who holds connections in a room: a seat, or the console of a user.
type Holder string

// The beginnings of holders.
const (
	seatPrefix    = "SEAT#"
	ConsolePrefix = "CONSOLE#"
)

// Seat returns the holder of a seat's connections.
func Seat(id meeting.SeatID) Holder { return Holder(seatPrefix + string(id)) }

// Seat returns the seat that holds the connection; "" if a console does.
func (h Holder) Seat() meeting.SeatID {
	id, _ := strings.CutPrefix(string(h), seatPrefix)
	if id == string(h) {
		return ""
	}
	return meeting.SeatID(id)
}

// Console returns the holder of the connections of a user's consoles. It does not show who the user is.
func Console(u meeting.User) Holder {
	sum := sha256.Sum256([]byte(u.Account + "\x00" + u.ID))
	return Holder(ConsolePrefix + base64.RawURLEncoding.EncodeToString(sum[:12]))
}

// A Subject is what a connection is for: a holder in a room.
type Subject struct {
	Room   meeting.Number `json:"r"`
	Holder Holder         `json:"h"`
}
