package e2e

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"personal-rooms/shared/dev/testkit"
)

// The product's scenario, in the order in which a person meets it.

func TestTheNumberIsEditedInMyProfile(t *testing.T) {
	ada, ben := signUp(t, "Ada"), signUp(t, "Ben")
	old, _ := ada.room()
	number := ada.freeNumber()
	ada.editProfile(fields{"pmi": grouped(number)})
	profile := ada.get(me)
	testkit.Equal(t, "her PMI", profile.Text(t, "pmi"), number)
	contains(t, profile.Text(t, "personal_meeting_url"), "/j/"+number)
	contains(t, ada.get(ownRoom).Text(t, "join_url"), "/j/"+number)

	// Ben wants the same number. It is taken, and nothing of his edit is stored.
	before := ben.get(me).Body
	refused := ben.do("PATCH", me, fields{"pmi": number, "first_name": "Benjamin"})
	contains(t, refused.Refused(t, 409, 4101, "number_taken"), "pmi:")
	testkit.Equal(t, "his profile", ben.get(me).Body, before)
	check := ben.get("/v2/users/pmi?pmi=" + number)
	testkit.Equal(t, "existed", check.Text(t, "existed"), "true")
	ben.editProfile(fields{"pmi": check.Text(t, "suggestions.0")})

	// Ada's old number is quarantined: only she can take it again.
	ben.do("PATCH", me, fields{"pmi": old}).Refused(t, 409, 4101, "number_taken")
	ada.editProfile(fields{"pmi": json.Number(old)})

	link := "Ada.L" + unique("")[1:]
	ada.editProfile(fields{"vanity_name": link})
	contains(t, ada.get(me).Text(t, "vanity_url"), "/my/"+link)
	ben.do("PATCH", me, fields{"vanity_name": link}).Refused(t, 409, 4100, "link_taken")
}

func TestI5AlwaysUsePMI(t *testing.T) {
	ada := signUp(t, "Ada")
	pmi, _ := ada.room()
	ada.editProfile(fields{"use_pmi": true})
	contains(t, ada.do("POST", instant, fields{"use_pmi": false}).Refused(t, 409, 4103, "pmi_required"), "use_pmi:")
	_, number := ada.startNow(nil)
	testkit.Equal(t, "the number", number, pmi)
	ada.end(number)
	made, number := ada.plan(fields{"type": 1, "settings": fields{"use_pmi": false}}) // the create route of Zoom
	testkit.Equal(t, "number and advisory", number+" "+made.Text(t, "advisories.0.code"), pmi+" pmi_used")
	planned, _ := ada.plan(fields{"topic": "Scheduling is a choice of its own", "type": 2})
	testkit.Equal(t, "use_pmi", planned.Text(t, "settings.use_pmi"), "false")
}

func TestInstantMeetingsWithAndWithoutThePMI(t *testing.T) {
	ada, ben := signUp(t, "Ada"), signUp(t, "Ben").visitor()
	pmi, _ := ada.room()
	with, number := ada.startNow(fields{"use_pmi": true, "display_name": "Ada L."})
	testkit.Equal(t, "the number", number, pmi)
	testkit.Equal(t, "her seat", with.Text(t, "admission.state")+" "+with.Text(t, "admission.seat.role"), "admitted host")
	testkit.Equal(t, "the roster", ada.roster(pmi), "Ada L. admitted")
	ada.start(pmi) // a second start changes nothing
	testkit.Equal(t, "the instance", ada.get("/v2/meetings/"+pmi).Text(t, "uuid"), with.Text(t, "uuid"))
	ada.end(pmi)

	without, number := ada.startNow(fields{"use_pmi": false})
	testkit.Equal(t, "PMI, and the room", without.Text(t, "pmi")+" "+ada.get(ownRoom).Text(t, "status"), " idle")
	testkit.Equal(t, "the length of a generated number", len(number), 11)
	passcode := without.Text(t, "password")
	ben.join(number, passcode)
	ada.end(number)
	ben.ask(number, fields{"passcode": passcode}).Refused(t, 404, 3001, "meeting_not_found")
}

func TestAPlannedMeetingIsInThePersonalRoom(t *testing.T) {
	ada := signUp(t, "Ada")
	pmi, passcode := ada.room()
	invitees := []fields{{"email": "Mary@example.com"}}
	made, number := ada.plan(fields{"topic": "Engines & <looms>", "type": 2, "start_time": "2030-03-01T10:00:00",
		"timezone": "Europe/London", "duration": 45, "settings": fields{"use_pmi": true, "meeting_invitees": invitees}})
	link := must(url.Parse(made.Text(t, "join_url")))
	testkit.Equal(t, "the link", link.Path+" "+link.Query().Get("omn"), "/j/"+pmi+" "+number)
	seen := ada.get("/v2/meetings/" + number)
	testkit.Equal(t, "the start", seen.Text(t, "start_time"), "2030-03-01T10:00:00Z")
	testkit.Equal(t, "the invitee", seen.Text(t, "settings.meeting_invitees.0.email"), "mary@example.com")
	testkit.Equal(t, "upcoming", ada.get(meetings+"?type=upcoming").Text(t, "meetings.0.id"), number)
	invitation := ada.get("/v2/meetings/"+number+"/invitation").Text(t, "invitation")
	contains(t, invitation, "Engines & <looms>", made.Text(t, "join_url"), grouped(pmi), passcode)
	calendar := ada.with("Accept", "text/calendar").get("/v2/meetings/" + number + "/invitation")
	contains(t, calendar.Body, "BEGIN:VTIMEZONE", "METHOD:REQUEST")
	page := guest(t, "A browser").do("GET", link.RequestURI(), nil).Want(t, 200, 302)
	if page.Status == 200 {
		contains(t, page.Body, "<!doctype html>", grouped(pmi))
		lacks(t, page.Body, "Engines", "<script")
	}

	// The saved scheduling option of the Chrome extension is the default of a plan that names no room.
	ada.do("PATCH", settings, fields{"schedule_meeting": fields{"use_pmi_for_scheduled_meetings": true}}).Want(t, 204)
	byDefault, _ := ada.plan(fields{"topic": "Later"})
	explicit, _ := ada.plan(fields{"topic": "Apart", "settings": fields{"use_pmi": false}})
	testkit.Equal(t, "the PMIs", byDefault.Text(t, "pmi")+" "+explicit.Text(t, "pmi"), pmi+" ")
}

