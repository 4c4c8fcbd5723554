package api

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// Limits in characters.
const (
	maxPlanTopic  = 200
	maxPlanAgenda = 2000
	maxHost       = 200
)

// Plan reads a meeting in Zoom's format. null, "" and a duration of 0 are absent, because Zoom's clients send them
// without meaning. Members of "settings" that we do not interpret are kept as they were sent.
func Plan(f *Form) meeting.Plan {
	plan := meeting.Plan{
		Type:     readType(f),
		Topic:    readTopic(f),
		Agenda:   f.Text("agenda", maxPlanAgenda),
		Start:    Parse(f, "start_time", parseWhen),
		Duration: readDuration(f),
		Timezone: Parse(f, "timezone", ParseTimezone),
	}
	plan.Recurrence = readRecurrence(f)
	f.Bool("default_password") // without meaning here: a meeting without a passcode always gets one
	settings := f.Object("settings")
	plan.UsePMI = settings.Bool("use_pmi")
	plan.Invitees = readInvitees(settings)
	plan.Settings = readDoor(f, settings)
	plan.Passthrough = settings.Rest()
	return plan
}

// HostOf returns the host of a planned meeting: the user in "schedule_for", which assistants send, or else the given
// user.
func HostOf(f *Form, user string) string {
	return cmp.Or(orZero(f.String("schedule_for", maxHost)), user)
}

func readDoor(f, settings *Form) meeting.SettingsEdit {
	return meeting.SettingsEdit{
		Passcode:             Parse(f, "password", ParsePasscode),
		WaitingRoomOn:        settings.Bool("waiting_room"),
		JoinBeforeHost:       settings.Bool("join_before_host"),
		JoinBeforeHostWindow: minutes(settings.ChoiceInt("jbh_time", 0, 5, 10, 15)),
		SignedInOnly:         settings.Bool("meeting_authentication"),
		Domains:              parseSeparated(settings, "authentication_domains", meeting.MaxDomains, parseDomain),
		AlternativeHosts:     parseSeparated(settings, "alternative_hosts", meeting.MaxAlternativeHosts, parseEmail),
	}
}

func readTopic(f *Form) *string {
	topic := f.String("topic", maxPlanTopic)
	if strings.TrimSpace(orZero(topic)) == "" {
		return nil
	}
	return topic
}

func readType(f *Form) *meeting.Type {
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

// readDuration reads minutes; 0 is absent.
func readDuration(f *Form) *time.Duration {
	n := f.Int("duration", 0, int64(meeting.MaxDuration/time.Minute))
	if orZero(n) == 0 {
		return nil
	}
	return minutes(n)
}

// readInvitees reads [{"email": …}].
func readInvitees(settings *Form) *[]string {
	forms := settings.Objects("meeting_invitees", meeting.MaxInvitees)
	if forms == nil {
		return nil
	}
	emails := make([]string, 0, len(forms))
	for _, f := range forms {
		f.Require("email")
		if email := Parse(f, "email", parseEmail); email != nil {
			emails = append(emails, *email)
		}
	}
	return &emails
}

// parseWhen reads an instant, or a local time in the meeting's time zone, to the second: see [ParseTime].
func parseWhen(s string) (meeting.ClientTime, error) {
	t, err := ParseTime(s)
	t.Time = t.Time.Truncate(time.Second)
	return t, err
}
