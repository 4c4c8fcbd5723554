package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

const users = "/v2/users"

func invitation(more string) string {
	return `{"action":"create","user_info":{"email":"Grace@example.com","type":1` + more + `}}`
}

func TestAUserIsCreatedBeforeTheFirstSignIn(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	made := root.Do("POST", users, invitation(`,"first_name":"Grace","last_name":"Hopper","pmi":"555 212-3434",
		"vanity_name":"Grace.Hopper","timezone":"Europe/London","use_pmi":true,"dept":"Navy"`)).Want(t, 201)
	id := made.Text(t, "id")
	made.Is(t, fmt.Sprintf(`{
		"id": %q, "role_id": "2", "pic_url": "", "cms_user_id": "", "group_ids": [], "im_group_ids": [], "account_id": "acme", "first_name": "Grace", "last_name": "Hopper", "display_name": "Grace Hopper",
		"email": "grace@example.com", "verified": 0, "status": "pending", "type": 1, "pmi": 5552123434, "use_pmi": true,
		"timezone": "Europe/London", "language": "", "dept": "Navy", "personal_meeting_url": "https://meet.example.com/j/5552123434",
		"vanity_url": "https://meet.example.com/my/Grace.Hopper", "forward_old_numbers": false, "created_at": "2026-03-02T09:00:00Z",
		"host_key": %q}`, id, made.Text(t, "host_key")))
	for _, who := range []string{id, "Grace@example.com"} {
		s.shows(root, users+"/"+who, map[string]string{"pmi": "5552123434", "status": "pending"})
	}

	grace := s.As("grace")
	s.shows(grace.Claiming("email_verified", ""), me, map[string]string{"id": "grace", "email": ""})
	var all sync.WaitGroup
	for range 5 { // it is taken over once
		all.Go(func() { s.As("hopper").Claiming("email", "grace@example.com").Do("GET", me, nil).Want(t, 200) })
	}
	all.Wait()
	s.shows(s.As("hopper").Claiming("email", "grace@example.com"), me, map[string]string{
		"id": "hopper", "status": "active", "pmi": "5552123434", "email": "grace@example.com", "verified": "1", "dept": "Navy",
		"timezone": "Europe/London", "vanity_url": "https://meet.example.com/my/Grace.Hopper", "host_key": made.Text(t, "host_key"),
	})
	for _, who := range []string{id, "hopper", "grace@example.com"} {
		s.shows(root, users+"/"+who, map[string]string{"id": "hopper", "pmi": "5552123434", "status": "active"})
	}
	s.shows(s.As("hopper"), ownRoom, map[string]string{"number": "5552123434", "topic": "Grace Hopper's Personal Meeting Room"})
}

func TestRepeatedCreationIsOneUser(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	numbered := invitation(`,"pmi":"5552123434"`)
	made := root.Do("POST", users, numbered).Want(t, 201)
	root.Do("POST", users, numbered).Want(t, 201).Is(t, made.Body)
	root.Do("POST", users, invitation("")).Refused(t, 409, 1005, "user_exists")
	root.Do("POST", users, invitation(`,"pmi":"5552123435"`)).Refused(t, 409, 1005, "user_exists")
	root.Do("POST", users, invitation(`,"pmi":"5552123434","vanity_name":"Grace.Hopper"`)).Refused(t, 409, 1005, "user_exists")
	s.shows(s.As("grace"), me, map[string]string{"pmi": "5552123434"})
	root.Do("POST", users, numbered).Want(t, 201) // also after the first sign-in

	other := strings.Replace(invitation(""), "Grace", "kay", 1)
	keyed := root.With("Idempotency-Key", "one")
	made = keyed.Do("POST", users, other).Want(t, 201)
	keyed.Do("POST", users, other).Want(t, 201).Is(t, made.Body)
	keyed.Do("POST", users, invitation("")).Refused(t, 422, 4108, "idempotency_key")
	root.Do("POST", users, other).Refused(t, 409, 1005, "user_exists")
	s.As("kay").Do("GET", me, nil).Want(t, 200)
	testkit.Equal(t, "repeated after the first sign-in", keyed.Do("POST", users, other).Want(t, 201).Text(t, "id"), "kay")
}

