package attack

import (
	"fmt"
	"testing"

	"personal-rooms/shared/dev/testkit"
)

func TestI2AUserChangesTheNumberTenTimesADay(t *testing.T) {
	t.Parallel()
	ada, answers := newRoom(t, nil).owner, make([]testkit.Answer, 60)
	for i := range answers {
		answers[i] = ada.do("PATCH", me, fields{"pmi": fmt.Sprint(5552120001 + i)})
	}
	expectAll(t, answers[:10], "ok")
	expectAll(t, answers[10:], "too_many_changes")
}

func TestI2NobodyElseGetsARenamedLink(t *testing.T) {
	t.Parallel()
	ada, attacker := newRoom(t, fields{"vanity_name": "ada.renamed"}).owner, newRoom(t, nil).owner
	ada.do("PATCH", me, fields{"vanity_name": "countess"}).Want(t, 204)
	expect(t, attacker.do("PATCH", me, fields{"vanity_name": "Ada.Renamed"}), "link_taken")
	ada.do("PATCH", me, fields{"vanity_name": "ada.renamed"}).Want(t, 204)
}

func TestI14AnOldInvitationLeadsToItsHostAndToNobodyElse(t *testing.T) {
	t.Parallel()
	ada, cy := liveRoom(t, nil), liveRoom(t, nil)
	plan := func(r room) string {
		return r.owner.do("POST", meetings, fields{"settings": fields{"use_pmi": true}}).Want(t, 201).Text(t, "id")
	}
	join := func(number string, r room, meeting string) testkit.Answer {
		sam := guest(t)
		return sam.do("POST", sam.seats(number), fields{"passcode": r.passcode, "omn": meeting})
	}
	adas, cys := plan(ada), plan(cy)
	ada.owner.do("PUT", "/v2/meetings/"+ada.number+"/status", fields{"action": "end"}).Want(t, 204)
	ada.owner.do("PATCH", me, fields{"pmi": "5553217654"}).Want(t, 204)
	ada.owner.do("PUT", "/v2/meetings/"+adas+"/status", fields{"action": "start"}).Want(t, 204)

	expect(t, join(ada.number, ada, adas), "admitted")
	expect(t, join(ada.number, ada, ""), "meeting_not_found")
	expect(t, join(ada.number, cy, cys), "meeting_not_found")
	expect(t, join(ada.number, ada, cys), "meeting_not_found")
}

func TestI14AnInvitationDoesNotLeadFromANumberThatSomebodyElseHasNow(t *testing.T) {
	t.Parallel()
	ada, ben := newRoom(t, nil), newRoom(t, nil)
	released := "5554321987"
	for _, number := range []string{released, ada.number} { // nobody learns the first one, so it is free at once
		ada.owner.do("PATCH", me, fields{"pmi": number}).Want(t, 204)
	}
	planned := ada.owner.do("POST", meetings, fields{"settings": fields{"use_pmi": true}}).Want(t, 201).Text(t, "id")
	ben.owner.do("PATCH", me, fields{"pmi": released}).Want(t, 204)
	ada.owner.do("PUT", "/v2/meetings/"+planned+"/status", fields{"action": "start"}).Want(t, 204)
	ben.owner.do("PUT", "/v2/meetings/"+released+"/status", fields{"action": "start"}).Want(t, 204)
	sam := guest(t)
	expect(t, sam.do("POST", sam.seats(released), fields{"passcode": ada.passcode, "omn": planned}), "meeting_not_found")
	expect(t, sam.do("POST", sam.seats(released), fields{"passcode": ben.passcode, "omn": planned}), "admitted")
}
