package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// ttls is how long from now each item of the table is kept, by its kind and key; zero: for ever.
func (s *scene) ttls() map[string]time.Duration {
	s.t.Helper()
	all, err := s.client.Scan(s.t.Context(), &dynamodb.ScanInput{TableName: aws.String(s.table)})
	s.must(err)
	kept := map[string]time.Duration{}
	for _, item := range all.Items {
		text := func(name string) string {
			value, _ := item[name].(*types.AttributeValueMemberS)
			if value == nil {
				s.t.Fatalf("an item has no %s: %v", name, item)
			}
			return value.Value
		}
		life := time.Duration(0)
		if ttl, ok := item["ttl"].(*types.AttributeValueMemberN); ok {
			seconds, err := strconv.ParseInt(ttl.Value, 10, 64)
			s.must(err)
			life = time.Unix(seconds, 0).Sub(s.Clock.Now())
		}
		kept[fmt.Sprintf("%s %s %s", text("type"), text("pk"), text("sk"))] = life
	}
	return kept
}

// made is what do adds to the table: the kinds of the items, and how long each is kept.
func (s *scene) made(do func()) map[string]time.Duration {
	s.t.Helper()
	before := s.ttls()
	do()
	made := map[string]time.Duration{}
	for key, life := range s.ttls() {
		if _, was := before[key]; !was {
			kind, _, _ := strings.Cut(key, " ")
			made[kind] = life
		}
	}
	return made
}

func TestAllThatAnInstantMeetingLeavesLapses(t *testing.T) {
	s := newScene(t)
	var number string
	made := s.made(func() {
		number = s.ada.With("Idempotency-Key", "k1").Do("POST", mine, `{"topic":"Stand-up"}`).Want(t, 201).Text(t, "id")
	})
	want := map[string]time.Duration{"meeting": meeting.InstantLife, "room": meeting.InstantLife, "record": meeting.IdempotencyLife,
		"seat": meeting.MaxInstanceTime + meeting.DefaultRetention, "sitting": meeting.MaxInstanceTime + meeting.DefaultRetention}
	same(t, "items", len(made), len(want))
	for kind, least := range want {
		if life := made[kind]; life < least {
			t.Errorf("the %s is kept for %v, want at least %v", kind, life, least)
		}
	}
	for _, kind := range []string{"meeting", "room"} {
		if most := meeting.InstantLife + 2*time.Second; made[kind] > most {
			t.Errorf("the %s is kept for %v, want at most %v", kind, made[kind], most)
		}
	}
	s.status(s.ada, number, "end").Want(t, 204)
	for key, life := range s.ttls() {
		if strings.Contains(key, number) && life <= 0 {
			t.Errorf("after its end, %s is kept for ever", key)
		}
	}
}

func TestAnInstantMeetingThatIsNeverStartedLapsesToo(t *testing.T) {
	s := newScene(t)
	made := s.made(func() { s.planInstant("Later") })
	same(t, "items", len(made), 2)
	for _, kind := range []string{"meeting", "room"} {
		if life := made[kind]; life < meeting.InstantLife || life > meeting.InstantLife+2*time.Second {
			t.Errorf("the %s is kept for %v, want %v", kind, life, meeting.InstantLife)
		}
	}
}

func TestWhatIsKeptHasNoEnd(t *testing.T) {
	s := newScene(t)
	s.tap(`{"use_pmi":true}`).Want(t, 201)
	s.plan("Own", false)
	for key, life := range s.ttls() {
		if kind, _, _ := strings.Cut(key, " "); kind != "seat" && kind != "sitting" && life != 0 {
			t.Errorf("%s is kept for %v only", key, life)
		}
	}
}

func TestInstantMeetingsAreOnNoList(t *testing.T) {
	s := newScene(t)
	planned := s.plan("Planned", false)
	live := s.tap(`{"topic":"Stand-up"}`).Want(t, 201).Text(t, "id")
	over := s.tap(`{"topic":"Over"}`).Want(t, 201).Text(t, "id")
	s.status(s.ada, over, "end").Want(t, 204)
	s.planInstant("Later")
	for _, list := range []meeting.ListType{meeting.ListScheduled, meeting.ListUpcoming} {
		same(t, string(list), strings.Join(s.listed(list), " "), planned)
	}
	same(t, "it is live all the same", s.live(live), true)
}

// planInstant makes a meeting as Zoom's create route does for type 1: it opens later.
func (s *scene) planInstant(topic string) {
	s.t.Helper()
	_, err := (&meeting.Schedule{Turnstile: s.Turnstile}).Create(s.t.Context(), caller("ada"), "me", meeting.Plan{
		Topic: &topic, Type: new(meeting.Instant)})
	s.must(err)
}

// listed are the ids of the meetings on all pages of Ada's list.
func (s *scene) listed(list meeting.ListType) (ids []string) {
	s.t.Helper()
	for token, first := "", true; first || token != ""; first = false {
		page, err := (&meeting.Schedule{Turnstile: s.Turnstile}).List(s.t.Context(), caller("ada"), "me",
			meeting.Listing{Type: list, Size: 1, Token: token})
		s.must(err)
		for _, row := range page.Rows {
			ids = append(ids, row.Meeting.ID.String())
		}
		token = page.Next
	}
	slices.Sort(ids)
	return ids
}
