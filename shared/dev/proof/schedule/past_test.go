package schedule

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

var (
	live     = meeting.Listing{Type: meeting.ListLive}
	previous = meeting.Listing{Type: meeting.ListPrevious}
)

// abandon lets ada join a meeting and never leave it, and returns its instance.
func (s scene) abandon(id string, since time.Duration) string {
	s.Helper()
	a := s.join(ada, meeting.JoinInput{Address: id})
	s.Clock.Advance(since)
	return a.Room.Live.Instance
}

// No timer ends an abandoned meeting: the first question of any kind does.
func TestI17AnyQuestionEndsAnAbandonedMeeting(t *testing.T) {
	instantMeeting := meeting.Plan{Type: new(meeting.Instant)}
	questions := map[string]func(s scene, id, instance string) bool{
		"it is not live": func(s scene, _, _ string) bool { return len(s.ids(live)) == 0 },
		"it is previous": func(s scene, _, instance string) bool {
			rows, _ := s.rows(previous)
			return len(rows) == 1 && rows[0].Record.Instance == instance
		},
		"it is found by its uuid":   func(s scene, _, instance string) bool { return s.past(ada, instance) == nil },
		"it is found by its number": func(s scene, id, _ string) bool { return s.past(ada, id) == nil },
		"an admin finds it":         func(s scene, _, instance string) bool { return s.past(admin(), instance) == nil },
		"it has an instance": func(s scene, id, _ string) bool {
			all, _, err := s.schedule.Instances(s.Context(), ada, id, 9, "")
			return err == nil && len(all) == 1
		},
	}
	for name, c := range map[string]struct {
		plan  meeting.Plan
		since time.Duration
	}{
		"an hour ago": {meeting.Plan{}, time.Hour}, "longer ago than a meeting may last": {meeting.Plan{}, 31 * time.Hour},
		"as long ago as records are kept": {meeting.Plan{}, meeting.DefaultRetention},
		"in the personal room":            {inPMI("Tea"), 240 * time.Hour}, "an instant meeting": {instantMeeting, time.Hour},
	} {
		for question, answer := range questions {
			s := newScene(t)
			id := s.planID(c.plan)
			if instance := s.abandon(id, c.since); !answer(s, id, instance) {
				t.Errorf("%s: not %s", name, question)
			}
			s.lists(live)
			rows, _ := s.rows(previous)
			if want := instant("2026-03-02T09:01:30Z").Time; len(rows) != 1 || !rows[0].Record.EndedAt.Equal(want) {
				t.Errorf("%s: previous are %+v", name, rows)
			}
		}
	}
}

func (s scene) past(c meeting.Caller, address string) error {
	_, err := s.schedule.PastMeeting(s.Context(), c, address)
	return err
}

func TestI17OthersEndNoAbandonedMeeting(t *testing.T) {
	s := newScene(t)
	instance := s.abandon(s.planID(meeting.Plan{}), time.Hour)
	stranger := admin()
	stranger.Account = "other"
	for _, c := range []meeting.Caller{caller("eve"), stranger} {
		s.refused(s.past(c, instance), meeting.NoMeeting)
	}
	open, _, err := s.Store.LiveInstances(t.Context(), ada.User, time.Time{}, s.Clock.Now(), "", 10)
	if err != nil || len(open) != 1 {
		t.Errorf("live are %v, %v", open, err)
	}
}

// Storage deletes the room of an instant meeting some days after it was made, even if nobody asked about it.
func TestI17InstantMeetingWhoseRoomWasDeletedIsInThePast(t *testing.T) {
	client, name := dynamotest.Table(t)
	s := newSceneOn(t, table.New(client, name))
	id := s.planID(meeting.Plan{Type: new(meeting.Instant)})
	instance := s.abandon(id, meeting.InstantLife+time.Hour)
	_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &name, Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "ROOM#" + id}, "sk": &types.AttributeValueMemberS{Value: "ROOM"}}})
	s.must(err)
	s.lists(live)
	got, err := s.schedule.PastMeeting(t.Context(), ada, instance)
	if err != nil || !got.Record.EndedAt.Equal(instant("2026-03-02T09:01:30Z").Time) || got.Record.Meeting.Type != meeting.Instant {
		t.Errorf("%+v %v", got.Record, err)
	}
}

// One question ends a bounded number of abandoned meetings; the next question ends more.
func TestI17ManyAbandonedMeetingsEndInSteps(t *testing.T) {
	s := newScene(t)
	for range 20 {
		s.abandon(s.planID(meeting.Plan{}), time.Minute)
	}
	s.Clock.Advance(time.Hour)
	for _, want := range []int{16, 20, 20} {
		if got := s.ids(previous); len(got) != want {
			t.Errorf("%d are past, want %d", len(got), want)
		}
	}
}

func TestI17MeetingEndsAfterItsLongestTime(t *testing.T) {
	s := newScene(t)
	s.SetLease(2 * meeting.MaxInstanceTime)
	id := s.planID(meeting.Plan{Duration: new(time.Minute)})
	s.abandon(id, meeting.MaxInstanceTime-time.Second)
	s.lists(live, id)
	s.lists(meeting.Listing{Type: meeting.ListUpcoming}, id)
	s.Clock.Advance(time.Second)
	s.lists(live)
	s.lists(meeting.Listing{Type: meeting.ListUpcoming})
}
