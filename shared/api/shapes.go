package api

import (
	"encoding/json"
	"strings"
	"time"

	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// A MeetingShape is a meeting in Zoom's format. Times are RFC 3339 in UTC, or absent.
type MeetingShape struct {
	UUID         string               `json:"uuid,omitempty"`
	ID           json.Number          `json:"id"`
	HostID       string               `json:"host_id"`
	HostEmail    string               `json:"host_email,omitempty"`
	Topic        string               `json:"topic"`
	Type         meeting.Type         `json:"type"`
	Status       string               `json:"status"`
	StartTime    string               `json:"start_time,omitempty"`
	Duration     int64                `json:"duration"` // minutes; 0: a personal room
	Timezone     string               `json:"timezone"`
	Agenda       string               `json:"agenda"`
	CreatedAt    string               `json:"created_at,omitempty"`
	StartURL     string               `json:"start_url"`
	JoinURL      string               `json:"join_url"`
	Password     string               `json:"password"`           // empty: none is needed
	LinkPasscode string               `json:"encrypted_password"` // Zoom's name of the link's pwd
	H323Password string               `json:"h323_password"`      // the passcode, if it has digits only: a telephone has no letters
	PSTNPassword string               `json:"pstn_password"`      // the same
	AssistantID  string               `json:"assistant_id"`       // always empty
	Source       string               `json:"creation_source"`
	PreSchedule  bool                 `json:"pre_schedule"` // always false
	Tracking     json.RawMessage      `json:"tracking_fields"`
	PMI          meeting.Number       `json:"pmi,omitempty"` // text, and only where the id is not the PMI itself
	Recurrence   *event.Recurrence    `json:"recurrence,omitempty"`
	OccurrenceID meeting.OccurrenceID `json:"occurrence_id,omitempty"` // where one occurrence was asked for
	Occurrences  []event.Occurrence   `json:"occurrences,omitempty"`
	Settings     map[string]any       `json:"settings"`
	Advisories   []Advisory           `json:"advisories,omitempty"`
}

// Meeting returns the shape of a meeting, with links that begin with the base URL. It contains the passcode: for hosts
// only.
func Meeting(p meeting.Planned, base string) MeetingShape {
	m := p.Meeting
	shape := MeetingShape{
		UUID:         p.UUID(),
		ID:           json.Number(m.ID),
		HostID:       m.Host.ID,
		HostEmail:    m.HostEmail,
		Topic:        m.Topic,
		Type:         m.Type,
		Status:       "waiting",
		StartTime:    Time(m.Start),
		Duration:     int64(m.Duration / time.Minute),
		Timezone:     m.Timezone,
		Agenda:       m.Agenda,
		CreatedAt:    Time(m.CreatedAt),
		StartURL:     p.StartURL(base),
		JoinURL:      p.JoinURL(base),
		Password:     p.Room.Settings.Passcode,
		LinkPasscode: p.Room.LinkPasscode(),
		H323Password: digits(p.Room.Settings.Passcode),
		PSTNPassword: digits(p.Room.Settings.Passcode),
		Source:       "open_api",
		Tracking:     trackingOf(m),
		OccurrenceID: p.Occurrence,
		Occurrences:  event.OccurrencesOf(p.Occurrences),
		Settings:     settingsOf(p),
		Advisories:   Advisories(p.Advisories),
	}
	if p.Live {
		shape.Status = "started"
	}
	if m.UsePMI {
		shape.PMI = p.Room.Number
	}
	if m.Series != nil {
		shape.Recurrence = event.RecurrenceOf(m.Series.Rule)
	}
	return shape
}

// trackingOf returns the tracking fields as they were sent; an empty list if none were.
func trackingOf(m meeting.Meeting) json.RawMessage {
	if sent := m.Extra["tracking_fields"]; sent != nil {
		return sent
	}
	return json.RawMessage("[]")
}

// digits returns the passcode if it has digits only.
func digits(passcode string) string {
	if strings.Trim(passcode, "0123456789") != "" {
		return ""
	}
	return passcode
}

type invitee struct {
	Email    string `json:"email"`
	Internal bool   `json:"internal_user"` // always Zoom's default, false: nobody looks invitees up
}

// settingsOf returns the settings that we only store, or their defaults, and those that we interpret, which are the
// room's (I19).
func settingsOf(p meeting.Planned) map[string]any {
	settings := map[string]any{}
	for name, value := range Defaults().Meeting {
		settings[name] = value
	}
	for name, value := range p.Meeting.Passthrough {
		settings[name] = value
	}
	door := p.Room.Governed().Settings
	settings["use_pmi"] = p.Room.Kind == meeting.Personal
	settings["waiting_room"] = door.WaitingRoom.On()
	settings["join_before_host"] = door.JoinBeforeHost
	settings["jbh_time"] = int64(door.JoinBeforeHostWindow / time.Minute)
	settings["meeting_authentication"] = door.SignedInOnly || len(door.Domains) > 0
	settings["enforce_login"] = settings["meeting_authentication"]
	settings["authentication_domains"] = strings.Join(door.Domains, ",")
	settings["enforce_login_domains"] = settings["authentication_domains"]
	settings["alternative_hosts"] = strings.Join(p.Hosts, ";")
	invitees := make([]invitee, len(p.Meeting.Invitees))
	for i, email := range p.Meeting.Invitees {
		invitees[i].Email = email
	}
	settings["meeting_invitees"] = invitees
	return settings
}

// An Advisory is a note that a client should show to its user (I16).
type Advisory struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Action  string `json:"action"`
}

// Advisories returns the shapes of advisories; nil if there are none.
func Advisories(notes []meeting.Advisory) []Advisory {
	var all []Advisory
	for _, n := range notes {
		all = append(all, Advisory(n))
	}
	return all
}

// Time formats a time for an answer: RFC 3339 in UTC, to the second. The zero time gives empty text, which answers
// omit.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
