package main

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestRoutesAreThoseOfTheTemplate(t *testing.T) {
	testkit.SameAsTemplate(t, allRoutes(nil, nil, nil))
}

// The bodies are compared as a whole, so a waiting person gets neither a ticket nor the meeting (I9).
func TestI9JoinAnswers(t *testing.T) {
	s := newScene(t)
	s.useMedia(liveKit, nil)
	sam := s.guest("Sam")
	wait := func(a testkit.Answer, state string) {
		t.Helper()
		a.Want(t, 202).Is(t, fmt.Sprintf(`{"state": %q, "seat": {"id": %q, "secret": %q}, "retry_after": 5}`,
			state, sam.seat.ID, sam.seat.Secret))
		testkit.Equal(t, "Retry-After", a.Header["Retry-After"], "5")
	}
	enter := func(status int, p *person, a testkit.Answer, role string) {
		t.Helper()
		a.Want(t, status).Is(t, fmt.Sprintf(`{
			"state": "admitted", "seat": {"id": %q, "secret": %q, "role": %q, "display_name": %q}, "renew_after": 30,
			"meeting": {"id": %s, "uuid": %q, "topic": "Ada's Personal Meeting Room", "host_id": "ada",
				"started_at": "2026-03-02T09:00:00Z"},
			"media": {"provider": "livekit", "url": "wss://media.example.com", "room": %q, "token": %q,
				"expires_at": %q}}`, p.seat.ID, p.seat.Secret, role, p.name, s.room, s.uuid(), p.instance(), a.Text(t, "media.token"),
			s.Clock.Now().Add(3*time.Minute).Format(time.RFC3339)))
	}
	wait(sam.join(), "waiting_for_host")
	enter(201, s.ada, s.ada.join(), "host")
	s.do("PATCH", "", fields{"waiting_room": true}).Want(t, 200)
	wait(sam.poll(), "waiting_room")
	s.sayOf("admit", sam).Want(t, 204)
	enter(200, sam, sam.poll(), "participant")
	s.Clock.Advance(30 * time.Second)
	enter(200, sam, sam.poll(), "participant")
	s.sayOf("wait", sam).Want(t, 204)
	wait(sam.poll(), "waiting_room")
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
			Is(t, `{"participants": [`+rows+`], "arriving": 0, "next_page_token": ""}`)
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
		{"patch-room", 200}, {"put-participant-status-unknown", 404}, {"leave-unknown", 404}, {"leave-as-guest-unknown", 404},
		{"media-tells-unknown", 404},
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
