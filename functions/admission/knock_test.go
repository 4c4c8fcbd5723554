package main

import (
	"errors"
	"fmt"
	"testing"
	"time"

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
	for range meeting.MaxClientWaits {
		waits(t, s.guest("Sam").join(), "waiting_room")
	}
	late := s.guest("Sam")
	s.meter.Reset()
	refused := late.join()
	refused.Refused(t, 429, 4120, "too_many_knocks")
	if refused.Header["Retry-After"] == "" {
		t.Error("it does not say when to come again")
	}
	same(t, "what it costs", s.operations(), "GetItem GetItem UpdateItem UpdateItem")
	waits(t, s.guest("Al").from("198.51.100.7").join(), "waiting_room")
	waits(t, s.outsider("eve").join(), "waiting_room")
	s.Clock.Advance(meeting.GuessWindow)
	waits(t, late.join(), "waiting_room")
}

func TestTheWaitingListHasACapThatKeepsNobodyOutWhoIsSignedIn(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone), Capacity: new(5)})
	in(t, s.ada.join())
	r, err := s.Turnstile.Room(t.Context(), meeting.Number(s.room))
	s.must(err)
	for range meeting.MaxGuestWaits {
		_, err := s.Turnstile.SpendWait(t.Context(), "sitting#"+r.Live.Instance, s.Clock.Now().Truncate(meeting.GuessWindow))
		s.must(err)
	}
	s.guest("Bot").from("198.51.100.99").join().Refused(t, 429, 4120, "too_many_knocks")
	waits(t, s.outsider("eve").join(), "waiting_room") // who is signed in is not kept out by them
	seen := s.ada.client.Do("GET", "/v2/live_meetings/"+s.room+"/participants?state=waiting&verified=true", nil).Want(t, 200)
	same(t, "who waits and is signed in", fmt.Sprint(seen.At(t, "participants.0.display_name"), seen.At(t, "participants.1")), "Eve<nil>")
}

func TestI15ARetryWaitsOnItsOwnSeatHoweverOften(t *testing.T) {
	s := newScene(t)
	sam := s.guest("Sam")
	sam.client = sam.client.With("Idempotency-Key", "a-key-of-enough-letters")
	first := waits(t, sam.join(), "waiting_for_host").Text(t, "seat.id")
	for range meeting.MaxClientWaits + 5 {
		same(t, "the seat", waits(t, sam.join(), "waiting_for_host").Text(t, "seat.id"), first)
	}
}

func TestADenialIsNotForThoseWhoAreIn(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	laptop, phone := s.outsider("eve"), s.outsider("eve")
	waits(t, laptop.join(), "waiting_room")
	s.sayOf("admit", laptop).Want(t, 204)
	in(t, laptop.poll())
	waits(t, phone.join(), "waiting_room")
	s.sayOf("deny", phone).Want(t, 204)
	phone.poll().Refused(t, 403, 4112, "denied")
	s.Clock.Advance(3 * time.Minute)
	waits(t, laptop.poll(), "waiting_room") // as anybody whose lease ran out
	s.outsider("eve").join().Refused(t, 403, 4112, "denied")
}

func TestADoorRemembersSoManyWhoAreDenied(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	const many = 120
	for i := range many {
		waits(t, s.guest("Bot").from(fmt.Sprintf("198.51.100.%d", i)).join(), "waiting_room")
	}
	s.do("PUT", "/participants/status", fields{"action": "deny"}).Want(t, 200)
	r, err := s.Turnstile.Room(t.Context(), meeting.Number(s.room))
	s.must(err)
	same(t, "those who are barred", len(r.Live.Denied), 100)
}

func TestI13WhoGuessedBeforeTheHostCameWaitsOnceTheRoomIsMarked(t *testing.T) {
	s := newScene(t)
	sam := s.guest("Sam")
	waits(t, sam.join(), "waiting_for_host")
	r, err := s.Turnstile.Room(t.Context(), meeting.Number(s.room))
	s.must(err)
	mark := meeting.Transition{Instance: r.Live.Instance, DistrustUntil: s.Clock.Now().Add(meeting.DistrustFor)}
	_, err = s.Turnstile.ApplyTransition(t.Context(), r.Number, mark)
	s.must(err)
	in(t, s.ada.join())
	waits(t, sam.poll(), "waiting_room")
	s.sayOf("admit", sam).Want(t, 204)
	in(t, sam.poll())
}

func TestI13APasscodeGuessedAmongManyIsNotTrustedOnceTheRoomIsMarked(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	r, err := s.Turnstile.Room(t.Context(), meeting.Number(s.room))
	s.must(err)
	decided := r.Decide(meeting.JoinRequest{Passcode: s.passcode}, "a.b", s.Clock.Now())
	mark := meeting.Transition{Instance: r.Live.Instance, DistrustUntil: s.Clock.Now().Add(meeting.DistrustFor)}
	_, err = s.Turnstile.ApplyTransition(t.Context(), r.Number, mark)
	s.must(err)
	if _, err := s.Turnstile.ApplyTransition(t.Context(), r.Number, decided.Transition); !errors.Is(err, meeting.ErrStale) {
		t.Errorf("somebody who was let in by the passcode before the room was marked passes after it: %v", err)
	}
	waits(t, s.guest("Sam").join(), "waiting_room")
}
