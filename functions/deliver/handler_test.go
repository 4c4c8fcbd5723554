package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/event"
	"personal-rooms/shared/media"
	"personal-rooms/shared/secret"
)

// Each case delivers the messages "1" and "2", or others, to an endpoint that did not fail before. After a message that
// failed, the rest of a batch is not tried.
func TestDeliver(t *testing.T) {
	answers := func(status int) func(*scene) { return func(s *scene) { s.status = status } }
	edit := func(change func(*account.Endpoint)) func(*scene) { return func(s *scene) { s.change(change) } }
	key := func(key secret.Func) func(*scene) { return func(s *scene) { s.d.webhooks.key = key } }
	with := func(m events.SQSMessage, change func(*events.SQSMessage)) []events.SQSMessage {
		change(&m)
		return []events.SQSMessage{m}
	}
	body := func(text string) func(*events.SQSMessage) { return func(m *events.SQSMessage) { m.Body = text } }
	another := message("3", event.Delivery{Account: "globex", Endpoint: endpoint, Body: "{}"})
	text := `{"event":"meeting.started","topic":"R&D <all>  ` + "\u2028" + `"}`
	for name, c := range map[string]struct {
		setup            func(*scene)
		messages         []events.SQSMessage
		failed, received string
		lastError        string // a part of it; "": no failure is recorded
	}{
		"byte for byte":      {answers(200), []events.SQSMessage{deliveryOf(text)}, "", text, ""},
		"answered 499":       {answers(499), nil, "", "1 2", ""},
		"answered 500":       {answers(500), nil, "1 2", "1", "it answered 500"},
		"no answer in time":  {answers(0), nil, "1 2", "1", "in time"},
		"suspended":          {edit(func(e *account.Endpoint) { e.SuspendedAt = e.CreatedAt }), nil, "", "", ""},
		"deleted":            {(*scene).drop, nil, "", "", ""},
		"another account":    {answers(200), []events.SQSMessage{another}, "", "", ""},
		"webhooks are off":   {key(nil), nil, "", "", ""},
		"key cannot be read": {key(func(context.Context) (secret.Text, error) { return "", errors.New("denied") }), nil, "1 2", "", ""},
		"panic":              {key(func(context.Context) (secret.Text, error) { panic("a mistake") }), nil, "1 2", "", ""},
		"empty message":      {answers(200), append(with(deliveryOf("1"), body("")), deliveryOf("2")), "1 2", "", ""},
		"message of a list":  {answers(200), with(deliveryOf("1"), body("[]")), "1", "", ""},
		"undecodable order":  {answers(200), with(order(media.Order{Room: "room"}), body("nonsense")), "room", "", ""},
		"unknown queue": {answers(200), with(deliveryOf("1"), func(m *events.SQSMessage) {
			m.EventSourceARN = "arn:aws:sqs:eu-central-1:000000000000:another.fifo"
		}), "1", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			c.setup(s)
			if c.messages == nil {
				c.messages = []events.SQSMessage{deliveryOf("1"), deliveryOf("2")}
			}
			testkit.Equal(t, "failed", s.handle(c.messages...), c.failed)
			testkit.Equal(t, "received", s.received(), c.received)
			e := s.endpoint()
			if c.lastError == "" && (!e.FailingSince.IsZero() || e.LastError != "") || !strings.Contains(e.LastError, c.lastError) {
				t.Errorf("last error %q, want %q", e.LastError, c.lastError)
			}
		})
	}
}

// When the function's own time limit ends an attempt, that is no failure of the receiver.
func TestOwnTimeLimitIsNoFailureOfTheReceiver(t *testing.T) {
	s := newScene(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.during = cancel
	response, err := s.d.handle(ctx, events.SQSEvent{Records: []events.SQSMessage{deliveryOf("1")}})
	testkit.Must(s.t, err)
	if len(response.BatchItemFailures) != 1 || !s.endpoint().FailingSince.IsZero() {
		t.Errorf("%+v, %+v", response, s.endpoint())
	}
}

func TestLogHasTheOutcomeAndNoSecret(t *testing.T) {
	s := newScene(t)
	for id, status := range map[string]int{"E-1": 410, "E-2": 500} {
		s.status = status
		s.handle(deliveryOf(id))
		s.backOffEnds()
	}
	log := s.log.String()
	for _, want := range []string{"event_id=E-1", "status=410", "message_id=E-2", "it answered 500", "webhook=" + endpoint} {
		if !strings.Contains(log, want) {
			t.Errorf("%s is not in %s", want, log)
		}
	}
	if made := string(account.Secret(keyText, "acme", endpoint)); strings.Contains(log, made) || strings.Contains(log, keyText) {
		t.Error(log)
	}
}

func TestSampleEventsAreDropped(t *testing.T) {
	for _, name := range []string{"delivery-to-unknown-webhook", "order-without-media-server", "mail-without-sender"} {
		s := newScene(t)
		s.d.orders.server = nil
		text, err := os.ReadFile("events/" + name + ".json")
		testkit.Must(s.t, err)
		var batch events.SQSEvent
		testkit.Must(s.t, json.Unmarshal(text, &batch))
		testkit.Equal(t, "failed", s.handle(batch.Records...), "")
		if log := s.log.String(); !strings.Contains(log, "dropped") || len(batch.Records) != 1 {
			t.Errorf("%s: %s", name, log)
		}
	}
}
