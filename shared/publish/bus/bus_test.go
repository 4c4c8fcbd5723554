package bus_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit/awstest"
	"personal-rooms/shared/event"
	"personal-rooms/shared/publish/bus"
)

// lossy answers the first call itself.
type lossy struct {
	http.RoundTripper

	answer *string
}

func (l lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := *l.answer
	if *l.answer = ""; answer == "" {
		return l.RoundTripper.RoundTrip(r)
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

// An event that EventBridge did not accept is put again, and no other one.
func TestPut(t *testing.T) {
	var answer string
	wrap := func(next http.RoundTripper) http.RoundTripper { return lossy{next, &answer} }
	cloud := awstest.Start(t, awstest.Transport(wrap))
	events := bus.New(cloud.Config(), "EventBus")
	put := func(first string) error {
		answer = first
		locked := event.Event{ID: "0", Name: event.RoomLocked, At: time.UnixMilli(1772442000000)}
		unlocked := event.Event{ID: "1", Name: event.RoomUnlocked, At: locked.At}
		return events.Put(t.Context(), locked, unlocked)
	}
	if err := put(`{"FailedEntryCount":1,"Entries":[{"EventId":"e"},{"ErrorCode":"ThrottlingException"}]}`); err != nil {
		t.Fatal(err)
	}
	if all := cloud.Events(); len(all) != 1 || all[0].DetailType != string(event.RoomUnlocked) {
		t.Errorf("on the bus: %+v", all)
	}
	if err := put(`{"FailedEntryCount":0,"Entries":[{"EventId":"e"}]}`); err == nil {
		t.Error("an answer to one of two events is accepted")
	}
}
