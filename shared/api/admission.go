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

// An AdmissionShape is the answer to a join that was not refused. It shows nothing about the meeting to a person who
// waits (I9).
type AdmissionShape struct {
	State      string         `json:"state"`
	Seat       SeatShape      `json:"seat"`
	RenewAfter int            `json:"renew_after,omitempty"` // seconds; if admitted
	RetryAfter int            `json:"retry_after,omitempty"` // seconds; if waiting
	Meeting    *InstanceShape `json:"meeting,omitempty"`
	Media      *MediaShape    `json:"media,omitempty"` // if admitted and a media server is configured
}

// A SeatShape is a seat for its own client, which polls, reconnects and leaves with its id and secret.
type SeatShape struct {
	ID          meeting.SeatID `json:"id"`
	Secret      string         `json:"secret"`
	Role        meeting.Role   `json:"role,omitempty"`
	DisplayName string         `json:"display_name,omitempty"`
}

// An InstanceShape is the running meeting for its admitted participants.
type InstanceShape struct {
	ID        json.Number `json:"id"`
	UUID      string      `json:"uuid"`
	Topic     string      `json:"topic"`
	HostID    string      `json:"host_id"`
	StartedAt string      `json:"started_at,omitempty"`
}

// A MediaShape is a ticket for the media server.
type MediaShape struct {
	Provider  media.Provider `json:"provider"`
	URL       string         `json:"url"`
	Room      string         `json:"room"`
	Token     string         `json:"token"`
	ExpiresAt string         `json:"expires_at"`
}

// Admission returns the shape of an admission with its media ticket, which may be nil.
func Admission(a meeting.Admission, t *media.Ticket) AdmissionShape {
	shape := AdmissionShape{State: "waiting_room", Seat: SeatShape{ID: a.Seat.ID, Secret: a.Secret}}
	switch {
	case a.State == meeting.Admitted:
		shape.State = string(a.State)
		shape.Seat.Role, shape.Seat.DisplayName = a.Seat.Role, a.Seat.Name
		shape.RenewAfter, shape.Meeting, shape.Media = seconds(a.AskAgain), instance(a.Room), ticket(t)
		return shape
	case a.WaitsForHost:
		shape.State = "waiting_for_host"
	}
	shape.RetryAfter = seconds(a.AskAgain)
	return shape
}

func instance(r meeting.Room) *InstanceShape {
	m := r.LiveMeeting()
	return &InstanceShape{ID: json.Number(m.ID), UUID: r.UUID(), Topic: m.Topic, HostID: r.Owner.ID,
		StartedAt: Time(r.Live.OpenedAt)}
}

func ticket(t *media.Ticket) *MediaShape {
	if t == nil {
		return nil
	}
	return &MediaShape{Provider: t.Provider, URL: t.URL, Room: t.Room, Token: t.Token, ExpiresAt: Time(t.Expires)}
}

// Admitted answers a join: 201 with a new seat, 200 with a known seat, 202 with Retry-After for a person who waits.
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

// Limits of what a join sends.
const (
	MaxDisplayName = 64 // characters
	MaxTicket      = 128
	minGuestKey    = 16 // characters of a guest's Idempotency-Key
)

// DisplayName reads the name that other participants see; empty if the name of the token applies.
func (f *Form) DisplayName(name string) string {
	return strings.TrimSpace(orZero(f.String(name, MaxDisplayName)))
}

// ShownPasscode reads the passcode of a join, as text or as a number. A passcode that no room can have is not refused
// here: the join then refuses it like any other wrong passcode (I13).
func (f *Form) ShownPasscode(name string) string {
	return orZero(f.textOrNumber(name, "text"))
}

// Ticket reads the id and the secret of a seat; the zero Credential if the member is absent.
func (f *Form) Ticket(name string) meeting.Credential {
	if !f.Has(name) {
		return meeting.Credential{}
	}
	seat := f.Object(name)
	seat.Require("id", "secret")
	id, secret := seat.String("id", MaxTicket), seat.String("secret", MaxTicket)
	return meeting.Credential{ID: meeting.SeatID(orZero(id)), Secret: orZero(secret)}
}

// WaitingRoom reads true or false into on, or "off", "everyone" or "guests" into of.
func (f *Form) WaitingRoom(name string) (of *meeting.WaitingRoom, on *bool) {
	switch value, _ := f.member(name); string(value) {
	case "true", "false":
		return nil, f.Bool(name)
	}
	return f.waitingRoom(name), nil
}

func (f *Form) waitingRoom(name string) *meeting.WaitingRoom {
	word := f.Choice(name, string(meeting.WaitNobody), string(meeting.WaitEveryone), string(meeting.WaitGuests))
	return (*meeting.WaitingRoom)(word)
}

// JoinKey returns the Idempotency-Key of a join. A guest's key must be long, because it gives access to the guest's
// seat.
func (r *Request) JoinKey() (string, error) {
	key, err := r.IdempotencyKey()
	if err == nil && key != "" && r.Caller.None() && len(key) < minGuestKey {
		err = meeting.RefuseField("Idempotency-Key",
			"must have at least "+strconv.Itoa(minGuestKey)+" random characters, such as a UUID, in a request without a token")
	}
	return key, err
}