func TestPastMeetingsShowTheirParticipants(t *testing.T) {
	ada := signUp(t, "Ada")
	ben := newUser(t, "Ben", ada.account, "")
	cleo, dan := guest(t, "Cleo"), guest(t, "Dan")
	pmi, passcode := ada.room()
	early := cleo.wait(pmi, passcode, "waiting_for_host")
	ada.startNow(fields{"use_pmi": true})
	cleo.seat(cleo.poll(pmi, early), "admitted")
	bens := ben.visitor().join(grouped(pmi), passcode)
	uuid := ada.get(meetings+"?type=live").Text(t, "meetings.0.uuid")

	ada.set(pmi, fields{"locked": true})
	dan.ask(pmi, fields{"passcode": passcode}).Refused(t, 403, 4110, "locked")
	cleo.seat(cleo.poll(pmi, early), "admitted")
	ada.set(pmi, fields{"locked": false})
	ada.set(pmi, fields{"waiting_room": true})
	dans := dan.wait(pmi, passcode, "waiting_room")
	ada.decide(pmi, "admit", dans)
	dan.seat(dan.poll(pmi, dans), "admitted")
	eves := guest(t, "Eve").wait(pmi, passcode, "waiting_room")
	testkit.Equal(t, "the roster", ada.roster(pmi), "Cleo admitted, Ada admitted, Ben admitted, Dan admitted, Eve waiting")
	ada.decide(pmi, "deny", eves)
	guest(t, "Eve").poll(pmi, eves).Refused(t, 403, 4112, "denied")

	ben.do("PATCH", "/v2/live_meetings/"+pmi, fields{"locked": true}).Refused(t, 404, 3001, "meeting_not_found")
	ada.decide(pmi, "make_host", bens)
	testkit.Equal(t, "locked by the new host", ben.set(pmi, fields{"locked": true}).Text(t, "locked"), "true")
	ada.decide(pmi, "remove", dans)
	dan.poll(pmi, dans).Refused(t, 403, 4113, "removed")
	cleo.leave(pmi, early)
	ada.end(pmi)
	ben.visitor().poll(pmi, bens).Refused(t, 409, 4114, "ended")

	contains(t, ada.get(meetings+"?type=previous_meetings").Body, uuid)
	contains(t, ada.get("/v2/past_meetings/"+pmi+"/instances").Body, uuid)
	past := ada.get("/v2/past_meetings/" + uuid + "/participants")
	testkit.Equal(t, "removed", strings.Count(past.Body, `"removed"`) > 0, true)
	contains(t, past.Body, `"Cleo"`, `"Dan"`, `"by":"`+ada.id+`"`)
	ben.do("GET", "/v2/past_meetings/"+uuid, nil).Refused(t, 404, 3001, "meeting_not_found")
}

func TestI13StrangersLearnNothing(t *testing.T) {
	ada := signUp(t, "Ada")
	retired, passcode := ada.room()
	pmi := ada.freeNumber()
	ada.editProfile(fields{"pmi": pmi})
	ada.startNow(fields{"use_pmi": true})
	anonymous, alone := stranger(t)
	for _, s := range []visitor{signUp(t, "Mallory").visitor(), anonymous} {
		nothing := s.ask(randomNumber(), nil)
		nothing.Refused(t, 404, 3001, "meeting_not_found")
		for what, a := range map[string]testkit.Answer{
			"a wrong passcode": s.ask(pmi, fields{"passcode": "wrong"}), "no passcode": s.ask(pmi, nil),
			"a retired number": s.ask(retired, fields{"passcode": passcode}),
		} {
			testkit.Equal(t, what, a.Body, nothing.Body)
		}
		if s.token == "" && !alone { // all guests share this address: see doc.go
			continue
		}
		guessUntilRefused(s, pmi)
		s.ask(pmi, fields{"passcode": passcode}).Refused(t, 429, 429, "too_many_guesses")
	}
	guest(t, "Grace").join(pmi, passcode)
	testkit.Equal(t, "the roster", ada.roster(pmi), "Ada admitted, Grace admitted")
	ada.end(pmi)
}

// guessUntilRefused spends the budget: 20 guesses, and as many again if ten minutes end meanwhile.
func guessUntilRefused(s visitor, number string) {
	s.t.Helper()
	for range 41 {
		if s.ask(number, fields{"passcode": "wrong"}).Want(s.t, 404, 429).Status == 429 {
			return
		}
	}
	s.t.Fatal("wrong guesses have no limit")
}
