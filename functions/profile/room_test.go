package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// everyField edits all that a room has.
const everyField = `{"number":"555 212 3434","vanity_name":"ada.lovelace","waiting_room":"guests","join_before_host":true,
	"jbh_time":15,"auto_lock":10,"authenticated_only":true,"allowed_domains":["Example.COM","acme.example","example.com"],
	"capacity":"250","alternative_hosts":["Grace@Example.com","joan@example.com"],"forward_old_numbers":true,"topic":"ignored"}`

func TestRoomIsShownAndEdited(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	before := ada.Do("GET", ownRoom, nil).Want(t, 200)
	passcode := before.Text(t, "passcode")
	before.Is(t, fmt.Sprintf(`{
		"number": "%[1]s", "topic": "Ada Acme's Personal Meeting Room", "uuid": "%[3]s", "status": "idle",
		"join_url": "https://meet.example.com/j/%[1]s?pwd=%[2]s", "start_url": "https://meet.example.com/s/%[1]s", "passcode": "%[2]s",
		"waiting_room": "off", "join_before_host": false, "jbh_time": 0, "auto_lock": 0, "authenticated_only": false, "allowed_domains": [],
		"capacity": 100, "alternative_hosts": [], "forward_old_numbers": false}`,
		ada.Do("GET", me, nil).Text(t, "pmi"), passcode, before.Text(t, "uuid")))
	ada.Do("PATCH", ownRoom, everyField).Want(t, 204)
	after := ada.Do("GET", ownRoom, nil).Want(t, 200)
	after.Is(t, fmt.Sprintf(`{
		"number": "5552123434", "vanity_name": "ada.lovelace", "topic": "Ada Acme's Personal Meeting Room", "uuid": "%[2]s", "status": "idle",
		"join_url": "https://meet.example.com/j/5552123434?pwd=%[1]s", "start_url": "https://meet.example.com/s/5552123434",
		"passcode": "%[1]s", "waiting_room": "guests", "join_before_host": true, "jbh_time": 15, "auto_lock": 10, "authenticated_only": true,
		"allowed_domains": ["example.com", "acme.example"], "capacity": 250, "alternative_hosts": ["grace@example.com", "joan@example.com"],
		"forward_old_numbers": true}`, passcode, after.Text(t, "uuid")))
	ada.Do("PATCH", ownRoom, `{"allowed_domains":[],"alternative_hosts":["grace@example.com"],"vanity_name":""}`).Want(t, 204)
	shows(t, ada, ownRoom, map[string]string{"allowed_domains": "[]", "alternative_hosts": "[grace@example.com]", "vanity_name": ""})
	if err := edge.Starts().Start(t.Context(), testkit.Caller("ada"), "5552123434"); err != nil {
		t.Fatal(err)
	}
	shows(t, ada, ownRoom, map[string]string{"status": "live", "uuid": after.Text(t, "uuid")})
}

func TestNewPasscodeNamesTheInvitationsItOutdates(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	old := ada.Do("GET", ownRoom, nil)
	silent := ada.Do("PATCH", ownRoom, `{"passcode":"generate"}`).Want(t, 200)
	if len(silent.Text(t, "passcode")) != 8 || silent.Text(t, "passcode") == old.Text(t, "passcode") {
		t.Errorf("%s", silent.Body)
	}
	var tea meeting.Planned
	for _, usePMI := range []bool{false, true} {
		var err error
		if tea, err = edge.Schedule().Create(t.Context(), testkit.Caller("ada"), "me", meeting.Plan{Topic: new("Tea"), UsePMI: &usePMI}); err != nil {
			t.Fatal(err)
		}
	}
	made := ada.Do("PATCH", ownRoom, `{"passcode":"tea-4-2","waiting_room":"everyone"}`).Want(t, 200)
	made.Is(t, fmt.Sprintf(`{"passcode":"tea-4-2","join_url":"https://meet.example.com/j/%s?pwd=tea-4-2","advisories":[{
		"code":"invitations_outdated","message":"Invitations sent for these meetings carry the old passcode: Tea (%s).",
		"action":"Send their invitations again."}]}`, old.Text(t, "number"), tea.Meeting.ID.Grouped()))
	ada.Do("PATCH", ownRoom, `{"passcode":"tea-4-2"}`).Want(t, 204)
	edge.Clock.Advance(48 * time.Hour) // the meeting is over
	shown := ada.Do("PATCH", ownRoom, `{"passcode":"generate"}`).Want(t, 200)
	if shown.At(t, "advisories") != nil || silent.At(t, "advisories") != nil {
		t.Errorf("%s, %s", silent.Body, shown.Body)
	}
}

func TestBadRoomsAreRefused(t *testing.T) {
	list := func(name, items string) string { return `{"` + name + `":[` + items + `]}` }
	many := func(item string) string { return strings.Repeat(item+",", 10) + strings.Replace(item, "x", "y", 1) }
	refuses(t, newEdge(t).As("ada"), ownRoom, map[string][]string{
		"body":               {`{`, `{}`, `{"topic":"mine"}`},
		"number":             {`{"number":true}`},
		"vanity_name":        {`{"vanity_name":"a b c d e"}`},
		"passcode":           {`{"passcode":5}`, `{"passcode":"12345678901"}`, `{"passcode":"pässw"}`, `{"passcode":""}`},
		"waiting_room":       {`{"waiting_room":true}`, `{"waiting_room":"Everyone"}`},
		"join_before_host":   {`{"join_before_host":"yes"}`},
		"jbh_time":           {`{"jbh_time":7}`, `{"jbh_time":-5}`, `{"jbh_time":"soon"}`},
		"authenticated_only": {`{"authenticated_only":1}`},
		"allowed_domains":    {`{"allowed_domains":"a.com"}`, list("allowed_domains", many(`"x"`))},
		"allowed_domains[0]": {list("allowed_domains", "7"), list("allowed_domains", `"`+strings.Repeat("a", 254)+`"`)},
		"allowed_domains[1] allowed_domains[2] allowed_domains[3] allowed_domains[4]": {list("allowed_domains", `"a.com","*.b.com","c@d.com","e..f",""`)},
		"capacity":             {`{"capacity":0}`, `{"capacity":1001}`, `{"capacity":1.5}`, `{"capacity":1e99}`, `{"capacity":"many"}`},
		"alternative_hosts":    {`{"alternative_hosts":"grace@example.com"}`, list("alternative_hosts", many(`"x@example.com"`))},
		"alternative_hosts[0]": {list("alternative_hosts", "null"), list("alternative_hosts", `"grace"`)},
		"forward_old_numbers":  {`{"forward_old_numbers":2}`},
		"jbh_time capacity":    {`{"capacity":5000,"passcode":"generate","jbh_time":1}`},
	})
}
