package main

import (
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// Settings show what counts: the locked values. What one chose before counts again without the lock.
func TestSettingsShowLocks(t *testing.T) {
	s := &scene{t: t}
	store := table.New(dynamotest.Table(t))
	s.on(store)
	const waiting = meeting.AccountWaitingRoom
	rules := meeting.AccountRules{
		Account: testkit.Account, Values: map[meeting.AccountSetting]bool{waiting: true, meeting.AccountInstantPMI: true},
		Locked: []meeting.AccountSetting{waiting, meeting.AccountInstantPMI},
	}
	testkit.Must(t, store.PutAccountRules(t.Context(), rules))
	shows := func(on, room, locked string) {
		t.Helper()
		s.shows(s.ada, settings, map[string]string{"in_meeting.waiting_room": on, "schedule_meeting.use_pmi_for_instant_meetings": on})
		s.shows(s.ada, settings+"?option=meeting_security", map[string]string{"meeting_security.waiting_room": on})
		s.shows(s.ada, me, map[string]string{"use_pmi": on})
		s.shows(s.ada, ownRoom, map[string]string{"waiting_room": room, "locked_settings": locked})
	}
	const both = "[in_meeting.waiting_room schedule_meeting.use_pmi_for_instant_meetings]"
	shows("true", "everyone", both)
	for path, bad := range map[string]string{
		settings: `{"in_meeting":{"waiting_room":false}}`, me: `{"use_pmi":false}`, ownRoom: `{"waiting_room":"off"}`,
	} {
		s.ada.Do("PATCH", path, bad).Refused(t, 409, 4165, "setting_locked")
	}
	s.ada.Do("PATCH", settings, `{"in_meeting":{"waiting_room":true},"schedule_meeting":{"use_pmi_for_instant_meetings":true}}`).Want(t, 204)
	s.ada.Do("PATCH", ownRoom, `{"capacity":7,"waiting_room":"guests"}`).Want(t, 204)
	shows("true", "guests", both)
	rules.Version, rules.Locked = 1, nil
	testkit.Must(t, store.PutAccountRules(t.Context(), rules))
	s.ada.Do("PATCH", settings, `{"in_meeting":{"waiting_room":false},"schedule_meeting":{"use_pmi_for_instant_meetings":false}}`).Want(t, 204)
	shows("false", "off", "[]")
}
