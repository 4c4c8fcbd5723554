package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestNewProfileHasZoomsShape(t *testing.T) {
	ada := newEdge(t).As("ada")
	var answers [10]testkit.Answer
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = ada.Do("GET", me, nil) }) // it is made once
	}
	all.Wait()
	got := ada.Do("GET", "/v2/users/ADA@example.com", nil).Want(t, 200)
	for _, a := range answers {
		if a.Want(t, 200); a.Body != got.Body {
			t.Errorf("two profiles:\n%s\n%s", a.Body, got.Body)
		}
	}
	pmi, key := got.Text(t, "pmi"), got.Text(t, "host_key")
	got.Is(t, fmt.Sprintf(`{
		"id": "ada", "account_id": "acme", "first_name": "Ada", "last_name": "Acme", "display_name": "Ada Acme",
		"email": "ada@example.com", "verified": 1, "status": "active", "type": 1, "pmi": %s, "use_pmi": false, "timezone": "UTC",
		"language": "", "dept": "", "personal_meeting_url": "https://meet.example.com/j/%s", "forward_old_numbers": false,
		"created_at": "2026-03-02T09:00:00Z", "host_key": "%s"}`, pmi, pmi, key))
	if _, err := meeting.ParsePMI(pmi); err != nil || len(key) != 6 {
		t.Errorf("%v, host_key %q", err, key)
	}
}

func TestProfileFollowsTheVerifiedAddress(t *testing.T) {
	edge := newEdge(t)
	unverified := edge.As("eve").Claiming("email", "ada@example.com").Claiming("email_verified", "")
	shows(t, unverified, me, map[string]string{"email": "", "verified": "0"})
	shows(t, edge.As("ada"), me, map[string]string{"email": "ada@example.com"})
	root := edge.AsAdmin("root")
	shows(t, root, "/v2/users/ada@example.com", map[string]string{"id": "ada"})
	shows(t, edge.As("ada").Claiming("email", "countess@example.com"), me, map[string]string{"email": "countess@example.com"})
	shows(t, root, "/v2/users/countess@example.com", map[string]string{"id": "ada"})
	root.Do("GET", "/v2/users/ada@example.com", nil).Refused(t, 404, 1001, "user_not_found")
}

func TestProfileIsEdited(t *testing.T) {
	ada := newEdge(t).As("ada")
	ada.Do("PATCH", me, `{"pmi":"555 212-3434","use_pmi":true,"vanity_name":"Ada.Lovelace","first_name":"Augusta Ada","last_name":"King",
		"timezone":"Europe/London","language":"en-GB","dept":"Engines","host_key":"012345","forward_old_numbers":true,
		"type":2,"job_title":"Countess","cms_user_id":null}`).Want(t, 204)
	unchanged(t, ada, func() {
		ada.Do("PATCH", me, `{"pmi":"","use_pmi":null,"timezone":"","host_key":"","vanity_name":null,"first_name":null,"dept":"Engines"}`).Want(t, 204)
	})
	ada.Do("GET", me, nil).Want(t, 200).Is(t, `{
		"id": "ada", "account_id": "acme", "first_name": "Augusta Ada", "last_name": "King", "display_name": "Augusta Ada King",
		"email": "ada@example.com", "verified": 1, "status": "active", "type": 1, "pmi": 5552123434, "use_pmi": true,
		"timezone": "Europe/London", "language": "en-GB", "dept": "Engines", "personal_meeting_url": "https://meet.example.com/j/5552123434",
		"vanity_url": "https://meet.example.com/my/Ada.Lovelace", "forward_old_numbers": true, "created_at": "2026-03-02T09:00:00Z",
		"host_key": "012345"}`)
	shows(t, ada, ownRoom, map[string]string{"topic": "Augusta Ada King's Personal Meeting Room", "number": "5552123434"})
	for body, want := range map[string]string{`{"pmi":"6662123434"}`: "6662123434", `{"pmi":7.772123434e9}`: "7772123434", `{"pmi":" 222-343-5656 "}`: "2223435656"} {
		ada.Do("PATCH", me, body).Want(t, 204)
		shows(t, ada, me, map[string]string{"pmi": want})
	}
}

func TestBadProfilesAreRefused(t *testing.T) {
	ada := newEdge(t).As("ada")
	long := func(n int) string { return `"` + strings.Repeat("a", n) + `"}` }
	refuses(t, ada, me, map[string][]string{
		"body":                {`{`, ``, `{}`, `{"type":2,"nonsense":true}`, `{"use_pmi":null}`},
		"use_pmi":             {`{"use_pmi":"yes"}`, `{"use_pmi":1}`},
		"pmi":                 {`{"pmi":true}`, `{"pmi":[5552123434]}`, `{"pmi":5552123434.5}`, `{"pmi":5e400}`},
		"vanity_name":         {`{"vanity_name":5}`, `{"vanity_name":"ada"}`},
		"first_name":          {`{"first_name":{}}`, `{"first_name":"a\nb"}`, `{"first_name":` + long(65)},
		"last_name":           {`{"last_name":7}`, `{"last_name":"` + strings.Repeat("ä", 65) + `"}`},
		"timezone":            {`{"timezone":"Mars/Olympus"}`, `{"timezone":60}`},
		"language":            {`{"language":true}`, `{"language":` + long(36)},
		"dept":                {`{"dept":[]}`, `{"dept":` + long(129)},
		"host_key":            {`{"host_key":"12345"}`, `{"host_key":"12345a"}`, `{"host_key":123456}`, `{"host_key":"١٢٣٤٥٦"}`},
		"forward_old_numbers": {`{"forward_old_numbers":"off"}`},
		"pmi use_pmi dept":    {`{"use_pmi":0,"dept":0,"pmi":{},"first_name":"Ada"}`},
	})
	ada.Do("PATCH", me, `{"dept":`+long(64<<10)).Refused(t, 413, 300, "too_large")
}
