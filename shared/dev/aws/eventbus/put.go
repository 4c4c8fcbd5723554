package eventbus

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"personal-rooms/shared/dev/aws/awsjson"
	"personal-rooms/shared/dev/aws/queues"
)

// Entry is an event to be put on a bus.
type Entry struct {
	Source       string
	DetailType   string
	Detail       string // a JSON object
	Time         *Time  `json:",omitempty"`
	EventBusName string
	Resources    []string
}

// Time is a moment in seconds since 1970, as the protocol has it, or in RFC 3339.
type Time struct{ time.Time }

// UnmarshalJSON reads both forms.
func (t *Time) UnmarshalJSON(text []byte) (err error) {
	var seconds float64
	if json.Unmarshal(text, &seconds) == nil {
		t.Time = time.UnixMilli(int64(seconds * 1000))
		return nil
	}
	if err = json.Unmarshal(text, &t.Time); err != nil {
		return fmt.Errorf("Time is %s, and must be in RFC 3339, such as 2026-11-27T09:00:00Z, or in seconds since 1970", text)
	}
	return nil
}

// Result is what became of each entry, in their order.
type Result struct {
	FailedEntryCount int
	Entries          []EntryResult
}

// EntryResult is an event's id, or why there is none.
type EntryResult struct {
	EventID      string `json:"EventId,omitempty"`
	ErrorCode    string `json:",omitempty"`
	ErrorMessage string `json:",omitempty"`
}

// What PutEvents takes at once.
const (
	maxEntries = 10
	maxSize    = 256 << 10 // of all entries, in bytes
)

// Serve adds EventBridge's operation to the services.
func (b *Bus) Serve(services awsjson.Services) {
	services["AWSEvents.PutEvents"] = awsjson.Of(func(_ context.Context, in struct{ Entries []Entry }) (Result, error) {
		return b.Put(in.Entries)
	})
}

// Put puts those events on their buses that are right, and says of each of the others what is wrong. A request that is wrong
// as a whole is an error.
func (b *Bus) Put(entries []Entry) (Result, error) {
	if n := len(entries); n < 1 || n > maxEntries {
		return Result{}, awsjson.Refuse("ValidationException", "Entries has %d members, and must have 1 to %d", n, maxEntries)
	}
	size := 0
	for _, e := range entries {
		size += e.size()
	}
	if size > maxSize {
		return Result{}, awsjson.Refuse("ValidationException", "Total size of the entries in the request is over the limit.")
	}
	var result Result
	for _, e := range entries {
		one := b.put(e)
		if one.ErrorCode != "" {
			result.FailedEntryCount++
		}
		result.Entries = append(result.Entries, one)
	}
	return result, nil
}

func (e Entry) size() int {
	size := len(e.Source) + len(e.DetailType) + len(e.Detail)
	if e.Time != nil {
		size += 14
	}
	for _, resource := range e.Resources {
		size += len(resource)
	}
	return size
}

func (b *Bus) put(e Entry) EntryResult {
	to, refusal := b.check(e)
	if refusal != nil {
		return EntryResult{ErrorCode: refusal.Code, ErrorMessage: refusal.Message}
	}
	event := Event{
		Version: "0", ID: uuid(), DetailType: e.DetailType, Source: e.Source, Account: queues.Account, Region: queues.Region,
		Time: time.Now(), Resources: append([]string{}, e.Resources...), Detail: json.RawMessage(e.Detail), Bus: to,
	}
	if e.Time != nil {
		event.Time = e.Time.Time
	}
	event.Time = event.Time.UTC().Truncate(time.Second)
	if err := b.publish(event); err != nil {
		return EntryResult{ErrorCode: "InternalFailure", ErrorMessage: err.Error()}
	}
	return EntryResult{EventID: event.ID}
}

// check returns the bus, or what is wrong with the entry.
func (b *Bus) check(e Entry) (string, *awsjson.Error) {
	for name, value := range map[string]string{"Source": e.Source, "DetailType": e.DetailType, "Detail": e.Detail} {
		if value == "" {
			return "", awsjson.Refuse("InvalidArgument", "Parameter %s is not valid. Reason: %s is a required argument.", name, name)
		}
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(e.Detail), &members); err != nil || members == nil {
		return "", awsjson.Refuse("MalformedDetail", "Detail is malformed.")
	}
	if strings.HasPrefix(e.Source, "aws.") {
		return "", awsjson.Refuse("NotAuthorizedForSourceException", "Not authorized for the source.")
	}
	if len(e.DetailType) > 128 {
		return "", awsjson.Refuse("InvalidArgument", "Parameter DetailType is not valid. Reason: it is longer than 128 characters.")
	}
	to, known := b.busNamed(e.EventBusName)
	if !known {
		return "", awsjson.Refuse("InvalidArgument", "Parameter EventBusName is not valid. Reason: it is %q, and the buses are %q.", e.EventBusName, b.buses)
	}
	return to, nil
}

// encode leaves & < > as they are.
func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSpace(text.Bytes()), err
}

func uuid() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
