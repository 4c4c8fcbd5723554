package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestRoutesAreThoseOfTheTemplate(t *testing.T) {
	testkit.SameAsTemplate(t, slices.Concat(allRoutes(nil, nil, nil), doorbellRoutes(nil)))
}

// The bodies are compared as a whole, so a waiting person gets neither a media token nor the meeting's data (I9).
func TestI9JoinAnswers(t *testing.T) {
	s := newScene(t)
	s.useMedia(liveKit, nil)
	sam := s.guest("Sam")
	wait := func(a testkit.Answer, state, again string) {
		t.Helper()
		a.Want(t, 202).Is(t, fmt.Sprintf(`{"state": %q, "seat": {"id": %q, "secret": %q}, "retry_after": %s,
			"topic": "Ada's Personal Meeting Room", "host": "Ada"}`, state, sam.seat.ID, sam.seat.Secret, again))
		testkit.Equal(t, "Retry-After", a.Header["Retry-After"], again)
	}
	enter := func(status int, p *person, a testkit.Answer, role string) {
		t.Helper()
		a.Want(t, status).Is(t, fmt.Sprintf(`{
			"state": "admitted", "seat": {"id": %q, "secret": %q, "role": %q, "display_name": %q}, "renew_after": 45,
			"meeting": {"id": %s, "uuid": %q, "topic": "Ada's Personal Meeting Room", "host_id": "ada",
				"started_at": "2026-03-02T09:00:00Z"},
			"media": {"provider": "livekit", "url": "wss://media.example.com", "room": %q, "token": %q,
				"expires_at": %q}}`, p.seat.ID, p.seat.Secret, role, p.name, s.room, s.uuid(), p.instance(), a.Text(t, "media.token"),
			s.Clock.Now().Add(3*time.Minute).Format(time.RFC3339)))
	}
	wait(sam.join(), "waiting_for_host", "5")
	enter(201, s.ada, s.ada.join(), "host")
	s.do("PATCH", "", fields{"waiting_room": true}).Want(t, 200)
	wait(sam.poll(), "waiting_room", "3")
	s.sayOf("admit", sam).Want(t, 204)
	enter(200, sam, sam.poll(), "participant")
	s.Clock.Advance(30 * time.Second)
	enter(200, sam, sam.poll(), "participant")
	s.sayOf("wait", sam).Want(t, 204)
	wait(sam.poll(), "waiting_room", "5")
}

// Somebody who waits hears of a meeting only if they named it, whatever is live in the room (I9).
func TestI9WaitingPeopleHearWhatTheirInvitationSaid(t *testing.T) {
	s := newScene(t)
	alpha, beta := s.meetingOf("Alpha"), s.meetingOf("Beta")
	s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone)})
	hears := func(a testkit.Answer, topic, start, again string) {
		t.Helper()
		a.Want(t, 202)
		got := [4]string{a.Text(t, "topic"), a.Text(t, "host"), a.Text(t, "starts_at"), a.Text(t, "retry_after")}
		testkit.Equal(t, topic, got, [4]string{topic, "Ada", start, again})
	}
	early := s.guest("Early")
	hears(early.join(fields{"omn": beta}), "Beta", "2026-03-02T10:00:00Z", "30")
	hears(early.poll(), "Beta", "2026-03-02T10:00:00Z", "30")
	in(t, s.ada.join(fields{"omn": alpha}))
	hears(s.guest("Al").join(), "Ada's Personal Meeting Room", "", "3")
	hears(s.guest("Bea").join(fields{"omn": beta}), "Beta", "2026-03-02T10:00:00Z", "30")
	hears(s.guest("Alf").join(fields{"omn": alpha}), "Alpha", "", "3")
	hears(s.guest("Eve").join(fields{"omn": "89999999999"}), "Ada's Personal Meeting Room", "", "3")
	own := s.guest("Own").at(alpha)
	hears(own.join(), "Alpha", "", "3")
	s.Clock.Advance(time.Minute)
	hears(own.poll(), "Alpha", "", "5")
}

// The message of the hosts is for those who wait: nobody gets it before the passcode, nor after the admission.
func TestI9OnlyPeopleWhoWaitGetTheMessage(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone)})
	in(t, s.ada.join())
	write := func(text string) testkit.Answer {
		return s.do("PATCH", "", fields{"waiting_message": text}).Want(t, 200)
	}
	full := strings.Repeat("ä", meeting.MaxMessage)
	s.do("PATCH", "", fields{"waiting_message": full + "x"}).Refuses(t, "waiting_message")
	testkit.Equal(t, "the room's", write(full).Text(t, "waiting_message"), full)
	write("Five minutes")
	sam := s.guest("Sam")
	testkit.Equal(t, "Sam's", stands(t, sam.join(), "waiting_room").Text(t, "message"), "Five minutes")
	testkit.Equal(t, "Ada's", s.ada.poll().At(t, "message"), nil)
	refused := s.guest("Eve").join(fields{"passcode": "wrong"})
	refused.Refused(t, 404, 3001, "meeting_not_found")
	if strings.Contains(refused.Body, "Five minutes") {
		t.Error(refused.Body)
	}
	s.sayOf("admit", sam).Want(t, 204)
	testkit.Equal(t, "Sam's, when he is in", in(t, sam.poll()).At(t, "message"), nil)
	testkit.Equal(t, "the room's", write("").At(t, "waiting_message"), nil)
}

