package table

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/meeting"
)

// Agenda is a page of the host's meetings that are not over before from, soonest end first; and where the next one
// begins.
func (t *Table) Agenda(ctx context.Context, host meeting.User, from time.Time, after string, limit int,
) ([]meeting.Meeting, string, error) {
	var e expression
	in := &dynamodb.QueryInput{
		IndexName: aws.String("agenda"),
		KeyConditionExpression: aws.String(
			e.name("pk") + " = " + e.value(userPartition(host)) + " AND " + e.name("until") + " >= " + e.value(until(from))),
		ExpressionAttributeNames:  e.names,
		ExpressionAttributeValues: e.values,
	}
	if after != "" {
		end, id, ok := strings.Cut(after, "/")
		if !ok || !isAgendaTime(end) || !isNumber(id) {
			return nil, "", noPage()
		}
		if end >= until(from) { // DynamoDB takes no start outside the range; what was before it is over
			in.ExclusiveStartKey = meetingKey(host, meeting.Number(id)).attributes()
			in.ExclusiveStartKey["until"] = text(end)
		}
	}
	return t.page(ctx, in, limit, func(m meeting.Meeting) string { return untilOf(m) + "/" + string(m.ID) })
}

// Planned is a page of all meetings of the host, in the order of their ids; and where the next one begins.
func (t *Table) Planned(ctx context.Context, host meeting.User, after string, limit int,
) ([]meeting.Meeting, string, error) {
	var e expression
	in := &dynamodb.QueryInput{
		KeyConditionExpression: aws.String(
			e.name("pk") + " = " + e.value(userPartition(host)) + " AND begins_with(" + e.name("sk") + ", " + e.value(meetingPrefix) + ")"),
		ExpressionAttributeNames:  e.names,
		ExpressionAttributeValues: e.values,
	}
	if after != "" {
		if !isNumber(after) {
			return nil, "", noPage()
		}
		in.ExclusiveStartKey = meetingKey(host, meeting.Number(after)).attributes()
	}
	return t.page(ctx, in, limit, func(m meeting.Meeting) string { return string(m.ID) })
}

// page is at most limit meetings, and the position of the last one if more follow.
func (t *Table) page(ctx context.Context, in *dynamodb.QueryInput, limit int, position func(meeting.Meeting) string,
) ([]meeting.Meeting, string, error) {
	items, err := t.query(ctx, in, limit+1)
	if err != nil {
		return nil, "", err
	}
	more := len(items) > limit
	if more {
		items = items[:limit]
	}
	meetings := make([]meeting.Meeting, len(items))
	for i, stored := range items {
		if meetings[i], err = meetingOf(stored); err != nil {
			return nil, "", err
		}
	}
	if !more || limit < 1 {
		return meetings, "", nil
	}
	return meetings, position(meetings[limit-1]), nil
}

func meetingOf(stored item) (meeting.Meeting, error) {
	var i meetingItem
	if err := load(stored, &i); err != nil {
		return meeting.Meeting{}, err
	}
	return i.meeting()
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
