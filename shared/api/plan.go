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
	plan.Extra = readTracking(f)
	settings := f.Object("settings")
	plan.UsePMI = settings.Bool("use_pmi")
	plan.Invitees = readInvitees(settings)
	plan.Settings = readDoor(f, settings)
	if wanted := f.Bool("default_password"); plan.Settings.Passcode == nil {
		plan.NoPasscode = wanted != nil && !*wanted
	}
	plan.Advisories = readRegistration(settings)
	plan.Unstored = Defaults().Meeting
	plan.Passthrough = DropAbsent(settings.Rest(), plan.Unstored)
	return plan
}

// readRegistration reads approval_type, which is always 2: registration does not exist here. Generated clients send 0
// without meaning it, so this is an advisory and no refusal.
func readRegistration(settings *Form) []meeting.Advisory {
	kind := settings.ChoiceInt("approval_type", 0, 1, 2)
	if kind == nil || *kind == 2 {
		return nil
	}
	return []meeting.Advisory{{
		Code:    "no_registration",
		Message: "There is no registration: approval_type is 2, and everybody with the link may ask to come in.",
		Action:  "To decide who comes in, turn the waiting room on, or let only signed-in people join.",
	}}
}

const (
	maxTracking      = 20  // fields of a meeting
	maxTrackingField = 256 // characters of a name or a value
)

// readTracking reads tracking_fields, a list of {"field", "value", "visible"}, which is stored as it was sent.
func readTracking(f *Form) meeting.Passthrough {
	fields := f.Objects("tracking_fields", maxTracking)
	if fields == nil {
		return nil
	}
	for _, field := range fields {
		field.Require("field")
		field.Text("field", maxTrackingField)
		field.Text("value", maxTrackingField)
		field.Bool("visible")
	}
	sent, _ := f.member("tracking_fields")
	return meeting.Passthrough{"tracking_fields": sent}
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
		SignedInOnly:         cmp.Or(settings.Bool("meeting_authentication"), settings.Bool("enforce_login")),
		Domains:              cmp.Or(domainsOf(settings, "authentication_domains"), domainsOf(settings, "enforce_login_domains")),
		AlternativeHosts:     parseSeparated(settings, "alternative_hosts", meeting.MaxAlternativeHosts, parseEmail),
	}
}

// domainsOf reads domains of e-mail addresses, separated by commas. The names that begin with enforce_login are older
// ones of Zoom's.
func domainsOf(settings *Form, name string) *[]string {
	return parseSeparated(settings, name, meeting.MaxDomains, parseDomain)
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