func TestBadInvitationsAreRefused(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	s.ada.Do("PATCH", me, `{"pmi":"5552123434","vanity_name":"ada.lovelace"}`).Want(t, 204)
	for body, fields := range map[string]string{
		`{}`: "action user_info user_info.email", `{"action":"invite","user_info":{"email":"a@b.example"}}`: "action",
		`{"action":"create","user_info":{}}`: "user_info.email", `{"action":"create","user_info":5}`: "user_info user_info.email",
		invitation(`,"vanity_name":"a"`):   "user_info.vanity_name",
		invitation(`,"timezone":"Mars/X"`): "user_info.timezone",
	} {
		root.Do("POST", users, body).Refuses(t, strings.Fields(fields)...)
	}
	root.Do("POST", users, invitation(`,"pmi":"1234"`)).Refused(t, 400, 300, "number_rule")
	root.Do("POST", users, strings.Replace(invitation(""), "Grace", "ada", 1)).Refused(t, 409, 1005, "user_exists")
	for range 25 { // of the admin's own account: no guesses
		root.Do("POST", users, invitation(`,"pmi":"5552123434"`)).Refused(t, 409, 4101, "number_taken")
		root.Do("POST", users, invitation(`,"vanity_name":"Ada.Lovelace"`)).Refused(t, 409, 4100, "link_taken")
	}
	foreign := root.Claiming("account_id", "other")
	for range 20 {
		foreign.Do("POST", users, invitation(`,"pmi":"5552123434"`)).Refused(t, 409, 4101, "number_taken")
	}
	foreign.Do("POST", users, invitation(`,"pmi":"5552123435"`)).Refused(t, 429, 429, "too_many_guesses")
	for _, c := range []*testkit.Client{s.ada, root.Claiming("scope", "user:read:admin")} {
		c.Do("POST", users, invitation("")).Refused(t, 403, 4700, "scope")
	}
	root.Claiming("scope", "user:write:admin").Do("GET", users, nil).Refused(t, 403, 4700, "scope")
}

func TestUsersAreListed(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	root.Do("GET", users, nil).Want(t, 200).Is(t,
		`{"page_count":1,"page_number":1,"page_size":30,"total_records":0,"next_page_token":"","users":[]}`)
	for i := range 31 {
		s.As(fmt.Sprintf("user%02d", i)).Do("GET", me, nil).Want(t, 200)
		s.Clock.Advance(1000)
	}
	s.As("zoe").Claiming("account_id", "other").Do("GET", me, nil).Want(t, 200)
	root.Do("POST", users, invitation("")).Want(t, 201)

	seen := map[string]int{}
	read := func(query string) testkit.Answer {
		page := root.Do("GET", users+query, nil).Want(t, 200)
		for _, id := range texts(t, page, "id") {
			seen[id]++
		}
		return page
	}
	first := read("?status=active")
	testkit.Equal(t, "total", first.Text(t, "total_records"), "31")
	testkit.Equal(t, "pages", first.Text(t, "page_count"), "2")
	last := read("?next_page_token=" + first.Text(t, "next_page_token"))
	testkit.Equal(t, "token of the last page", last.Text(t, "next_page_token"), "")
	testkit.Equal(t, "users", len(seen), 31)
	testkit.Equal(t, "page 2", strings.Join(texts(t, root.Do("GET", users+"?page_number=2", nil).Want(t, 200), "id"), " "), "user30")
	testkit.Equal(t, "pending", strings.Join(texts(t, read("?status=pending"), "email"), " "), "grace@example.com")
	for query, field := range map[string]string{
		"?status=gone": "status", "?status=": "status", "?page_size=301": "page_size", "?next_page_token=x": "next_page_token",
		"?status=pending&next_page_token=" + first.Text(t, "next_page_token"): "next_page_token",
	} {
		root.Do("GET", users+query, nil).Refuses(t, field)
	}
}

