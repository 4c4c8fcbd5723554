package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestAUserSeesTheirRoom(t *testing.T) {
	ada := newEdge(t).As("ada")
	got := ada.Do("GET", ownRoom, nil).Want(t, 200)
	number, passcode, uuid := got.Text(t, "number"), got.Text(t, "passcode"), got.Text(t, "uuid")
	got.Is(t, fmt.Sprintf(`{
		"number": "%[1]s", "topic": "Ada Acme's Personal Meeting Room", "uuid": "%[3]s", "status": "idle",
		"join_url": "https://meet.example.com/j/%[1]s?pwd=%[2]s", "start_url": "https://meet.example.com/s/%[1]s", "passcode": "%[2]s",
		"waiting_room": "off", "join_before_host": false, "jbh_time": 0, "auto_lock": 0, "authenticated_only": false, "allowed_domains": [],
		"capacity": 100, "alternative_hosts": [], "forward_old_numbers": false}`, number, passcode, uuid))
	if len(passcode) != 8 || number != ada.Do("GET", me, nil).Text(t, "pmi") || uuid == "" {
		t.Errorf("%s", got.Body)
	}
}

func TestAUserEditsTheirRoom(t *testing.T) {
	ada := newEdge(t).As("ada")
	before := ada.Do("GET", ownRoom, nil)
	ada.Do("PATCH", ownRoom, `{"number":"555 212 3434","vanity_name":"ada.lovelace","waiting_room":"guests","join_before_host":true,
		"jbh_time":15,"auto_lock":10,"authenticated_only":true,"allowed_domains":["Example.COM","acme.example","example.com"],"capacity":"250",
		"alternative_hosts":["Grace@Example.com","joan@example.com"],"forward_old_numbers":true,"topic":"ignored"}`).Want(t, 204)
	after := ada.Do("GET", ownRoom, nil).Want(t, 200)
	after.Is(t, fmt.Sprintf(`{
		"number": "5552123434", "vanity_name": "ada.lovelace", "topic": "Ada Acme's Personal Meeting Room", "uuid": "%[2]s", "status": "idle",
		"join_url": "https://meet.example.com/j/5552123434?pwd=%[1]s", "start_url": "https://meet.example.com/s/5552123434",
		"passcode": "%[1]s", "waiting_room": "guests", "join_before_host": true, "jbh_time": 15, "auto_lock": 10, "authenticated_only": true,
		"allowed_domains": ["example.com", "acme.example"], "capacity": 250, "alternative_hosts": ["grace@example.com", "joan@example.com"],
		"forward_old_numbers": true}`, before.Text(t, "passcode"), after.Text(t, "uuid")))
	ada.Do("PATCH", ownRoom, `{"allowed_domains":[],"alternative_hosts":["grace@example.com"],"vanity_name":""}`).Want(t, 204)
	after = ada.Do("GET", ownRoom, nil)
	if got := after.Text(t, "allowed_domains") + after.Text(t, "alternative_hosts") + after.Text(t, "vanity_name"); got != "[][grace@example.com]" {
		t.Errorf("lists are replaced whole; got %s", got)
	}
}

func TestALiveRoomIsShownAsLive(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	before := ada.Do("GET", ownRoom, nil)
	starts := edge.Starts()
	if err := starts.Start(t.Context(), caller("ada"), before.Text(t, "number")); err != nil {
		t.Fatal(err)
	}
	live := ada.Do("GET", ownRoom, nil)
	if live.Text(t, "status") != "live" || live.Text(t, "uuid") != before.Text(t, "uuid") {
		t.Errorf("%s", live.Body)
	}
}

