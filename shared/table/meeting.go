package table

import (
	"context"
	"errors"
	"time"

	"personal-rooms/shared/meeting"
)

// meetingItem is a planned meeting, with the sort key of the local secondary index "agenda".
type meetingItem struct {
	itemHeader
	planItem
	Until string `dynamodbav:"until,omitempty"` // absent of an instant meeting, which is on no agenda
}

// planItem is what a meeting is, wherever it is stored.
type planItem struct {
	ID        string      `dynamodbav:"id"`
	Account   string      `dynamodbav:"account,omitempty"`
	Host      string      `dynamodbav:"host,omitempty"`
	HostEmail string      `dynamodbav:"host_email,omitempty"`
	Kind      int         `dynamodbav:"meeting_type,omitempty"`
	Topic     string      `dynamodbav:"topic,omitempty"`
	Agenda    string      `dynamodbav:"agenda,omitempty"`
	Start     int64       `dynamodbav:"start,omitempty"`
	Series    *seriesItem `dynamodbav:"series,omitempty"`
	Duration  int64       `dynamodbav:"duration,omitempty"`
	Timezone  string      `dynamodbav:"timezone,omitempty"`
	UsePMI    bool        `dynamodbav:"use_pmi,omitempty"`
	Invitees  []string    `dynamodbav:"invitees,omitempty"`
	Sequence  int64       `dynamodbav:"sequence,omitempty"`
	Settings  []byte      `dynamodbav:"settings,omitempty"`
	CreatedAt int64       `dynamodbav:"created_at,omitempty"`
	Version   int64       `dynamodbav:"v,omitempty"`
}

func planItemOf(m meeting.Meeting) (planItem, error) {
	settings, err := passthroughJSON(m.Passthrough)
	series, unfit := seriesItemOf(m.Series)
	return planItem{
		ID:        string(m.ID),
		Account:   m.Host.Account,
		Host:      m.Host.ID,
		HostEmail: m.HostEmail,
		Kind:      int(m.Type),
		Topic:     m.Topic,
		Agenda:    m.Agenda,
		Start:     millis(m.Start),
		Series:    series,
		Duration:  m.Duration.Milliseconds(),
		Timezone:  m.Timezone,
		UsePMI:    m.UsePMI,
		Invitees:  m.Invitees,
		Sequence:  m.Sequence,
		Settings:  settings,
		CreatedAt: millis(m.CreatedAt),
		Version:   m.Version,
	}, errors.Join(err, unfit)
}

func (i planItem) meeting() (meeting.Meeting, error) {
	settings, err := passthroughOf(i.Settings)
	series, unreadable := i.Series.series()
	return meeting.Meeting{
		ID:          meeting.Number(i.ID),
		Host:        meeting.User{Account: i.Account, ID: i.Host},
		HostEmail:   i.HostEmail,
		Type:        meeting.Type(i.Kind),
		Topic:       i.Topic,
		Agenda:      i.Agenda,
		Start:       timeOf(i.Start),
		Series:      series,
		Duration:    durationOf(i.Duration),
		Timezone:    i.Timezone,
		UsePMI:      i.UsePMI,
		Invitees:    i.Invitees,
		Sequence:    i.Sequence,
		Passthrough: settings,
		CreatedAt:   timeOf(i.CreatedAt),
		Version:     i.Version,
	}, errors.Join(err, unreadable)
}

// agendaTime sorts as the times do. It has a fixed width.
const agendaTime = "2006-01-02T15:04:05.000Z"

// never is when what has no end is over.
const never = "9999-12-31T23:59:59.999Z"

// until is the time as a sort key of the agenda.
func until(t time.Time) string {
	switch t = t.UTC(); {
	case t.Year() > 9999:
		return never
	case t.Year() < 0:
		return until(time.Unix(0, 0))
	}
	return t.Format(agendaTime)
}

// untilOf is empty of an instant meeting.
func untilOf(m meeting.Meeting) string {
	if m.Type == meeting.Instant {
		return ""
	}
	if end := m.Until(); !end.IsZero() {
		return until(end)
	}
	return never
}

// Meeting is the zero Meeting if there is none.
func (t *Table) Meeting(ctx context.Context, host meeting.User, id meeting.Number) (meeting.Meeting, error) {
	var i meetingItem
	if err := t.read(ctx, meetingKey(host, id), &i); err != nil {
		return meeting.Meeting{}, err
	}
	return i.meeting()
}

func putMeeting(c meeting.PutMeeting) (write, error) {
	over := c.Meeting.Version
	c.Meeting.Version++
	plan, err := planItemOf(c.Meeting)
	return write{
		key:  meetingKey(c.Meeting.Host, c.Meeting.ID),
		item: meetingItem{itemHeader: itemHeader{Type: "meeting", TTL: expiry(c.Meeting.ExpiresAt())}, planItem: plan, Until: untilOf(c.Meeting)},
		anew: over == 0,
		when: version(over),
	}, err
}

func dropMeeting(c meeting.DropMeeting) write {
	return write{key: meetingKey(c.Meeting.Host, c.Meeting.ID), when: version(c.Meeting.Version)}
}

// version: the item is of the version; 0: there is none.
func version(v int64) term {
	if v == 0 {
		return absent("pk")
	}
	return is("v", v)
}
