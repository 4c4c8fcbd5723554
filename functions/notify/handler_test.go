package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/event"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// When the bus or a queue fails in the middle of a batch, the rest of the batch is published later, with the same ids
// and in the same order.
func TestFailedBatchContinuesInOrder(t *testing.T) {
	for _, service := range []string{"AWSEvents", "AmazonSQS"} {
		t.Run(service, func(t *testing.T) {
			s := newScene(t)
			s.endpoint("hook")
			s.room()
			s.join(testkit.Caller("ada"))
			s.lock(true)
			s.lock(false)
			testkit.Must(s.t, meeting.NewStarts(s.table, s.env).End(t.Context(), testkit.Caller("ada"), string(s.room().Number)))
			records := s.stream.Records()

			requests := 0
			s.intercept = func(r *http.Request) (int, string) {
				if requests++; strings.HasPrefix(r.Header.Get("X-Amz-Target"), service) && requests >= 5 {
					return http.StatusInternalServerError, ""
				}
				return 0, ""
			}
			failed := s.publish(t.Context(), records)
			s.intercept = nil
			rest := slices.IndexFunc(records, func(r events.DynamoDBEventRecord) bool { return r.Change.SequenceNumber == failed })
			if rest < 1 {
				t.Fatalf("the batch failed at record %d", rest)
			}
			testkit.Equal(t, "failed again", s.publish(t.Context(), records[rest:]), "")

			room, names := "room/"+string(s.room().Number), map[string]string{}
			var published []string
			for _, e := range s.published() {
				name, again := names[e.EventID]
				if again && name != e.Event {
					t.Errorf("%s and %s have one id", name, e.Event)
				}
				if names[e.EventID] = e.Event; !again && e.Item == room {
					published = append(published, e.Event)
				}
			}
			const want = "meeting.started room.locked room.unlocked meeting.participant_left meeting.ended"
			testkit.Equal(t, "published in order", strings.Join(published, " "), want)
			testkit.Equal(t, "queued in order", s.delivered("hook", room), want)
		})
	}
}

// Each case is an edit that can never be published, then another one that can. The first goes to the dead-letter queue.
func TestPoisonRecordsDelayNothing(t *testing.T) {
	const once, twice = "user.updated", "user.updated user.updated"
	for name, c := range map[string]struct {
		service, answer      string
		cause                string
		published, delivered string
	}{
		"unreadable":       {"", "", "dept", once, once},
		"refused by bus":   {"AWSEvents", `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"MalformedDetail"}]}`, "bus: rejected: user.updated", once, twice},
		"refused by queue": {"AmazonSQS", `{"Successful":[],"Failed":[{"Id":"0","Code":"InvalidMessageContents","SenderFault":true}]}`, "queue: rejected", twice, once},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.endpoint("hook")
			s.room()
			s.edit(meeting.Edit{Dept: new("Looms")})
			records := s.stream.Records()
			if c.service == "" {
				records[len(records)-1].Change.NewImage["dept"] = events.NewBooleanAttribute(true)
			}
			s.intercept = func(r *http.Request) (int, string) {
				if c.service != "" && strings.HasPrefix(r.Header.Get("X-Amz-Target"), c.service) && requestHas(t, r, "Looms") {
					return http.StatusOK, c.answer
				}
				return 0, ""
			}
			testkit.Equal(t, "failed", s.publish(t.Context(), records), "")
			s.intercept = nil
			s.edit(meeting.Edit{Dept: new("Engines")})
			s.publishAll()

			testkit.Equal(t, "published", s.names("user/acme/ada"), c.published)
			testkit.Equal(t, "delivered", s.delivered("hook", "user/acme/ada"), c.delivered)
			dead := s.cloud.Sent(t, "EventsDLQ")
			if len(dead) != 1 || !strings.Contains(dead[0].Body, c.cause) || !strings.Contains(dead[0].Body, "USER#acme#ada") ||
				strings.Contains(dead[0].Body, "Looms") {
				t.Errorf("dead letters: %+v", dead)
			}
		})
	}
}

// requestHas reports whether the request's body has the text. The body can still be read afterwards.
func requestHas(t *testing.T, r *http.Request, text string) bool {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	testkit.Must(t, err)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return bytes.Contains(body, []byte(text))
}

// failingStore is a table that does not answer.
type failingStore struct{ store }

