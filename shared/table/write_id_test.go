package table

import (
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// A write says itself when it was made: the stream's time may be cut to the minute. After a write of an older version,
// and of a deletion, only the stream says it.
func TestChangesHaveTheTimeOfTheWrite(t *testing.T) {
	table, stream := newStreamedTable(t)
	first := time.Date(2026, 3, 2, 9, 0, 29, 123e6, time.UTC)
	now := first
	table.now = func() time.Time { return now }
	planned := meeting.Meeting{ID: "83123456789", Host: user(1), Topic: "Tea"}
	seat := meeting.Seat{ID: "instance.sam", State: meeting.Admitted}

	must(t, table.Save(t.Context(), meeting.PutMeeting{Meeting: planned}))
	planned.Version++
	now = now.Add(time.Millisecond)
	must(t, table.Save(t.Context(), meeting.PutMeeting{Meeting: planned}))
	planned.Version++
	now = now.Add(time.Millisecond)
	must(t, errOf(table.TakeSeat(t.Context(), seat)))
	must(t, table.Save(t.Context(), meeting.DropMeeting{Meeting: planned}))
	written := stream.Records()
	for i, record := range written {
		record.Change.ApproximateCreationDateTime = events.SecondsEpochTime{Time: first.Truncate(time.Minute)}
		want := first.Add(time.Duration(i) * time.Millisecond)
		if i == 3 { // the deletion: no earlier than the last write of the item
			want = first.Add(time.Millisecond)
		}
		differ(t, record.EventName, want, changeOf(t, record).At)
	}

	older := written[2]
	older.Change.ApproximateCreationDateTime = events.SecondsEpochTime{Time: first.Truncate(time.Minute)}
	older.Change.NewImage["write"] = events.NewBinaryAttribute(make([]byte, 8))
	differ(t, "of an older version", first.Truncate(time.Minute), changeOf(t, older).At)
	deletion := written[3]
	deletion.Change.ApproximateCreationDateTime = events.SecondsEpochTime{Time: first.Add(time.Hour)}
	differ(t, "a deletion an hour later", first.Add(time.Hour), changeOf(t, deletion).At)
}

func changeOf(t *testing.T, record events.DynamoDBEventRecord) event.Change {
	t.Helper()
	c, err := ChangeOf(record)
	must(t, err)
	return c
}
