package attack

import (
	"math/rand/v2"
	"testing"

	"personal-rooms/shared/dev/testkit"
)

func TestI13ABurstOfGuessesHasNoMoreAnswersThanTheLimit(t *testing.T) {
	r, attacker := crowdedRoom(t), guest(t)
	lucky := rand.IntN(45)
	got := count(t, atOnce(45, func(i int) testkit.Answer {
		if i == lucky { // it gets in only if it is among the few that are compared
			return attacker.ask(r.number, r.passcode)
		}
		return attacker.ask(r.number, wrong)
	}))
	testkit.Equal(t, "wrong ones that were compared", got["meeting_not_found"], 20)
	testkit.Equal(t, "others", got["too_many_guesses"]+got["admitted"], 25)
	expect(t, attacker.ask(r.number, r.passcode), "too_many_guesses")
	r.joins(guest(t), "admitted")
}

func TestI13SixtyRightOnesAtOnceFromOneAddressAllGetIn(t *testing.T) {
	r, office := crowdedRoom(t), guest(t)
	expectAll(t, atOnce(60, func(int) testkit.Answer { return office.ask(r.number, r.passcode) }), "admitted")
}

// crowdedRoom returns a live room, of which the functions run in many processes.
func crowdedRoom(t *testing.T) room {
	t.Helper()
	r := liveRoom(t, fields{"capacity": 1000})
	warmUp(func(int) testkit.Answer { return guest(t).ask(r.number, r.token) }) // which is no guess
	return r
}

func TestI13ADistrustedPasscodeLeadsToTheWaitingRoomOnly(t *testing.T) {
	t.Parallel()
	r := liveRoom(t, nil)
	r.guess(120)
	r.joins(guest(t), "waiting_room")
	expect(t, guest(t).ask(r.number, wrong), "meeting_not_found")
	expect(t, guest(t).ask(r.number, r.token), "admitted")
	r.joins(user(t, r.owner.account), "admitted")
	testkit.Equal(t, "the owner sees it", r.owner.do("GET", ownRoom, nil).Text(t, "under_attack"), "true")
	expect(t, r.owner.do("PATCH", ownRoom, fields{"passcode": "1"}), "invalid")
	changed := r.owner.do("PATCH", ownRoom, fields{"passcode": "generate"}).Want(t, 200)
	expect(t, guest(t).ask(r.number, changed.Text(t, "passcode")), "admitted")
}

func TestI13AWrongPasscodeAndAnUnknownAddressGetTheSameBytes(t *testing.T) {
	t.Parallel()
	r := liveRoom(t, fields{"vanity_name": "ada.attacked"})
	planned := r.owner.do("POST", meetings, fields{"topic": "Review", "settings": fields{"use_pmi": true}}).Want(t, 201)
	unknown := guest(t).ask("ada.nobody", wrong).Want(t, 404)
	for _, address := range []string{"ada.attacked", planned.Text(t, "id"), r.number, "5559998888"} {
		got := guest(t).ask(address, wrong)
		testkit.Equal(t, "the status of "+address, got.Status, unknown.Status)
		testkit.Equal(t, "the body of "+address, got.Body, unknown.Body)
	}
}

func TestI13ManyClaimsOfATakenNumberAreCounted(t *testing.T) {
	r, attacker := newRoom(t, nil), newRoom(t, nil).owner
	warmUp(func(int) testkit.Answer { return attacker.do("GET", me, nil) })
	got := count(t, atOnce(40, func(int) testkit.Answer { return attacker.do("PATCH", me, fields{"pmi": r.number}) }))
	testkit.Equal(t, "answered claims", got["number_taken"], 20)
	testkit.Equal(t, "refused claims", got["too_many_guesses"], 20)
	expect(t, attacker.do("PATCH", me, fields{"pmi": r.number}), "too_many_guesses")
}

func TestI13AWebsiteCannotSpendTheGuessesOfItsVisitors(t *testing.T) {
	t.Parallel()
	r, visitor := liveRoom(t, nil), guest(t)
	for range 25 {
		a := visitor.do("POST", visitor.seats(r.number), fields{"passcode": wrong}, "Content-Type", "text/plain")
		a.Refused(t, 415, 300, "not_json")
	}
	r.joins(visitor, "admitted")
}
