package main

import (
	"fmt"
	"sync"
	"testing"

	"personal-rooms/shared/dev/testkit"
)

func TestNewProfileHasZoomsShape(t *testing.T) {
	s := newScene(t)
	var answers [10]testkit.Answer
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = s.ada.Do("GET", me, nil) }) // it is made once
	}
	all.Wait()
	got := s.ada.Do("GET", "/v2/users/ADA@example.com", nil).Want(t, 200)
	for _, a := range answers {
		testkit.Equal(t, "profile", a.Want(t, 200).Body, got.Body)
	}
	pmi, key := got.Text(t, "pmi"), got.Text(t, "host_key")
	got.Is(t, fmt.Sprintf(`{
		"id": "ada", "role_id": "2", "pic_url": "", "cms_user_id": "", "group_ids": [], "im_group_ids": [], "account_id": "acme", "first_name": "Ada", "last_name": "Acme", "display_name": "Ada Acme",
		"email": "ada@example.com", "verified": 1, "status": "active", "type": 1, "pmi": %s, "use_pmi": false, "timezone": "UTC",
		"language": "", "dept": "", "personal_meeting_url": "https://meet.example.com/j/%s", "forward_old_numbers": false,
		"created_at": "2026-03-02T09:00:00Z", "host_key": "%s"}`, pmi, pmi, key))
	testkit.Equal(t, "digits", fmt.Sprint(len(pmi), len(key)), "10 6")
}

func TestProfileFollowsTheVerifiedAddress(t *testing.T) {
	s := newScene(t)
	unverified := s.As("eve").Claiming("email", "ada@example.com").Claiming("email_verified", "")
	s.shows(unverified, me, map[string]string{"email": "", "verified": "0"})
	s.shows(s.ada, me, map[string]string{"email": "ada@example.com"})
	root := s.AsAdmin("root")
	s.shows(root, "/v2/users/ada@example.com", map[string]string{"id": "ada"})
	s.shows(s.ada.Claiming("email", "countess@example.com"), me, map[string]string{"email": "countess@example.com"})
	s.shows(root, "/v2/users/countess@example.com", map[string]string{"id": "ada"})
	root.Do("GET", "/v2/users/ada@example.com", nil).Refused(t, 404, 1001, "user_not_found")
}

func TestAnAddressInPlaceOfANameIsNotShown(t *testing.T) {
	s := newScene(t)
	kay := s.As("kay").Claiming("name", "Kay@example.com")
	s.shows(kay, ownRoom, map[string]string{"topic": "Personal Meeting Room"})
	s.shows(kay, me, map[string]string{"display_name": "Participant", "first_name": "", "email": "kay@example.com"})
}

func TestProfileIsEdited(t *testing.T) {
	s := newScene(t)
	s.ada.Do("PATCH", me, `{"pmi":"555 212-3434","use_pmi":true,"vanity_name":"Ada.Lovelace","first_name":"Augusta Ada","last_name":"King",
		"timezone":"Europe/London","language":"en-GB","dept":"Engines","host_key":"012345","forward_old_numbers":true,
		"type":2,"job_title":"Countess","cms_user_id":null}`).Want(t, 204)
	s.ada.Do("PATCH", me, `{"pmi":"","use_pmi":null,"timezone":"","host_key":"","vanity_name":null,"first_name":null,
		"dept":"Engines"}`).Want(t, 204) // changes nothing
	s.ada.Do("GET", me, nil).Want(t, 200).Is(t, `{
		"id": "ada", "role_id": "2", "pic_url": "", "cms_user_id": "", "group_ids": [], "im_group_ids": [], "account_id": "acme", "first_name": "Augusta Ada", "last_name": "King", "display_name": "Augusta Ada King",
		"email": "ada@example.com", "verified": 1, "status": "active", "type": 1, "pmi": 5552123434, "use_pmi": true,
		"timezone": "Europe/London", "language": "en-GB", "dept": "Engines", "personal_meeting_url": "https://meet.example.com/j/5552123434",
		"vanity_url": "https://meet.example.com/my/Ada.Lovelace", "forward_old_numbers": true, "created_at": "2026-03-02T09:00:00Z",
		"host_key": "012345"}`)
	s.shows(s.ada, ownRoom, map[string]string{"topic": "Augusta Ada King's Personal Meeting Room", "number": "5552123434"})
	s.ada.Do("PATCH", me, `{"type":2}`).Want(t, 204) // a licence, which nobody needs here
	s.ada.Do("PATCH", me, `{"job_title":"Countess","company":"Engines"}`).Want(t, 204)
	s.ada.Do("PATCH", me, `{"pmi":7.772123434e9}`).Want(t, 204)
	s.shows(s.ada, me, map[string]string{"pmi": "7772123434"})
}
