package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// Limits of what Zoom's clients send, in characters.
const (
	maxTopic  = 200
	maxAgenda = 2000
)

// planOf reads a meeting as Zoom's clients send it. They send much that means nothing: null, "" and a duration of 0 are absent;
// what of "settings" is not ours is kept as it came.
func planOf(f *api.Form) meeting.Plan {
	plan := meeting.Plan{
		Type:     typeOf(f),
		Topic:    topicOf(f),
		Agenda:   f.Text("agenda", maxAgenda),
		Start:    api.Parse(f, "start_time", parseWhen),
		Duration: durationOf(f),
		Timezone: api.Parse(f, "timezone", api.ParseTimezone),
	}
	plan.Recurrence = recurrenceOf(f)
	f.Bool("default_password") // a meeting that names no passcode gets one in any case
	settings := f.Object("settings")
	plan.UsePMI = settings.Bool("use_pmi")
	plan.Invitees = inviteesOf(settings)
	plan.Door = doorOf(f, settings)
	plan.Settings = settings.Rest()
	return plan
}

func doorOf(f, settings *api.Form) meeting.PolicyEdit {
	return meeting.PolicyEdit{
		Passcode:         api.Parse(f, "password", api.ParsePasscode),
		Waits:            settings.Bool("waiting_room"),
		JoinBeforeHost:   settings.Bool("join_before_host"),
		Window:           api.Minutes(settings.ChoiceInt("jbh_time", 0, 5, 10, 15)),
		SignIn:           settings.Bool("meeting_authentication"),
		Domains:          api.ParseSeparated(settings, "authentication_domains", meeting.MaxDomains, api.ParseDomain),
		AlternativeHosts: api.ParseSeparated(settings, "alternative_hosts", meeting.MaxAlternativeHosts, api.ParseEmail),
	}
}

// hostOf is whom the meeting is for: the user of the path, unless the body names another one, as it may for assistants.
func hostOf(f *api.Form, who string) string {
	if other := f.String("schedule_for", maxTopic); other != nil && *other != "" {
		return *other
	}
	return who
}

func topicOf(f *api.Form) *string {
	topic := f.String("topic", maxTopic)
	if topic != nil && strings.TrimSpace(*topic) == "" {
		return nil
	}
	return topic
}

func typeOf(f *api.Form) *meeting.Type {
	n := f.Int("type", 1, 10)
	if n == nil {
		return nil
	}
	switch t := meeting.Type(*n); t {
	case meeting.Instant, meeting.Scheduled, meeting.NoFixedTime, meeting.FixedTime:
		return &t
	default:
		f.Refuse("type", fmt.Sprintf("is %d; must be one of 1, 2, 3, 8", t))
	}
	return nil
}

// durationOf reads minutes; none is absent.
func durationOf(f *api.Form) *time.Duration {
	n := f.Int("duration", 0, int64(meeting.MaxDuration/time.Minute))
	if n != nil && *n == 0 {
		return nil
	}
	return api.Minutes(n)
}

// inviteesOf reads [{"email": …}].
func inviteesOf(settings *api.Form) *[]string {
	forms := settings.Objects("meeting_invitees", meeting.MaxInvitees)
	if forms == nil {
		return nil
	}
	emails := make([]string, 0, len(forms))
	for _, f := range forms {
		f.Require("email")
		if email := api.Parse(f, "email", api.ParseEmail); email != nil {
			emails = append(emails, *email)
		}
	}
	return &emails
}

// parseWhen reads an instant, or a time on the clocks of the meeting's time zone, to the second.
func parseWhen(s string) (meeting.When, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return meeting.When{Time: t.Truncate(time.Second)}, nil
	}
	t, err := time.Parse("2006-01-02T15:04:05", s)
	if err != nil {
		return meeting.When{}, errors.New("must be a time such as 2026-03-02T09:00:00Z, or 2026-03-02T09:00:00 in the meeting's time zone")
	}
	return meeting.When{Time: t.Truncate(time.Second), Wall: true}, nil
}
