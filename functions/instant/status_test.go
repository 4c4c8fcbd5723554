package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestStartAndEndChangeNothingTwice(t *testing.T) {
	s := newScene(t)
	own, inRoom := s.plan("Own", false), s.plan("Alpha", true)
	for _, number := range []string{s.pmi, own, inRoom} {
		at := number
		if number == inRoom {
			at = s.pmi
		}
		s.status(s.ada, number, "end").Want(t, 204)
		same(t, "live", s.live(at), false)
		s.status(s.ada, number, "start").Want(t, 204)
		before, _ := s.Store.Room(t.Context(), meeting.Number(at))
		s.status(s.ada, number, "start").Want(t, 204)
		after, _ := s.Store.Room(t.Context(), meeting.Number(at))
		same(t, "sitting", after.Live.Instance, before.Live.Instance)
		same(t, "epoch", after.Live.Epoch, before.Live.Epoch)
		for range 2 {
			s.status(s.ada, number, "end").Want(t, 204)
			same(t, "live", s.live(at), false)
		}
	}
}

func TestThePMITabStartsThePersonalRoom(t *testing.T) {
	s := newScene(t)
	s.status(s.ada, meeting.Number(s.pmi).Grouped()[:3]+"-"+s.pmi[3:], "start").Want(t, 204)
	in, err := s.guest(s.pmi, "")
	s.must(err)
	same(t, "a guest", in.State, meeting.Admitted)
	same(t, "the host's tap joins it", s.tap(`{"use_pmi":true}`).Want(t, 200).Text(t, "uuid"), in.Room.Live.Instance)
}

func TestI18AMeetingTakesOverTheRoomThatSitsForNone(t *testing.T) {
	s := newScene(t)
	alpha, beta := s.plan("Alpha", true, "bob@example.com"), s.plan("Beta", true)
	s.status(s.ada, s.pmi, "start").Want(t, 204)
	said := s.status(s.As("bob"), alpha, "start").Refused(t, 409, 4104, "room_in_use")
	if !strings.Contains(said, "Ada") {
		t.Errorf("it does not name whose room it is: %s", said)
	}
	s.status(s.ada, alpha, "start").Want(t, 204)
	same(t, "the sitting is Alpha's", s.room().Live.Meeting.ID.String(), alpha)
	s.status(s.As("bob"), s.pmi, "start").Want(t, 204) // its alternative host is host now
	in, err := s.guest(s.pmi, meeting.Number(beta))
	s.must(err)
	same(t, "Beta's guest waits for the host", in.WaitsForHost, true)
	s.status(s.ada, beta, "start").Refused(t, 409, 4104, "room_in_use")
	s.status(s.ada, alpha, "end").Want(t, 204)
	same(t, "live", s.live(s.pmi), false)
}

func TestI18OneSittingOneMeeting(t *testing.T) {
	s := newScene(t)
	alpha, beta := s.plan("Alpha", true), s.plan("Beta", true)
	s.status(s.ada, alpha, "start").Want(t, 204)
	said := s.status(s.ada, beta, "start").Refused(t, 409, 4104, "room_in_use")
	if !strings.Contains(said, "Alpha") {
		t.Errorf("it does not name what sits: %s", said)
	}
	s.status(s.ada, beta, "end").Want(t, 204) // which does not sit
	same(t, "live", s.live(s.pmi), true)
	same(t, "a tap joins Alpha", s.tap(`{"use_pmi":true}`).Want(t, 200).Text(t, "admission.meeting.topic"), "Alpha")
	in, err := s.guest(s.pmi, meeting.Number(beta))
	s.must(err)
	same(t, "Beta's guest waits for the host", in.WaitsForHost, true)
	s.status(s.ada, s.pmi, "end").Want(t, 204) // whatever sits
	s.status(s.ada, beta, "start").Want(t, 204)
}

func TestWhoMayStartAndEnd(t *testing.T) {
	s := newScene(t)
	own, inRoom := s.plan("Own", false, "bob@example.com"), s.plan("Alpha", true, "bob@example.com")
	for _, number := range []string{own, inRoom} {
		for _, action := range []string{"start", "end"} {
			s.status(s.As("eve"), number, action).Refused(t, 404, 3001, "meeting_not_found")
			s.status(s.As("bob").Claiming("email_verified", "false"), number, action).Refused(t, 404, 3001, "meeting_not_found")
			s.status(s.As("bob").Claiming("account_id", "other"), number, action).Refused(t, 404, 3001, "meeting_not_found")
			s.status(s.AsAdmin("root").Claiming("account_id", "other"), number, action).Refused(t, 404, 3001, "meeting_not_found")
			s.status(s.As("bob"), number, action).Want(t, 204)
			same(t, number+" is live", s.live(number) || s.live(s.pmi), action == "start")
		}
		s.status(s.AsAdmin("root"), number, "start").Want(t, 204)
		s.status(s.AsAdmin("root"), number, "end").Want(t, 204)
	}
	s.status(s.As("bob"), s.pmi, "start").Refused(t, 404, 3001, "meeting_not_found") // he is no host of the room itself
	s.status(s.ada.Claiming("scope", "meeting:read"), s.pmi, "start").Refused(t, 403, 4700, "scope")
	s.status(s.Guest(), s.pmi, "start").Refused(t, 401, 124, "token")
	same(t, "live", s.live(s.pmi), false)
}

