package table

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/meeting"
)

// Agenda is a page of the host's meetings that are not over before from, soonest end first; and where the next one begins. What else is
// in the index sorts behind never.
func (t *Table) Agenda(ctx context.Context, host meeting.User, from time.Time, after string, limit int,
) ([]meeting.Meeting, string, error) {
	var e expression
	in := &dynamodb.QueryInput{
		IndexName: aws.String("agenda"),
		KeyConditionExpression: aws.String(e.name("pk") + " = " + e.value(userPartition(host)) +
			" AND " + e.name("until") + " BETWEEN " + e.value(until(from)) + " AND " + e.value(never)),
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
	items, err := t.query(ctx, in, limit+1)
	if err != nil {
		return nil, "", err
	}
	return agendaPage(items, limit)
}

// agendaPage is at most limit meetings of the items, and the position of the last one if more follow.
func agendaPage(items []item, limit int) ([]meeting.Meeting, string, error) {
	meetings := make([]meeting.Meeting, min(limit, len(items)))
	for i := range meetings {
		var err error
		if meetings[i], err = meetingOf(items[i]); err != nil {
			return nil, "", err
		}
	}
	if len(items) <= limit || limit < 1 {
		return meetings, "", nil
	}
	last := meetings[limit-1]
	return meetings, untilOf(last) + "/" + string(last.ID), nil
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