// Clients written for Zoom set the message by the title and the description of the waiting room.
func TestZoomsWaitingRoomUpdateSetsTheMessage(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	update := func(params fields) testkit.Answer {
		return s.do("PATCH", "/events", fields{"method": "waiting_room.update", "params": params})
	}
	for _, c := range []struct {
		params fields
		want   any
	}{
		{fields{"waiting_room_title": "Engines", "waiting_room_description": "Five minutes"}, "Engines – Five minutes"},
		{fields{"waiting_room_title": "Engines"}, "Engines"},
		{fields{"waiting_room_description": "Soon"}, "Soon"},
		{fields{"waiting_room_description": ""}, nil},
	} {
		testkit.Equal(t, "the answer", update(c.params).Want(t, 202).Body, "")
		testkit.Equal(t, "the message", s.do("GET", "", nil).At(t, "waiting_message"), c.want)
	}
	half := strings.Repeat("ä", meeting.MaxMessage/2)
	update(fields{}).Refuses(t, "params.waiting_room_description")
	update(fields{"waiting_room_title": half, "waiting_room_description": half}).Refuses(t, "params.waiting_room_description")
	s.do("PATCH", "/events", fields{"params": fields{"waiting_room_title": "x"}}).Refuses(t, "method")
	s.do("PATCH", "/events", fields{"method": "recording.start", "params": fields{"waiting_room_title": "x"}}).Refuses(t, "method")
	s.guest("Sam").client.Do("PATCH", "/v2/live_meetings/"+s.room+"/events", `{}`).Refused(t, 401, 124, "token")
}

func TestRoomAndRosterAnswers(t *testing.T) {
	s := newScene(t)
	idle := `{"id": %s, "state": "idle", "locked": false, "waiting_room": "off", "admitted": 0, "waiting": 0,
		"arriving": 0, "topic": "Ada's Personal Meeting Room", "under_attack": false}`
	s.do("GET", "", nil).Want(t, 200).Is(t, fmt.Sprintf(idle, s.room))
	alpha := s.meetingOf("Alpha")
	in(t, s.ada.join(fields{"omn": alpha}))
	sam, bob := s.guest("Sam"), s.user("bob")
	s.Clock.Advance(time.Second)
	in(t, bob.join())
	s.do("PATCH", "", fields{"locked": true, "waiting_room": "guests"}).Want(t, 200).Is(t, fmt.Sprintf(`{
		"id": %s, "uuid": %q, "state": "live", "locked": true, "waiting_room": "guests", "admitted": 2, "waiting": 0,
		"arriving": 0, "meeting_id": %s, "topic": "Alpha", "started_at": "2026-03-02T09:00:00Z",
		"under_attack": false}`,
		s.room, s.uuid(), alpha))
	s.do("PATCH", "", fields{"locked": false}).Want(t, 200)
	s.Clock.Advance(time.Second)
	stands(t, sam.join(fields{"omn": alpha}), "waiting_room")
	row := func(p *person, rest string) string {
		return fmt.Sprintf(`{"id": %q, "display_name": %q, %s}`, p.seat.ID, p.name, rest)
	}
	bobs := row(bob, `"verified": true, "guest": false, "email": "bob@example.com", "account_id": "acme",
		"role": "participant", "state": "admitted", "joined_at": "2026-03-02T09:00:01Z", "seq": 2`)
	sams := row(sam, `"verified": false, "guest": true, "role": "participant", "state": "waiting", "network": 1,
		"joined_at": "2026-03-02T09:00:02Z", "meeting_topic": "Alpha", "meeting_id": `+alpha)
	adas := row(s.ada, `"verified": true, "guest": false, "email": "ada@example.com", "account_id": "acme", "role": "host",
		"state": "admitted", "joined_at": "2026-03-02T09:00:00Z", "seq": 1, "meeting_topic": "Alpha", "meeting_id": `+alpha)
	for query, rows := range map[string]string{
		"": adas + "," + bobs + "," + sams, "?verified=true": adas + "," + bobs,
		"?state=waiting": sams, "?state=admitted&verified=false": "",
	} {
		s.do("GET", "/participants"+query, nil).Want(t, 200).
			Is(t, `{"room": `+s.do("GET", "", nil).Body+`, "participants": [`+rows+`], "arriving": 0, "next_page_token": ""}`)
	}
}

