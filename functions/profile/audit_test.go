package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// An entry names what an admin changed of a user, and what users changed of their own number and link; never a secret.
func TestChangesOfUsersAreInTheAuditTrail(t *testing.T) {
	s := &scene{t: t}
	store := table.New(dynamotest.Table(t))
	s.on(store)
	root := s.AsAdmin("root")
	s.ada.Do("PATCH", me, `{"pmi":5552123434}`).Want(t, 204)
	number := "user ada (ada@example.com): pmi from "
	for _, change := range []struct {
		by         *testkit.Client
		path, body string
		want       string // empty: there is no new entry
	}{
		{s.ada, me, `{"dept":"Ships"}`, ""},
		{s.ada, ownRoom, `{"waiting_room":"guests"}`, ""},
		{s.ada, me, `{"vanity_name":"ada.lovelace"}`, `ada@example.com user Update: user ada (ada@example.com): vanity_name from "" to "ada.lovelace"`},
		{root, "/v2/users/ada", `{"dept":"Ships"}`, ""}, // it is that already
		{root, "/v2/users/ada", `{"dept":"Engines","host_key":"246813"}`, "root@example.com user Update: user ada (ada@example.com): dept, host_key"},
		{root, "/v2/users/ada/settings", `{"in_meeting":{"chat":true,"waiting_room":true}}`,
			"root@example.com user_settings Update: user ada (ada@example.com): in_meeting.chat, waiting_room"},
		{root, "/v2/users/ada/personal_meeting_room", `{"passcode":"hunter22"}`,
			"root@example.com user_settings Update: user ada (ada@example.com): passcode"},
		{root, "/v2/users/ada", `{"pmi":5552123444}`, "root@example.com user Update: " + number + "5552123434 to 5552123444"},
		{s.AsApp("ada", "user:write"), me, `{"dept":"Poetry"}`, "ada user Update: user ada (ada@example.com): dept"},
		{root, "/v2/users/ada", `{"pmi":8005551234}`, ""}, // it is refused
	} {
		before := len(trail(t, s, store))
		s.Clock.Advance(time.Second)
		change.by.Do("PATCH", change.path, change.body)
		after := trail(t, s, store)
		if got := strings.Join(after[:len(after)-before], "; "); got != change.want {
			t.Errorf("%s %s is entered as %q, want %q", change.path, change.body, got, change.want)
		}
	}
	room, err := store.Room(t.Context(), "5552123444")
	testkit.Must(t, err)
	testkit.Must(t, s.Starts().Start(t.Context(), testkit.Caller("ada"), "5552123444"))
	s.Clock.Advance(time.Second)
	root.Do("PATCH", "/v2/users/ada/personal_meeting_room", `{"capacity":7}`).Want(t, 204) // of a live room
	testkit.Equal(t, "of a live room", trail(t, s, store)[0], "root@example.com user_settings Update: user ada (ada@example.com): capacity")
	all := strings.Join(trail(t, s, store), " ")
	for _, secret := range []string{"246813", "hunter22", room.Settings.Passcode, room.LinkKey} {
		if strings.Contains(all, secret) {
			t.Errorf("the audit trail has the secret %q", secret)
		}
	}
}

func trail(t *testing.T, s *scene, store *table.Table) (all []string) {
	t.Helper()
	_, entries, _, err := meeting.NewAuditTrail(store, s.Env).List(t.Context(), testkit.Caller("root"), meeting.AuditQuery{Size: meeting.MaxPage})
	testkit.Must(t, err)
	for _, e := range entries {
		all = append(all, e.Operator+" "+string(e.Category)+" "+e.Action+": "+e.Detail)
	}
	return all
}

// Who made, deactivated, deleted and erased whom is entered together with it.
func TestTheLifeOfAUserIsInTheAuditTrail(t *testing.T) {
	s := &scene{t: t}
	store := table.New(dynamotest.Table(t))
	s.on(store)
	root := s.AsAdmin("root")
	eve := root.Do("POST", "/v2/users", `{"action":"create","user_info":{"email":"eve@example.com","pmi":5552123488}}`).
		Want(t, 201).Text(t, "id")
	s.Clock.Advance(time.Second)
	s.As("bob").Do("GET", me, nil).Want(t, 200)
	s.ada.Do("GET", me, nil).Want(t, 200)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"PUT", "/v2/users/ada/status", `{"action":"deactivate"}`, 204},
		{"PUT", "/v2/users/ada/status", `{"action":"activate"}`, 204},
		{"PUT", "/v2/users/ada/status", `{"action":"activate"}`, 204}, // nothing changes
		{"DELETE", "/v2/users/bob?transfer_meeting=true&transfer_email=ada@example.com", "", 204},
		{"DELETE", "/v2/users/" + eve + "?action=erase", "", 200},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		root.Do(c.method, c.path, body).Want(t, c.status)
		s.Clock.Advance(time.Second)
	}
	want := []string{
		"root@example.com user Delete: user " + eve + ": erased",
		"root@example.com user Update: user " + eve + ": erased, begun",
		"root@example.com user Delete: user bob (bob@example.com): deleted, meetings to ada",
		"root@example.com user Update: user bob (bob@example.com): deleted, meetings to ada, begun",
		"root@example.com user Update: user ada (ada@example.com): active",
		"root@example.com user Update: user ada (ada@example.com): inactive",
		"root@example.com user Add: user " + eve + " (eve@example.com): invited, PMI 5552123488",
	}
	got := trail(t, s, store)
	slices.Sort(got) // the clock stands still during a request
	slices.Sort(want)
	testkit.Equal(t, "the trail", strings.Join(got, "\n"), strings.Join(want, "\n"))
}
