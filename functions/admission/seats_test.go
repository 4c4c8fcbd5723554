package main

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// crash is a function that dies before it stores the seat: the door has turned, and nobody sits.
var crash = dynamoproxy.Fail("ValidationException")

func TestI12CapacityIsExact(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{Capacity: new(5)})
	in(t, s.ada.join()) // the owner takes no seat
	people := s.guests(many("Guest", 20)...)
	answers := make([]testkit.Answer, len(people))
	var calls []func()
	for i, p := range people {
		calls = append(calls, func() { answers[i] = p.join() })
	}
	atOnce(calls...)
	admitted := 0
	for _, a := range answers {
		if a.Status == 201 {
			admitted++
		} else {
			a.Refused(t, 403, 4111, "full")
		}
	}
	same(t, "admitted", admitted, 5)
	same(t, "on the roster", len(strings.Fields(s.names("admitted"))), 6)
	s.guest("Late").join().Refused(t, 403, 4111, "full")
	in(t, s.user("ada").join())
}

func TestI12AdmitAllDoesNotExceedTheCapacity(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{Capacity: new(5), WaitingRoom: new(meeting.WaitGuests)})
	in(t, s.ada.join())
	waiting, members := s.guests(many("Guest", 6)...), []*person{s.user("bob"), s.user("cy"), s.user("dan")}
	each(waiting, func(p *person) { waits(t, p.join(), "waiting_room") })
	each(append(members, nil), func(p *person) {
		if p != nil {
			p.join()
		} else {
			s.do("PUT", "/participants/status", fields{"action": "admit"})
		}
	})
	if got := len(strings.Fields(s.names("admitted"))); got > 6 || got < 2 {
		t.Errorf("%d are in a room for 5 and its owner", got)
	}
}

func TestI12AVanishedClientEatsNoSeat(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{Capacity: new(1)})
	in(t, s.ada.join())
	sam, sue := s.guest("Sam"), s.guest("Sue")
	in(t, sam.join())
	s.Clock.Advance(meeting.DefaultLease)
	sue.join().Refused(t, 403, 4111, "full") // clocks differ: 30 s more
	s.Clock.Advance(30 * time.Second)
	in(t, sue.join())
	sam.poll().Refused(t, 403, 4111, "full")
	sue.leave().Want(t, 204)
	s.Clock.Advance(time.Second)
	in(t, sam.poll())
}

func TestI12ACrashEatsNoSeat(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{Capacity: new(1)})
	in(t, s.ada.join())
	s.faults.Plan("PutItem", crash)
	s.guest("Crashed").join().Refused(t, 500, 500, "internal")
	same(t, "arriving", s.do("GET", "", nil).Text(t, "arriving"), "1")
	s.guest("Sam").join().Refused(t, 403, 4111, "full")
	s.Clock.Advance(meeting.ArrivalTimeout)
	same(t, "arriving", s.do("GET", "", nil).Text(t, "arriving"), "0")
	in(t, s.guest("Sam").join())
}

func TestI12TheSeatsAreCountedOnceASecond(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{Capacity: new(1)})
	in(t, s.ada.join())
	in(t, s.guest("Sam").join())
	s.guest("Sue").join().Refused(t, 403, 4111, "full")
	s.meter.Reset()
	s.guest("Sue").join().Refused(t, 403, 4111, "full")
	same(t, "operations", s.operations(), "GetItem GetItem")
}

func TestALeaseIsRenewedWhileItLives(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	in(t, sam.join())
	for range 20 {
		s.Clock.Advance(80 * time.Second)
		same(t, "renew_after", in(t, sam.poll()).Text(t, "renew_after"), "30")
	}
	same(t, "admitted", s.names("admitted"), "Sam")
	s.lock(true)
	s.Clock.Advance(meeting.DefaultLease)
	sam.poll().Refused(t, 403, 4110, "locked") // a dead one is not: this is a new knock
}

func TestReconnect(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	id := in(t, sam.join()).Text(t, "seat.id")
	s.Clock.Advance(time.Hour) // Ada is gone, but nobody asked
	same(t, "seat", in(t, sam.poll()).Want(t, 200).Text(t, "seat.id"), id)
	same(t, "admitted", s.names("admitted"), "Sam")
	same(t, "the host's reconnect", in(t, s.ada.poll()).Want(t, 200).Text(t, "seat.role"), "host")
}

