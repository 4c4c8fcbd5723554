package media

// An Order is what the media server is told to do, because a host did it here.
type Order struct {
	Room        string `json:"room"`                  // of the media server: the instance
	Participant string `json:"participant,omitempty"` // who is disconnected: the seat; empty: everybody, and the room is closed
}
