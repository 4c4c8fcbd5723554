package main

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// A room is the state of a room as its hosts see it.
type room struct {
	ID          json.Number         `json:"id"`
	UUID        string              `json:"uuid,omitempty"` // of the live instance
	State       string              `json:"state"`
	Locked      bool                `json:"locked"`
	WaitingRoom meeting.WaitingRoom `json:"waiting_room"`
	Admitted    int                 `json:"admitted"`
	Waiting     int                 `json:"waiting"`
	Arriving    int                 `json:"arriving"`
	MeetingID   json.Number         `json:"meeting_id,omitempty"` // of the live meeting, if the room was opened for one
	Topic       string              `json:"topic"`
	UnderAttack bool                `json:"under_attack"`              // the passcode leads to the waiting room only
	Message     string              `json:"waiting_message,omitempty"` // for people who wait
	StartedAt   string              `json:"started_at,omitempty"`
	Hints       *api.HintsShape     `json:"hints,omitempty"` // in answers to GET, if the deployment has hints
}

func roomOf(v meeting.RoomView) room {
	live := v.Room.Live
	shape := room{
		ID: json.Number(v.Room.Number), State: "idle", WaitingRoom: v.Room.SettingsNow().WaitingRoom,
		Topic: v.Room.LiveMeeting().Topic, Admitted: len(v.Present), Waiting: len(v.Waiting), Arriving: v.Arriving,
		UnderAttack: v.Attacked, Message: live.Message,
	}
	if live.Open {
		shape.State, shape.UUID, shape.Locked = "live", v.Room.UUID(), v.Locked
		shape.MeetingID, shape.StartedAt = json.Number(live.Meeting.ID), api.Time(live.OpenedAt)
	}
	return shape
}

// A participant is admitted, or waits.
type participant struct {
	ID          meeting.SeatID `json:"id"`
	DisplayName string         `json:"display_name"`
	Email       string         `json:"email,omitempty"` // verified
	Verified    bool           `json:"verified"`        // signed in; the display name is still their own choice
	Account     string         `json:"account_id,omitempty"`
	Guest       bool           `json:"guest"` // not signed in
	Role        meeting.Role   `json:"role"`
	State       meeting.State  `json:"state"`
	JoinedAt    string         `json:"joined_at"`
	Seq         int64          `json:"seq,omitempty"` // the number of their last admission
	MeetingID   json.Number    `json:"meeting_id,omitempty"`
	Topic       string         `json:"meeting_topic,omitempty"` // of the meeting that they joined for
	Pass        *guestPass     `json:"guest_pass,omitempty"`    // by which they came

	Network     int                `json:"network,omitempty"`         // of a guest: those with the same number are of one network
	SameNetwork meeting.HostAction `json:"same_network_as,omitempty"` // as somebody removed, denied or moved to the waiting room
}

// A guestPass is a pass as the roster shows it.
type guestPass struct {
	ID        string `json:"id"`
	Name      string `json:"name"`                 // for whom it was made; the display name is their own choice
	InvitedBy string `json:"invited_by,omitempty"` // the name of the owner of the room
}

func passOf(p meeting.SeatPass) *guestPass {
	if p.ID == "" {
		return nil
	}
	return &guestPass{p.ID, p.Name, p.Host}
}

func participantOf(v meeting.RoomView, s meeting.Seat) participant {
	return participant{
		ID: s.ID, DisplayName: s.Name, Email: s.Email, Verified: !s.User.None(), Account: s.User.Account,
		Guest: s.User.None(), Role: s.Role, State: s.State, JoinedAt: api.Time(s.JoinedAt), Seq: s.LastAdmission(),
		MeetingID: json.Number(s.Target.ID), Topic: s.Target.Topic, Pass: passOf(s.Pass),
		Network: v.NetworkPlace(s).Network, SameNetwork: v.SameNetwork(s),
	}
}

// A roster is a page of participants.
type roster struct {
	Room         room          `json:"room"`
	Participants []participant `json:"participants"`
	Arriving     int           `json:"arriving"`
	Next         string        `json:"next_page_token"`
}

// A page is a part of a roster. It begins after the position where the last page ended, so that people who join and
// leave meanwhile do not shift it. Users and the first guest of each network come first, then the second guest of each,
// and so on: a crowd from some networks hides nobody of another one.
type page struct {
	size  int
	after position
	state *string // only those who wait, or who are admitted
	known *bool   // only those who are signed in, or guests
}

// shows reports whether the seat belongs on the page.
func (p page) shows(s meeting.Seat) bool {
	return (p.state == nil || *p.state == string(s.State)) && (p.known == nil || *p.known != s.User.None())
}

type position struct {
	rank   int
	joined time.Time
	id     meeting.SeatID
}

func pageOf(form *api.Form) page {
	form.Narrow("state")
	p := page{size: meeting.DefaultPage, known: form.Bool("verified"),
		state: form.Choice("state", string(meeting.Waiting), string(meeting.Admitted))}
	if size := form.Int("page_size", 1, meeting.MaxPage); size != nil {
		p.size = int(*size)
	}
	if token := form.String("next_page_token", 2*api.MaxCredential); token != nil && *token != "" {
		joined, id, ok := strings.Cut(*token, "-")
		rank, since, ranked := strings.Cut(joined, ".")
		if !ranked {
			rank, since = "0", joined
		}
		ms, err := strconv.ParseInt(since, 10, 64)
		n, bad := strconv.Atoi(rank)
		if !ok || err != nil || bad != nil {
			form.Refuse("next_page_token", "is not a token of this list; leave it out to begin with the first page")
		}
		p.after = position{n, time.UnixMilli(ms), meeting.SeatID(id)}
	}
	return p
}

func (p page) of(v meeting.RoomView) roster {
	all := slices.SortedFunc(slices.Values(slices.Concat(v.Present, v.Waiting)), func(a, b meeting.Seat) int {
		return positionOf(v, a).compare(positionOf(v, b))
	})
	shape := roster{Room: roomOf(v), Participants: []participant{}, Arriving: v.Arriving}
	for _, s := range all {
		switch at := positionOf(v, s); {
		case at.compare(p.after) <= 0 || !p.shows(s):
		case len(shape.Participants) == p.size:
			return shape
		default:
			shape.Participants, shape.Next = append(shape.Participants, participantOf(v, s)), at.token()
		}
	}
	shape.Next = ""
	return shape
}

func positionOf(v meeting.RoomView, s meeting.Seat) position {
	return position{v.NetworkPlace(s).Rank, s.JoinedAt, s.ID}
}

func (p position) compare(q position) int {
	return cmp.Or(cmp.Compare(p.rank, q.rank), p.joined.Compare(q.joined), cmp.Compare(p.id, q.id))
}

func (p position) token() string {
	joined := strconv.FormatInt(p.joined.UnixMilli(), 10) + "-" + string(p.id)
	if p.rank == 0 {
		return joined
	}
	return strconv.Itoa(p.rank) + "." + joined
}

// An actionResult lists the participants on whom a host decided.
type actionResult struct {
	Participants []seatState `json:"participants"`
	Missed       []seatState `json:"missed"`
}

// A seatState is the state of a participant after the decision.
type seatState struct {
	ID    meeting.SeatID `json:"id"`
	State meeting.State  `json:"state"`
}

func seatStates(l meeting.Roster) []seatState {
	all := make([]seatState, len(l))
	for i, s := range l {
		all[i] = seatState{s.ID, s.State}
	}
	return all
}
