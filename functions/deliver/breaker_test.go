package main

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/account"
	"personal-rooms/shared/media"
	"personal-rooms/shared/secret"
)

// Other events of a failing endpoint wait for the end of its back-off. They make no call, and their failures are not the endpoint's.
func TestWhileAnEndpointFailsOthersArePutOffWithoutACall(t *testing.T) {
	s := newScene(t)
	s.answers(503)
	same(t, "failed", s.handle(deliveryOf("1")), "1")
	same(t, "came", s.came(), "1")
	before := s.endpoint()
	for _, other := range []events.SQSMessage{deliveryOf("2"), deliveryOf("3")} {
		same(t, "failed", s.handle(other), other.MessageId)
		if wait, left := s.wait(other), before.RetryAt.Sub(s.clock.Now()); wait < left.Truncate(time.Second) || wait > left*6/5+time.Second {
			t.Errorf("%s waits for %s, want %s and a little", other.MessageId, wait, left)
		}
	}
	same(t, "came", s.came(), "")
	if after := s.endpoint(); after.Version != before.Version {
		t.Errorf("the endpoint is written: %+v", after)
	}
}

// When the back-off is over, one delivery tries the endpoint. The others are put off, although they come at the same time.
func TestOneDeliveryTriesAFailingEndpoint(t *testing.T) {
	s := newScene(t)
	s.answers(503)
	s.handle(deliveryOf("1"))
	s.came()
	s.backOffEnds()
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() { s.handle(deliveryOf(strconv.Itoa(n))) })
	}
	all.Wait()
	if came := strings.Fields(s.came()); len(came) != 1 {
		t.Errorf("%d deliveries tried the endpoint: %v", len(came), came)
	}
}

func TestAnEndpointThatRecoversIsSentEverythingAtOnce(t *testing.T) {
	s := newScene(t)
	s.answers(503)
	s.handle(deliveryOf("1"))
	s.answers(200)
	s.backOffEnds()
	s.came()
	for _, m := range []events.SQSMessage{deliveryOf("1"), deliveryOf("2"), deliveryOf("3")} {
		same(t, "failed", s.handle(m), "")
	}
	same(t, "came", s.came(), "1 2 3")
}

// An attempt that ended with the function does not block the endpoint for longer than an attempt may take.
func TestAnAttemptThatIsNeverFinishedIsTakenOver(t *testing.T) {
	s := newScene(t)
	s.answers(503)
	s.handle(deliveryOf("1"))
	s.backOffEnds()
	e, err := s.d.webhooks.reserveAttempt(t.Context(), s.endpoint())
	s.must(err)
	s.came()
	s.answers(200)
	same(t, "failed", s.handle(deliveryOf("1")), "1")
	s.clock.Advance(e.RetryAt.Sub(s.clock.Now()))
	same(t, "failed", s.handle(deliveryOf("1")), "")
	same(t, "came", s.came(), "1")
}

// A noAnswer is a poster whose attempts end with the error, as package webhook reports it.
type noAnswer struct{ err error }

func (n noAnswer) Post(context.Context, string, secret.Text, []byte) (int, error) { return 0, n.err }

func (s *scene) timesOut() { s.d.webhooks.caller = noAnswer{account.ErrTimeout} }

// An endpoint that does not answer takes an execution for seconds with each attempt.
func TestAnEndpointThatOnlyTimesOutIsSuspendedSoon(t *testing.T) {
	s := newScene(t)
	s.timesOut()
	began := s.clock.Now()
	attempts := 0
	for e := s.endpoint(); e.SuspendedAt.IsZero() && attempts < 100; e = s.endpoint() {
		s.backOffEnds()
		s.handle(deliveryOf("1"))
		attempts++
	}
	e := s.endpoint()
	if took := s.clock.Now().Sub(began); e.SuspendedAt.IsZero() || took < hangingLimit || took > hangingLimit+2*longestWait {
		t.Errorf("after %s and %d attempts: %+v", took, attempts, e)
	}
	same(t, "failed", s.handle(deliveryOf("1")), "") // dropped
}

func TestAnAnswerBetweenTimeOutsStartsTheirTimeAgain(t *testing.T) {
	s := newScene(t)
	caller := s.d.webhooks.caller
	s.timesOut()
	s.handle(deliveryOf("1"))
	s.clock.Advance(hangingLimit - time.Minute)
	s.d.webhooks.caller = caller
	s.answers(500)
	s.handle(deliveryOf("1"))
	s.timesOut()
	s.clock.Advance(time.Hour)
	s.handle(deliveryOf("1"))
	if e := s.endpoint(); !e.SuspendedAt.IsZero() || !e.HangingSince.Equal(s.clock.Now()) {
		t.Errorf("%+v", e)
	}
}

// Orders to the media server have a queue of their own, and an endpoint that fails changes nothing for them.
func TestAFailingEndpointDoesNotDelayOrders(t *testing.T) {
	s := newScene(t)
	s.answers(503)
	s.handle(deliveryOf("1"))
	closed := media.Order{Room: "room"}
	same(t, "failed", s.handle(order(closed)), "")
	if len(s.obeyed) != 1 || s.obeyed[0] != closed {
		t.Errorf("executed: %v", s.obeyed)
	}
}
