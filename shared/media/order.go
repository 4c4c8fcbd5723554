package media

import "personal-rooms/shared/meeting"

// An Order is what the media server is told to do, because it was done here.
type Order struct {
	Room        string `json:"room"`                  // of the media server: the instance
	Participant string `json:"participant,omitempty"` // who is disconnected: the seat; empty: everybody, and the room is closed
}

// OrdersOf is what the media server must do after a change of a room or of a seat: who was removed or put back is disconnected (I10), and a
// sitting that ended has nobody in it any more. Whoever leaves disconnects by themselves.
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
