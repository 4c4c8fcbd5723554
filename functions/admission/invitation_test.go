package main

import (
	"testing"
	"time"

	"personal-rooms/shared/meeting"
)

// moved is a scene in which Ada's invitations to a meeting name a number that is her room's no more.
func moved(t *testing.T) (s *scene, old, omn string) {
	t.Helper()
	s = newScene(t)
	old, omn = s.room, s.meetingOf("Review")
	s.edit("ada", meeting.Edit{PMI: new(meeting.Number("5552123434"))})
	s.moveIn()
	return s, old, omn
}

func TestI14WhoCameByTheOldNumberStaysByItToo(t *testing.T) {
	s, old, omn := moved(t)
	sam := s.guest("Sam").at(old)
	waits(t, sam.join(fields{"omn": omn}), "waiting_for_host")
	waits(t, sam.poll(), "waiting_for_host")
	in(t, s.ada.join(fields{"omn": omn}))
	in(t, sam.poll())
	for range 10 { // longer than a lease, and than a quiet room waits
		s.Clock.Advance(time.Minute)
		same(t, "meeting", in(t, sam.poll()).Want(t, 200).Text(t, "meeting.id"), omn)
	}
	same(t, "admitted", s.names("admitted"), "Sam")
	sam.leave().Want(t, 204)
	same(t, "admitted", s.names("admitted"), "")
	in(t, sam.poll()) // and comes back by it
	same(t, "admitted", s.names("admitted"), "Sam")
}

func TestI14WhoCameByTheOldNumberIsApprovedAndRemovedAsOthersAre(t *testing.T) {
	s, old, omn := moved(t)
	s.waitingRoom()
	in(t, s.ada.join(fields{"omn": omn}))
	sam := s.guest("Sam").at(old)
	waits(t, sam.join(fields{"omn": omn}), "waiting_room")
	s.sayOf("admit", sam).Want(t, 204)
	in(t, sam.poll())
	s.sayOf("remove", sam).Want(t, 204)
	sam.poll().Refused(t, 403, 4113, "removed")
	s.end("ada", s.room)
	sam.poll().Refused(t, 409, 4114, "ended")
}

func TestI14TheOldNumberLeadsBackThoughItIsAnothersByNow(t *testing.T) {
	s, old, omn := moved(t)
	s.Clock.Advance(meeting.DefaultQuarantine + time.Second)
	s.edit("erin", meeting.Edit{PMI: new(meeting.Number(old))})
	s.start("erin", old)
	in(t, s.ada.join(fields{"omn": omn}))
	sam := s.guest("Sam").at(old)
	same(t, "host", in(t, sam.join(fields{"omn": omn})).Text(t, "meeting.host_id"), "ada")
	same(t, "host", in(t, sam.poll()).Text(t, "meeting.host_id"), "ada")
	sam.leave().Want(t, 204)
	same(t, "admitted", s.names("admitted"), "Ada")
}

func TestI17AHostWhoCameByTheOldNumberAndLeavesTheRoomEmptyEndsIt(t *testing.T) {
	s, old, omn := moved(t)
	in(t, s.ada.at(old).join(fields{"omn": omn}))
	in(t, s.ada.poll())
	s.ada.leave().Want(t, 204)
	same(t, "state", s.do("GET", "", nil).Text(t, "state"), "idle")
}
