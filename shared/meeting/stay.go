package meeting

import (
	"slices"
	"time"
)

// Deed is what a host does to somebody.
type Deed string

const (
	DidAdmit     Deed = "admitted"
	DidDeny      Deed = "denied"
	DidRemove    Deed = "removed"
	DidPutBack   Deed = "put_back"
	DidMakeHost  Deed = "made_host"
	DidClaimHost Deed = "claimed_host" // by the host key: their own act
)

// An Act is a decision of a host, or of an admin, on the people in a seat.
type Act struct {
	At  time.Time
	Did Deed
	By  User
}

// maxActs is how many acts a seat remembers: the latest.
const maxActs = 20

// after is the seat after the act.
func (s Seat) after(a Act) Seat {
	s.Acts = append(slices.Clone(s.Acts), a)
	s.Acts = s.Acts[max(0, len(s.Acts)-maxActs):]
	return s
}

// came is the seat of people who come in.
func (s Seat) came(now time.Time) Seat {
	if s.CameIn.IsZero() {
		s.CameIn = now
	}
	s.InSince = now
	return s
}

// gone is the seat of people who are not in any more: since now, or since their lease ended.
func (s Seat) gone(now time.Time) Seat {
	if !s.InSince.IsZero() {
		_, s.LeftAt, s.Spent = s.stay(now)
		s.InSince = time.Time{}
	}
	return s
}

// stay is when the people in the seat first came in, when they last went out, and how long they were in, in a sitting that ended then.
// All is zero of those who were never let in.
func (s Seat) stay(ended time.Time) (joined, left time.Time, in time.Duration) {
	if !s.InSince.IsZero() {
		left = within(s.Lease, s.InSince, later(ended, s.InSince))
		return s.CameIn, left, s.Spent + left.Sub(s.InSince)
	}
	left, in = s.LeftAt, s.Spent
	if over := left.Sub(ended); over > 0 { // they said so when it had ended
		left, in = later(ended, s.CameIn), max(0, in-over)
	}
	return s.CameIn, left, in
}
