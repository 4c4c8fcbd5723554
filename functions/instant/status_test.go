package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestStatusStartsAndEnds(t *testing.T) {
	s := newScene(t)
	grouped := s.pmi[:3] + "%20" + s.pmi[3:6] + "-" + s.pmi[6:]
	for _, number := range []string{s.pmi, grouped} {
		s.status(s.ada, number, "start").Want(t, 204)
		testkit.Equal(t, "live", s.live(s.pmi), true)
		s.status(s.ada, number, "end").Want(t, 204)
		testkit.Equal(t, "live", s.live(s.pmi), false)
	}
	s.status(s.ada, s.plan("Alpha", true), "start").Want(t, 204)
	problem := s.status(s.ada, s.plan("Beta", true), "start").Refused(t, 409, 4104, "room_in_use")
	if !strings.Contains(problem, "Alpha") {
		t.Errorf("the refusal does not name the meeting that is live: %s", problem)
	}
	s.status(s.As("bob"), s.pmi, "end").Refused(t, 404, 3001, "meeting_not_found")
	s.status(s.AsAdmin("root").Claiming("account_id", "other"), s.pmi, "end").Refused(t, 404, 3001, "meeting_not_found")
	s.status(s.ada.Claiming("scope", "meeting:read"), s.pmi, "end").Refused(t, 403, 4700, "scope")
	s.status(s.Guest(), s.pmi, "end").Refused(t, 401, 124, "token")
	s.status(s.AsAdmin("root"), s.pmi, "end").Want(t, 204)
}

func TestStatusGoesOnToTheNextMeeting(t *testing.T) {
	s := newScene(t)
	s.status(s.ada, s.plan("Alpha", true), "start").Want(t, 204)
	beta, uuid := s.plan("Beta", true), s.uuid()
	s.next(beta, "another").Refused(t, 409, 4114, "ended")
	s.next(beta, uuid).Want(t, 204)
	s.next(beta, uuid).Want(t, 204)
	testkit.Equal(t, "uuid of the live instance", s.uuid() != uuid && s.live(s.pmi), true)
	s.next(s.plan("Own", false), s.uuid()).Refuses(t, "action")
	for body, fields := range map[string]string{`{"action":"next"}`: "uuid", `{"action":"next","uuid":7}`: "uuid"} {
		s.ada.Do("PUT", "/v2/meetings/"+beta+"/status", body).Refuses(t, fields)
	}
}

func TestBadRequestsAreRefusedByField(t *testing.T) {
	s := newScene(t)
	for body, fields := range map[string]string{
		`[]`: "body", `{"use_pmi":"true"}`: "use_pmi", `{"topic":"` + strings.Repeat("ä", 201) + `"}`: "topic",
		`{"use_pmi":[],"topic":[],"display_name":"\u0007"}`: "use_pmi display_name topic",
	} {
		s.tap(body).Refuses(t, strings.Fields(fields)...)
	}
	for body, fields := range map[string]string{``: "action", `{"action":"START"}`: "action", `[]`: "body"} {
		s.ada.Do("PUT", "/v2/meetings/"+s.pmi+"/status", body).Refuses(t, fields)
	}
	s.ada.With("Idempotency-Key", strings.Repeat("k", 256)).Do("POST", mine, ``).Refuses(t, "Idempotency-Key")
	for _, number := range []string{"5559998888", "abc", "%20", "ada.nobody", strings.Repeat("9", 400)} {
		s.status(s.ada, number, "start").Refused(t, 404, 3001, "meeting_not_found")
		s.status(s.ada, number, "end").Refused(t, 404, 3001, "meeting_not_found")
	}
	testkit.Equal(t, "live", s.live(s.pmi), false)
}

func TestCostsOfInstantOperations(t *testing.T) {
	s := newScene(t)
	own, inRoom := s.plan("Own", false), s.plan("Alpha", true)
	status := func(number, action string) func() testkit.Answer {
		return func() testkit.Answer { return s.status(s.ada, number, action) }
	}
	c := testkit.NewCostTest(t, &s.meter)
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
	s.status(s.ada, s.pmi, "start").Want(t, 204)
	uuid := s.uuid()
	c.Measure("go on to the next meeting, for which nobody waits", func() testkit.Answer { return s.next(inRoom, uuid) })
}

func TestSampleEventsAnswerAsTheirNamesSay(t *testing.T) {
	s := newScene(t)
	s.edit(meeting.Edit{PMI: new(meeting.Number("5552123434"))})
	for _, c := range []struct {
		name   string
		status int
		live   bool
	}{
		{"start-instant-meeting", 201, true}, {"put-meeting-status-end", 204, false}, {"put-meeting-status-start", 204, true},
		{"put-meeting-status-next-ended", 409, true},
	} {
		text, err := os.ReadFile("events/" + c.name + ".json")
		testkit.Must(t, err)
		var event events.APIGatewayV2HTTPRequest
		testkit.Must(t, json.Unmarshal(text, &event))
		s.Handle(event).Want(t, c.status)
		testkit.Equal(t, "live after "+c.name, s.live("5552123434"), c.live)
	}
}
