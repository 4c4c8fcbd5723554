package main

import (
	"strings"
	"testing"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

func TestI10RemovedMeansOut(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	laptop, phone, sam := s.user("bob"), s.user("bob"), s.guest("Sam")
	in(t, laptop.join())
	in(t, phone.join())
	in(t, sam.join())
	s.sayOf("remove", laptop).Want(t, 204)
	for _, p := range []*person{laptop, phone} { // all their devices
		p.poll().Refused(t, 403, 4113, "removed")
	}
	s.user("bob").join().Refused(t, 403, 4113, "removed") // and each new one
	s.sayOf("remove", sam).Want(t, 204)
	s.sayOf("remove", sam).Want(t, 204) // a retry
	sam.poll().Refused(t, 403, 4113, "removed")
	sam.leave().Want(t, 204)
	sam.poll().Refused(t, 403, 4113, "removed")
	same(t, "admitted", s.names("admitted"), "Ada")

	s.end("ada", s.room)
	in(t, s.ada.join())
	in(t, s.user("bob").join()) // the next sitting starts clean
}

func TestI10RemoveAnswersForAll(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	people := s.guests("Al", "Bo")
	each(people, func(p *person) { in(t, p.join()) })
	s.sayOf("remove", people[0]).Want(t, 204)
	same(t, "removed", strings.Count(s.say("remove", people...).Want(t, 200).Body, `"state":"removed"`), 2)
}

func TestI10RemovedFromTheWaitingRoom(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	bob := s.user("bob")
	waits(t, bob.join(), "waiting_room")
	s.sayOf("remove", bob).Want(t, 204)
	s.sayOf("admit", bob).Refused(t, 409, 4119, "seat_moved")
	bob.poll().Refused(t, 403, 4113, "removed")
	s.user("bob").join().Refused(t, 403, 4113, "removed")
}

func TestI10ARemovedAlternativeHostIsNoHostOfTheSitting(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{AlternativeHosts: new([]string{"bob@example.com"})})
	in(t, s.ada.join())
	bob := s.user("bob")
	same(t, "role", in(t, bob.join()).Text(t, "seat.role"), "alternative_host")
	s.sayOf("remove", bob).Want(t, 204)
	bob.join().Refused(t, 403, 4113, "removed")
	room := "/v2/live_meetings/" + s.room
	bob.client.Do("GET", room, nil).Refused(t, 404, 3001, "meeting_not_found")
	bob.client.Do("PATCH", room, fields{"locked": true}).Refused(t, 404, 3001, "meeting_not_found")
	if err := s.starts().End(t.Context(), caller("bob"), s.room); meeting.ReasonOf(err) != meeting.NoMeeting {
		t.Errorf("a removed host ended the sitting: %v", err)
	}
	s.end("ada", s.room)
	same(t, "role in the next sitting", in(t, bob.join()).Text(t, "seat.role"), "alternative_host")
}

func TestI11TheOwnerIsNeverLockedOut(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{AlternativeHosts: new([]string{"bob@example.com"}), Capacity: new(1), WaitingRoom: new(meeting.WaitEveryone)})
	bob := s.user("bob")
	in(t, bob.join())
	bob.client.Do("PATCH", "/v2/live_meetings/"+s.room, fields{"locked": true}).Want(t, 200)
	same(t, "role", in(t, s.ada.join(fields{"passcode": "wrong"})).Text(t, "seat.role"), "host")
	for _, action := range []string{"remove", "wait"} {
		bob.client.Do("PUT", "/v2/live_meetings/"+s.room+"/participants/"+s.ada.seat.ID+"/status", fields{"action": action}).
			Refused(t, 409, 4107, "is_owner")
	}
	in(t, s.ada.poll())
}

// Bob's second device was sent to wait before he was removed, and takes its seat after that; a host who admits all who wait read the room
// before both.
func TestI10NobodyWhoIsOutIsAdmittedWithAllWhoWait(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	bob, tablet := s.user("bob"), s.user("bob")
	waits(t, bob.join(), "waiting_room")

	sent, out, seated := make(chan struct{}), make(chan struct{}), make(chan struct{})
	s.faults.Plan("PutItem", dynamoproxy.After(func() { close(sent); <-out }))
	go func() {
		defer close(seated)
		tablet.join()
	}()
	<-sent
	s.faults.Plan("Query", dynamoproxy.After(func() {
		s.sayOf("remove", bob).Want(t, 204)
		close(out)
		<-seated
	}))
	s.do("PUT", "/participants/status", fields{"action": "admit"})
	same(t, "who is in", s.names("admitted"), "Ada")
}
