package main

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/bench/overhead"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func BenchmarkOverhead(b *testing.B) {
	o := overhead.New(b)
	s := sceneOf(b, table.New(o.Client, o.Table))
	s.policy(meeting.SettingsEdit{Capacity: new(meeting.MaxCapacity)})
	testkit.Must(s.t, s.Starts().Start(b.Context(), caller("ada"), s.room))
	guests := func(body fields) events.APIGatewayV2HTTPRequest {
		text, err := json.Marshal(body)
		testkit.Must(s.t, err)
		event, _ := s.Guest().Event("POST", "/v2/live_meetings/"+s.room+"/guests", string(text))
		return event
	}
	n := 0
	o.Measure(b, s.Edge, "an admission: GetItem+GetItem, UpdateItem, PutItem", 201, func() events.APIGatewayV2HTTPRequest {
		n++
		return guests(fields{"display_name": fmt.Sprint("Guest ", n), "passcode": s.passcode})
	})

	sam := s.guest("Sam")
	in(b, sam.join())
	poll := func() events.APIGatewayV2HTTPRequest {
		return guests(fields{"seat": fields{"id": sam.seat.ID, "secret": sam.seat.Secret}})
	}
	o.Measure(b, s.Edge, "a poll: GetItem+GetItem", 200, poll)
	o.Measure(b, s.Edge, "a heartbeat that renews: GetItem+GetItem, PutItem", 200, func() events.APIGatewayV2HTTPRequest {
		s.Clock.Advance(31 * time.Second)
		return poll()
	})
}