// texts returns a field of each user of the list.
func texts(t testing.TB, list testkit.Answer, field string) (all []string) {
	t.Helper()
	users, _ := list.At(t, "users").([]any)
	for i := range users {
		all = append(all, list.Text(t, fmt.Sprintf("users.%d.%s", i, field)))
	}
	return all
}

func TestAnAdminDeactivatesAUser(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	before := s.ada.Do("GET", me, nil).Want(t, 200)
	const status = "/v2/users/ada/status"
	root.Do("PUT", status, `{"action":"deactivate"}`).Want(t, 204)
	s.ada.Do("GET", me, nil).Refused(t, 403, 4151, "user_inactive")
	s.shows(root, "/v2/users/ada@example.com", map[string]string{"status": "inactive", "pmi": before.Text(t, "pmi")})
	testkit.Equal(t, "inactive", strings.Join(texts(t, root.Do("GET", users+"?status=inactive", nil), "id"), " "), "ada")
	testkit.Equal(t, "active", strings.Join(texts(t, root.Do("GET", users, nil), "id"), " "), "")
	root.Do("PUT", status, `{"action":"activate"}`).Want(t, 204)
	s.ada.Do("GET", me, nil).Want(t, 200).Is(t, before.Body)

	for body, field := range map[string]string{`{}`: "action", `{"action":"suspend"}`: "action", `[]`: "body"} {
		root.Do("PUT", status, body).Refuses(t, field)
	}
	root.Do("PUT", "/v2/users/me/status", `{"action":"deactivate"}`).Refuses(t, "userId")
	root.Do("PUT", "/v2/users/nobody/status", `{"action":"deactivate"}`).Refused(t, 404, 1001, "user_not_found")
	s.ada.Do("PUT", status, `{"action":"deactivate"}`).Refused(t, 403, 4700, "scope")
	root.Do("GET", "/v2/users/ada/schedulers", nil).Want(t, 200).Is(t, `{"schedulers":[]}`)
}

// manyMeetings stores more meetings of Ada's, with rooms of their own, than one request goes through. It returns the
// last.
func (s *scene) manyMeetings() meeting.Number {
	s.t.Helper()
	host := testkit.Caller("ada").User
	var last meeting.Number
	for i := range meeting.MaxSwept + 1 {
		last = meeting.Number(fmt.Sprintf("8300000%04d", i))
		room := meeting.Room{Number: last, Kind: meeting.MeetingRoom, Owner: host, Live: meeting.LiveState{Instance: fmt.Sprint("i", i)}}
		testkit.Must(s.t, s.Store.Save(s.t.Context(), meeting.ClaimRoom{Room: room, Now: s.Clock.Now()},
			meeting.PutMeeting{Meeting: meeting.Meeting{ID: last, Host: host, Type: meeting.Scheduled}}))
	}
	return last
}

func TestTheStatusOfAUserWithManyMeetingsChangesInSteps(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	s.ada.Do("GET", me, nil).Want(t, 200)
	last := s.manyMeetings()
	closed := func() meeting.Status {
		r, err := s.Store.Room(t.Context(), last)
		testkit.Must(t, err)
		return r.Closed
	}
	const status = "/v2/users/ada/status"
	for _, c := range []struct {
		action        string
		answer        int
		profile, room meeting.Status
	}{
		{"deactivate", 202, meeting.Inactive, meeting.Active},
		{"deactivate", 204, meeting.Inactive, meeting.Inactive},
		{"activate", 202, meeting.Inactive, meeting.Inactive},
		{"activate", 204, meeting.Active, meeting.Active},
		{"deactivate", 202, meeting.Inactive, meeting.Active},
		{"activate", 202, meeting.Inactive, meeting.Active}, // begins again
		{"activate", 204, meeting.Active, meeting.Active},
	} {
		root.Do("PUT", status, `{"action":"`+c.action+`"}`).Want(t, c.answer)
		s.shows(root, "/v2/users/ada", map[string]string{"status": c.profile.String()})
		testkit.Equal(t, "the last room after "+c.action, closed(), c.room)
	}
}

