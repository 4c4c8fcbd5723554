package main

import (
	"strings"
	"testing"
	"time"
)

// What is forgotten late would suspend who fails once, a day later.
func TestAnAnswerEndsTheFailuresThoughOthersWrite(t *testing.T) {
	s := newScene(t)
	s.answers(500)
	s.handle(deliveryOf("1"))
	s.during(200, func() { // and an admin edits it meanwhile
		e := s.endpoint()
		e.Note = "edited"
		s.put(e)
	})
	s.backOffEnds()
	same(t, "failed", s.handle(deliveryOf("1")), "")
	if e := s.endpoint(); !e.FailingSince.IsZero() || e.LastError != "" || e.Note != "edited" {
		t.Errorf("%+v", e)
	}
	s.clock.Advance(25 * time.Hour)
	s.answers(500)
	s.handle(deliveryOf("2"))
	if e := s.endpoint(); !e.SuspendedAt.IsZero() {
		t.Errorf("suspended for one failure: %+v", e)
	}
}

// Who was suspended or deleted meanwhile stays so.
func TestAnAnswerThatCameLateChangesNothing(t *testing.T) {
	s := newScene(t)
	s.answers(500)
	s.handle(deliveryOf("1"))
	s.during(200, func() {
		e := s.endpoint()
		e.SuspendedAt = s.clock.Now()
		s.put(e)
	})
	s.backOffEnds()
	same(t, "failed", s.handle(deliveryOf("1")), "")
	e := s.endpoint()
	if e.SuspendedAt.IsZero() || e.LastError != "it answered 500" {
		t.Errorf("%+v", e)
	}
	e.SuspendedAt = time.Time{}
	s.put(e)
	s.backOffEnds()
	s.during(200, func() { s.must(s.store.DropEndpoint(t.Context(), "acme", endpoint)) })
	same(t, "failed", s.handle(deliveryOf("1")), "")
	if e := s.endpoint(); e.Exists() {
		t.Errorf("it is back: %+v", e)
	}
}

func TestNobodyIsSaidToBeSuspendedWhoIsNot(t *testing.T) {
	s := newScene(t)
	s.answers(500)
	s.handle(deliveryOf("1"))
	s.clock.Advance(failingLimit)
	s.during(500, func() { // an admin activates it
		s.put(s.endpoint().WithoutFailures())
	})
	same(t, "failed", s.handle(deliveryOf("1")), "1")
	if e := s.endpoint(); !e.SuspendedAt.IsZero() || strings.Contains(s.log.String(), "suspended") {
		t.Errorf("%+v: %s", e, s.log)
	}
}
