package table

import (
	"context"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// meetingFields are a planned meeting, in its own item and in an idempotency record.
func meetingFields(m *meeting.Meeting) fields {
	return fields{
		value("id", &m.ID),
		value("account", &m.Host.Account),
		value("host", &m.Host.ID),
		value("host_email", &m.HostEmail),
		value("meeting_type", &m.Type),
		value("topic", &m.Topic),
		value("agenda", &m.Agenda),
		value("start", &m.Start),
		optional("series", &m.Series, seriesFields),
		value("duration", &m.Duration),
		value("timezone", &m.Timezone),
		value("use_pmi", &m.UsePMI),
		value("invitees", &m.Invitees),
		value("sequence", &m.Sequence),
		value("settings", &m.Passthrough),
		value("extra", &m.Extra),
		value("created_at", &m.CreatedAt),
		value("moved_to", &m.MovedTo),
		value("v", &m.Version),
	}
}

// seriesFields are the occurrences of a recurring meeting. The attribute "first" is the time on the clocks of the
// meeting's time zone, as if that were UTC.
func seriesFields(s *meeting.Series) fields {
	r := &s.Rule
	return fields{
		value("cycle", &r.Cycle),
		value("interval", &r.Interval),
		value("days", &r.Days), // 0 is Sunday
		value("month_day", &r.MonthDay),
		value("week", &r.Week),
		value("weekday", &r.Weekday),
		value("times", &r.Times),
		value("until", &r.Until),
		value("first", &s.First),
		list("exceptions", &s.Exceptions, exceptionFields),
	}
}

func exceptionFields(e *meeting.Exception) fields {
	return fields{
		value("id", &e.ID),
		value("cancelled", &e.Cancelled),
		value("start", &e.Start),
		value("duration", &e.Duration),
		value("agenda", &e.Agenda),
		value("settings", &e.Passthrough),
	}
}

// meetingItem returns the meeting as it is stored. The attribute "until" is the sort key of the local secondary index
// "agenda".
func meetingItem(m meeting.Meeting) fields {
	return append(meetingFields(&m), itemType("meeting"), deleteAfter(m.ExpiresAt()), computed("until", untilOf(m)))
}

// agendaTime sorts as the times do. It has a fixed width.
const agendaTime = "2006-01-02T15:04:05.000Z"

// never is the sort key of a meeting that has no end.
const never = "9999-12-31T23:59:59.999Z"

// until returns the time as a sort key of the agenda.
func until(t time.Time) string {
	switch t = t.UTC(); {
	case t.Year() > 9999:
		return never
	case t.Year() < 0:
		return until(time.Unix(0, 0))
	}
	return t.Format(agendaTime)
}

// untilOf returns the end of the meeting as a sort key; "" for an instant meeting, which is on no agenda.
func untilOf(m meeting.Meeting) string {
	if m.Type == meeting.Instant {
		return ""
	}
	if end := m.Until(); !end.IsZero() {
		return until(end)
	}
	return never
}

// Meeting returns the host's meeting; the zero Meeting if there is none.
func (t *Table) Meeting(ctx context.Context, host meeting.User, id meeting.Number) (meeting.Meeting, error) {
	return read(ctx, t, meetingKey(host, id), meetingFields)
}

// Agenda returns a page of the host's meetings that are not over before from, soonest end first, and where the next
// page begins. The other items in the index come after never.
func (t *Table) Agenda(ctx context.Context, host meeting.User, from time.Time, after string, limit int,
) ([]meeting.Meeting, string, error) {
	in := between(userPartition(host), "until", until(from), never)
	end, id, _ := strings.Cut(after, "/")
	if end >= until(from) { // DynamoDB takes no start outside the range; the meetings before it are over
		in.ExclusiveStartKey = meetingKey(host, meeting.Number(id)).attributes()
		in.ExclusiveStartKey["until"] = text(end)
	}
	return queryPage(ctx, t, in, limit, meetingFields, func(last meeting.Meeting) string {
		return untilOf(last) + "/" + string(last.ID)
	})
}

// Meetings returns a page of all meetings of the host, instant ones too, and where the next page begins.
func (t *Table) Meetings(ctx context.Context, host meeting.User, after string, limit int) ([]meeting.Meeting, string, error) {
	in := beginsWith(userPartition(host), "sk", meetingPrefix)
	if after != "" {
		in.ExclusiveStartKey = meetingKey(host, meeting.Number(after)).attributes()
	}
	return queryPage(ctx, t, in, limit, meetingFields, func(last meeting.Meeting) string { return string(last.ID) })
}
