package eventbus

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"path"
	"slices"
	"time"

	"personal-rooms/shared/dev/aws/awsjson"
	"personal-rooms/shared/dev/aws/queues"
)

// Entry is an event to put on a bus.
type Entry struct {
	Source       string
	DetailType   string
	Detail       string   // a JSON object
	Time         *float64 // in seconds since 1970; nil: now
	EventBusName string   // its name or its ARN
}

// Result is the answer to PutEvents: the result of each entry, in their order.
type Result struct {
	FailedEntryCount int
	Entries          []EntryResult
}

// EntryResult is an event's id, or the reason why the entry is refused.
type EntryResult struct {
	EventID      string `json:"EventId,omitempty"`
	ErrorCode    string `json:",omitempty"`
	ErrorMessage string `json:",omitempty"`
}

const maxEntries = 10

// Serve adds EventBridge's operation to the services.
func (b *Bus) Serve(services awsjson.Services) {
	services["AWSEvents.PutEvents"] = awsjson.Of(func(_ context.Context, in struct{ Entries []Entry }) (Result, error) {
		return b.Put(in.Entries)
	})
}

// Put puts the entries on their buses. An invalid entry does not affect the others. The error is an [awsjson.Error] for
// a request that is refused as a whole.
func (b *Bus) Put(entries []Entry) (result Result, err error) {
	if n := len(entries); n < 1 || n > maxEntries {
		return result, awsjson.Refuse("ValidationException", "Entries has %d members, and must have 1 to %d", n, maxEntries)
	}
	for _, e := range entries {
		one := b.put(e)
		if one.ErrorCode != "" {
			result.FailedEntryCount++
		}
		result.Entries = append(result.Entries, one)
	}
	return result, nil
}

func (b *Bus) put(e Entry) EntryResult {
	if refusal := b.check(e); refusal != nil {
		return EntryResult{ErrorCode: refusal.Code, ErrorMessage: refusal.Message}
	}
	at := time.Now()
	if e.Time != nil {
		at = time.UnixMilli(int64(*e.Time * 1000))
	}
	event := Event{
		Version: "0", ID: rand.Text(), Account: queues.Account, Region: queues.Region, Resources: []string{},
		Source: e.Source, DetailType: e.DetailType, Detail: json.RawMessage(e.Detail), Bus: path.Base(e.EventBusName),
		Time: at.UTC().Truncate(time.Second),
	}
	if err := b.publish(event); err != nil {
		return EntryResult{ErrorCode: "InternalFailure", ErrorMessage: err.Error()}
	}
	return EntryResult{EventID: event.ID}
}

// check returns the reason why EventBridge refuses the entry, or nil.
func (b *Bus) check(e Entry) *awsjson.Error {
	for name, value := range map[string]string{"Source": e.Source, "DetailType": e.DetailType, "Detail": e.Detail} {
		if value == "" {
			return awsjson.Refuse("InvalidArgument", "%s is a required argument.", name)
		}
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(e.Detail), &members); err != nil || members == nil {
		return awsjson.Refuse("MalformedDetail", "Detail is malformed.")
	}
	if !slices.Contains(b.buses, path.Base(e.EventBusName)) {
		return awsjson.Refuse("InvalidArgument", "EventBusName is %q, and the buses are %q.", e.EventBusName, b.buses)
	}
	return nil
}

// encode encodes JSON without escaping & < >.
func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSpace(text.Bytes()), err
}
