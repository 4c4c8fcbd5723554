package meeting

import (
	"slices"
	"time"
)

// HostAction is what a host does to somebody.
type HostAction string

const (
	ActionAdmit             HostAction = "admitted"
	ActionDeny              HostAction = "denied"
	ActionRemove            HostAction = "removed"
	ActionMoveToWaitingRoom HostAction = "put_back"
	ActionMakeHost          HostAction = "made_host"
	ActionClaimHost         HostAction = "claimed_host" // by the host key: their own act
)

// An HostActionRecord is a decision of a host, or of an admin, on the people in a seat.
type HostActionRecord struct {
	At     time.Time
	Action HostAction
	By     User
}

// maxHostActions is how many acts a seat remembers: the latest.
const maxHostActions = 20

// withAction is the seat after the act.
func (s Seat) withAction(a HostActionRecord) Seat {
	s.HostActions = append(slices.Clone(s.HostActions), a)
	s.HostActions = s.HostActions[max(0, len(s.HostActions)-maxHostActions):]
	return s
}

// entered is the seat of people who come in.
func (s Seat) entered(now time.Time) Seat {
	if s.FirstAdmittedAt.IsZero() {
		s.FirstAdmittedAt = now
	}
	s.PresentSince = now
	return s
}

// exited is the seat of people who are not in any more: since now, or since their lease ended.
func (s Seat) exited(now time.Time) Seat {
	if !s.PresentSince.IsZero() {
		_, s.LeftAt, s.TimePresent = s.presence(now)
		s.PresentSince = time.Time{}
	}
	return s
}

// presence is when the people in the seat first came in, when they last went out, and how long they were in, in a sitting that ended then.
// All is zero of those who were never let in.
func (s Seat) presence(ended time.Time) (joined, left time.Time, in time.Duration) {
	if !s.PresentSince.IsZero() {
		left = within(s.Lease, s.PresentSince, later(ended, s.PresentSince))
		return s.FirstAdmittedAt, left, s.TimePresent + left.Sub(s.PresentSince)
	}
	left, in = s.LeftAt, s.TimePresent
	if over := left.Sub(ended); over > 0 { // they said so when it had ended
		left, in = later(ended, s.FirstAdmittedAt), max(0, in-over)
	}
	return s.FirstAdmittedAt, left, in
}