func TestAnAdminDeletesAUser(t *testing.T) {
	s := newScene(t)
	root, grace := s.AsAdmin("root"), s.As("grace")
	pmi := s.ada.Do("GET", me, nil).Want(t, 200).Text(t, "pmi")
	s.ada.Do("PATCH", me, `{"vanity_name":"ada.lovelace"}`).Want(t, 204)
	grace.Do("GET", me, nil).Want(t, 200)
	last := s.manyMeetings()
	host := func() string {
		r, err := s.Store.Room(t.Context(), last)
		testkit.Must(t, err)
		return r.Owner.ID
	}
	for query, field := range map[string]string{
		"?action=erased": "action", "?action=": "action", "?transfer_meeting=true": "transfer_email",
		"?transfer_meeting=2": "transfer_meeting", "?transfer_meeting=1": "transfer_email", "?transfer_meeting=true&transfer_email=ada": "transfer_email",
	} {
		root.Do("DELETE", "/v2/users/ada"+query, nil).Refuses(t, strings.Fields(field)...)
	}
	root.Do("DELETE", "/v2/users/ada?transfer_meeting=true&transfer_email=kay@example.com", nil).Refused(t, 404, 1001, "user_not_found")
	root.Do("DELETE", "/v2/users/me", nil).Refuses(t, "userId")
	s.ada.Do("DELETE", "/v2/users/grace", nil).Refused(t, 403, 4700, "scope")

	const give = "/v2/users/ada?action=delete&transfer_meeting=true&transfer_email=grace@example.com"
	root.Do("DELETE", give, nil).Want(t, 202)
	testkit.Equal(t, "host of the last meeting", host(), "ada")
	s.ada.Do("GET", me, nil).Refused(t, 403, 4151, "user_inactive")
	root.Do("DELETE", give, nil).Want(t, 204)
	testkit.Equal(t, "host of the last meeting", host(), "grace")
	root.Do("DELETE", give, nil).Refused(t, 404, 1001, "user_not_found")
	testkit.Equal(t, "listed", strings.Join(texts(t, root.Do("GET", users, nil), "id"), " "), "grace")
	grace.Do("PATCH", me, `{"pmi":"`+pmi+`"}`).Want(t, 204) // it was new, and nobody knew it
	grace.Do("PATCH", me, `{"vanity_name":"ada.lovelace"}`).Refused(t, 409, 4100, "link_taken")

	root.Do("POST", users, invitation(`,"pmi":"5552123435","vanity_name":"hopper"`)).Refused(t, 409, 1005, "user_exists")
	kay := strings.Replace(invitation(`,"pmi":"5552123435","vanity_name":"hopper"`), "Grace", "kay", 1)
	root.Do("POST", users, kay).Want(t, 201)
	root.Do("DELETE", "/v2/users/kay@example.com", nil).Want(t, 204)
	invited := root.Do("POST", users, kay).Want(t, 201)
	s.As("kay").Do("GET", me, nil).Want(t, 200)
	root.Do("DELETE", "/v2/users/"+invited.Text(t, "id"), nil).Want(t, 204)
	for _, id := range []string{"kay", invited.Text(t, "id")} {
		p, err := s.Store.Profile(t.Context(), meeting.User{Account: "acme", ID: id})
		testkit.Must(t, err)
		testkit.Equal(t, "version of "+id, p.Version, 0)
	}
}
