package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The whole way of what happens in a room: out to a receiver of the account's, signed, each item's events in their order.
func TestWhatHappensIsTold(t *testing.T) {
	needs(t, localReceivers)
	ada := signUp(t, "Ada")
	hook := ada.listens()
	ada.furnishes(fields{"waiting_room": "guests"})
	room := ada.room()
	ada.startsNow(fields{"use_pmi": true})
	ben := guest(t, "Ben")
	seat := ben.knocks(room.Number, fields{"passcode": room.Passcode}).waits("waiting_room")
	ada.decides(room.Number, "admit", seat).is(204)
	ada.sets(room.Number, fields{"locked": true})
	ada.decides(room.Number, "remove", seat).is(204)
	ada.ends(room.Number)

	hook.hears("meeting.ended")
	equal(t, "of the room", hook.names("room/"+room.Number), "room.updated meeting.started room.locked meeting.ended")
	hook.hears("room.participant_removed")
	equal(t, "of Ben", hook.names("seat/"+seat.ID), "meeting.participant_joined_waiting_room meeting.participant_admitted meeting.participant_joined "+
		"meeting.participant_left room.participant_removed")
	for _, e := range hook.all() {
		lacks(t, string(e.Payload.Object), room.Passcode, seat.Secret)
		equal(t, "account", e.Payload.AccountID, ada.account)
		if strings.HasPrefix(e.Event, "meeting.") && (e.Order.Instance == "" || e.Order.Epoch == 0) {
			t.Errorf("%s has the order %+v", e.Event, e.Order)
		}
	}
}

// A number that changes, and a meeting that is planned with somebody to invite.
func TestWhatIsPlannedIsTold(t *testing.T) {
	needs(t, localReceivers)
	ada := signUp(t, "Ada")
	hook := ada.listens("meeting.created", "meeting.deleted", "room.*")
	was, number := ada.room().Number, ada.favourite()
	ada.saves(fields{"pmi": number})
	e := hook.hears("room.number_changed")
	holds(t, e, "old_number", was)
	holds(t, e, "number", number)

	made := ada.plans(fields{"topic": "Tea & <cake>", "start_time": "2030-01-15T10:00:00Z", "settings": fields{"use_pmi": true,
		"meeting_invitees": []fields{{"email": "grace@example.com"}}}})
	holds(t, hook.hears("meeting.created"), "topic", "Tea & <cake>")
	due := hook.hears("room.invitation_due")
	holds(t, due, "email", "grace@example.com")
	if !strings.Contains(string(due.Payload.Object), "METHOD:REQUEST") {
		t.Errorf("no calendar entry: %s", due.Payload.Object)
	}
	ada.send("DELETE", "/v2/meetings/"+made.number(), nil).is(204)
	hook.hears("meeting.deleted")
	for _, e := range hook.all() {
		if strings.HasPrefix(e.Event, "user.") {
			t.Errorf("%s was not asked for", e.Event)
		}
	}
}

// A receiver that is down for a while misses nothing, and hears it in order.
func TestAReceiverThatIsDownMissesNothing(t *testing.T) {
	needs(t, localReceivers)
	ada := signUp(t, "Ada")
	hook := ada.listens("room.locked", "room.unlocked", "meeting.started")
	room := ada.room()
	hook.refuses(2)
	ada.startsNow(fields{"use_pmi": true})
	ada.sets(room.Number, fields{"locked": true})
	ada.sets(room.Number, fields{"locked": false})
	hook.hears("room.unlocked")
	equal(t, "of the room", hook.names("room/"+room.Number), "meeting.started room.locked room.unlocked")
	ada.ends(room.Number)
}

// A command does what the account lets automations do, once, and its outcome is an event.
func TestACommandOfAnAutomation(t *testing.T) {
	needs(t, localReceivers)
	needs(t, eventBus)
	ada := signUp(t, "Ada")
	hook := ada.listens("automation.*", "room.locked")
	room := ada.room()
	ada.startsNow(fields{"use_pmi": true})
	lock := fields{"command": "room.lock", "account_id": ada.account, "user_id": ada.id, "command_id": fresh("command")}

	ada.commands(lock)
	holds(t, hook.hears("automation.failed"), "reason", "not_granted")
	ada.administrator().send("PUT", "/v2/automation", fields{"grants": []fields{{"user_id": ada.id, "commands": []string{"room.*"}}}}).is(204)
	lock["command_id"] = fresh("command")
	ada.commands(lock)
	ada.commands(lock)
	holds(t, hook.hears("automation.succeeded"), "command", "room.lock")
	hook.hears("room.locked")
	guest(t, "Late").knocks(room.Number, fields{"passcode": room.Passcode}).refused(403, 4110, "locked")
	equal(t, "outcomes", hook.names("command/"+ada.account+"/"+fmt.Sprint(lock["command_id"])), "automation.succeeded")
	ada.ends(room.Number)
}

// holds fails the test unless the member of what the event is about is this text.
func holds(t *testing.T, e told, member, want string) {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal(e.Payload.Object, &object); err != nil {
		t.Fatal(err)
	}
	equal(t, e.Event+"'s "+member, fmt.Sprint(object[member]), want)
}

// names are the events of the item, in the order in which they came first.
func (r *receiver) names(item string) string {
	var names, ids []string
	for _, e := range r.all() {
		if e.Item == item && !slices.Contains(ids, e.EventID) {
			names, ids = append(names, e.Event), append(ids, e.EventID)
		}
	}
	return strings.Join(names, " ")
}