func TestRosterMarksGuestsOfTheNetworkOfSomebodyRemoved(t *testing.T) {
	s := newScene(t)
	sam, sue := s.guest("Sam"), s.guest("Sue")
	in(t, s.ada.join())
	in(t, sam.join())
	s.sayOf("remove", sam).Want(t, 204)
	stands(t, sue.join(), "waiting_room")
	sues := s.do("GET", "/participants?state=waiting", nil).Want(t, 200)
	testkit.Equal(t, "the mark", sues.Text(t, "participants.0.same_network_as"), "removed")
}

func TestNoEmptyParameterWidensARequest(t *testing.T) {
	s := newScene(t)
	s.ada.join().Want(t, 201)
	testkit.EmptyParameters(t, s.ada.client, "{room}", s.room, "{number}", s.room, "{link}", "ada.lovelace")
}

func TestRosterPagesSurviveThoseWhoLeave(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	for i := range 4 {
		s.Clock.Advance(time.Second)
		in(t, s.guest(fmt.Sprint("Guest", i)).join())
	}
	page := s.do("GET", "/participants?page_size=3", nil).Want(t, 200)
	testkit.Equal(t, "the first page ends with", page.Text(t, "participants.2.display_name"), "Guest1")
	s.ada.leave().Want(t, 204)
	next := "/participants?page_size=3&next_page_token=" + page.Text(t, "next_page_token")
	page = s.do("GET", next, nil).Want(t, 200)
	testkit.Equal(t, "the next page begins with", page.Text(t, "participants.0.display_name"), "Guest2")
	testkit.Equal(t, "there are no more", page.Text(t, "participants.2")+page.Text(t, "next_page_token"), "")
}

func TestI8ACrowdOfOneNetworkHidesNobodyOfAnother(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	for i := range 4 {
		s.Clock.Advance(time.Second)
		in(t, s.guest(fmt.Sprint("Guest", i)).join())
	}
	s.Clock.Advance(time.Second)
	sam := s.guest("Sam")
	sam.client = sam.client.From("203.0.113.77")
	in(t, sam.join())
	page := s.do("GET", "/participants?page_size=4", nil).Want(t, 200)
	testkit.Equal(t, "the third", page.Text(t, "participants.2.display_name"), "Sam")
	testkit.Equal(t, "the fourth", page.Text(t, "participants.3.display_name"), "Guest1")
	next := "/participants?page_size=4&next_page_token=" + page.Text(t, "next_page_token")
	page = s.do("GET", next, nil).Want(t, 200)
	testkit.Equal(t, "the fifth", page.Text(t, "participants.0.display_name"), "Guest2")
	testkit.Equal(t, "the sixth", page.Text(t, "participants.1.display_name"), "Guest3")
}

func TestDecisionAnswers(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone)})
	in(t, s.ada.join())
	sam, sue, bob := s.guest("Sam"), s.guest("Sue"), s.user("bob")
	for _, p := range []*person{sam, sue, bob} {
		stands(t, p.join(), "waiting_room")
	}
	sue.leave().Want(t, 204)
	decide := func(action string, ids []string, want string) {
		t.Helper()
		body := fields{"action": action}
		if ids != nil { // else everybody who waits
			body["participant_ids"] = ids
		}
		s.do("PUT", "/participants/status", body).Want(t, 200).Is(t, want)
	}
	decide("admit", []string{}, `{"participants": [], "missed": []}`)
	decide("admit", []string{sam.seat.ID, sue.seat.ID}, fmt.Sprintf(
		`{"participants": [{"id": %q, "state": "admitted"}], "missed": [{"id": %q, "state": "left"}]}`,
		sam.seat.ID, sue.seat.ID))
	decide("deny", nil, fmt.Sprintf(`{"participants": [{"id": %q, "state": "denied"}], "missed": []}`, bob.seat.ID))
	s.sayOf("admit", sam).Want(t, 204) // again
	s.sayOf("admit", sue).Refused(t, 409, 4119, "seat_moved")
	for _, action := range []string{"wait", "wait", "remove", "remove"} {
		s.sayOf(action, sam).Want(t, 204)
	}
}

func TestSampleEventsAnswerAsTheirNamesSay(t *testing.T) {
	s := newScene(t)
	s.edit("ada", meeting.Edit{PMI: new(meeting.Number("5552123434"))})
	s.policy(meeting.SettingsEdit{Passcode: new("sesame")})
	inOrder := []struct {
		name   string
		status int
	}{
		{"join", 201}, {"join-as-guest", 201}, {"get-room", 200}, {"get-roster", 200}, {"put-participants-status", 200},
		{"patch-room", 200}, {"patch-room-events", 202}, {"put-participant-status-unknown", 404}, {"leave-unknown", 404}, {"leave-as-guest-unknown", 404},
		{"media-tells-unknown", 404}, {"doorbell-invalid", 403},
	}
	testkit.Equal(t, "routes", len(s.API.Routes()), len(inOrder))
	for _, c := range inOrder {
		text, err := os.ReadFile("events/" + c.name + ".json")
		testkit.Must(s.t, err)
		var event events.APIGatewayV2HTTPRequest
		testkit.Must(s.t, json.Unmarshal(text, &event))
		s.Handle(event).Want(t, c.status)
	}
}
