package attack

import (
	"testing"

	"personal-rooms/shared/dev/testkit"
)

func TestI7I10LeavingAtTheMomentOfALockOrARemovalIsNoWayBack(t *testing.T) {
	t.Parallel()
	r := liveRoom(t, nil)
	for range 5 {
		s := r.joins(guest(t), "admitted")
		requests := []func() testkit.Answer{
			s.leave,
			func() testkit.Answer { return r.set(fields{"locked": true}) },
			func() testkit.Answer { return r.decide("remove", s) },
		}
		atOnce(len(requests), func(i int) testkit.Answer { return requests[i]() })
		expect(t, s.poll(), "removed")
		expect(t, guest(t).ask(r.number, r.passcode), "locked")
		r.set(fields{"locked": false}).Want(t, 200)
		r.joins(s.client, "waiting_room")
	}
}

func TestI10ARemovedUserIsNotBackAsAGuestAndTheirColleaguesStay(t *testing.T) {
	t.Parallel()
	r, ben := liveRoom(t, nil), user(t, "")
	colleague := r.joins(ben.signedOut(), "admitted")
	bens := r.joins(ben, "admitted")
	expect(t, r.decide("remove", bens), "ok")
	expect(t, bens.poll(), "removed")
	expect(t, ben.ask(r.number, r.passcode), "removed")
	back := r.joins(ben.signedOut(), "waiting_room")
	testkit.Equal(t, "the mark", r.mark(back), "removed")
	expect(t, colleague.poll(), "admitted")
}

func TestI10AnEarlierSeatIsNoWayBack(t *testing.T) {
	t.Parallel()
	r, sam := liveRoom(t, nil), guest(t)
	first := r.joins(sam, "admitted")
	first.leave().Want(t, 204)
	second := r.joins(sam, "admitted")
	expect(t, r.decide("remove", second), "ok")
	expect(t, second.poll(), "removed")
	expect(t, first.poll(), "waiting_room")
}

func TestI10WhenTheListOfNetworksIsFullEveryGuestWaits(t *testing.T) {
	t.Parallel()
	r := liveRoom(t, fields{"capacity": 200})
	var seats []seat
	for range 101 {
		seats = append(seats, r.joins(guest(t), "admitted"))
	}
	expect(t, r.decide("remove", seats...), "ok")
	for _, s := range seats {
		r.joins(s.client, "waiting_room")
	}
	r.joins(guest(t), "waiting_room")
}

func TestI8TheColleaguesOfADeniedGuestWait(t *testing.T) {
	t.Parallel()
	r, sam := liveRoom(t, fields{"waiting_room": "everyone"}), guest(t)
	denied := r.joins(sam, "waiting_room")
	expect(t, r.decide("deny", denied), "ok")
	expect(t, denied.poll(), "denied")
	r.set(fields{"waiting_room": "off"}).Want(t, 200)
	colleague := r.joins(sam, "waiting_room")
	testkit.Equal(t, "the mark", r.mark(colleague), "denied")
	r.joins(sam, "waiting_room")
	r.joins(sam, "waiting_room")
	expect(t, sam.ask(r.number, r.passcode), "too_many_knocks")
	expect(t, r.decide("admit", colleague), "ok")
	expect(t, colleague.poll(), "admitted")
	r.joins(guest(t), "admitted")
}

func TestI10AHostWhoIsTakenOffTheMeetingIsAHostNoLonger(t *testing.T) {
	t.Parallel()
	r := newRoom(t, nil)
	ben := user(t, r.owner.account)
	hosts := func(emails string) fields {
		return fields{"settings": fields{"use_pmi": true, "alternative_hosts": emails}}
	}
	planned := r.owner.do("POST", meetings, hosts(ben.id+"@example.com")).Want(t, 201).Text(t, "id")
	ben.do("PUT", "/v2/meetings/"+planned+"/status", fields{"action": "start"}).Want(t, 204)
	lock := func() testkit.Answer {
		return ben.do("PATCH", "/v2/live_meetings/"+r.number, fields{"locked": true})
	}
	lock().Want(t, 200)
	r.owner.do("PATCH", "/v2/meetings/"+planned, hosts("")).Want(t, 204)
	expect(t, lock(), "meeting_not_found")
}

func TestI19AWaitingRoomThatAHostTurnedOffIsOnInTheNextInstance(t *testing.T) {
	t.Parallel()
	r := liveRoom(t, fields{"waiting_room": "everyone"})
	r.joins(guest(t), "waiting_room")
	r.set(fields{"waiting_room": "off"}).Want(t, 200)
	r.joins(guest(t), "admitted")
	r.owner.do("PUT", "/v2/meetings/"+r.number+"/status", fields{"action": "end"}).Want(t, 204)
	r.joins(r.owner, "admitted")
	r.joins(guest(t), "waiting_room")
}

func TestI17AnEmptyRoomIsIdle(t *testing.T) {
	t.Parallel()
	r := newRoom(t, fields{"join_before_host": true})
	opened := r.joins(guest(t), "admitted")
	r.owner.do("PATCH", ownRoom, fields{"join_before_host": false}).Want(t, 204)
	opened.leave().Want(t, 204)
	r.joins(guest(t), "waiting_for_host")
	expect(t, opened.poll(), "ended")
}
