package table

import (
	"context"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// Agenda returns a page of the host's meetings that are not over before from, soonest end first, and where the next
// page begins. The other items in the index come after never.
func (t *Table) Agenda(ctx context.Context, host meeting.User, from time.Time, after string, limit int,
) ([]meeting.Meeting, string, error) {
	in := between(userPartition(host), "until", until(from), never)
	if after != "" {
		end, id, ok := strings.Cut(after, "/")
		if !ok || !isAgendaTime(end) || !isNumber(id) {
			return nil, "", noPage()
		}
		if end >= until(from) { // DynamoDB takes no start outside the range; the meetings before it are over
			in.ExclusiveStartKey = meetingKey(host, meeting.Number(id)).attributes()
			in.ExclusiveStartKey["until"] = text(end)
		}
	}
	return queryPage(ctx, t, in, limit, meetingFields, func(last meeting.Meeting) string {
		return untilOf(last) + "/" + string(last.ID)
	})
}

func isAgendaTime(s string) bool {
	_, err := time.Parse(agendaTime, s)
	return err == nil && len(s) == len(agendaTime)
}

func isNumber(s string) bool {
	return len(s) >= 10 && len(s) <= 11 && strings.Trim(s, "0123456789") == ""
}

func noPage() error {
	return meeting.RefuseField("next_page_token", "This is not where a page of this list begins. Begin with the first page.")
}
