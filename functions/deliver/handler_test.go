package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/account"
	"personal-rooms/shared/event"
	"personal-rooms/shared/media"
	"personal-rooms/shared/secret"
)

func TestAnEventIsDeliveredByteForByte(t *testing.T) {
	s := newScene(t)
	body := `{"event":"meeting.started","topic":"R&D <all>  ` + "\u2028" + `"}`
	same(t, "failed", s.handle(deliveryOf(body)), "")
	same(t, "came", s.came(), body)
	if wait, e := s.wait(deliveryOf(body)), s.endpoint(); wait != 0 || !e.FailingSince.IsZero() || e.Version != 1 {
		t.Errorf("after %s again; %+v", wait, e)
	}
}

func TestWhatFollowsOneThatFailedIsNotTried(t *testing.T) {
	s := newScene(t)
	s.answer = func(w http.ResponseWriter, _ *http.Request) {
		if len(s.got) == 2 {
			w.WriteHeader(503)
		}
	}
	same(t, "failed", s.handle(deliveryOf("1"), deliveryOf("2"), deliveryOf("3"), deliveryOf("4")), "2 3 4")
	same(t, "came", s.came(), "1 2")
	s.answer = nil
	s.backOffEnds()
	same(t, "failed", s.handle(deliveryOf("2"), deliveryOf("3"), deliveryOf("4")), "")
	same(t, "came", s.came(), "2 3 4")
}

// 4xx and 3xx are the receiver's answer: neither retried nor counted.
func TestWhatTheReceiverAnswersIsTheEndOfIt(t *testing.T) {
	for _, status := range []int{200, 204, 301, 302, 308, 400, 401, 404, 410, 429} {
		s := newScene(t)
		s.answers(status)
		same(t, "failed", s.handle(deliveryOf("1"), deliveryOf("2")), "")
		same(t, "came", s.came(), "1 2")
		if e := s.endpoint(); !e.FailingSince.IsZero() || e.LastError != "" {
			t.Errorf("%d: %+v", status, e)
		}
	}
}

func TestWhatFailsIsTriedAgainLaterAndLater(t *testing.T) {
	s := newScene(t)
	s.answers(500)
	least := firstWait
	for try := 1; try <= 20; try++ {
		m := again(deliveryOf("1"), try)
		same(t, "failed", s.handle(m), "1")
		if wait := s.wait(m); wait < least || wait > least*36/25+time.Second { // jitter of the endpoint, and of the message
			t.Errorf("after try %d: %s, want %s and a little", try, wait, least)
		}
		s.backOffEnds()
		least = min(3*least, longestWait)
	}
}

func TestAFailureIsNotedUntilTheNextAnswer(t *testing.T) {
	s := newScene(t)
	began := s.clock.Now()
	s.answers(500)
	s.handle(deliveryOf("1"))
	s.clock.Advance(time.Hour)
	s.handle(deliveryOf("1"))
	e := s.endpoint()
	if !e.FailingSince.Equal(began) || e.LastError != "it answered 500" || !e.SuspendedAt.IsZero() || e.Failures != 2 {
		t.Errorf("%+v", e)
	}
	s.answers(503)
	s.backOffEnds()
	s.handle(deliveryOf("1"))
	if e := s.endpoint(); !e.FailingSince.Equal(began) || e.LastError != "it answered 503" {
		t.Errorf("%+v", e)
	}
	s.answers(410)
	s.backOffEnds()
	same(t, "failed", s.handle(deliveryOf("1")), "")
	if e := s.endpoint(); !cmp.Equal(e, e.WithoutFailures()) {
		t.Errorf("%+v", e)
	}
}

func TestWhoFailsForADayIsSuspended(t *testing.T) {
	s := newScene(t)
	s.answers(503)
	s.handle(deliveryOf("1"))
	s.clock.Advance(failingLimit - time.Second)
	same(t, "failed", s.handle(deliveryOf("1")), "1")
	if e := s.endpoint(); !e.SuspendedAt.IsZero() {
		t.Fatalf("a second before: %+v", e)
	}
	s.backOffEnds()
	s.handle(deliveryOf("1"))
	if e := s.endpoint(); !e.SuspendedAt.Equal(s.clock.Now()) || e.LastError != "it answered 503" {
		t.Errorf("%+v", e)
	}
	if said := s.log.String(); !strings.Contains(said, `level=WARN msg="the webhook is suspended`) {
		t.Error(said)
	}
	s.came()
	same(t, "failed", s.handle(deliveryOf("1"), deliveryOf("2")), "")
	same(t, "came", s.came(), "")
}

func TestNothingGoesToWhoIsGoneOrSuspendedOrToAnotherAccount(t *testing.T) {
	s := newScene(t)
	e := s.endpoint()
	e.SuspendedAt = s.clock.Now()
	s.put(e)
	same(t, "failed", s.handle(deliveryOf("1")), "")
	s.must(s.store.DropEndpoint(t.Context(), "acme", endpoint))
	same(t, "failed", s.handle(deliveryOf("1")), "")
	foreign := message("3", event.Delivery{Account: "globex", Endpoint: endpoint, Body: "{}"})
	same(t, "failed", s.handle(foreign), "")
	same(t, "came", s.came(), "")
}

func TestWhereWebhooksAreOffNothingGoesOut(t *testing.T) {
	s := newScene(t)
	s.d.webhooks.key = nil
	same(t, "failed", s.handle(deliveryOf("1")), "")
	same(t, "came", s.came(), "")
}

