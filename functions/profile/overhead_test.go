package main

import (
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/bench/overhead"
	"personal-rooms/shared/table"
)

func BenchmarkOverhead(b *testing.B) {
	o := overhead.New(b)
	s := (&scene{t: b}).on(table.New(o.Client, o.Table))
	s.ada.Do("GET", me, nil).Want(b, 200)
	get := func(path string) func() events.APIGatewayV2HTTPRequest {
		event, _ := s.ada.Event("GET", path, "")
		return func() events.APIGatewayV2HTTPRequest { return event }
	}
	o.Measure(b, s.Edge, "view the profile: GetItem", 200, get(me))
	o.Measure(b, s.Edge, "view the personal room: GetItem, GetItem", 200, get(ownRoom))
}
