package main

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
)

func TestBackOffGrows(t *testing.T) {
	least := firstWait
	for try := 1; try <= 20; try++ {
		if wait := backOff(try, testkit.Random(t.Name())); wait < least || wait > least*6/5 {
			t.Errorf("after try %d: %s, want %s and a little", try, wait, least)
		}
		least = min(3*least, longestWait)
	}
}

// During the back-off, which grows with the failures, other deliveries make no call and no write, and are put off until
// it is over.
func TestDeliveriesArePutOffDuringTheBackOff(t *testing.T) {
	s := newScene(t)
	s.status = 503
	other := deliveryOf("2")
	for failures := 1; failures <= 3; failures++ {
		s.handle(deliveryOf("1"))
		s.received()
		before := s.endpoint()
		left := before.RetryAt.Sub(s.clock.Now())
		if least := backOff(failures, strings.NewReader("")); left < least || left > least*6/5 {
			t.Errorf("the back-off after %d failures is %s", failures, left)
		}
		testkit.Equal(t, "failed", s.handle(other), "2")
		if wait := s.wait(other); wait < left.Truncate(time.Second) || wait > left*6/5+time.Second {
			t.Errorf("it is put off by %s, want %s and a little", wait, left)
		}
		testkit.Equal(t, "received", s.received(), "")
		testkit.Equal(t, "version", s.endpoint().Version, before.Version)
		s.backOffEnds()
	}
}

// After the back-off one of several concurrent deliveries tries the endpoint.
func TestOneDeliveryTriesAFailingEndpoint(t *testing.T) {
	s := newScene(t)
	s.status = 503
	s.handle(deliveryOf("1"))
	s.received()
	s.backOffEnds()
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() { s.handle(deliveryOf(strconv.Itoa(n))) })
	}
	all.Wait()
	if got := strings.Fields(s.received()); len(got) != 1 {
		t.Errorf("%d deliveries tried the endpoint: %v", len(got), got)
	}
}

// An attempt that ended with the function reserves the endpoint no longer than an attempt may take.
func TestUnfinishedAttemptIsTakenOver(t *testing.T) {
	s := newScene(t)
	s.status = 503
	s.handle(deliveryOf("1"))
	s.backOffEnds()
	_, err := s.d.webhooks.reserveAttempt(t.Context(), s.endpoint())
	testkit.Must(s.t, err)
	s.status = 200
	testkit.Equal(t, "failed", s.handle(deliveryOf("1")), "1")
	s.clock.Advance(attemptLimit)
	testkit.Equal(t, "failed", s.handle(deliveryOf("1")), "")
}

// Each case is a failure, then the time that passes, then the next attempt.
func TestSuspension(t *testing.T) {
	for name, c := range map[string]struct {
		first, last int // the status; 0: a time-out
		after       time.Duration
		want        bool
	}{
		"fails for almost a day":        {500, 500, failingLimit - time.Second, false},
		"fails for a day":               {500, 503, failingLimit, true},
		"times out for a short time":    {0, 0, hangingLimit - time.Second, false},
		"times out for hangingLimit":    {0, 0, hangingLimit, true},
		"answers 500 after a time-out":  {0, 500, hangingLimit, false},
		"times out after an answer":     {500, 0, hangingLimit, false},
		"answers 200 after a day":       {500, 200, failingLimit, false},
		"times out after failing a day": {500, 0, failingLimit, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.status = c.first
			s.handle(deliveryOf("1"))
			s.clock.Advance(c.after)
			s.status = c.last
			s.handle(deliveryOf("1"))
			testkit.Equal(t, "suspended", s.endpoint().SuspendedAt.Equal(s.clock.Now()), c.want)
			testkit.Equal(t, "warning", strings.Contains(s.log.String(), `level=WARN msg="the webhook is suspended`), c.want)
		})
	}
}

// Each case is a failing endpoint that somebody else changes while a delivery to it is under way.
func TestChangesDuringADelivery(t *testing.T) {
	edit := func(s *scene) { s.change(func(e *account.Endpoint) { e.Note = "edited" }) }
	suspend := func(s *scene) { s.change(func(e *account.Endpoint) { e.SuspendedAt = s.clock.Now() }) }
	activate := func(s *scene) { s.change(func(e *account.Endpoint) { *e = e.WithoutFailures() }) }
	for name, c := range map[string]struct {
		change func(*scene)
		status int
		want   func(account.Endpoint) bool
	}{
		"edited, failure":    {edit, 500, func(e account.Endpoint) bool { return e.Note == "edited" && e.Failures == 1 }},
		"edited, success":    {edit, 200, func(e account.Endpoint) bool { return e.Note == "edited" && e.FailingSince.IsZero() }},
		"deleted":            {(*scene).drop, 500, func(e account.Endpoint) bool { return !e.Exists() }},
		"suspended, success": {suspend, 200, func(e account.Endpoint) bool { return !e.SuspendedAt.IsZero() && e.LastError != "" }},
		"activated, failure": {activate, 500, func(e account.Endpoint) bool { return e.SuspendedAt.IsZero() }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.status = 500
			s.handle(deliveryOf("1"))
			s.clock.Advance(failingLimit)
			s.status, s.during = c.status, func() { c.change(s) }
			testkit.Equal(t, "failed", s.handle(deliveryOf("1")) != "", c.status == 500)
			if e := s.endpoint(); !c.want(e) || strings.Contains(s.log.String(), "the webhook is suspended") {
				t.Errorf("%+v: %s", e, s.log)
			}
		})
	}
}
