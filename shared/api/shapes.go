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
	Duration     int64                `json:"duration,omitempty"` // minutes
	Timezone     string               `json:"timezone,omitempty"`
	Agenda       string               `json:"agenda,omitempty"`
	CreatedAt    string               `json:"created_at,omitempty"`
	StartURL     string               `json:"start_url"`
	JoinURL      string               `json:"join_url"`
	Password     string               `json:"password,omitempty"`
	LinkPasscode string               `json:"encrypted_password,omitempty"` // Zoom's name of the link's pwd
	PMI          meeting.Number       `json:"pmi,omitempty"`                // text, and only where the id is not the PMI itself
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

// settingsOf returns the settings that we only store, and those that we interpret, which are the room's (I19).
func settingsOf(p meeting.Planned) map[string]any {
	settings := map[string]any{}
	for name, value := range p.Meeting.Passthrough {
		settings[name] = value
	}
	door := p.Room.Settings
	settings["use_pmi"] = p.Room.Kind == meeting.Personal
	settings["waiting_room"] = door.WaitingRoom.On()
	settings["join_before_host"] = door.JoinBeforeHost
	settings["jbh_time"] = int64(door.JoinBeforeHostWindow / time.Minute)
	settings["meeting_authentication"] = door.SignedInOnly || len(door.Domains) > 0
	settings["authentication_domains"] = strings.Join(door.Domains, ",")
	settings["alternative_hosts"] = strings.Join(p.Hosts, ";")
	invitees := make([]map[string]string, len(p.Meeting.Invitees))
	for i, email := range p.Meeting.Invitees {
		invitees[i] = map[string]string{"email": email}
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
