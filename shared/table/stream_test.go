package table

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/testkit/awstest"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
)

// newStreamedTable returns a table and its stream.
func newStreamedTable(t *testing.T) (*Table, *awstest.Stream) {
	t.Helper()
	client, name := dynamotest.Table(t, dynamotest.Stream())
	return New(client, name), awstest.Follow(t, name)
}

func TestRecordOfADeletedItem(t *testing.T) {
	table, stream := newStreamedTable(t)
	m := meeting.Meeting{Host: user(1), ID: "83123456789"}
	must(t, table.Save(t.Context(), meeting.PutMeeting{Meeting: m}))
	m.Version = 1
	must(t, table.Save(t.Context(), meeting.DropMeeting{Meeting: m}))
	record := stream.Records()[1]
	for _, expired := range []bool{false, true} {
		r := record
		if expired {
			r.UserIdentity = &events.DynamoDBUserIdentity{Type: "Service", PrincipalID: "dynamodb.amazonaws.com"}
		}
		c, err := ChangeOf(r)
		must(t, err)
		differ(t, "before", m, c.Before)
		age := time.Since(c.At).Abs()
		if c.After != nil || c.Expired != expired || !strings.HasSuffix(c.Write, "-deleted") || age > 2*time.Minute {
			t.Errorf("%+v", c)
		}
	}
}

// The error of a record that cannot be read names the attribute, and shows no value.
func TestUnreadableStreamRecords(t *testing.T) {
	table, stream := newStreamedTable(t)
	must(t, errOf(table.TakeSeat(t.Context(), meeting.Seat{ID: "i.s", State: meeting.Admitted, Name: "secret"})))
	text := events.NewStringAttribute("secret")
	r := stream.Records()[0]
	readable := r.Change.NewImage
	for name, bad := range map[string]events.DynamoDBAttributeValue{
		"type": events.NewNumberAttribute("1"), "lease": events.NewBooleanAttribute(true), "v": events.NewNumberAttribute("1.5"),
		"write": text, "seqs": text, "place": text, "acts": text,
	} {
		r.Change.NewImage = maps.Clone(readable)
		r.Change.NewImage[name] = bad
		_, err := ChangeOf(r)
		if err == nil || !strings.Contains(err.Error(), "attribute "+name) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ChangeOf(events.DynamoDBEventRecord{}); err == nil {
		t.Error("an empty record was read")
	}
}
