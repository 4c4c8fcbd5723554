package main

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// hinting is a scene whose deployment has hints, and a signer that opens its tickets.
func hinting(t *testing.T) (*scene, hint.Signer) {
	t.Helper()
	s := newScene(t)
	store, ok := s.Store.(*table.Table)
	if !ok {
		t.Fatalf("the store is %T", s.Store)
	}
	issuer := hint.NewIssuer("wss://hints.example.com", store, s.Env)
	s.Serve(routes(s.Door(), nil, issuer)...)
	s.do("GET", "", nil).Want(t, 200) // makes the key
	signer, err := issuer.Signer(t.Context())
	testkit.Must(t, err)
	return s, signer
}

// Who waits, who is in, and a host get a ticket for a connection of their own.
func TestAnswersOfferHints(t *testing.T) {
	s, signer := hinting(t)
	sam := s.guest("Sam")
	seat := func() hint.Subject {
		return hint.Subject{Room: meeting.Number(s.room), Holder: hint.Seat(meeting.SeatID(sam.seat.ID))}
	}
	offers := func(what string, a testkit.Answer, retry string, of func() hint.Subject) {
		t.Helper()
		testkit.Equal(t, what+": url", a.Text(t, "hints.url"), "wss://hints.example.com")
		testkit.Equal(t, what+": retry_after", a.Text(t, "hints.retry_after"), retry)
		got, err := signer.Open(a.Text(t, "hints.ticket"))
		testkit.Must(t, err)
		testkit.Equal(t, what+": subject", got, of())
	}
	offers("somebody waits", stands(t, sam.join(), "waiting_for_host"), "30", seat)
	in(t, s.ada.join())
	offers("they come in", in(t, sam.poll()), "45", seat)
	offers("a host", s.do("GET", "", nil), "300", func() hint.Subject {
		return hint.Subject{Room: meeting.Number(s.room), Holder: hint.Console(caller("ada").User)}
	})
	testkit.Equal(t, "a host's roster: retry_after", s.do("GET", "/participants", nil).Text(t, "room.hints.retry_after"), "300")
	if edited := s.do("PATCH", "", fields{"locked": true}); strings.Contains(edited.Body, "hints") {
		t.Error(edited.Body)
	}
}

// Nothing is written when somebody whose lease ended is not listed any more, so a console asks then.
func TestAConsoleAsksWhenSomebodyIsGone(t *testing.T) {
	s, _ := hinting(t)
	in(t, s.ada.join())
	sam, sue := s.guest("Sam"), s.guest("Sue")
	in(t, sam.join())
	in(t, sue.join())
	asks := func(what string, after time.Duration, people, retry string) {
		t.Helper()
		s.Clock.Advance(after)
		list := s.do("GET", "/participants", nil)
		testkit.Equal(t, what+": people", strconv.Itoa(strings.Count(list.Body, `"joined_at"`)), people)
		testkit.Equal(t, what+": retry_after", list.Text(t, "room.hints.retry_after"), retry)
	}
	asks("all renewed", 0, "3", "300")
	sam.closePage()
	asks("Sam's page is closed", 0, "3", "60")
	asks("Sue may still renew", 46*time.Second, "3", "14")
	in(t, s.ada.poll())
	asks("Sam is gone, and Sue is late", 15*time.Second, "2", "59")
	in(t, s.ada.poll())
	asks("Sue is gone", 59*time.Second, "1", "300")
}

// With hints, a join reads and writes no more than without.
func TestHintsCostNoReadOfAJoin(t *testing.T) {
	s, _ := hinting(t)
	s.meter.TripWindow = testkit.TripWindow
	costs := func(join func() testkit.Answer) string {
		s.meter.Reset()
		join()
		return s.meter.Cost()
	}
	s.passcode = s.LinkPasscode(s.room)
	in(t, s.ada.join())
	with := costs(func() testkit.Answer { return in(t, s.guest("Sam").join()) })
	s.Serve(routes(s.Door(), nil, nil)...)
	s.do("GET", "", nil).Want(t, 200) // from now on, guests probably come to a room of this account
	testkit.Equal(t, "without hints", costs(func() testkit.Answer { return in(t, s.guest("Sue").join()) }), with)
}
