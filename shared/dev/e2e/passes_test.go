package e2e

import (
	"net/url"
	"testing"

	"personal-rooms/shared/dev/testkit"
)

func TestAGuestComesByAPassAndGoesOnToTheNextMeeting(t *testing.T) {
	ada := signUp(t, "Ada")
	pmi, passcode := ada.room()
	ada.edit(ownRoom, fields{"waiting_room": "everyone"})
	made := ada.do("POST", ownRoom+"/passes", fields{"name": "Cleo", "max_uses": 2, "skips_waiting_room": true}).Want(t, 201)
	link := must(url.Parse(made.Text(t, "join_url")))
	testkit.Equal(t, "the link", link.Path, "/j/"+pmi)
	lacks(t, link.String(), passcode)
	pass := fields{"display_name": "Cleo", "pass": link.Query().Get("pass")}
	room := "/v2/live_meetings/" + pmi

	_, first := ada.plan(fields{"topic": "First", "settings": fields{"use_pmi": true}})
	ada.set(first, "start")
	testkit.Equal(t, "state", guest(t, "Cleo").do("POST", room+"/guests", pass).Want(t, 201).Text(t, "state"), "admitted")
	contains(t, ada.get(room+"/participants").Body, `"guest_pass":{"id":"`+made.Text(t, "id")+`","name":"Cleo"`)
	testkit.Equal(t, "uses", ada.get(ownRoom+"/passes").Text(t, "passes.0.uses"), "1")

	_, next := ada.plan(fields{"topic": "Next", "settings": fields{"use_pmi": true}})
	pass["omn"] = next
	waits := guest(t, "Cleo").do("POST", room+"/guests", pass).Want(t, 202)
	guest(t, "Dan").do("POST", room+"/guests", fields{"display_name": "Dan", "pass": pass["pass"]}).Refused(t, 404, 3001, "meeting_not_found")
	ada.do("PUT", "/v2/meetings/"+next+"/status", fields{"action": "next", "uuid": ada.get(room).Text(t, "uuid")}).Want(t, 204)
	seat := fields{"seat": fields{"id": waits.Text(t, "seat.id"), "secret": waits.Text(t, "seat.secret")}}
	testkit.Equal(t, "state", guest(t, "Cleo").do("POST", room+"/guests", seat).Want(t, 200, 201).Text(t, "state"), "admitted")

	ada.do("DELETE", ownRoom+"/passes/"+made.Text(t, "id"), nil).Want(t, 204)
	ada.do("DELETE", ownRoom+"/passes/"+made.Text(t, "id"), nil).Refused(t, 404, 4170, "pass_not_found")
}
