package attack

import (
	"testing"

	"personal-rooms/shared/dev/testkit"
)

func TestI8ACrowdThatWaitsKeepsOutNobodyOfAnotherNetwork(t *testing.T) {
	t.Parallel()
	r := liveRoom(t, fields{"waiting_room": "everyone"})
	crowds := make([]client, 10)
	for i := range crowds {
		crowds[i] = guest(t)
	}
	for range 50 {
		answers := atOnce(len(crowds), func(i int) testkit.Answer { return crowds[i].ask(r.number, r.passcode) })
		expectAll(t, answers, "waiting_room")
	}
	expect(t, crowds[0].ask(r.number, r.passcode), "too_many_knocks")
	sam := r.joins(guest(t), "waiting_room")
	testkit.Equal(t, "the mark", r.mark(sam), "")
	expect(t, r.decide("admit", sam), "ok")
	expect(t, sam.poll(), "admitted")
}

func TestI12WhoLeavesAndReturnsDoesNotMakeTheRoomFull(t *testing.T) {
	t.Parallel()
	r := liveRoom(t, fields{"capacity": 10})
	restless := r.joins(guest(t), "admitted")
	for range 9 {
		restless.leave().Want(t, 204)
		expect(t, restless.poll(), "admitted")
	}
	for range 9 {
		r.joins(guest(t), "admitted")
	}
	expect(t, guest(t).ask(r.number, r.passcode), "full")
	expect(t, restless.poll(), "admitted")
}

func TestI8ASeatThatIsLeftAgainAndAgainIsRefused(t *testing.T) {
	t.Parallel()
	r := liveRoom(t, fields{"waiting_room": "everyone"})
	s := r.joins(guest(t), "waiting_room")
	for range 10 {
		s.leave().Want(t, 204)
		expect(t, s.poll(), "waiting_room")
	}
	answers := make([]testkit.Answer, 140)
	for i := range answers {
		s.leave().Want(t, 204)
		answers[i] = s.poll()
	}
	if got := count(t, answers); got["waiting_room"] > 3 || got["waiting_room"]+got["too_many_knocks"] != len(answers) {
		t.Errorf("answers to returns: %v, want at most one in 15 seconds, and too_many_knocks", got)
	}
}
