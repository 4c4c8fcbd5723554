package meeting

import (
	"strconv"
	"strings"
	"time"
)

// A MediaIdentity names a participant on the media server: "<seat>.<number of the admission>". Somebody who comes in
// again has another one, so an order that was made before does not reach them. Media tokens of older versions have only
// the seat.
type MediaIdentity string

// MediaIdentity returns the identity of the people in the seat since they last came in.
func (s Seat) MediaIdentity() MediaIdentity {
	if s.MediaSeq == 0 { // never admitted, or by an older version
		return MediaIdentity(s.ID)
	}
	return MediaIdentity(string(s.ID) + "." + strconv.FormatInt(s.MediaSeq, 10))
}

// seat returns the seat that the identity names.
func (m MediaIdentity) seat() SeatID {
	instance, rest, _ := strings.Cut(string(m), ".")
	own, _, _ := strings.Cut(rest, ".")
	return SeatID(instance + "." + own)
}

// hasMediaIdentity reports whether the identity is that of the people who are in the seat now.
func (s Seat) hasMediaIdentity(id MediaIdentity) bool {
	return id == s.MediaIdentity() || id == MediaIdentity(s.ID)
}

// mayStay reports whether somebody with the identity may be connected to the media of the room's live instance.
func (r Room) mayStay(s Seat, id MediaIdentity, now time.Time) bool {
	return s.in(Admitted, now) && s.hasMediaIdentity(id) && !s.isAmong(r.Live.Removed)
}
