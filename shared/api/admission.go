package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// An AdmissionShape is the answer to a join that was not refused. To somebody who waits it says nothing of what is behind
// the door (I9).
type AdmissionShape struct {
	State      string        `json:"state"`
	Seat       SeatShape     `json:"seat"`
	RenewAfter int           `json:"renew_after,omitempty"` // seconds; of somebody admitted
	RetryAfter int           `json:"retry_after,omitempty"` // seconds; of somebody who waits
	Meeting    *SittingShape `json:"meeting,omitempty"`
	Media      *MediaShape   `json:"media,omitempty"` // of somebody admitted, where there is a media server
}

// A SeatShape is what a client keeps of its seat: with id and secret it polls, comes back and leaves.
type SeatShape struct {
	ID          meeting.SeatID `json:"id"`
	Secret      string         `json:"secret"`
	Role        meeting.Role   `json:"role,omitempty"`
	DisplayName string         `json:"display_name,omitempty"`
}

// A SittingShape is what those who were admitted know of the meeting that they are in.
type SittingShape struct {
	ID        json.Number `json:"id"`
	UUID      string      `json:"uuid"`
	Topic     string      `json:"topic"`
	HostID    string      `json:"host_id"`
	StartedAt string      `json:"started_at,omitempty"`
}

// A MediaShape is what a client connects to the media server with.
type MediaShape struct {
	Provider  media.Provider `json:"provider"`
	URL       string         `json:"url"`
	Room      string         `json:"room"`
	Token     string         `json:"token"`
	ExpiresAt string         `json:"expires_at"`
}

// Admission is the shape of an admission, with the ticket that was made for it, if any.
func Admission(a meeting.Admission, t *media.Ticket) AdmissionShape {
	shape := AdmissionShape{State: "waiting_room", Seat: SeatShape{ID: a.Seat.ID, Secret: a.Secret}}
	switch {
	case a.State == meeting.Admitted:
		shape.State = string(a.State)
		shape.Seat.Role, shape.Seat.DisplayName = a.Seat.Role, a.Seat.Name
		shape.RenewAfter, shape.Meeting, shape.Media = seconds(a.AskAgain), sitting(a.Room), ticket(t)
		return shape
	case a.WaitsForHost:
		shape.State = "waiting_for_host"
	}
	shape.RetryAfter = seconds(a.AskAgain)
	return shape
}

func sitting(r meeting.Room) *SittingShape {
	sat := r.LiveMeeting()
	return &SittingShape{ID: json.Number(sat.ID), UUID: r.Live.Instance, Topic: sat.Topic, HostID: r.Owner.ID,
		StartedAt: Time(r.Live.OpenedAt)}
}

func ticket(t *media.Ticket) *MediaShape {
	if t == nil {
		return nil
	}
	return &MediaShape{Provider: t.Provider, URL: t.URL, Room: t.Room, Token: t.Token, ExpiresAt: Time(t.Expires)}
}

// Admitted answers a join: 201 with a new seat, 200 with a known one, 202 for somebody who waits. The header Retry-After
// says when to ask again, as it does with the refusals that pass.
func Admitted(a meeting.Admission, t *media.Ticket) Response {
	shape := Admission(a, t)
	switch {
	case shape.RetryAfter > 0:
		return JSON(http.StatusAccepted, shape).With("Retry-After", strconv.Itoa(shape.RetryAfter))
	case a.New:
		return JSON(http.StatusCreated, shape)
	}
	return JSON(http.StatusOK, shape)
}

func seconds(d time.Duration) int { return max(1, int(d/time.Second)) }

// Limits of what people show at a door.
const (
	MaxDisplayName = 64 // characters
	MaxTicket      = 128
	shortestKey    = 16 // characters of a guest's Idempotency-Key
)

// DisplayName reads the name under which others shall see somebody; empty for the one that their token has.
func (f *Form) DisplayName(name string) string {
	text := f.String(name, MaxDisplayName)
	if text == nil {
		return ""
	}
	return strings.TrimSpace(*text)
}

// ShownPasscode reads a passcode that somebody shows at a door, as text or as a number. One that no room can have is not refused
// here but wrong, like any other (I13).
func (f *Form) ShownPasscode(name string) string {
	value, found := f.take(name)
	if !found {
		return ""
	}
	text, isText := unquote(value)
	if n, whole := wholeNumber(value); whole && !isText {
		return strconv.FormatInt(n, 10)
	}
	if !isText {
		f.refuseValue(name, value, "text")
	}
	return text
}

// Ticket reads the ticket of a seat: both its parts, or none if the member is absent.
func (f *Form) Ticket(name string) meeting.Credential {
	if !f.Has(name) {
		return meeting.Credential{}
	}
	seat := f.Object(name)
	seat.Require("id", "secret")
	id, secret := seat.String("id", MaxTicket), seat.String("secret", MaxTicket)
	if id == nil || secret == nil {
		return meeting.Credential{}
	}
	return meeting.Credential{ID: meeting.SeatID(*id), Secret: *secret}
}

// WaitingRoom reads whether there is a waiting room, as true or false, or for whom there is one: "off", "everyone" or "guests".
func (f *Form) WaitingRoom(name string) (of *meeting.WaitingRoom, on *bool) {
	switch value, _ := f.member(name); string(value) {
	case "true", "false":
		return nil, f.Bool(name)
	}
	word := f.Choice(name, string(meeting.WaitNobody), string(meeting.WaitEveryone), string(meeting.WaitGuests))
	return (*meeting.WaitingRoom)(word), nil
}

// JoinKey is the Idempotency-Key of somebody who comes in. A guest's must be long: whoever guesses it, gets their seat.
func (r *Request) JoinKey() (string, error) {
	key, err := r.IdempotencyKey()
	if err == nil && key != "" && r.Caller.None() && len(key) < shortestKey {
		err = meeting.RefuseField("Idempotency-Key",
			"must have at least "+strconv.Itoa(shortestKey)+" characters that nobody can guess, such as a random UUID, where no token is sent")
	}
	return key, err
}