func TestANewPasscodeIsToldWithWhoseInvitationsItOutdates(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	old := ada.Do("GET", ownRoom, nil)
	quiet := ada.Do("PATCH", ownRoom, `{"passcode":"generate"}`).Want(t, 200)
	if quiet.At(t, "advisories") != nil || len(quiet.Text(t, "passcode")) != 8 || quiet.Text(t, "passcode") == old.Text(t, "passcode") {
		t.Errorf("%s", quiet.Body)
	}
	plan(t, edge, "Tea", edge.Clock.Now().Add(24*time.Hour), true)
	plan(t, edge, "Elsewhere", edge.Clock.Now().Add(24*time.Hour), false)
	edge.Clock.Advance(time.Hour)

	generated := ada.Do("PATCH", ownRoom, `{"passcode":"generate","waiting_room":"everyone"}`).Want(t, 200)
	generated.Is(t, fmt.Sprintf(`{"passcode":"%[1]s","join_url":"https://meet.example.com/j/%[2]s?pwd=%[1]s","advisories":[{
		"code":"invitations_outdated","message":"Invitations sent for these meetings carry the old passcode: %[3]s.",
		"action":"Send their invitations again."}]}`,
		generated.Text(t, "passcode"), old.Text(t, "number"), "Tea ("+teaNumber(t, generated)+")"))
	room := ada.Do("GET", ownRoom, nil)
	if room.Text(t, "passcode") != generated.Text(t, "passcode") || room.Text(t, "waiting_room") != "everyone" {
		t.Errorf("%s", room.Body)
	}

	chosen := ada.Do("PATCH", ownRoom, `{"passcode":"tea-4-2"}`).Want(t, 200)
	if chosen.Text(t, "passcode") != "tea-4-2" || chosen.Text(t, "advisories.0.code") != "invitations_outdated" {
		t.Errorf("%s", chosen.Body)
	}
	ada.Do("PATCH", ownRoom, `{"passcode":"tea-4-2"}`).Want(t, 204)
	edge.Clock.Advance(48 * time.Hour)
	if over := ada.Do("PATCH", ownRoom, `{"passcode":"generate"}`).Want(t, 200); over.At(t, "advisories") != nil {
		t.Errorf("the meeting is over: %s", over.Body)
	}
}

// teaNumber is the number that the advisory names.
func teaNumber(t *testing.T, a testkit.Answer) string {
	t.Helper()
	_, rest, _ := strings.Cut(a.Text(t, "advisories.0.message"), "Tea (")
	number, _, _ := strings.Cut(rest, ")")
	if _, err := meeting.ParseNumber(number); err != nil {
		t.Fatalf("%s: %v", a.Body, err)
	}
	return number
}

