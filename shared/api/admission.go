package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/hint"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// An AdmissionShape is the answer to a join that was not refused. A person who waits hears only what their invitation
// said, and the message of the hosts (I9).
type AdmissionShape struct {
	State      string         `json:"state"`
	Seat       SeatShape      `json:"seat"`
	RenewAfter int            `json:"renew_after,omitempty"` // seconds; if admitted
	RetryAfter int            `json:"retry_after,omitempty"` // seconds; if waiting
	Topic      string         `json:"topic,omitempty"`       // if waiting, as the next three
	Host       string         `json:"host,omitempty"`        // the name of the room's owner
	StartsAt   string         `json:"starts_at,omitempty"`   // as planned
	Message    string         `json:"message,omitempty"`     // of the hosts of what is live
	HostComes  string         `json:"host_comes_at,omitempty"`
	Meeting    *InstanceShape `json:"meeting,omitempty"`
	Media      *MediaShape    `json:"media,omitempty"` // if admitted and a media server is configured
	Hints      *HintsShape    `json:"hints,omitempty"` // if the deployment has hints
}

// A HintsShape is what a client opens a WebSocket with, which says when to ask again.
type HintsShape struct {
	URL        string `json:"url"`
	Ticket     string `json:"ticket"`
	RetryAfter int    `json:"retry_after"` // seconds; in place of the other times while the WebSocket is open
}

// Hints returns the shape of an offer; nil for nil.
func Hints(o *hint.Offer) *HintsShape {
	if o == nil {
		return nil
	}
	return &HintsShape{URL: o.URL, Ticket: o.Ticket, RetryAfter: seconds(o.Ask)}
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

// A MediaShape is a token for the media server.
type MediaShape struct {
	Provider  media.Provider `json:"provider"`
	URL       string         `json:"url"`
	Room      string         `json:"room"`
	Token     string         `json:"token"`
	ExpiresAt string         `json:"expires_at"`
}

// Admission returns the shape of an admission with its media token, which may be nil.
func Admission(a meeting.Admission, t *media.Token) AdmissionShape {
	shape := AdmissionShape{State: "waiting_room", Seat: SeatShape{ID: a.Seat.ID, Secret: a.Secret}}
	switch {
	case a.State == meeting.Admitted:
		shape.State = string(a.State)
		shape.Seat.Role, shape.Seat.DisplayName = a.Seat.Role, a.Seat.Name
		shape.RenewAfter, shape.Meeting, shape.Media = seconds(a.AskAgain), instance(a.Room), mediaShape(t)
		return shape
	case a.WaitsForHost:
		shape.State = "waiting_for_host"
	}
	shape.RetryAfter, shape.Topic, shape.Host = seconds(a.AskAgain), a.Topic(), a.Seat.Invited.Host
	shape.Message, shape.HostComes = a.Room.Live.Message, Time(a.HostComesAt)
	if start := a.Seat.Invited.StartsAt; !start.IsZero() {
		shape.StartsAt = Time(start)
	}
	return shape
}

func instance(r meeting.Room) *InstanceShape {
	m := r.LiveMeeting()
	return &InstanceShape{ID: json.Number(m.ID), UUID: r.UUID(), Topic: m.Topic, HostID: r.Owner.ID,
		StartedAt: Time(r.Live.OpenedAt)}
}

func mediaShape(t *media.Token) *MediaShape {
	if t == nil {
		return nil
	}
	return &MediaShape{Provider: t.Provider, URL: t.URL, Room: t.Room, Token: t.Text, ExpiresAt: Time(t.Expires)}
}

// Admitted answers a join: 201 with a new seat, 200 with a known seat, 202 with Retry-After for a person who waits. The
// token and the offer may be nil.
func Admitted(a meeting.Admission, t *media.Token, o *hint.Offer) Response {
	shape := Admission(a, t)
	shape.Hints = Hints(o)
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
	MaxCredential  = 128
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

// Credential reads the id and the secret of a seat; the zero Credential if the member is absent.
func (f *Form) Credential(name string) meeting.Credential {
	if !f.Has(name) {
		return meeting.Credential{}
	}
	seat := f.Object(name)
	seat.Require("id", "secret")
	id, secret := seat.String("id", MaxCredential), seat.String("secret", MaxCredential)
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
