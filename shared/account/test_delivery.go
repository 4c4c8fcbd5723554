package account

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"personal-rooms/shared/meeting"
)

// A TestDelivery is the result of a test delivery.
type TestDelivery struct {
	Status int    // of the answer; 0: no answer
	Error  string // why there was no answer
	Took   time.Duration
}

// Test sends a signed event endpoint.test to the endpoint, in whatever state it is, and does not change the state.
func (s *Endpoints) Test(ctx context.Context, c meeting.Caller, id string) (TestDelivery, error) {
	e, shared, err := s.getWithSecret(ctx, c, id)
	if err != nil {
		return TestDelivery{}, err
	}
	sent := s.env.Now()
	body, err := testEvent(e, sent, s.env.Random)
	if err != nil {
		return TestDelivery{}, err
	}
	status, err := s.webhooks.Caller.Post(ctx, e.URL, shared, body)
	t := TestDelivery{Status: status, Took: s.env.Now().Sub(sent)}
	if err != nil {
		t.Status, t.Error = 0, shorten(err.Error(), maxSaid)
	}
	return t, ctx.Err()
}

// testEvent returns the event endpoint.test, in the envelope of all events.
func testEvent(e Endpoint, at time.Time, random io.Reader) ([]byte, error) {
	id, err := newID(at, random)
	if err != nil {
		return nil, err
	}
	event := testEnvelope{Event: "endpoint.test", At: at.UnixMilli(), ID: id, Item: "webhook/" + e.ID}
	event.Payload.Account = e.Account
	event.Payload.Object.ID, event.Payload.Object.Note = e.ID, e.Note
	return encode(event)
}

type testEnvelope struct {
	Event   string `json:"event"`
	At      int64  `json:"event_ts"` // milliseconds
	Payload struct {
		Account string `json:"account_id"`
		Object  struct {
			ID   string `json:"id"` // of the webhook
			Note string `json:"note,omitempty"`
		} `json:"object"`
	} `json:"payload"`
	ID   string `json:"event_id"`
	Item string `json:"item"`
}

// encode does not escape & < >, because some receivers verify the signature on JSON that they encoded again.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
