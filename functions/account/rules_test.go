package main

import (
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

const (
	accountSettings = "/v2/accounts/me/settings"
	lockSettings    = "/v2/accounts/me/lock_settings"
)

func TestSettingsAndLocksOfAnAccount(t *testing.T) {
	s := newScene(t)
	shows := func(path, waitingRoom, pmiPasscode, others string) {
		t.Helper()
		s.root.Do("GET", path, nil).Want(t, 200).Is(t, `{"in_meeting":{"waiting_room":`+waitingRoom+`},"schedule_meeting":{
			"meeting_authentication":false,"require_password_for_pmi_meetings":`+pmiPasscode+`,
			"require_password_for_scheduling_new_meetings":`+others+`,"require_password_for_instant_meetings":`+others+`,
			"use_pmi_for_instant_meetings":false,"use_pmi_for_scheduled_meetings":false}}`)
	}
	shows(accountSettings, "false", `"all"`, "true")
	shows(lockSettings, "false", "false", "false")
	s.root.Do("PATCH", accountSettings, `{"in_meeting":{"waiting_room":true,"chat":false},"schedule_meeting":{"require_password_for_pmi_meetings":"none"}}`).
		Want(t, 204)
	s.root.Do("PATCH", lockSettings, `{"in_meeting":{"waiting_room":true,"chat":false}}`).Want(t, 204)
	s.root.Do("PATCH", "/v2/accounts/acme/lock_settings", `{"schedule_meeting":{"require_password_for_pmi_meetings":true}}`).Want(t, 204)
	shows(accountSettings, "true", `"none"`, "true")
	shows(lockSettings, "true", "true", "false")
	s.root.Do("PATCH", accountSettings, `{"schedule_meeting":{"require_password_for_pmi_meetings":"jbh_only"}}`).Want(t, 204)
	s.root.Do("PATCH", lockSettings, `{"in_meeting":{"waiting_room":false}}`).Want(t, 204)
	shows(accountSettings, "true", `"all"`, "true")
	shows(lockSettings, "false", "true", "false")
	if all := s.trail(s.root, ""); !slices.Contains(all, "root@example.com account Update: in_meeting.waiting_room unlocked") {
		t.Error(all)
	}
	testkit.Equal(t, "entries", len(s.trail(s.root, "&category_type=account")), 5)
}

func TestRulesAreThoseOfOnesOwnAccount(t *testing.T) {
	s := newScene(t)
	s.other.Do("PATCH", lockSettings, `{"in_meeting":{"waiting_room":true}}`).Want(t, 204)
	testkit.Equal(t, "lock", s.root.Do("GET", lockSettings, nil).Text(t, "in_meeting.waiting_room"), "false")
	for _, path := range []string{"settings", "lock_settings", "quarantine"} {
		s.root.Do("GET", "/v2/accounts/other/"+path, nil).Refused(t, 404, 2001, "account_not_found")
		if path != "quarantine" {
			s.root.Do("PATCH", "/v2/accounts/other/"+path, `{"in_meeting":{"waiting_room":true}}`).Refused(t, 404, 2001, "account_not_found")
		}
	}
	s.As("ada").Do("GET", lockSettings, nil).Refused(t, 403, 4700, "scope")
}

func TestConcurrentLocksAllHold(t *testing.T) {
	s := newScene(t)
	settings := meeting.AccountSettings()
	answers := concurrently(len(settings), func(i int) testkit.Answer {
		section, name, _ := strings.Cut(string(settings[i]), ".")
		return s.root.Do("PATCH", lockSettings, fields{section: fields{name: true}})
	})
	rules, err := s.store.AccountRules(t.Context(), testkit.Account)
	testkit.Must(t, err)
	for i, a := range answers {
		if a.Status != 204 {
			a.Refused(t, 503, 4117, "busy")
		}
		testkit.Equal(t, string(settings[i]), rules.IsLocked(settings[i]), a.Status == 204)
	}
}

func TestBadAccountSettings(t *testing.T) {
	s := newScene(t)
	for body, field := range map[string]string{
		`{}`: "body", `{"in_meeting":5}`: "in_meeting", `{"in_meeting":{"waiting_room":"on"}}`: "in_meeting.waiting_room",
	} {
		s.root.Do("PATCH", accountSettings, body).Refuses(t, field)
		s.root.Do("PATCH", lockSettings, body).Refuses(t, field)
	}
	s.root.Do("PATCH", accountSettings, `{"schedule_meeting":{"require_password_for_pmi_meetings":true}}`).
		Refuses(t, "schedule_meeting.require_password_for_pmi_meetings")
	s.root.Do("PATCH", lockSettings, `{"in_meeting":{"waiting_room":true,"chat":true}}`).Refuses(t, "in_meeting.chat")
	testkit.Equal(t, "lock", s.root.Do("GET", lockSettings, nil).Text(t, "in_meeting.waiting_room"), "false")
}

// Only admins of the operator's account close an account and open it again; its own admins see that.
func TestQuarantineIsTheOperators(t *testing.T) {
	s := newScene(t)
	const path = "/v2/accounts/acme/quarantine"
	for _, c := range []*testkit.Client{s.root, s.other} {
		c.Do("PUT", path, `{"quarantined":true}`).Refused(t, 404, 2001, "account_not_found")
	}
	s.operator().Claiming("scope", "account:read:admin").Do("PUT", path, `{"quarantined":true}`).Refused(t, 403, 4700, "scope")
	s.root.Do("GET", path, nil).Want(t, 200).Is(t, `{"quarantined":false}`)
	s.operator().Do("PUT", path, `{"quarantined":true,"note":"spam"}`).Want(t, 204)
	for _, c := range []*testkit.Client{s.root, s.operator()} {
		c.Do("GET", path, nil).Want(t, 200).Is(t, `{"quarantined":true,"since":"2026-03-02T09:00:00Z","note":"spam"}`)
	}
	testkit.Equal(t, "trail", s.trail(s.root, "")[0], "root@example.com account Update: account closed by the operator")
	s.root.Do("PATCH", lockSettings, `{"in_meeting":{"waiting_room":true}}`).Want(t, 204) // which does not open it
	s.operator().Do("PUT", path, `{"quarantined":false}`).Want(t, 204)
	s.root.Do("GET", path, nil).Want(t, 200).Is(t, `{"quarantined":false}`)
	s.operator().Do("PUT", path, `{"note":"spam"}`).Refuses(t, "quarantined")
	s.operator().Do("PUT", path, fields{"quarantined": true, "note": strings.Repeat("x", account.MaxAccountNote+1)}).Refuses(t, "note")

	s.rules = account.NewRules(s.store, s.Env, "")
	s.serve()
	s.operator().Do("PUT", path, `{"quarantined":true}`).Refused(t, 404, 2001, "account_not_found")
}

func (s *scene) operator() *testkit.Client { return s.AsAdmin("root").Claiming("account_id", operator) }
