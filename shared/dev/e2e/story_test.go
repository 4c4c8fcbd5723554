package e2e

import (
	"net/url"
	"strings"
	"testing"

	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/testkit"
)

// The story of the product, in the order in which a person meets it.

func TestAUserChoosesNumberLinkAndSettings(t *testing.T) {
	ada := signUp(t, "Ada")
	taken, _ := signUp(t, "Ben").room()
	check := ada.get("/v2/users/pmi?pmi=" + taken)
	testkit.Equal(t, "Ben's number exists", check.Text(t, "existed"), "true")
	ada.do("PATCH", me, fields{"pmi": taken}).Refused(t, 409, 4101, "number_taken")
	number := check.Text(t, "suggestions.0")
	ada.edit(me, fields{"pmi": grouped(number)})
	profile := ada.get(me)
	testkit.Equal(t, "her PMI", profile.Text(t, "pmi"), number)
	contains(t, profile.Text(t, "personal_meeting_url"), "/j/"+number)
	contains(t, ada.get(ownRoom).Text(t, "join_url"), "/j/"+number)

	link := "ada.l" + unique("")[1:]
	testkit.Equal(t, "taken", ada.get("/v2/users/vanity_name?vanity_name="+link).Text(t, "existed"), "false")
	ada.edit(me, fields{"vanity_name": link})
	contains(t, ada.get(me).Text(t, "vanity_url"), "/my/"+link)
	contains(t, guest(t, "A browser").get("/my/"+link).Body, "<!doctype html>")

	// The saved scheduling option is the default of a plan that names no room.
	ada.edit(settings, fields{"schedule_meeting": fields{"use_pmi_for_scheduled_meetings": true}})
	testkit.Equal(t, "the option", ada.get(settings).Text(t, "schedule_meeting.use_pmi_for_scheduled_meetings"), "true")
	planned, id := ada.plan(fields{"topic": "Later"})
	testkit.Equal(t, "its PMI", planned.Text(t, "pmi"), number)
	ada.edit("/v2/meetings/"+id, fields{"settings": fields{"use_pmi": false}})
	testkit.Equal(t, "its PMI", ada.get("/v2/meetings/"+id).Text(t, "pmi"), "")
	ada.do("DELETE", "/v2/meetings/"+id, nil).Want(t, 204)

	// An instant meeting has a generated number of 11 digits, unless the PMI is always used.
	started := ada.startNow(false)
	testkit.Equal(t, "digits", len(started.Text(t, "id")), 11)
	guest(t, "Ben").ask(started.Text(t, "id"), started.Text(t, "password")).Want(t, 201)
	ada.set(started.Text(t, "id"), "end")
	ada.edit(me, fields{"use_pmi": true})
	ada.do("POST", instant, fields{"use_pmi": false}).Refused(t, 409, 4103, "pmi_required")
}

func TestAMeetingIsPlannedInThePersonalRoom(t *testing.T) {
	ada := signUp(t, "Ada")
	pmi, passcode := ada.room()
	made, number := ada.plan(fields{"topic": "Engines & <looms>", "type": 2, "start_time": "2030-03-01T10:00:00",
		"timezone": "Europe/London", "duration": 45, "settings": fields{"use_pmi": true,
			"meeting_invitees": []fields{{"email": "Mary@example.com"}}}})
	link := must(url.Parse(made.Text(t, "join_url")))
	testkit.Equal(t, "the link", link.Path+" "+link.Query().Get("omn"), "/j/"+pmi+" "+number)
	seen := ada.get("/v2/meetings/" + number)
	testkit.Equal(t, "the start", seen.Text(t, "start_time"), "2030-03-01T10:00:00Z")
	testkit.Equal(t, "upcoming", ada.get(meetings+"?type=upcoming").Text(t, "meetings.0.id"), number)
	invitation := ada.get("/v2/meetings/"+number+"/invitation").Text(t, "invitation")
	contains(t, invitation, "Engines & <looms>", made.Text(t, "join_url"), grouped(pmi), passcode)
	calendar := ada.with("Accept", "text/calendar").get("/v2/meetings/" + number + "/invitation")
	contains(t, calendar.Body, "BEGIN:VTIMEZONE", "METHOD:REQUEST")
	page := guest(t, "A browser").do("GET", link.RequestURI(), nil).Want(t, 200, 302)
	if page.Status == 200 {
		contains(t, page.Body, "<!doctype html>", grouped(pmi))
		lacks(t, page.Body, "Engines", link.Query().Get("pwd"), "<script>")
	}
}