func plan(t *testing.T, edge *testkit.Edge, topic string, start time.Time, usePMI bool) {
	t.Helper()
	s := edge.Schedule()
	_, err := s.Create(t.Context(), caller("ada"), "me", meeting.Plan{Topic: &topic, Start: &meeting.ClientTime{Time: start}, UsePMI: &usePMI})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPasscodeIsTakenAwayOnlyWhereSomethingElseGuardsTheDoor(t *testing.T) {
	ada := newEdge(t).As("ada")
	refusals{
		`{"passcode":""}`:                         "passcode",
		`{"passcode":"","waiting_room":"guests"}`: "passcode",
		`{"passcode":"","waiting_room":"off"}`:    "passcode",
	}.hold(t, ada, ownRoom)
	ada.Do("PATCH", ownRoom, `{"passcode":"","waiting_room":"everyone"}`).Want(t, 204)
	open := ada.Do("GET", ownRoom, nil)
	if got := open.Text(t, "join_url"); strings.Contains(got, "?") {
		t.Errorf("join_url is %s", got)
	}
	refusals{`{"waiting_room":"off"}`: "passcode"}.hold(t, ada, ownRoom)
	refusals{`{"in_meeting":{"waiting_room":false}}`: "passcode"}.hold(t, ada, settings)
	ada.Do("PATCH", ownRoom, `{"waiting_room":"off","authenticated_only":true}`).Want(t, 204)
	refusals{`{"authenticated_only":false}`: "passcode"}.hold(t, ada, ownRoom)
	ada.Do("PATCH", ownRoom, `{"authenticated_only":false,"allowed_domains":["example.com"]}`).Want(t, 204)
	refusals{`{"allowed_domains":[]}`: "passcode"}.hold(t, ada, ownRoom)
}

func TestBadRoomsAreRefused(t *testing.T) {
	ada := newEdge(t).As("ada")
	eleven := strings.Repeat(`"x@example.com",`, 10) + `"y@example.com"`
	refusals{
		`{`:                           "body",
		`{}`:                          "body",
		`{"topic":"mine"}`:            "body",
		`{"number":true}`:             "number",
		`{"vanity_name":"a b c d e"}`: "vanity_name",
		`{"passcode":5}`:              "passcode",
		`{"passcode":"12345678901"}`:  "passcode",
		`{"passcode":"pässw"}`:        "passcode",
		`{"passcode":"a b"}`:          "passcode",
		`{"waiting_room":true}`:       "waiting_room",
		`{"waiting_room":"all"}`:      "waiting_room",
		`{"waiting_room":"Everyone"}`: "waiting_room",
		`{"join_before_host":"yes"}`:  "join_before_host",
		`{"jbh_time":7}`:              "jbh_time",
		`{"jbh_time":-5}`:             "jbh_time",
		`{"jbh_time":"soon"}`:         "jbh_time",
		`{"authenticated_only":1}`:    "authenticated_only",
		`{"allowed_domains":"a.com"}`: "allowed_domains",
		`{"allowed_domains":[7]}`:     "allowed_domains[0]",
		`{"allowed_domains":["a.com","*.b.com","c@d.com","e..f",""]}`:       "allowed_domains[1] allowed_domains[2] allowed_domains[3] allowed_domains[4]",
		`{"allowed_domains":["` + strings.Repeat("a", 254) + `"]}`:          "allowed_domains[0]",
		`{"allowed_domains":["a","b","c","d","e","f","g","h","i","j","k"]}`: "allowed_domains",
		`{"capacity":0}`:                            "capacity",
		`{"capacity":1001}`:                         "capacity",
		`{"capacity":-1}`:                           "capacity",
		`{"capacity":1.5}`:                          "capacity",
		`{"capacity":1e99}`:                         "capacity",
		`{"capacity":"many"}`:                       "capacity",
		`{"alternative_hosts":"grace@example.com"}`: "alternative_hosts",
		`{"alternative_hosts":[null]}`:              "alternative_hosts[0]",
		`{"alternative_hosts":["grace","@b","a@","a@b@c","a b@c","a;b@c"]}`: "alternative_hosts[0] alternative_hosts[1] alternative_hosts[2] alternative_hosts[3] alternative_hosts[4] alternative_hosts[5]",
		`{"alternative_hosts":["` + strings.Repeat("a", 250) + `@b.com"]}`:  "alternative_hosts[0]",
		`{"alternative_hosts":[` + eleven + `]}`:                            "alternative_hosts",
		`{"forward_old_numbers":2}`:                                         "forward_old_numbers",
		`{"capacity":5000,"passcode":"generate","jbh_time":1}`:              "jbh_time capacity",
	}.hold(t, ada, ownRoom)
}

func FuzzEditRoom(f *testing.F) {
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		form, err := r.Form()
		if err != nil {
			return api.Response{}, err
		}
		edit, err := editOfRoom(form)
		if door := edit.Room; err == nil && door != nil {
			if door.Capacity != nil && (*door.Capacity < 1 || *door.Capacity > meeting.MaxCapacity) ||
				door.AlternativeHosts != nil && len(*door.AlternativeHosts) > meeting.MaxAlternativeHosts ||
				door.Domains != nil && len(*door.Domains) > meeting.MaxDomains {
				err = fmt.Errorf("the decoder let %+v pass", door) // a 500
			}
		}
		return api.NoContent(), err
	}, `{"number":"555 212 3434","vanity_name":"ada.lovelace","waiting_room":"guests","join_before_host":true,
		"jbh_time":15,"authenticated_only":true,"allowed_domains":["Example.COM","acme.example"],"capacity":"250",
		"alternative_hosts":["Grace@Example.com","joan@example.com"],"forward_old_numbers":true}`,
		`{"passcode":"generate"}`, `{"passcode":""}`, `{"capacity":1e2}`, `{"alternative_hosts":[null]}`)
}
