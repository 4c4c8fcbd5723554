package main

import (
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestCostsOfAdmissionOperations(t *testing.T) {
	s := newScene(t)
	alpha := s.meetingOf("Alpha")
	s.edit("ada", meeting.Edit{Link: new(meeting.Link("Ada.Lovelace"))})
	sam, sue, early, bob := s.guest("Sam"), s.guest("Sue"), s.guest("Early"), s.user("bob")
	keyed := s.guest("Key")
	keyed.client = keyed.client.With("Idempotency-Key", "0123456789abcdef")
	renewal := func(p *person) func() testkit.Answer {
		return func() testkit.Answer { s.Clock.Advance(31 * time.Second); return p.poll() }
	}
	c := testkit.NewCostTest(t, s.meter)
	c.Measure("wait for the host", func() testkit.Answer { return early.join() })
	c.Measure("poll", early.poll)
	c.Measure("poll that renews the seat", renewal(early))
	c.Measure("open the room as host", func() testkit.Answer { return s.ada.join() })
	c.Measure("join as a guest", func() testkit.Answer { return sam.join() })
	c.Measure("join as a signed-in user", func() testkit.Answer { return bob.join() })
	c.Measure("join by a personal link", func() testkit.Answer { return sue.at("ada.lovelace").join() })
	c.Measure("join a meeting in the personal room", func() testkit.Answer { return s.guest("Al").join(fields{"omn": alpha}) })
	c.Measure("join by a meeting's id", func() testkit.Answer { return s.guest("Al").at(alpha).join() })
	c.Measure("join with an Idempotency-Key", func() testkit.Answer { return keyed.join() })
	c.Measure("retry a join with the same key", func() testkit.Answer { return keyed.join() })
	c.Measure("heartbeat", sam.poll)
	c.Measure("heartbeat that renews the seat", renewal(sam))
	c.Measure("view the live room", func() testkit.Answer { return s.do("GET", "", nil) })
	c.Measure("list the roster", func() testkit.Answer { return s.do("GET", "/participants", nil) })
	c.Measure("lock", func() testkit.Answer { return s.do("PATCH", "", fields{"locked": true}) })
	c.Measure("unlock", func() testkit.Answer { return s.do("PATCH", "", fields{"locked": false}) })
	c.Measure("move to the waiting room", func() testkit.Answer { return s.sayOf("wait", sam) })
	c.Measure("admit", func() testkit.Answer { return s.sayOf("admit", sam) })
	c.Measure("make host", func() testkit.Answer { return s.sayOf("make_host", bob) })
	c.Measure("leave", keyed.leave)
	c.Measure("reconnect", keyed.poll)
	c.Measure("remove", func() testkit.Answer { return s.sayOf("remove", sam) })
	c.Measure("join with a wrong passcode", func() (none testkit.Answer) {
		s.guest("Eve").join(fields{"passcode": "wrong"}).Want(t, 404)
		return none
	})
	c.Measure("last participant leaves, one contact recorded", func() testkit.Answer {
		s.Clock.Advance(3 * time.Minute)
		return s.ada.leave()
	})
	c.Measure("open a join link", func() testkit.Answer { return s.Guest().Do("GET", "/j/"+s.room, nil) })
}