func TestASeatIsItsOwners(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam, bob, eve := s.guest("Sam"), s.user("bob"), s.user("eve")
	in(t, sam.join())
	in(t, bob.join())
	for name, thief := range map[string]*person{
		"no secret":                  {client: eve.client, path: "participants", seat: ticket(bob.seat.ID, "wrong")},
		"another user":               {client: eve.client, path: "participants", seat: bob.seat},
		"a guest with a user's seat": {client: s.Guest(), path: "guests", seat: bob.seat},
		"a user with a guest's seat": {client: eve.client, path: "participants", seat: sam.seat},
		"a seat that is none":        {client: s.Guest(), path: "guests", seat: ticket("x", "x")},
	} {
		t.Run(name, func(t *testing.T) {
			thief.scene = s
			thief.poll().Refused(t, 404, 3001, "meeting_not_found")
			thief.leave().Refused(t, 404, 3001, "meeting_not_found")
		})
	}
	in(t, sam.poll())
	in(t, bob.poll())
}

func ticket(id, secret string) struct{ ID, Secret string } {
	return struct{ ID, Secret string }{id, secret}
}

func TestLeave(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam, bob := s.guest("Sam"), s.user("bob")
	in(t, sam.join())
	in(t, bob.join())
	for range 2 {
		sam.leave().Want(t, 204)
		bob.leave().Want(t, 204)
	}
	same(t, "admitted", s.names("admitted"), "Ada")
	in(t, sam.poll()) // and back
	s.Guest().Do("DELETE", "/v2/live_meetings/"+s.room+"/guests/"+sam.seat.ID, nil).Refuses(t, "X-Seat-Secret")
}

func TestI15AJoinWhoseAnswerWasLostIsRepeated(t *testing.T) {
	const key = "3f1c2f0e-4a51-4d0b-9b59-0d1f4cf3d0aa"
	s := newScene(t)
	in(t, s.ada.join())
	sam, bob := s.guest("Sam"), s.user("bob")
	for _, p := range []*person{sam, bob} {
		p.client = p.client.With("Idempotency-Key", key)
		first, second := in(t, p.join()).Want(t, 201), in(t, p.join()).Want(t, 201)
		same(t, "answer", second.Body, first.Body)
		p.join(fields{"display_name": "Another"}).Refused(t, 422, 4108, "idempotency_key")
	}
	if sam.seat == bob.seat {
		t.Error("a guest has a user's seat")
	}
	same(t, "admitted", s.names("admitted"), "Ada Bob Sam")
	same(t, "nobody is on the way", s.do("GET", "", nil).Text(t, "arriving"), "0")

	s.end("ada", s.room)
	s.start("ada", s.room)
	before := sam.seat
	if in(t, sam.join()); sam.seat == before {
		t.Error("a new sitting has an old seat")
	}
}

func TestI15ARetryRaces(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	client := s.Guest().With("Idempotency-Key", "0123456789abcdef")
	retries := s.guests(many("Sam", 6)...)
	each(retries, func(p *person) {
		p.client, p.name = client, "Sam"
		in(t, p.join())
	})
	for _, p := range retries {
		same(t, "seat", p.seat, retries[0].seat)
	}
	same(t, "admitted", s.names("admitted"), "Ada Sam")
	same(t, "arriving", s.do("GET", "", nil).Text(t, "arriving"), "0")
}

func TestI15ARetryWaitsAsTheFirstDid(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	sam := s.guest("Sam")
	sam.client = sam.client.With("Idempotency-Key", "0123456789abcdef")
	first := waits(t, sam.join(), "waiting_for_host")
	same(t, "answer", waits(t, sam.join(), "waiting_for_host").Body, first.Body)
	in(t, s.ada.join())
	waits(t, sam.join(), "waiting_room")
	s.sayOf("remove", sam).Want(t, 204)
	sam.join().Refused(t, 403, 4113, "removed") // no way around by repeating
}

func TestI15AGuestsKeyMustBeHardToGuess(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	sam.client = s.Guest().With("Idempotency-Key", "0123456789abcde")
	sam.join().Refuses(t, "Idempotency-Key")
	bob := s.user("bob")
	bob.client = bob.client.With("Idempotency-Key", "1")
	in(t, bob.join())
}

// The answers that are lost here are DynamoDB's: its client repeats the write.
func TestI15WritesWhoseAnswersAreLostHappenOnce(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{Capacity: new(1)})
	in(t, s.ada.join())
	s.faults.Plan("UpdateItem ROOM", dynamoproxy.LoseAnswer)
	s.faults.Plan("PutItem", dynamoproxy.LoseAnswer)
	in(t, s.guest("Sam").join())
	same(t, "admitted", s.names("admitted"), "Ada Sam")
	same(t, "arriving", s.do("GET", "", nil).Text(t, "arriving"), "0")
}

func TestI17ASittingEndsAfter30Hours(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	in(t, sam.join())
	for range 30*60 - 1 {
		s.Clock.Advance(time.Minute)
		if s.Clock.Now().Minute() == 0 {
			in(t, sam.poll())
		}
	}
	s.Clock.Advance(time.Minute)
	sam.poll().Refused(t, 409, 4114, "ended")
	same(t, "state", s.do("GET", "", nil).Text(t, "state"), "idle")
	waits(t, sam.join(), "waiting_for_host")
}