func TestAMeetingIsHeldInThePersonalRoom(t *testing.T) {
	ada := signUp(t, "Ada")
	ben := newUser(t, "Ben", ada.account, runner.TokenOptions{})
	cleo, dan := guest(t, "Cleo"), guest(t, "Dan")
	pmi, passcode := ada.room()
	early := cleo.seat(cleo.ask(pmi, passcode), "waiting_for_host")
	started := ada.startNow(true)
	testkit.Equal(t, "her seat", started.Text(t, "admission.state")+" "+started.Text(t, "admission.seat.role"),
		"admitted host")
	uuid := started.Text(t, "uuid")
	ada.set(pmi, "start") // a second start changes nothing
	cleos := cleo.poll(pmi, early)
	cleo.seat(cleos, "admitted")
	bens := ben.seat(ben.ask(grouped(pmi), passcode), "admitted")
	testkit.Equal(t, "live", ada.get(meetings+"?type=live").Text(t, "meetings.0.uuid"), uuid)

	ada.editLive(pmi, fields{"locked": true})
	dan.ask(pmi, passcode).Refused(t, 403, 4110, "locked")
	ada.editLive(pmi, fields{"locked": false, "waiting_room": true})
	dans := dan.seat(dan.ask(pmi, passcode), "waiting_room")
	roster := ada.get("/v2/live_meetings/" + pmi + "/participants")
	testkit.Equal(t, "the last of four", roster.Text(t, "participants.3.display_name")+" "+
		roster.Text(t, "participants.3.state"), "Dan waiting")
	ada.decide(pmi, "admit", dans)
	dan.seat(dan.poll(pmi, dans), "admitted")
	ada.decide(pmi, "make_host", bens)
	testkit.Equal(t, "locked by the new host", ben.editLive(pmi, fields{"locked": true}).Text(t, "locked"), "true")
	ada.decide(pmi, "remove", dans)
	lacks(t, dan.poll(pmi, dans).Want(t, 403).Body, `"media"`, "eyJhbGci") // I10
	cleo.with("X-Seat-Secret", early.Secret).do("DELETE", cleo.seats(pmi)+"/"+early.ID, nil).Want(t, 204)
	ada.get("/v2/live_meetings/" + pmi)
	ada.set(pmi, "end")
	ben.poll(pmi, bens).Refused(t, 409, 4114, "ended")

	contains(t, ada.get(meetings+"?type=previous_meetings").Body, uuid)
	contains(t, ada.get("/v2/past_meetings/"+pmi+"/instances").Body, uuid)
	testkit.Equal(t, "of the past", ada.get("/v2/past_meetings/"+uuid).Text(t, "uuid"), uuid)
	past := ada.get("/v2/past_meetings/" + uuid + "/participants").Body
	contains(t, past, `"Cleo"`, `"Dan"`, `"removed"`, `"by":"`+ada.id+`"`)

	room := cleos.Text(t, "media.room")
	instance, _, _ := strings.Cut(cleos.Text(t, "seat.id"), ".")
	testkit.Equal(t, "the media room is the instance's", room == "" || strings.EqualFold(room, instance), true)
	if deployment.media != nil { // or its commands cannot be seen
		for _, gone := range []string{dans.ID, early.ID} { // Dan was removed, Cleo left
			deployment.media.await(t, "RemoveParticipant "+room+" "+gone+".")
		}
		deployment.media.await(t, "ListParticipants "+room)
		deployment.media.await(t, "DeleteRoom "+room)
	}
}
