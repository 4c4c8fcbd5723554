package event

import (
	"cmp"
	"strconv"

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
	PassUsed           Name = "room.guest_pass_used"
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
	Muted       bool   `json:"muted,omitempty"` // they wait because of their network: make no sound

	Pass *GuestPass `json:"guest_pass,omitempty"` // that they used
}

// A GuestPass is the pass by which somebody came, without its token.
type GuestPass struct {
	ID   string `json:"id"`
	Name string `json:"name"` // of the person for whom it was made
}

// Reasons of leaving.
const (
	leftThemselves = "left the meeting"
	wasRemoved     = "removed by host"
	wasLost        = "connection lost"
	hasEnded       = "the meeting ended"
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
}

// ofSeat returns the events of a seat. A deleted seat had ended long before.
func ofSeat(c Change) (all []Event) {
	m := seatChange{Change: c}
	m.before, m.after = images[meeting.Seat](c)
	if !m.after.Exists() || m.after.Context.Room == "" {
		return nil
	}
	for _, name := range m.names() {
		all = append(all, m.event(name))
	}
	return all
}

// names returns the names of the events: of the position that ends, of the one that begins, and of what a host decided.
// Muted people who come and go make none again, until a host decides.
func (m seatChange) names() (all []Name) {
	before, after := m.before, m.after
	from, to := positionOf(before), positionOf(after)
	add := func(name Name, when bool) {
		if when {
			all = append(all, name)
		}
	}
	add(PassUsed, m.usesPass())
	if from == to {
		add(RoleChanged, to == present && before.Role != after.Role)
	} else {
		moved := from == present && to == waitingForApproval && m.movedByHost()
		again := m.comesAgain()
		add(WaitsNoMore, from == waitingForHost && to == left && !again)
		add(LeftWaitingRoom, from == waitingForApproval && to != present && !again)
		add(Left, from == present && !moved)
		add(WaitsForHost, to == waitingForHost && !again)
		add(MovedToWaitingRoom, moved)
		add(JoinedWaitingRoom, to == waitingForApproval && !moved && !again)
		add(Admitted, to == present && after.Approved)
		add(JoinedBeforeHost, to == present && after.OpenedBeforeHost && !before.OpenedBeforeHost)
		add(Joined, to == present)
	}
	add(Removed, after.State == meeting.WasRemoved && before.State != after.State)
	add(Denied, after.State == meeting.WasDenied && before.State != after.State)
	return all
}

// usesPass reports whether somebody took the seat by a guest pass, which that used.
func (m seatChange) usesPass() bool { return !m.before.Exists() && m.after.Pass.Uses }

// movedByHost reports whether the last action of a host, by this change, was to move them to the waiting room.
func (m seatChange) movedByHost() bool {
	act, before := last(m.after), last(m.before)
	return act.Action == meeting.ActionMoveToWaitingRoom && act != before
}

// comesAgain reports whether muted people wait again, or give up, and no host decided on them.
func (m seatChange) comesAgain() bool {
	return m.before.Muted && m.after.Muted && last(m.before) == last(m.after)
}

// last returns the last action of a host on the seat; the zero action if there was none.
func last(s meeting.Seat) (act meeting.HostActionRecord) {
	if n := len(s.HostActions); n > 0 {
		act = s.HostActions[n-1]
	}
	return act
}

// participant returns the participant as the event with the name has them.
func (m seatChange) participant(name Name) *Participant {
	s := m.after
	p := &Participant{UserID: string(s.ID), UserName: s.Name, UUID: string(s.ID), Email: s.Email, Role: roleOf(s.Role)}
	if s.User.Account == s.Context.Owner.Account {
		p.ID, p.User = s.User.ID, s.User.ID
	}
	switch name {
	case WaitsNoMore:
	case PassUsed:
		p.Pass, p.DateTime = &GuestPass{s.Pass.ID, s.Pass.Name}, timeOf(m.At)
	case Joined:
		p.JoinTime = timeOf(s.PresentSince)
	case Left:
		p.LeaveTime, p.LeaveReason = cmp.Or(timeOf(s.LeftAt), timeOf(m.At)), reasonOf(s)
	case RoleChanged:
		p.OldRole, p.NewRole, p.DateTime, p.Role = roleOf(m.before.Role), roleOf(s.Role), timeOf(m.At), ""
	case JoinedWaitingRoom, WaitsForHost:
		p.DateTime, p.Muted = timeOf(m.At), s.Muted
	default:
		p.DateTime = timeOf(m.At)
	}
	return p
}

// reasonOf returns why somebody left the seat. Who left when the lease ended had lost the connection.
func reasonOf(s meeting.Seat) string {
	switch {
	case s.State == meeting.WasRemoved:
		return wasRemoved
	case s.State == meeting.Left && s.LeftAt.Before(s.Lease):
		return leftThemselves
	}
	return wasLost
}

// leftID returns the id of the event that the people in the seat left. It is the same whether the seat's own write
// reports it or the end of the instance: a receiver that remembers ids takes it once.
func leftID(s meeting.Seat) string {
	return idOf(string(Left), string(s.ID), strconv.FormatInt(s.LastAdmission(), 10))
}

// roleOf returns Zoom's name of the role.
func roleOf(r meeting.Role) string {
	return cmp.Or(map[meeting.Role]string{meeting.Host: "host", meeting.AlternativeHost: "co-host"}[r], "attendee")
}

// event returns the event about the participant.
func (m seatChange) event(name Name) Event {
	s, object := m.after, m.meeting(name)
	object.Participant = m.participant(name)
	if name == Removed || name == Denied {
		object.Operator = last(s).By.ID
	}
	order := Sequence{Instance: object.UUID, Epoch: s.Context.Epoch, Seq: s.LastAdmission()}
	e := m.newEvent(Event{Name: name, Account: s.Context.Owner.Account, Object: object, Sequence: order})
	if name == Left {
		e.ID = leftID(m.before)
	}
	return e
}

// meeting returns the instance. While somebody waits for the host, it is the meeting that they are invited to.
func (m seatChange) meeting(name Name) Meeting {
	at := m.after.Context
	object := Meeting{
		ID: at.Meeting.ID, UUID: m.after.UUID(), HostID: at.Owner.ID, Topic: at.Meeting.Topic, Type: at.Meeting.Type,
		StartTime: timeOf(at.OpenedAt),
	}
	if target := m.after.Target; (name == WaitsForHost || name == WaitsNoMore) && target.ID != "" && target.ID != at.Meeting.ID {
		object.ID, object.Topic, object.Type, object.StartTime = target.ID, target.Topic, target.Type, ""
		object.UUID = cmp.Or(target.UUID, object.UUID)
	}
	if number, ok := object.ID.(meeting.Number); ok && name == WaitsNoMore { // as Zoom has it, in this one
		object.ID = numeric(number)
	}
	return object
}