func TestI17AnAbandonedSittingEndsWhenAHostComes(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	in(t, sam.join())
	s.Clock.Advance(meeting.AbandonedAfter - time.Second)
	before := s.ada.seat.ID
	in(t, s.ada.join()) // not yet abandoned
	same(t, "the same sitting", meeting.SeatID(s.ada.seat.ID).Instance(), meeting.SeatID(before).Instance())
	s.Clock.Advance(meeting.AbandonedAfter)
	in(t, s.ada.join())
	if meeting.SeatID(s.ada.seat.ID).Instance() == meeting.SeatID(before).Instance() {
		t.Error("the host is in yesterday's sitting")
	}
	sam.poll().Refused(t, 409, 4114, "ended")
}

func TestI17ALivingSittingIsNotAbandoned(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	id := in(t, sam.join()).Text(t, "meeting.uuid")
	for range 10 {
		s.Clock.Advance(time.Minute)
		in(t, sam.poll())
	}
	same(t, "sitting", in(t, s.ada.join()).Text(t, "meeting.uuid"), id)
}

func TestI17AHostWhoLeavesItEmptyEndsIt(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	in(t, sam.join())
	s.ada.leave().Want(t, 204)
	in(t, sam.poll()) // not empty
	in(t, s.ada.poll())
	sam.leave().Want(t, 204)
	same(t, "state", s.do("GET", "", nil).Text(t, "state"), "live")
	s.ada.leave().Want(t, 204)
	same(t, "state", s.do("GET", "", nil).Text(t, "state"), "idle")
	s.ada.leave().Want(t, 204) // again, of a sitting that is over
	s.start("ada", s.room)
	s.ada.leave().Want(t, 204)
	same(t, "state", s.do("GET", "", nil).Text(t, "state"), "live")
}

func TestI17AHostWhoLeavesWhileSomebodyArrivesDoesNotEndIt(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	s.faults.Plan("PutItem", dynamoproxy.After(func() { s.ada.leave().Want(t, 204) }))
	sam := s.guest("Sam")
	in(t, sam.join())
	in(t, sam.poll())
}

func TestI17AFleetingNumberDiesWithItsMeeting(t *testing.T) {
	s := newScene(t)
	start, err := s.starts().Instant(t.Context(), caller("ada"), "me", meeting.InstantStart{})
	s.must(err)
	s.passcode = start.Room.Settings.Passcode
	sam := s.guest("Sam").at(start.Room.Number.String())
	in(t, sam.join())
	s.end("ada", start.Room.Number.String())
	sam.poll().Refused(t, 409, 4114, "ended")
	s.guest("Sue").at(sam.room).join().Refused(t, 404, 3001, "meeting_not_found")
	s.ada.client.Do("GET", "/v2/live_meetings/"+sam.room, nil).Refused(t, 404, 3001, "meeting_not_found")
}

func TestI10ASeatInFlightIsRemovedToo(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	laptop, phone := s.user("bob"), s.user("bob")
	in(t, laptop.join())
	// The phone's seat is on the way: its door has turned before Bob is removed, and it lands while the removal looks again.
	landed, removed := make(chan struct{}), make(chan testkit.Answer)
	s.faults.Plan("PutItem", dynamoproxy.After(func() {
		s.faults.Plan("Query", dynamoproxy.Pass, dynamoproxy.After(func() { close(landed) }))
		go func() { removed <- s.sayOf("remove", laptop) }()
		<-landed
	}))
	phone.join()
	(<-removed).Want(t, 204)
	phone.poll().Refused(t, 403, 4113, "removed")
	same(t, "admitted", s.names("admitted"), "Ada")
}

func TestI10ARemovalThatCannotBeSureSaysSo(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	bob := s.user("bob")
	in(t, bob.join())
	s.faults.Plan("PutItem", crash)
	s.guest("Crashed").join().Refused(t, 500, 500, "internal")
	answer := s.sayOf("remove", bob)
	answer.Refused(t, 503, 4118, "arriving")
	same(t, "Retry-After", answer.Header["Retry-After"], strconv.Itoa(int(meeting.ArrivalTimeout.Seconds())))
	bob.poll().Refused(t, 403, 4113, "removed")
	s.Clock.Advance(meeting.ArrivalTimeout)
	s.sayOf("remove", bob).Want(t, 204)
}

func TestThePeopleOfAnEndedMeetingHearSo(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	in(t, sam.join())
	s.end("ada", s.room)
	sam.poll().Refused(t, 409, 4114, "ended")
	waits(t, sam.join(), "waiting_for_host")
}