func (failingStore) Endpoints(context.Context, string) ([]account.Endpoint, error) {
	return nil, errors.New("no answer")
}

func TestBatchIsRetriedWhenTheTableFails(t *testing.T) {
	s := newScene(t)
	s.room()
	s.edit(meeting.Edit{Dept: new("Engines")})
	records := s.stream.Records()
	s.store = failingStore{s.table}
	testkit.Equal(t, "failed", s.publish(t.Context(), records), records[len(records)-1].Change.SequenceNumber)
	s.store = s.table
	testkit.Equal(t, "failed", s.publish(t.Context(), records), "")
	testkit.Equal(t, "published", s.names("user/acme/ada"), "user.updated")
}

// When little time is left, the function publishes one record, and the stream delivers the rest again.
func TestRestOfABatchIsPostponedWhenTimeIsShort(t *testing.T) {
	s := newScene(t)
	s.room()
	s.edit(meeting.Edit{Dept: new("Looms")})
	s.edit(meeting.Edit{Dept: new("Engines")})
	records := s.stream.Records()
	ctx, cancel := context.WithTimeout(t.Context(), margin/2)
	defer cancel()
	for len(records) > 1 {
		testkit.Equal(t, "failed", s.publish(ctx, records), records[1].Change.SequenceNumber)
		records = records[1:]
	}
	testkit.Equal(t, "failed", s.publish(ctx, records), "")
	testkit.Equal(t, "published", s.names("user/acme/ada"), "user.updated user.updated")
}

// Each active endpoint of the account receives the events that it wants.
func TestWebhookMessages(t *testing.T) {
	s := newScene(t)
	s.endpoint("all")
	s.endpoint("rooms", "room.*")
	s.endpoint("starts", "meeting.started")
	suspended := s.endpoint("suspended")
	suspended.SuspendedAt = s.clock.Now()
	_, err := s.table.PutEndpoint(t.Context(), suspended)
	testkit.Must(s.t, err)
	_, err = s.table.PutEndpoint(t.Context(), account.Endpoint{Account: "another", ID: "another", URL: "https://another.example.com"})
	testkit.Must(s.t, err)
	s.join(testkit.Caller("ada"))
	s.lock(true)
	s.publishAll()

	room := "room/" + string(s.room().Number)
	for endpoint, want := range map[string]string{
		"all": "meeting.started room.locked", "rooms": "room.locked", "starts": "meeting.started", "suspended": "", "another": "",
	} {
		testkit.Equal(t, endpoint, s.delivered(endpoint, room), want)
	}
	groups := map[string]bool{}
	for _, m := range s.cloud.Sent(t, "DeliveriesQueue") {
		groups[m.Group] = true
		var one event.Delivery
		testkit.Must(s.t, json.Unmarshal([]byte(m.Body), &one))
		var body published
		testkit.Must(s.t, json.Unmarshal([]byte(one.Body), &body))
		testkit.Equal(t, "the body's id", body.EventID, one.EventID)
		testkit.Equal(t, "account", one.Account, testkit.Account)
	}
	testkit.Equal(t, "groups: two items at one endpoint, one item at two", len(groups), 4)
}

// end ends the instance that is live in Ada's room, and publishes that.
func (s *scene) end() {
	s.t.Helper()
	testkit.Must(s.t, meeting.NewStarts(s.table, s.env).End(s.t.Context(), testkit.Caller("ada"), string(s.room().Number)))
	s.publishAll()
}

// departures returns the events of the room that somebody left, and its end: who, when and why. Each must be ordered
// below the end.
func (s *scene) departures() (all []string) {
	s.t.Helper()
	var ordered []event.Sequence
	for _, e := range s.published() {
		object := e.Payload.Object
		p, _ := object["participant"].(map[string]any)
		if e.Event == string(event.Left) && strings.HasPrefix(e.Item, "room/") {
			all = append(all, fmt.Sprintf("%s %s: %s", p["user_name"], p["leave_time"], p["leave_reason"]))
			ordered = append(ordered, e.Order)
		} else if e.Event == string(event.MeetingEnded) {
			all = append(all, fmt.Sprint("end ", object["end_time"]))
			for _, o := range ordered {
				if o.Instance == e.Order.Instance && o.Epoch >= e.Order.Epoch {
					s.t.Errorf("%+v is not below the end %+v", o, e.Order)
				}
			}
		}
	}
	slices.Sort(all)
	return all
}

