package main

import (
	"errors"
	"fmt"
	"testing"

	"personal-rooms/shared/meeting"
)

func TestI8AGuestWhoIsPutBackOrRemovedComesAgainByApprovalOnly(t *testing.T) {
	for action, status := range map[string]int{"wait": 202, "remove": 403} {
		t.Run(action, func(t *testing.T) {
			s := newScene(t)
			in(t, s.ada.join())
			sam, sue := s.guest("Sam"), s.guest("Sue")
			in(t, sam.join())
			in(t, sue.join())
			s.sayOf(action, sam).Want(t, 204)
			same(t, "the answer to a poll", sam.poll().Status, status)
			waits(t, s.guest("Sam again").join(), "waiting_room")
			in(t, sue.poll()) // who is in from the same address stays
			in(t, s.guest("Al").from("198.51.100.7").join())
			s.end("ada", s.room)
			in(t, s.ada.join())
			in(t, s.guest("Sam").join()) // the next sitting starts clean
		})
	}
}

func TestWhoIsDeniedStaysDeniedForTheSitting(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	sam, sue, eve := s.guest("Sam"), s.guest("Sue"), s.outsider("eve")
	for _, p := range []*person{sam, sue, eve} {
		waits(t, p.join(), "waiting_room")
	}
	s.sayOf("deny", sam).Want(t, 204)
	s.sayOf("deny", eve).Want(t, 204)
	sam.poll().Refused(t, 403, 4112, "denied")
	s.guest("Somebody else").join().Refused(t, 403, 4112, "denied")
	s.outsider("eve").join().Refused(t, 403, 4112, "denied")
	waits(t, sue.poll(), "waiting_room")                                // who waited already, at the same address
	waits(t, s.guest("Al").from("198.51.100.7").join(), "waiting_room") // another address
	waits(t, s.user("bob").join(), "waiting_room")
	s.end("ada", s.room)
	in(t, s.ada.join())
	waits(t, s.guest("Sam").join(), "waiting_room")
}

func TestOneClientHoldsFewSeatsThatWait(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	for range meeting.ClientKnocks {
		waits(t, s.guest("Sam").join(), "waiting_room")
	}
	late := s.guest("Sam")
	s.meter.Reset()
	refused := late.join()
	refused.Refused(t, 429, 4120, "too_many_knocks")
	if refused.Header["Retry-After"] == "" {
		t.Error("it does not say when to come again")
	}
	same(t, "what it costs", s.operations(), "GetItem GetItem")
	waits(t, s.guest("Al").from("198.51.100.7").join(), "waiting_room")
	waits(t, s.outsider("eve").join(), "waiting_room")
	s.Clock.Advance(meeting.GuessWindow)
	waits(t, late.join(), "waiting_room")
}

func TestTheWaitingListHasACapThatKeepsNobodyOutWhoIsSignedIn(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.PolicyEdit{WaitingRoom: new(meeting.WaitEveryone), Capacity: new(5)})
	in(t, s.ada.join())
	for i := range 10 {
		waits(t, s.guest("Bot").from(fmt.Sprintf("198.51.100.%d", i)).join(), "waiting_room")
	}
	s.guest("Bot").from("198.51.100.99").join().Refused(t, 429, 4120, "too_many_knocks")
	waits(t, s.outsider("eve").join(), "waiting_room") // who is signed in is not kept out by them
	seen := s.ada.client.Do("GET", "/v2/live_meetings/"+s.room+"/participants?state=waiting&verified=true", nil).Want(t, 200)
	same(t, "who waits and is signed in", fmt.Sprint(seen.At(t, "participants.0.display_name"), seen.At(t, "participants.1")), "Eve<nil>")
	s.say("admit").Want(t, 200)
}

func TestI13APasscodeGuessedAmongManyIsNotTrustedOnceTheRoomIsMarked(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	r, err := s.Turnstile.Room(t.Context(), meeting.Number(s.room))
	s.must(err)
	decided := r.Decide(meeting.Knock{Passcode: s.passcode}, "a.b", s.Clock.Now())
	mark := meeting.Turn{Instance: r.Gate.Instance, DistrustUntil: s.Clock.Now().Add(meeting.DistrustFor)}
	_, err = s.Turnstile.Turn(t.Context(), r.Number, mark)
	s.must(err)
	if _, err := s.Turnstile.Turn(t.Context(), r.Number, decided.Turn); !errors.Is(err, meeting.ErrStale) {
		t.Errorf("somebody who was let in by the passcode before the room was marked passes after it: %v", err)
	}
	waits(t, s.guest("Sam").join(), "waiting_room")
}