// What is our own failure, and not the receiver's, is tried again and not counted.
func TestOurOwnFailuresAreNotTheReceivers(t *testing.T) {
	s := newScene(t)
	s.d.webhooks.key = func(context.Context) (secret.Text, error) { return "", errors.New("access denied") }
	same(t, "failed", s.handle(deliveryOf("1")), "1")
	same(t, "came", s.came(), "")
	if e := s.endpoint(); !e.FailingSince.IsZero() {
		t.Errorf("%+v", e)
	}
	s.d.webhooks.key = func(context.Context) (secret.Text, error) { panic("a mistake") }
	same(t, "failed", s.handle(deliveryOf("1")), "1")
}

func TestAReceiverThatIsOutOfReach(t *testing.T) {
	s := newScene(t)
	s.answer = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) } // cuts the connection
	same(t, "failed", s.handle(deliveryOf("1")), "1")
	e := s.endpoint()
	if e.LastError == "" {
		t.Errorf("%+v", e)
	}
	e.URL = "http://127.0.0.1:1/"
	s.put(e)
	s.backOffEnds()
	same(t, "failed", s.handle(deliveryOf("1")), "1")
	e = s.endpoint()
	e.URL = "http://hooks.invalid/"
	s.put(e)
	s.backOffEnds()
	same(t, "failed", s.handle(deliveryOf("1")), "1")
	if e := s.endpoint(); e.LastError != "its name leads nowhere" {
		t.Errorf("%+v", e)
	}
}

// The function's time limit comes first: that tells nothing of the receiver.
func TestAReceiverThatHangsIsTriedAgain(t *testing.T) {
	s := newScene(t)
	over := make(chan struct{})
	defer close(over)
	s.answer = func(http.ResponseWriter, *http.Request) { <-over }
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	response, err := s.d.handle(ctx, events.SQSEvent{Records: []events.SQSMessage{deliveryOf("1"), deliveryOf("2")}})
	s.must(err)
	want := []events.SQSBatchItemFailure{{ItemIdentifier: "1"}, {ItemIdentifier: "2"}}
	if d := cmp.Diff(want, response.BatchItemFailures); d != "" {
		t.Error(d)
	}
	same(t, "came", s.came(), "1")
	if said := s.log.String(); strings.Contains(said, "could not be noted") || !s.endpoint().FailingSince.IsZero() {
		t.Errorf("it is counted: %s", said)
	}
}

// Where there is time enough, it is the receiver who failed.
func TestAReceiverThatHangsIsNoted(t *testing.T) {
	s := newScene(t)
	over := make(chan struct{})
	defer close(over)
	s.answer = func(http.ResponseWriter, *http.Request) { <-over }
	same(t, "failed", s.handle(deliveryOf("1")), "1")
	if e := s.endpoint(); e.LastError != "it did not answer in time" || !e.FailingSince.Equal(s.clock.Now()) || s.wait(deliveryOf("1")) < firstWait {
		t.Errorf("%+v", e)
	}
}

func TestAMessageThatCannotBeDecodedEndsInTheDeadLetterQueue(t *testing.T) {
	s := newScene(t)
	for _, m := range []events.SQSMessage{deliveryOf("1"), order(media.Order{Room: "room"})} {
		for _, body := range []string{"", "[]", "nonsense"} {
			m.Body = body
			same(t, body, s.handle(m), m.MessageId)
		}
	}
	m := deliveryOf("2")
	m.EventSourceARN = "arn:aws:sqs:eu-central-1:000000000000:another.fifo"
	same(t, "of another queue", s.handle(m), "2")
	same(t, "came", s.came(), "")
}

func TestRecordingAFailureDoesNotUndoTheWritesOfOthers(t *testing.T) {
	s := newScene(t)
	s.during(500, func() { // an admin edits it
		e := s.endpoint()
		e.Note = "edited"
		s.put(e)
	})
	same(t, "failed", s.handle(deliveryOf("1")), "1")
	if e := s.endpoint(); e.Note != "edited" || e.Version != 2 {
		t.Errorf("%+v", e)
	}
	s.during(500, func() { s.must(s.store.DropEndpoint(t.Context(), "acme", endpoint)) })
	same(t, "failed", s.handle(deliveryOf("1")), "1")
	if e := s.endpoint(); e.Exists() {
		t.Errorf("it is back: %+v", e)
	}
}

func TestTheLogTellsWhatBecameOfAnEventAndNoSecret(t *testing.T) {
	s := newScene(t)
	s.handle(deliveryOf("E-1"))
	s.answers(410)
	s.handle(deliveryOf("E-2"))
	s.answers(500)
	s.handle(deliveryOf("E-3"))
	said := s.log.String()
	for _, want := range []string{"event_id=E-1", "event_id=E-2", "status=410", "it answered 500", "webhook=" + endpoint} {
		if !strings.Contains(said, want) {
			t.Errorf("%s is not in %s", want, said)
		}
	}
	if made := string(account.Secret(keyText, "acme", endpoint)); strings.Contains(said, made) || strings.Contains(said, keyText) {
		t.Error(said)
	}
}

func TestTheSampleEventsAreDropped(t *testing.T) {
	for _, name := range []string{"delivery-to-unknown-webhook", "order-without-media-server"} {
		s := newScene(t)
		s.d.orders.execute = nil
		text, err := os.ReadFile("events/" + name + ".json")
		s.must(err)
		var batch events.SQSEvent
		s.must(json.Unmarshal(text, &batch))
		same(t, "failed", s.handle(batch.Records...), "")
		if said := s.log.String(); !strings.Contains(said, "dropped") || len(batch.Records) != 1 {
			t.Errorf("%s: %s", name, said)
		}
	}
}
