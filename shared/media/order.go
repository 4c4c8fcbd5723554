package media

import "personal-rooms/shared/meeting"

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