func TestAlternativeHostsEndWhatTheyStarted(t *testing.T) {
	s := newScene(t)
	alpha := s.plan("Alpha", true, "bob@example.com")
	s.status(s.As("bob"), alpha, "start").Want(t, 204)
	s.status(s.As("bob"), s.pmi, "end").Want(t, 204) // they are hosts of the sitting
	same(t, "live", s.live(s.pmi), false)
}

func TestTheNextSittingIsNotEnded(t *testing.T) {
	s := newScene(t)
	first := s.tap(`{"use_pmi":true}`).Want(t, 201)
	s.status(s.ada, s.pmi, "end").Want(t, 204)
	second := s.tap(`{"use_pmi":true}`).Want(t, 201)
	s.leave(first) // a late leave of the sitting before
	same(t, "live", s.live(s.pmi), true)
	if first.Text(t, "uuid") == second.Text(t, "uuid") {
		t.Error("one sitting")
	}
}

func TestStartsAndEndsRace(t *testing.T) {
	s := newScene(t)
	alpha, beta := s.plan("Alpha", true), s.plan("Beta", true)
	statuses := make([]int, 12)
	atOnce(len(statuses), func(i int) { statuses[i] = s.status(s.ada, []string{alpha, beta}[i%2], "start").Status })
	won := s.room().Live.Meeting.ID
	for i, status := range statuses {
		want := 409
		if won == meeting.Number([]string{alpha, beta}[i%2]) {
			want = 204
		}
		same(t, "status", status, want)
	}
	atOnce(6, func(int) { same(t, "end", s.status(s.ada, s.pmi, "end").Status, 204) })
	same(t, "live", s.live(s.pmi), false)
}

func badStarts() map[string]string {
	return map[string]string{
		`{`: "body", `[]`: "body", `"x"`: "body", "{\"topic\":\"\xff\"}": "body", `{"use_pmi":"true"}`: "use_pmi", `{"use_pmi":1}`: "use_pmi",
		`{"topic":5}`: "topic", `{"topic":"a\nb"}`: "topic", `{"topic":"` + strings.Repeat("ä", 201) + `"}`: "topic",
		`{"display_name":{}}`: "display_name", `{"display_name":"` + strings.Repeat("ä", 65) + `"}`: "display_name", `{"display_name":"\u0007"}`: "display_name",
		`{"use_pmi":[],"topic":[],"display_name":[]}`: "use_pmi display_name topic",
	}
}

func TestBadStarts(t *testing.T) {
	s := newScene(t)
	for body, fields := range badStarts() {
		s.tap(body).Refuses(t, strings.Fields(fields)...)
	}
	s.tap(`{"topic":"`+strings.Repeat(" ", api.MaxBody)+`"}`).Refused(t, 413, 300, "too_large")
	s.ada.With("Idempotency-Key", strings.Repeat("k", 256)).Do("POST", mine, ``).Refuses(t, "Idempotency-Key")
	same(t, "live", s.live(s.pmi), false)
	s.tap(`{"topic":"`+strings.Repeat("ä", 200)+`","display_name":"`+strings.Repeat("ä", 64)+`","unknown":{"x":[]}}`).Want(t, 201)
}

func badStatuses() []string {
	return []string{``, `{}`, `null`, `{"action":null}`, `{"action":""}`, `{"action":"recover"}`, `{"action":"START"}`, `{"action":5}`, `{"action":["end"]}`}
}

func TestBadStatuses(t *testing.T) {
	s := newScene(t)
	s.tap(`{"use_pmi":true}`).Want(t, 201)
	for _, body := range badStatuses() {
		s.ada.Do("PUT", "/v2/meetings/"+s.pmi+"/status", body).Refuses(t, "action")
	}
	for _, body := range []string{`{`, `[]`, `"end"`} {
		s.ada.Do("PUT", "/v2/meetings/"+s.pmi+"/status", body).Refuses(t, "body")
	}
	for _, number := range []string{"5559998888", "83123456789", "abc", "555", "%20", "ada.nobody", "0", strings.Repeat("9", 400)} {
		for _, action := range []string{"start", "end"} {
			s.status(s.ada, number, action).Refused(t, 404, 3001, "meeting_not_found")
		}
	}
	same(t, "live", s.live(s.pmi), true)
}

func FuzzInstant(f *testing.F) {
	seeds := []string{``, `{"use_pmi":true,"topic":"Stand-up","display_name":"Ada"}`}
	for body := range badStarts() {
		seeds = append(seeds, body)
	}
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		_, err := instantOf(r)
		return api.NoContent(), err
	}, seeds...)
}

func FuzzStatus(f *testing.F) {
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		action, err := actionOf(r)
		if err == nil && action != "start" && action != "end" {
			panic(action)
		}
		return api.NoContent(), err
	}, append(badStatuses(), `{"action":"start"}`, `{"action":"end"}`)...)
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

func TestSampleEventsAnswerWhatTheirNamesSay(t *testing.T) {
	s := newScene(t)
	s.must(s.edit(meeting.Edit{PMI: new(meeting.Number("5552123434"))}))
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
