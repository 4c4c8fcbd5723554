package event

import (
	"personal-rooms/shared/meeting"
)

// A Participant is somebody in a sitting, as Zoom tells of them.
type Participant struct {
	UserID   string `json:"user_id"`          // their seat
	UserName string `json:"user_name"`        // as they call themselves
	ID       string `json:"id,omitempty"`     // the user, of the host's account; absent of all others
	UUID     string `json:"participant_uuid"` // their seat
	User     string `json:"participant_user_id,omitempty"`
	Email    string `json:"email"` // verified; "" if there is none

	JoinTime    string `json:"join_time,omitempty"`
	LeaveTime   string `json:"leave_time,omitempty"`
	LeaveReason string `json:"leave_reason,omitempty"`
	DateTime    string `json:"date_time,omitempty"`
	Role        string `json:"role,omitempty"`
	OldRole     string `json:"old_role,omitempty"`
	NewRole     string `json:"new_role,omitempty"`
}

// Why somebody left.
const (
	leftThemselves = "left the meeting"
	wasRemoved     = "removed by host"
	wasLost        = "connection lost"
)

// whereabouts are where a seat is, as events tell of it.
type whereabouts int

const (
	nowhere       whereabouts = iota
	atTheDoor                 // waits for the host
	inWaitingRoom             // waits for approval
	inside
	gone
)

func where(s meeting.Seat) whereabouts {
	switch {
	case !s.Exists():
		return nowhere
	case s.State == meeting.Waiting && s.ForHost:
		return atTheDoor
	case s.State == meeting.Waiting:
		return inWaitingRoom
	case s.State == meeting.Admitted:
		return inside
	}
	return gone
}

// A move is the change of a seat.
type move struct {
	Change
	before, after meeting.Seat
	from, to      whereabouts
	told          []Event
}

// ofSeat tells how people came and went. A seat that is deleted was over long before.
func ofSeat(c Change) []Event {
	m := move{Change: c}
	m.before, m.after = images[meeting.Seat](c)
	if !m.after.Exists() || m.after.Place.Room == "" {
		return nil
	}
	m.from, m.to = where(m.before), where(m.after)
	if m.from == m.to {
		m.stay()
	} else {
		m.out()
		m.in()
	}
	m.ruled()
	return m.told
}

// stay tells of people who are where they were.
func (m *move) stay() {
	if m.from != inside || m.before.Role == m.after.Role {
		return
	}
	p := m.person()
	p.OldRole, p.NewRole, p.DateTime, p.Role = roleOf(m.before.Role), roleOf(m.after.Role), timeOf(m.At), ""
	m.tell(RoleChanged, p)
}

// out tells that people are not any more where they were.
func (m *move) out() {
	p := m.person()
	switch m.from {
	case atTheDoor:
		if m.to == gone {
			m.tell(WaitsNoMore, p)
		}
	case inWaitingRoom:
		if m.to != inside {
			p.DateTime = timeOf(m.At)
			m.tell(LeftWaitingRoom, p)
		}
	case inside:
		if m.putBack() {
			return
		}
		p.LeaveTime, p.LeaveReason = timeOf(m.At), m.reason()
		if left := m.after.LeftAt; !left.IsZero() {
			p.LeaveTime = timeOf(left)
		}
		m.tell(Left, p)
	case nowhere, gone:
	}
}

// in tells where people are now.
func (m *move) in() {
	p := m.person()
	p.DateTime = timeOf(m.At)
	switch m.to {
	case atTheDoor:
		m.tell(WaitsForHost, p)
	case inWaitingRoom:
		if m.putBack() {
			m.tell(PutBack, p)
		} else {
			m.tell(JoinedWaitingRoom, p)
		}
	case inside:
		m.joined(p)
	case nowhere, gone:
	}
}

func (m *move) joined(p Participant) {
	if m.after.Approved {
		m.tell(Admitted, p)
	}
	if m.after.BeforeHost && !m.before.BeforeHost {
		m.tell(JoinedBeforeHost, p)
	}
	p.DateTime, p.JoinTime = "", timeOf(m.after.InSince)
	m.tell(Joined, p)
}

// ruled tells that a host put people out.
func (m *move) ruled() {
	was, is := m.before.State, m.after.State
	if was == is {
		return
	}
	p := m.person()
	p.DateTime = timeOf(m.At)
	switch is {
	case meeting.WasRemoved:
		m.tell(Removed, p)
	case meeting.WasDenied:
		m.tell(Denied, p)
	case meeting.Waiting, meeting.Admitted, meeting.Left:
	}
}

// putBack reports whether a host sent them back to the waiting room by this change.
func (m *move) putBack() bool {
	act, is := last(m.after)
	before, _ := last(m.before)
	return is && m.from == inside && m.to == inWaitingRoom && act.Did == meeting.DidPutBack && act != before
}

func last(s meeting.Seat) (meeting.Act, bool) {
	if len(s.Acts) == 0 {
		return meeting.Act{}, false
	}
	return s.Acts[len(s.Acts)-1], true
}

func (m *move) reason() string {
	switch m.after.State {
	case meeting.WasRemoved:
		return wasRemoved
	case meeting.Left:
		return leftThemselves
	case meeting.Waiting, meeting.Admitted, meeting.WasDenied:
	}
	return wasLost
}

func (m *move) person() Participant {
	s := m.after
	p := Participant{UserID: string(s.ID), UserName: s.Name, UUID: string(s.ID), Email: s.Email, Role: roleOf(s.Role)}
	if s.User.Account == s.Place.Owner.Account {
		p.ID, p.User = s.User.ID, s.User.ID
	}
	return p
}

// roleOf is the role in Zoom's words.
func roleOf(r meeting.Role) string {
	switch r {
	case meeting.Host:
		return "host"
	case meeting.AlternativeHost:
		return "co-host"
	case meeting.Participant:
	}
	return "attendee"
}

// tell adds an event about the participant.
func (m *move) tell(name Name, p Participant) {
	object := m.sitting(name)
	object.Participant = &p
	if name == Removed || name == Denied {
		act, _ := last(m.after)
		object.Operator = act.By.ID
	}
	s := m.after
	order := Order{Instance: s.ID.Instance(), Epoch: s.Place.Epoch, Seq: s.Seq()}
	m.told = append(m.told, m.Change.tell(name, s.Place.Owner.Account, object).in(order))
}

// sitting is what they are in. Who waits for the host waits for the meeting that they came for.
func (m *move) sitting(name Name) Sitting {
	at := m.after.Place
	object := Sitting{
		ID: at.Meeting.ID, UUID: m.after.ID.Instance(), HostID: at.Owner.ID, Topic: at.Meeting.Topic, Type: at.Meeting.Type,
		StartTime: timeOf(at.OpenedAt),
	}
	if visit := m.after.Visit; (name == WaitsForHost || name == WaitsNoMore) && visit.ID != "" && visit.ID != at.Meeting.ID {
		object.ID, object.Topic, object.Type, object.StartTime = visit.ID, visit.Topic, visit.Type, ""
	}
	if number, ok := object.ID.(meeting.Number); ok && name == WaitsNoMore { // as Zoom has it, in this one
		object.ID = numeric(number)
	}
	return object
}
