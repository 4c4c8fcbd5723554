package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// failing breaks the nth request and the next ones to a service, until it is called again with 0.
func (s *scene) failing(service string, from int) {
	n := 0
	s.fails = func(r *http.Request) bool {
		if from == 0 || !strings.HasPrefix(r.Header.Get("X-Amz-Target"), service) {
			return false
		}
		n++
		return n >= from
	}
}

// What could not be told ends the batch: it and all after it come again, with the same ids, in the same order.
func TestABatchThatFailsInTheMiddleIsToldAgainFromThere(t *testing.T) {
	for _, service := range []string{"AWSEvents", "AmazonSQS"} {
		t.Run(service, func(t *testing.T) {
			s := newScene(t)
			s.endpoint("hook")
			s.room()
			s.comes(caller("ada"), "Ada")
			s.locks(true)
			s.locks(false)
			s.ends()
			records := s.stream.Records()
			sequence := s.sequenceOf(records, "room.locked")

			s.failing(service, 3) // the room and Ada's seat are told by then
			s.hands(records, sequence)
			s.failing(service, 0)
			at := 0
			for records[at].Change.SequenceNumber != sequence {
				at++
			}
			s.hands(records[at:], "")

			ids := map[string]string{}
			for _, e := range s.told() {
				if other, seen := ids[e.EventID]; seen && other != e.Event {
					t.Errorf("%s and %s have one id", other, e.Event)
				}
				ids[e.EventID] = e.Event
			}
			room := "room/" + string(s.room().Number)
			same(t, "each in its order", strings.Join(s.inOrder(room), " "), "meeting.started room.locked room.unlocked meeting.ended")
			same(t, "queued in order", strings.Join(s.delivered("hook", room), " "), "meeting.started room.locked room.unlocked meeting.ended")
		})
	}
}

// sequenceOf is the sequence number of the record that tells the event.
func (s *scene) sequenceOf(records []events.DynamoDBEventRecord, name string) string {
	s.t.Helper()
	probe := newScene(s.t)
	for _, r := range records {
		before := len(probe.cloud.Events())
		probe.hands([]events.DynamoDBEventRecord{r}, "")
		for _, e := range probe.told()[before:] {
			if e.Event == name {
				return r.Change.SequenceNumber
			}
		}
	}
	s.t.Fatalf("no record tells %s", name)
	return ""
}

// inOrder are the names of the item's events, each event once, where it came first.
func (s *scene) inOrder(item string) (names []string) {
	seen := map[string]bool{}
	for _, e := range s.told() {
		if e.Item == item && !seen[e.EventID] {
			seen[e.EventID], names = true, append(names, e.Event)
		}
	}
	return names
}

// delivered are the events of the item that wait for the endpoint.
func (s *scene) delivered(endpoint, item string) (names []string) {
	s.t.Helper()
	for _, m := range s.queuedDeliveries() {
		if m.Endpoint == endpoint && strings.Contains(m.Body, `"item":"`+item+`"`) {
			names = append(names, m.Event)
		}
	}
	return names
}

func TestAWriteThatCannotBeReadIsPutAsideAndHoldsUpNothing(t *testing.T) {
	s := newScene(t)
	s.room()
	s.edit(meeting.Edit{FirstName: new("Augusta")})
	s.edit(meeting.Edit{Dept: new("Engines")})
	var raw []string
	broken := false
	for _, r := range s.stream.Raw() {
		text := string(r)
		if !broken && strings.Contains(text, `"first_name":{"S":"Augusta"}`) {
			text, broken = strings.Replace(text, `"first_name":{"S":"Augusta"}`, `"first_name":{"M":{}}`, 1), true
		}
		raw = append(raw, text)
	}
	var batch events.DynamoDBEvent
	s.must(json.Unmarshal([]byte(`{"Records":[`+strings.Join(raw, ",")+`]}`), &batch))
	s.hands(batch.Records, "")

	same(t, "told", s.names("user/acme/ada"), "user.updated")
	aside := s.cloud.Sent(t, "EventsDLQ")
	if len(aside) != 1 || !strings.Contains(aside[0].Body, "first_name") || !strings.Contains(aside[0].Body, "USER#acme#ada") ||
		strings.Contains(aside[0].Body, "Augusta") {
		t.Errorf("put aside: %+v", aside)
	}
}

