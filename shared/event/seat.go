package event

import (
	"personal-rooms/shared/meeting"
)

// Events of participants.
const (
	Joined             Name = "meeting.participant_joined"
	Left               Name = "meeting.participant_left"
	RoleChanged        Name = "meeting.participant_role_changed"
	WaitsForHost       Name = "meeting.participant_jbh_waiting"
	WaitsNoMore        Name = "meeting.participant_jbh_waiting_left" // for the host
	JoinedBeforeHost   Name = "meeting.participant_jbh_joined"
	JoinedWaitingRoom  Name = "meeting.participant_joined_waiting_room"
	LeftWaitingRoom    Name = "meeting.participant_left_waiting_room"
	Admitted           Name = "meeting.participant_admitted"
	MovedToWaitingRoom Name = "meeting.participant_put_in_waiting_room"
	Removed            Name = "room.participant_removed"
	Denied             Name = "room.participant_denied"
)

// A Participant is a seat in the shape of Zoom's events.
type Participant struct {
	UserID   string `json:"user_id"`          // their seat
	UserName string `json:"user_name"`        // as they call themselves
	ID       string `json:"id,omitempty"`     // the user, if they are of the host's account
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

// Reasons of leaving.
const (
	leftThemselves = "left the meeting"
	wasRemoved     = "removed by host"
	wasLost        = "connection lost"
)

// position is a seat's state, as far as events distinguish it.
type position int

const (
	absent position = iota
	waitingForHost
	waitingForApproval
	present
	left
)

func positionOf(s meeting.Seat) position {
	switch {
	case !s.Exists():
		return absent
	case s.State == meeting.Waiting && s.WaitsForHost:
		return waitingForHost
	case s.State == meeting.Waiting:
		return waitingForApproval
	case s.State == meeting.Admitted:
		return present
	}
	return left
}

// A seatChange is the change of a seat.
type seatChange struct {
	Change
	before, after meeting.Seat
	from, to      position
	events        []Event
}

// ofSeat returns the events of a seat. A deleted seat had ended long before.
func ofSeat(c Change) []Event {
	m := seatChange{Change: c}
	m.before, m.after = images[meeting.Seat](c)
	if !m.after.Exists() || m.after.Context.Room == "" {
		return nil
	}
	m.from, m.to = positionOf(m.before), positionOf(m.after)
	if m.from == m.to {
		m.onSame()
	} else {
		m.onExit()
		m.onEnter()
	}
	m.onHostAction()
	return m.events
}

// onSame reports a new role of a participant who stays.
func (m *seatChange) onSame() {
	if m.from != present || m.before.Role == m.after.Role {
		return
	}
	p := m.participant()
	p.OldRole, p.NewRole, p.DateTime, p.Role = roleOf(m.before.Role), roleOf(m.after.Role), timeOf(m.At), ""
	m.add(RoleChanged, p)
}

// onExit reports the end of the position before.
func (m *seatChange) onExit() {
	switch {
	case m.from == waitingForHost && m.to == left:
		m.add(WaitsNoMore, m.participant())
	case m.from == waitingForApproval && m.to != present:
		m.addNow(LeftWaitingRoom)
	case m.from == present && !m.movedByHost():
		p := m.participant()
		p.LeaveTime, p.LeaveReason = timeOf(m.At), m.reason()
		if left := m.after.LeftAt; !left.IsZero() {
			p.LeaveTime = timeOf(left)
		}
		m.add(Left, p)
	}
}

// onEnter reports the new position.
func (m *seatChange) onEnter() {
	switch {
	case m.to == waitingForHost:
		m.addNow(WaitsForHost)
	case m.to == waitingForApproval && m.movedByHost():
		m.addNow(MovedToWaitingRoom)
	case m.to == waitingForApproval:
		m.addNow(JoinedWaitingRoom)
	case m.to == present:
		m.onJoin()
	}
}

func (m *seatChange) onJoin() {
	if m.after.Approved {
		m.addNow(Admitted)
	}
	if m.after.OpenedBeforeHost && !m.before.OpenedBeforeHost {
		m.addNow(JoinedBeforeHost)
	}
	p := m.participant()
	p.JoinTime = timeOf(m.after.PresentSince)
	m.add(Joined, p)
}

// onHostAction reports that a host removed or denied somebody.
func (m *seatChange) onHostAction() {
	switch is := m.after.State; {
	case is == m.before.State:
	case is == meeting.WasRemoved:
		m.addNow(Removed)
	case is == meeting.WasDenied:
		m.addNow(Denied)
	}
}

// movedByHost reports whether a host moved them to the waiting room by this change.
func (m *seatChange) movedByHost() bool {
	act, is := last(m.after)
	before, _ := last(m.before)
	return is && m.from == present && m.to == waitingForApproval && act.Action == meeting.ActionMoveToWaitingRoom && act != before
}

func last(s meeting.Seat) (meeting.HostActionRecord, bool) {
	if len(s.HostActions) == 0 {
		return meeting.HostActionRecord{}, false
	}
	return s.HostActions[len(s.HostActions)-1], true
}

func (m *seatChange) reason() string {
	switch state := m.after.State; {
	case state == meeting.WasRemoved:
		return wasRemoved
	case state == meeting.Left:
		return leftThemselves
	}
	return wasLost
}

func (m *seatChange) participant() Participant {
	s := m.after
	p := Participant{UserID: string(s.ID), UserName: s.Name, UUID: string(s.ID), Email: s.Email, Role: roleOf(s.Role)}
	if s.User.Account == s.Context.Owner.Account {
		p.ID, p.User = s.User.ID, s.User.ID
	}
	return p
}

// roleOf returns Zoom's name of the role.
func roleOf(r meeting.Role) string {
	switch {
	case r == meeting.Host:
		return "host"
	case r == meeting.AlternativeHost:
		return "co-host"
	}
	return "attendee"
}

// addNow adds an event with the time of the change.
func (m *seatChange) addNow(name Name) {
	p := m.participant()
	p.DateTime = timeOf(m.At)
	m.add(name, p)
}

// add adds an event about the participant.
func (m *seatChange) add(name Name, p Participant) {
	object := m.meeting(name)
	object.Participant = &p
	if name == Removed || name == Denied {
		act, _ := last(m.after)
		object.Operator = act.By.ID
	}
	s := m.after
	order := Sequence{Instance: s.ID.Instance(), Epoch: s.Context.Epoch, Seq: s.LastAdmission()}
	m.events = append(m.events, m.Change.newEvent(name, s.Context.Owner.Account, object).withSequence(order))
}

// meeting returns the instance. While somebody waits for the host, it is the meeting that they are invited to.
func (m *seatChange) meeting(name Name) Meeting {
	at := m.after.Context
	object := Meeting{
		ID: at.Meeting.ID, UUID: m.after.ID.Instance(), HostID: at.Owner.ID, Topic: at.Meeting.Topic, Type: at.Meeting.Type,
		StartTime: timeOf(at.OpenedAt),
	}
	if target := m.after.Target; (name == WaitsForHost || name == WaitsNoMore) && target.ID != "" && target.ID != at.Meeting.ID {
		object.ID, object.Topic, object.Type, object.StartTime = target.ID, target.Topic, target.Type, ""
	}
	if number, ok := object.ID.(meeting.Number); ok && name == WaitsNoMore { // as Zoom has it, in this one
		object.ID = numeric(number)
	}
	return object
}