// Everybody who was in leaves with the end, and nobody a second time.
func TestI20EverybodyWhoWasInLeavesWithTheEnd(t *testing.T) {
	s := newScene(t)
	s.endpoint("hook")
	for _, name := range []string{"ada", "cy"} {
		s.join(testkit.Caller(name))
	}
	s.clock.Advance(time.Minute) // 9:01
	bea, dan := s.join(testkit.Caller("bea")), s.join(testkit.Caller("dan"))
	leave := func(who string, a meeting.Admission) {
		testkit.Must(t, s.door().Leave(t.Context(), testkit.Caller(who), string(s.room().Number),
			meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}))
	}
	leave("bea", bea)
	s.clock.Advance(time.Minute) // 9:02: the leases of Ada and Cy ended at 9:01:30
	s.end()
	leave("bea", bea)
	leave("dan", dan)
	s.publishAll()
	want := []string{
		"Ada Acme 2026-03-02T09:01:30Z: connection lost", "Cy Acme 2026-03-02T09:01:30Z: connection lost",
		"Dan Acme 2026-03-02T09:02:00Z: the meeting ended", "end 2026-03-02T09:02:00Z",
	}
	if d := cmp.Diff(want, s.departures()); d != "" {
		t.Error(d)
	}
	testkit.Equal(t, "Bea", s.names("seat/"+string(bea.Seat.ID)), "meeting.participant_joined meeting.participant_left")
	testkit.Equal(t, "Dan", s.names("seat/"+string(dan.Seat.ID)), "meeting.participant_joined")
	testkit.Equal(t, "in the order of the room", s.delivered("hook", "room/"+string(s.room().Number)),
		"meeting.started meeting.participant_left meeting.participant_left meeting.participant_left meeting.ended")
}

// Somebody whose seat is stored only after the end was in, too.
func TestI20TheEndWaitsForSeatsOnTheWay(t *testing.T) {
	s := newScene(t)
	s.clock.Advance(time.Since(s.clock.Now())) // the wait is in real time
	s.join(testkit.Caller("ada"))
	late := s.join(testkit.Caller("bea")).Seat
	r := s.room()
	_, err := s.table.ApplyTransition(t.Context(), r.Number,
		meeting.Transition{Instance: r.Live.Instance, Live: true, Admissions: 1, At: s.clock.Now()})
	testkit.Must(t, err)
	testkit.Must(t, meeting.NewStarts(s.table, s.env).End(t.Context(), testkit.Caller("ada"), string(r.Number)))
	records := s.stream.Records()
	failed := s.publish(t.Context(), records)
	end := slices.IndexFunc(records, func(r events.DynamoDBEventRecord) bool { return r.Change.SequenceNumber == failed })
	if end < 0 || keyText(records[end], "sk") != "ROOM" {
		t.Fatalf("the record %d failed, and not that of the end", end)
	}

	late.ID, late.Name, late.AdmissionSeqs = meeting.SeatID(r.Live.Instance+".late"), "Late", []int64{3}
	_, err = s.table.TakeSeat(t.Context(), late)
	testkit.Must(t, err)
	testkit.Equal(t, "failed", s.publish(t.Context(), records[end:]), "")
	testkit.Equal(t, "events of the room", s.names("room/"+string(r.Number)), "meeting.started meeting.participant_left "+
		"meeting.participant_left meeting.participant_left meeting.ended")
}

// An instance that is found empty ended when the last person left.
func TestI20TheEndHasTheTimeOfTheRecord(t *testing.T) {
	s := newScene(t)
	s.join(testkit.Caller("ada"))
	s.clock.Advance(24 * time.Hour)
	testkit.Must(t, meeting.NewStarts(s.table, s.env).Start(t.Context(), testkit.Caller("ada"), string(s.room().Number)))
	s.publishAll()
	want := []string{"Ada Acme 2026-03-02T09:01:30Z: connection lost", "end 2026-03-02T09:01:30Z"}
	if d := cmp.Diff(want, s.departures()); d != "" {
		t.Error(d)
	}
}