// What the bus or a queue will never take is put aside, and all else of the same write is told nevertheless.
func TestWhatNobodyTakesIsPutAsideAndHoldsUpNothing(t *testing.T) {
	const once, twice = "user.updated", "user.updated user.updated"
	for _, c := range []struct{ service, answer, told, delivered string }{
		{"AWSEvents", `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"MalformedDetail"}]}`, once, twice},
		{"AmazonSQS", `{"Successful":[],"Failed":[{"Id":"0","Code":"InvalidMessageContents","SenderFault":true}]}`, twice, once},
	} {
		t.Run(c.service, func(t *testing.T) {
			s := newScene(t)
			s.endpoint("hook")
			s.room()
			s.edit(meeting.Edit{Dept: new("Looms")})
			s.answers = func(r *http.Request) string {
				if strings.HasPrefix(r.Header.Get("X-Amz-Target"), c.service) && requestSays(t, r, "Looms") {
					return c.answer
				}
				return ""
			}
			s.tells()
			s.answers = nil
			s.edit(meeting.Edit{Dept: new("Engines")})
			s.tells()

			same(t, "told", s.names("user/acme/ada"), c.told)
			same(t, "delivered", strings.Join(s.delivered("hook", "user/acme/ada"), " "), c.delivered)
			aside := s.cloud.Sent(t, "EventsDLQ")
			if len(aside) != 1 || !strings.Contains(aside[0].Body, "unfit") || !strings.Contains(aside[0].Body, "USER#acme#ada") {
				t.Errorf("put aside: %+v", aside)
			}
		})
	}
}

// requestSays reports whether the text is in a request, which is as it was afterwards.
func requestSays(t *testing.T, r *http.Request, text string) bool {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return bytes.Contains(body, []byte(text))
}

func TestWhereTheTableDoesNotAnswerTheBatchComesAgain(t *testing.T) {
	s := newScene(t)
	s.room()
	s.edit(meeting.Edit{Dept: new("Engines")})
	records := s.stream.Records()
	s.notifier.store = silent{s.table}
	s.hands(records, records[len(records)-1].Change.SequenceNumber)
	s.notifier.store = s.table
	s.hands(records, "")
	same(t, "told", s.names("user/acme/ada"), "user.updated")
}

// Each endpoint is sent what it asked for, and none that is not active anything.
func TestEndpointsAreSentWhatTheyAskedFor(t *testing.T) {
	s := newScene(t)
	s.endpoint("all")
	s.endpoint("rooms", "room.*")
	s.endpoint("starts", "meeting.started")
	suspended := s.endpoint("suspended")
	suspended.SuspendedAt = s.clock.Now()
	_, err := s.table.PutEndpoint(t.Context(), suspended)
	s.must(err)
	_, err = s.table.PutEndpoint(t.Context(), account.Endpoint{Account: "another", ID: "another", URL: "https://another.example.com"})
	s.must(err)
	s.comes(caller("ada"), "Ada")
	s.locks(true)
	s.tells()

	room := "room/" + string(s.room().Number)
	for endpoint, want := range map[string]string{
		"all": "meeting.started room.locked", "rooms": "room.locked", "starts": "meeting.started", "suspended": "", "another": "",
	} {
		same(t, endpoint, strings.Join(s.delivered(endpoint, room), " "), want)
	}
	groups := map[string]bool{}
	for _, m := range s.cloud.Sent(t, "DeliveriesQueue") {
		groups[m.Group] = true
		var one event.Delivery
		s.must(json.Unmarshal([]byte(m.Body), &one))
		var body told
		s.must(json.Unmarshal([]byte(one.Body), &body))
		same(t, "the body's id", body.EventID, one.EventID)
		same(t, "for", one.Account, testkit.Account)
	}
	same(t, "groups: of two items at one endpoint, of one at two", len(groups), 4)
}

// A renewal, a poll and a join at the gate are nothing that anybody is told of.
func TestWhatIsQuietIsNotTold(t *testing.T) {
	s := newScene(t)
	ada := s.comes(caller("ada"), "Ada")
	s.tells()
	before := len(s.told())
	s.clock.Advance(meeting.DefaultLease / 2)
	_, err := s.door().Join(t.Context(), caller("ada"), meeting.JoinInput{Address: string(s.room().Number), Seat: meeting.Credential{ID: ada.Seat.ID, Secret: ada.Secret}})
	s.must(err)
	s.tells()
	same(t, "events", len(s.told())-before, 0)
}

// The function is not stopped in the middle of a record: when little time is left, the rest of the batch comes again.
func TestTheRestOfABatchIsPutOffWhenLittleTimeIsLeft(t *testing.T) {
	s := newScene(t)
	s.room()
	s.edit(meeting.Edit{Dept: new("Looms")})
	s.edit(meeting.Edit{Dept: new("Engines")})
	records := s.stream.Records()
	ctx, cancel := context.WithTimeout(t.Context(), margin/2)
	defer cancel()
	var rounds int
	for len(records) > 0 {
		response, err := s.handle(ctx, events.DynamoDBEvent{Records: records})
		s.must(err)
		rounds++
		if len(response.BatchItemFailures) == 0 {
			break
		}
		from := slices.IndexFunc(records, func(r events.DynamoDBEventRecord) bool {
			return r.Change.SequenceNumber == response.BatchItemFailures[0].ItemIdentifier
		})
		if from != 1 {
			t.Fatalf("the batch comes again from record %d, want 1: one record is published in each round", from)
		}
		records = records[from:]
	}
	same(t, "events", s.names("user/acme/ada"), "user.updated user.updated")
	if rounds < 2 {
		t.Errorf("%d rounds", rounds)
	}
}
