package main

import (
	"fmt"
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// everyField edits all that a room has.
const everyField = `{"number":"555 212 3434","vanity_name":"ada.lovelace","waiting_room":"guests","join_before_host":true,
	"jbh_time":15,"auto_lock":10,"authenticated_only":true,"allowed_domains":["Example.COM","acme.example","example.com"],
	"capacity":"250","alternative_hosts":["Grace@Example.com","joan@example.com"],"forward_old_numbers":true,"topic":"ignored"}`

func TestRoomIsShownAndEdited(t *testing.T) {
	s := newScene(t)
	ada := s.ada
	before := ada.Do("GET", ownRoom, nil).Want(t, 200)
	passcode := before.Text(t, "passcode")
	before.Is(t, fmt.Sprintf(`{
		"number": "%[1]s", "topic": "Ada Acme's Personal Meeting Room", "uuid": "%[3]s", "status": "idle",
		"join_url": "https://meet.example.com/j/%[1]s?pwd=%[4]s", "start_url": "https://meet.example.com/s/%[1]s", "passcode": "%[2]s",
		"waiting_room": "off", "join_before_host": false, "jbh_time": 0, "auto_lock": 0, "authenticated_only": false, "allowed_domains": [],
		"capacity": 100, "alternative_hosts": [], "forward_old_numbers": false, "locked_settings": [], "under_attack": false}`,
		ada.Do("GET", me, nil).Text(t, "pmi"), passcode, before.Text(t, "uuid"), s.LinkPasscode(before.Text(t, "number"))))
	ada.Do("PATCH", ownRoom, everyField).Want(t, 204)
	after := ada.Do("GET", ownRoom, nil).Want(t, 200)
	after.Is(t, fmt.Sprintf(`{
		"number": "5552123434", "vanity_name": "ada.lovelace", "topic": "Ada Acme's Personal Meeting Room", "uuid": "%[2]s", "status": "idle",
		"join_url": "https://meet.example.com/j/5552123434?pwd=%[3]s", "start_url": "https://meet.example.com/s/5552123434",
		"passcode": "%[1]s", "waiting_room": "guests", "join_before_host": true, "jbh_time": 15, "auto_lock": 10, "authenticated_only": true,
		"allowed_domains": ["example.com", "acme.example"], "capacity": 250, "alternative_hosts": ["grace@example.com", "joan@example.com"],
		"forward_old_numbers": true, "locked_settings": [], "under_attack": false}`, passcode, after.Text(t, "uuid"), s.LinkPasscode("5552123434")))
	ada.Do("PATCH", ownRoom, `{"allowed_domains":[],"alternative_hosts":["grace@example.com"],"vanity_name":""}`).Want(t, 204)
	s.shows(ada, ownRoom, map[string]string{"allowed_domains": "[]", "alternative_hosts": "[grace@example.com]", "vanity_name": ""})
	testkit.Must(t, s.Starts().Start(t.Context(), testkit.Caller("ada"), "5552123434"))
	s.shows(ada, ownRoom, map[string]string{"status": "live", "uuid": after.Text(t, "uuid")})
}

func TestNewPasscodeNamesTheInvitationsItOutdates(t *testing.T) {
	s := newScene(t)
	old := s.ada.Do("GET", ownRoom, nil)
	silent := s.ada.Do("PATCH", ownRoom, `{"passcode":"generate"}`).Want(t, 200)
	if len(silent.Text(t, "passcode")) != 8 || silent.Text(t, "passcode") == old.Text(t, "passcode") || silent.At(t, "advisories") != nil {
		t.Errorf("%s", silent.Body)
	}
	plan := meeting.Plan{Topic: new("Tea"), UsePMI: new(true)}
	tea, err := s.Schedule().Create(t.Context(), testkit.Caller("ada"), "me", plan)
	testkit.Must(t, err)
	made := s.ada.Do("PATCH", ownRoom, `{"passcode":"tea-4-2","waiting_room":"everyone"}`).Want(t, 200)
	made.Is(t, fmt.Sprintf(`{"passcode":"tea-4-2","join_url":"https://meet.example.com/j/%[1]s?pwd=%[3]s","advisories":[{
		"code":"invitations_outdated","message":"Invitations sent for these meetings carry the old passcode: Tea (%[2]s).",
		"action":"Send their invitations again."}]}`, old.Text(t, "number"), tea.Meeting.ID.Grouped(), s.LinkPasscode(old.Text(t, "number"))))
	s.ada.Do("PATCH", ownRoom, `{"passcode":"tea-4-2"}`).Want(t, 204)
}

func TestI13OwnerSeesAnAttackAndEndsItByOneRequest(t *testing.T) {
	s := newScene(t)
	number := s.ada.Do("GET", ownRoom, nil).Want(t, 200).Text(t, "number")
	for i := range meeting.RoomGuesses {
		c := meeting.Caller{Address: fmt.Sprint("203.0.113.", i)}
		_, err := s.Door().Join(t.Context(), c, meeting.JoinInput{Address: number, Passcode: "wrong"})
		testkit.Equal(t, "reason", meeting.ReasonOf(err), meeting.NoMeeting)
	}
	s.shows(s.ada, ownRoom, map[string]string{"under_attack": "true", "advisories.0.code": "under_attack"})
	s.ada.Do("PATCH", ownRoom, `{"passcode":"generate"}`).Want(t, 200)
	s.shows(s.ada, ownRoom, map[string]string{"under_attack": "false", "advisories": ""})
	weak := s.ada.Do("PATCH", ownRoom, `{"passcode":"abc123"}`).Want(t, 200)
	testkit.Equal(t, "advisory", weak.Text(t, "advisories.0.code"), "weak_passcode")
}
