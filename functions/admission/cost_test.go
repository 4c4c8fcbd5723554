package main

import (
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// cost is what an operation takes of DynamoDB, counted on the wire.
func (s *scene) cost(do func() testkit.Answer) string {
	s.t.Helper()
	s.meter.Reset()
	if a := do(); a.Status >= 300 && a.Status != 404 && a.Status != 429 {
		s.t.Fatalf("answered %d %s", a.Status, a.Body)
	}
	return s.meter.Cost()
}

func TestWhatTheDoorCosts(t *testing.T) {
	s := newScene(t)
	s.meter.Linger = testkit.Linger
	alpha := s.meetingOf("Alpha")
	s.edit("ada", meeting.Edit{Link: new(meeting.Link("Ada.Lovelace"))})
	sam, sue, early, bob := s.guest("Sam"), s.guest("Sue"), s.guest("Early"), s.user("bob")
	keyed := s.guest("Key")
	keyed.client = keyed.client.With("Idempotency-Key", "0123456789abcdef")
	renewal := func(p *person) func() testkit.Answer {
		return func() testkit.Answer { s.Clock.Advance(31 * time.Second); return p.poll() }
	}
	for _, c := range []struct {
		what string
		do   func() testkit.Answer
		want string
	}{
		{"to wait for the host", func() testkit.Answer { return early.join() }, "3 trips, 3 WCU, 1.5 RCU"},
		{"a poll", early.poll, "1 trips, 0 WCU, 2 RCU"},
		{"a poll that renews", renewal(early), "2 trips, 1 WCU, 2 RCU"},
		{"a host who opens the room", func() testkit.Answer { return s.ada.join() }, "3 trips, 5 WCU, 1.5 RCU"},
		{"an admission", func() testkit.Answer { return sam.join() }, "3 trips, 2 WCU, 1.5 RCU"},
		{"an admission of a user", func() testkit.Answer { return bob.join() }, "3 trips, 2 WCU, 1.5 RCU"},
		{"an admission by a link", func() testkit.Answer { return sue.at("ada.lovelace").join() }, "5 trips, 2 WCU, 3.5 RCU"},
		{"an admission for a meeting in the room", func() testkit.Answer { return s.guest("Al").join(fields{"omn": alpha}) }, "3 trips, 2 WCU, 2.5 RCU"},
		{"an admission by a meeting's id", func() testkit.Answer { return s.guest("Al").at(alpha).join() }, "5 trips, 2 WCU, 3.5 RCU"},
		{"an admission with a key", func() testkit.Answer { return keyed.join() }, "3 trips, 2 WCU, 1.5 RCU"},
		{"its retry, beside a put that fails", func() testkit.Answer { return keyed.join() }, "4 trips, 2 WCU, 1.5 RCU"},
		{"a heartbeat", sam.poll, "1 trips, 0 WCU, 2 RCU"},
		{"a heartbeat that renews", renewal(sam), "2 trips, 1 WCU, 2 RCU"},
		{"the room", func() testkit.Answer { return s.do("GET", "", nil) }, "2 trips, 0 WCU, 2 RCU"},
		{"the roster", func() testkit.Answer { return s.do("GET", "/participants", nil) }, "2 trips, 0 WCU, 2 RCU"},
		{"a lock", func() testkit.Answer { return s.do("PATCH", "", fields{"locked": true}) }, "3 trips, 1 WCU, 2 RCU"},
		{"an unlock", func() testkit.Answer { return s.do("PATCH", "", fields{"locked": false}) }, "3 trips, 1 WCU, 2 RCU"},
		{"to put one back", func() testkit.Answer { return s.sayOf("wait", sam) }, "4 trips, 2 WCU, 2 RCU"},
		{"to admit one", func() testkit.Answer { return s.sayOf("admit", sam) }, "4 trips, 2 WCU, 2 RCU"},
		{"to make one host", func() testkit.Answer { return s.sayOf("make_host", bob) }, "4 trips, 2 WCU, 2 RCU"},
		{"to leave", keyed.leave, "2 trips, 1 WCU, 2 RCU"},
		{"to come back", keyed.poll, "3 trips, 2 WCU, 2 RCU"},
		{"to remove one", func() testkit.Answer { return s.sayOf("remove", sam) }, "5 trips, 2 WCU, 3 RCU"},
		{"a wrong guess", func() testkit.Answer { return s.guest("Eve").join(fields{"passcode": "wrong"}) }, "4 trips, 2 WCU, 3.5 RCU"},
		{"the last one out, who met one", func() testkit.Answer { s.Clock.Advance(3 * time.Minute); return s.ada.leave() }, "6 trips, 7 WCU, 3 RCU"},
		{"a landing", func() testkit.Answer { return s.Guest().Do("GET", "/j/"+s.room, nil) }, "0 trips, 0 WCU, 0 RCU"},
	} {
		same(t, c.what, s.cost(c.do), c.want)
		testkit.Published(t, c.what, c.want)
	}
}