// Events of an instance have the duration and the time zone of its plan.
func TestEventsOfAnInstanceHaveItsPlan(t *testing.T) {
	s := newScene(t)
	s.edit(meeting.Edit{Timezone: new("Europe/London")})
	ada, starts := testkit.Caller("ada"), meeting.NewStarts(s.table, s.env)
	for _, usePMI := range []bool{true, false} {
		p, err := meeting.NewSchedule(s.table, s.env).Create(t.Context(), ada, "me", meeting.Plan{
			Topic: new("Tea"), UsePMI: &usePMI, Start: &meeting.ClientTime{Time: s.clock.Now()},
			Duration: new(45 * time.Minute), Timezone: new("Europe/Berlin")})
		testkit.Must(t, err)
		id := string(p.Meeting.ID)
		testkit.Must(t, starts.Start(t.Context(), ada, id))
		_, err = s.door().Join(t.Context(), ada, meeting.JoinInput{Address: id})
		testkit.Must(t, err)
		testkit.Must(t, starts.End(t.Context(), ada, id))
	}
	s.join(ada)
	s.publishAll()
	var plans []string
	for _, e := range s.published() {
		if o := e.Payload.Object; o["uuid"] != nil {
			plans = append(plans, fmt.Sprint(e.Event, " ", o["duration"], " ", o["timezone"]))
		}
	}
	slices.Sort(plans)
	if d := cmp.Diff([]string{
		"meeting.ended 45 Europe/Berlin", "meeting.ended 45 Europe/Berlin",
		"meeting.participant_joined 0 Europe/London",
		"meeting.participant_joined 45 Europe/Berlin", "meeting.participant_joined 45 Europe/Berlin",
		"meeting.participant_left 45 Europe/Berlin", "meeting.participant_left 45 Europe/Berlin",
		"meeting.started 0 Europe/London", "meeting.started 45 Europe/Berlin", "meeting.started 45 Europe/Berlin",
	}, plans); d != "" {
		t.Error(d)
	}
}

func TestMediaOrders(t *testing.T) {
	s := newScene(t)
	s.join(testkit.Caller("ada"))
	bea := s.join(testkit.Caller("bea"))
	_, err := s.door().Remove(t.Context(), testkit.Caller("ada"), string(s.room().Number), meeting.Selection{IDs: []meeting.SeatID{bea.Seat.ID}})
	testkit.Must(s.t, err)
	instance := bea.Seat.ID.Instance()
	testkit.Must(s.t, meeting.NewStarts(s.table, s.env).End(t.Context(), testkit.Caller("ada"), string(s.room().Number)))
	s.publishAll()
	var orders []string
	for _, o := range bodies[media.Order](s, "MediaOrdersQueue") {
		orders = append(orders, o.Room+"/"+o.Participant)
	}
	testkit.Equal(t, "orders", strings.Join(orders, " "), strings.Join([]string{
		instance + "/" + media.OffRoster, instance + "/" + string(bea.Seat.MediaIdentity()),
		instance + "/", instance + "/" + media.OffRoster}, " "))
}

// The calendar entry opens the room as it is when the event is published.
func TestInvitationsHaveACalendarEntry(t *testing.T) {
	s := newScene(t)
	schedule := meeting.NewSchedule(s.table, s.env)
	start := s.clock.Now().Add(24 * time.Hour)
	p, err := schedule.Create(t.Context(), testkit.Caller("ada"), "me", meeting.Plan{Topic: new("Tea & <cake>"),
		Start: &meeting.ClientTime{Time: start}, UsePMI: new(true), Invitees: &[]string{"charles@example.com"}})
	testkit.Must(s.t, err)
	s.edit(meeting.Edit{PMI: new(meeting.Number("5551234321"))})
	s.publishAll()
	_, err = schedule.Cancel(t.Context(), testkit.Caller("ada"), string(p.Meeting.ID))
	testkit.Must(s.t, err)
	s.publishAll()
	var entries []string
	for _, e := range s.published() {
		if e.Event == string(event.InvitationDue) {
			entries = append(entries, strings.ReplaceAll(fmt.Sprint(e.Payload.Object["ics"]), "\r\n ", ""))
		}
	}
	if len(entries) != 2 {
		t.Fatal(entries)
	}
	for _, part := range []string{"METHOD:REQUEST", "charles@example.com", "5551234321", "omn=" + string(p.Meeting.ID)} {
		if !strings.Contains(entries[0], part) {
			t.Errorf("the entry lacks %s: %s", part, entries[0])
		}
	}
	if !strings.Contains(entries[1], "METHOD:CANCEL") {
		t.Error(entries[1])
	}
}
