package meeting

import (
	"slices"
	"time"
)

// A HostAction is done by a host to a participant.
type HostAction string

const (
	ActionAdmit             HostAction = "admitted"
	ActionDeny              HostAction = "denied"
	ActionRemove            HostAction = "removed"
	ActionMoveToWaitingRoom HostAction = "put_back"
	ActionMakeHost          HostAction = "made_host"
	ActionClaimHost         HostAction = "claimed_host" // by the host key: their own action
)

// A HostActionRecord is a decision of a host, or of an admin, on the people in a seat.
type HostActionRecord struct {
	At     time.Time
	Action HostAction
	By     User
}

// maxHostActions bounds the actions that a seat remembers: the latest.
const maxHostActions = 20

func (s Seat) withAction(a HostActionRecord) Seat {
	s.HostActions = append(slices.Clone(s.HostActions), a)
	s.HostActions = s.HostActions[max(0, len(s.HostActions)-maxHostActions):]
	return s
}

// admitted returns the seat after the admission with the number seq.
func (s Seat) admitted(seq int64, now time.Time, lease time.Duration) Seat {
	s = s.exited(now)
	if s.FirstAdmittedAt.IsZero() {
		s.FirstAdmittedAt = now
	}
	if s.State != Admitted {
		s.MediaSeq = seq
	}
	s.PresentSince = now
	s.State, s.NeedsApproval, s.WaitsForHost, s.Muted = Admitted, false, false, false
	s = s.withSeqs(map[int64]time.Time{seq: now}, now)
	s.AdmittedAt = now
	return s.renewed(now, lease)
}

// exited returns the seat of people who are not in any more: since now, or since their lease ended.
func (s Seat) exited(now time.Time) Seat {
	if !s.PresentSince.IsZero() {
		_, s.LeftAt, s.TimePresent = s.presence(now)
		s.PresentSince = time.Time{}
	}
	s.InMedia = false
	return s
}

// left returns the seat of people who gave it up at the time.
func (s Seat) left(at time.Time) Seat {
	s = s.exited(at)
	s.State, s.Approved, s.WaitsForHost = Left, false, false
	return s
}

// AtEnd returns the seat of people who are admitted, as it is after the instance ended at the time: they left then, or
// before, when their lease ended.
func (s Seat) AtEnd(ended time.Time) Seat { return s.left(ended) }

// presence returns when the people in the seat were first admitted, when they last left, and for how long they were
// in, if the instance ended at the time. All are zero for people who were never admitted.
func (s Seat) presence(ended time.Time) (joined, left time.Time, in time.Duration) {
	if !s.PresentSince.IsZero() {
		left = within(s.Lease, s.PresentSince, ended)
		return s.FirstAdmittedAt, left, s.TimePresent + left.Sub(s.PresentSince)
	}
	left, in = s.LeftAt, s.TimePresent
	if over := left.Sub(ended); over > 0 { // they left after the end
		left, in = later(ended, s.FirstAdmittedAt), max(0, in-over)
	}
	return s.FirstAdmittedAt, left, in
}
