package account

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"personal-rooms/shared/meeting"
)

// A TestDelivery is what came of a test delivery.
type TestDelivery struct {
	Status int    // that was answered; 0: none
	Error  string // why none was
	Took   time.Duration
}

// Test sends the endpoint a signed event endpoint.test, whatever its state, which this does not change.
func (s *Endpoints) Test(ctx context.Context, c meeting.Caller, id string) (TestDelivery, error) {
	e, err := s.Get(ctx, c, id)
	if err != nil {
		return TestDelivery{}, err
	}
	shared, err := s.secret(ctx, e)
	if err != nil {
		return TestDelivery{}, err
	}
	sent := s.Env.Now()
	body, err := testEvent(e, sent, s.Env.Random)
	if err != nil {
		return TestDelivery{}, err
	}
	status, err := s.Caller.Post(ctx, e.URL, shared, body)
	t := TestDelivery{Status: status, Took: s.Env.Now().Sub(sent)}
	if err != nil {
		t.Status, t.Error = 0, shorten(err.Error(), maxSaid)
	}
	return t, ctx.Err()
}

// testEvent is the event that a test delivers, in the envelope of all events.
func testEvent(e Endpoint, at time.Time, chance io.Reader) ([]byte, error) {
	id, err := newID(at, chance)
	if err != nil {
		return nil, err
	}
	return encode(testEnvelope{Event: "endpoint.test", At: at.UnixMilli(), ID: id, Item: "webhook/" + e.ID,
		Payload: testPayload{Account: e.Account, Object: testObject{ID: e.ID, Note: e.Note}}})
}

// testEnvelope is endpoint.test as it is sent.
type testEnvelope struct {
	Event   string      `json:"event"`
	At      int64       `json:"event_ts"` // milliseconds
	Payload testPayload `json:"payload"`
	ID      string      `json:"event_id"`
	Item    string      `json:"item"`
}

type testPayload struct {
	Account string     `json:"account_id"`
	Object  testObject `json:"object"`
}

type testObject struct {
	ID   string `json:"id"` // of the webhook
	Note string `json:"note,omitempty"`
}

// encode leaves & < > as they are: receivers verify over JSON that they have written anew.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
