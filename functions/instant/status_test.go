package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestStatusStartsAndEnds(t *testing.T) {
	s := newScene(t)
	grouped := meeting.Number(s.pmi).Grouped()[:3] + "-" + s.pmi[3:]
	for _, c := range []struct {
		number, action string
		live           bool
	}{{s.pmi, "start", true}, {s.pmi, "end", false}, {grouped, "start", true}, {grouped, "end", false}} {
		s.status(s.ada, c.number, c.action).Want(t, 204)
		same(t, "live", s.live(s.pmi), c.live)
	}
	alpha, beta := s.plan("Alpha", true), s.plan("Beta", true)
	s.status(s.ada, alpha, "start").Want(t, 204)
	message := s.status(s.ada, beta, "start").Refused(t, 409, 4104, "room_in_use")
	if !strings.Contains(message, "Alpha") {
		t.Errorf("the refusal does not name the meeting that is live: %s", message)
	}
	s.status(s.As("eve"), s.pmi, "end").Refused(t, 404, 3001, "meeting_not_found")
	s.status(s.As("bob").Claiming("email_verified", "false"), s.pmi, "end").Refused(t, 404, 3001, "meeting_not_found")
	s.status(s.AsAdmin("root").Claiming("account_id", "other"), s.pmi, "end").Refused(t, 404, 3001, "meeting_not_found")
	s.status(s.ada.Claiming("scope", "meeting:read"), s.pmi, "end").Refused(t, 403, 4700, "scope")
	s.status(s.Guest(), s.pmi, "end").Refused(t, 401, 124, "token")
	same(t, "live", s.live(s.pmi), true)
	s.status(s.AsAdmin("root"), s.pmi, "end").Want(t, 204)
}

var badStarts = map[string]string{
	`{`: "body", `[]`: "body", `"x"`: "body", "{\"topic\":\"\xff\"}": "body",
	`{"use_pmi":"true"}`: "use_pmi", `{"use_pmi":1}`: "use_pmi",
	`{"topic":5}`: "topic", `{"topic":"a\nb"}`: "topic", `{"topic":"` + strings.Repeat("ä", 201) + `"}`: "topic",
	`{"display_name":{}}`: "display_name", `{"display_name":"` + strings.Repeat("ä", 65) + `"}`: "display_name",
	`{"display_name":"\u0007"}`: "display_name", `{"use_pmi":[],"topic":[],"display_name":[]}`: "use_pmi display_name topic",
}

var badStatuses = map[string]string{
	``: "action", `{}`: "action", `null`: "action", `{"action":null}`: "action", `{"action":""}`: "action",
	`{"action":"recover"}`: "action", `{"action":"START"}`: "action", `{"action":5}`: "action", `{"action":["end"]}`: "action",
	`{`: "body", `[]`: "body", `"end"`: "body",
}

func TestBadRequestsAreRefusedByField(t *testing.T) {
	s := newScene(t)
	for body, fields := range badStarts {
		s.tap(body).Refuses(t, strings.Fields(fields)...)
	}
	for body, fields := range badStatuses {
		s.ada.Do("PUT", "/v2/meetings/"+s.pmi+"/status", body).Refuses(t, fields)
	}
	s.tap(`{"topic":"`+strings.Repeat(" ", api.MaxBody)+`"}`).Refused(t, 413, 300, "too_large")
	s.ada.With("Idempotency-Key", strings.Repeat("k", 256)).Do("POST", mine, ``).Refuses(t, "Idempotency-Key")
	for _, number := range []string{"5559998888", "83123456789", "abc", "555", "%20", "ada.nobody", "0", strings.Repeat("9", 400)} {
		s.status(s.ada, number, "start").Refused(t, 404, 3001, "meeting_not_found")
		s.status(s.ada, number, "end").Refused(t, 404, 3001, "meeting_not_found")
	}
	same(t, "live", s.live(s.pmi), false)
	s.tap(`{"topic":"`+strings.Repeat("ä", 200)+`","display_name":"`+strings.Repeat("ä", 64)+`","unknown":{"x":[]}}`).Want(t, 201)
}

// seeds are the bodies in an order that is always the same.
func seeds(bad map[string]string, good ...string) []string {
	for body := range bad {
		good = append(good, body)
	}
	slices.Sort(good)
	return good
}

func FuzzInstant(f *testing.F) {
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		_, err := instantOf(r)
		return api.NoContent(), err
	}, seeds(badStarts, ``, `{"use_pmi":true,"topic":"Stand-up","display_name":"Ada"}`)...)
}

func FuzzStatus(f *testing.F) {
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		action, err := actionOf(r)
		if err == nil && action != "start" && action != "end" {
			panic(action)
		}
		return api.NoContent(), err
	}, seeds(badStatuses, `{"action":"start"}`, `{"action":"end"}`)...)
}

func TestCostsOfInstantOperations(t *testing.T) {
	s := newScene(t)
	own, inRoom := s.plan("Own", false), s.plan("Alpha", true)
	status := func(number, action string) func() testkit.Answer {
		return func() testkit.Answer { return s.status(s.ada, number, action) }
	}
	c := testkit.NewCostTest(t, s.meter)
	c.Measure("start the personal room", func() testkit.Answer { return s.tap(`{"use_pmi":true}`) })
	c.Measure("start the live room with an Idempotency-Key", func() testkit.Answer {
		return s.ada.With("Idempotency-Key", "k").Do("POST", mine, `{"use_pmi":true}`)
	})
	c.Measure("end the personal room", status(s.pmi, "end"))
	c.Measure("start a meeting with a generated number", func() testkit.Answer { return s.tap(`{}`) })
	c.Measure("start the room by its number", status(s.pmi, "start"))
	c.Measure("start a live room", status(s.pmi, "start"))
	c.Measure("end an idle room", status(own, "end"))
	c.Measure("start a planned meeting", status(own, "start"))
	c.Measure("end a planned meeting", status(own, "end"))
	c.Measure("end a meeting that is not live in the personal room", status(inRoom, "end"))
}

func TestSampleEventsAnswerAsTheirNamesSay(t *testing.T) {
	s := newScene(t)
	s.edit(meeting.Edit{PMI: new(meeting.Number("5552123434"))})
	inOrder := []struct {
		name   string
		status int
		live   bool
	}{{"start-instant-meeting", 201, true}, {"put-meeting-status-end", 204, false}, {"put-meeting-status-start", 204, true}}
	if files, _ := filepath.Glob("events/*.json"); len(files) != len(inOrder) {
		t.Errorf("%d events, want %d", len(files), len(inOrder))
	}
	for _, c := range inOrder {
		text, err := os.ReadFile(filepath.Join("events", c.name+".json"))
		s.must(err)
		var event events.APIGatewayV2HTTPRequest
		s.must(json.Unmarshal(text, &event))
		s.Handle(event).Want(t, c.status)
		same(t, fmt.Sprint("live after ", c.name), s.live("5552123434"), c.live)
	}
}
