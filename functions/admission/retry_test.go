package main

import (
	"testing"
	"time"

	"personal-rooms/shared/meeting"
)

// keyed is a guest whose app repeats a join with its Idempotency-Key when no answer comes.
func (s *scene) keyed(name string) *person {
	p := s.guest(name)
	p.client = p.client.With("Idempotency-Key", "0123456789abcdef-"+name)
	return p
}

func TestI15ARetryMeetsItsOwnSeatInARoomThatIsFullBecauseOfIt(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{Capacity: new(1)})
	in(t, s.ada.join())
	sam := s.keyed("Sam")
	lost := in(t, sam.join())
	same(t, "answer", in(t, sam.join()).Want(t, 201).Body, lost.Body)
	in(t, sam.poll())
	s.keyed("Sue").join().Refused(t, 403, 4111, "full")
	sam.join(fields{"display_name": "Another"}).Refused(t, 403, 4111, "full") // another request than that which was let in
	same(t, "admitted", s.names("admitted"), "Ada Sam")
	same(t, "nobody is on the way", s.do("GET", "", nil).Text(t, "arriving"), "0")
}

func TestI15ARetryMeetsItsOwnSeatInARoomThatWasLockedMeanwhile(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.keyed("Sam")
	lost := in(t, sam.join())
	s.lock(true)
	same(t, "answer", in(t, sam.join()).Want(t, 201).Body, lost.Body)
	s.keyed("Sue").join().Refused(t, 403, 4110, "locked")

	s.Clock.Advance(meeting.DefaultLease + time.Second) // a dead seat is no way round the lock
	sam.join().Refused(t, 403, 4110, "locked")
}

func TestI15ARetryOfAJoinThatNeverTookItsSeatIsAsAnyOther(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{Capacity: new(1)})
	in(t, s.ada.join())
	sam := s.keyed("Sam")
	s.faults.Plan("PutItem", crash)
	sam.join().Refused(t, 500, 500, "internal")
	sam.join().Refused(t, 403, 4111, "full") // the crash still counts as somebody on the way
	s.lock(true)
	sam.join().Refused(t, 403, 4110, "locked")
	s.lock(false)
	s.Clock.Advance(meeting.ArrivalTimeout)
	in(t, sam.join())
}

func TestI15ARetryIsNoWayBackForThoseWhoWereRemoved(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.keyed("Sam")
	in(t, sam.join())
	s.sayOf("remove", sam).Want(t, 204)
	s.lock(true)
	sam.join().Refused(t, 403, 4113, "removed")
	same(t, "admitted", s.names("admitted"), "Ada")
}
