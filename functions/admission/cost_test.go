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
	join := func(p *person, more ...fields) func() testkit.Answer {
		return func() testkit.Answer { return p.join(more...) }
	}
	renewal := func(p *person) func() testkit.Answer {
		return func() testkit.Answer { s.Clock.Advance(31 * time.Second); return p.poll() }
	}
	typed := s.passcode
	s.passcode = s.LinkPasscode(s.room)
	c := testkit.NewCostTest(t, s.meter)
	s.do("GET", "", nil).Want(t, 200) // from now on, guests probably come to a room of this account
	c.Measure("wait for the host", join(early))
	c.Measure("poll", early.poll)
	c.Measure("poll that renews the seat", renewal(early))
	c.Measure("open the room as host", join(s.ada))
	c.Measure("join as a guest", join(sam))
	c.Measure("join as a signed-in user", join(bob))
	c.Measure("join by a personal link", join(sue.at("ada.lovelace")))
	c.Measure("join a meeting in the personal room", join(s.guest("Al"), fields{"omn": alpha}))
	c.Measure("join by a meeting's id", join(s.guest("Al").at(alpha)))
	c.Measure("join with an Idempotency-Key", join(keyed))
	c.Measure("retry a join with the same key", join(keyed))
	c.Measure("heartbeat", sam.poll)
	c.Measure("heartbeat that renews the seat", renewal(sam))
	c.Measure("close or reload the page", sam.closePage)
	c.Measure("view the live room", func() testkit.Answer { return s.do("GET", "", nil) })
	c.Measure("list the roster", func() testkit.Answer { return s.do("GET", "/participants", nil) })
	c.Measure("lock", func() testkit.Answer { return s.do("PATCH", "", fields{"locked": true}) })
	c.Measure("unlock", func() testkit.Answer { return s.do("PATCH", "", fields{"locked": false}) })
	c.Measure("write to those who wait", func() testkit.Answer {
		return s.do("PATCH", "", fields{"waiting_message": "I come in five minutes."})
	})
	c.Measure("leave", keyed.leave)
	c.Measure("reconnect", keyed.poll)
	c.Measure("move to the waiting room", func() testkit.Answer { return s.sayOf("wait", sam) })
	c.Measure("admit", func() testkit.Answer { return s.sayOf("admit", sam) })
	c.Measure("make host", func() testkit.Answer { return s.sayOf("make_host", bob) })
	c.Measure("remove", func() testkit.Answer { return s.sayOf("remove", sam) })
	c.Measure("join with a wrong passcode", func() (none testkit.Answer) {
		s.guest("Eve").join(fields{"passcode": "wrong"}).Want(t, 404)
		return none
	})
	ty := s.guest("Ty")
	ty.client = ty.client.From("203.0.113.77")
	c.Measure("join with a typed passcode", join(ty, fields{"passcode": typed}))
	ty.leave()
	c.Measure("last participant leaves, one contact recorded", func() testkit.Answer {
		s.Clock.Advance(3 * time.Minute)
		return s.ada.leave()
	})
	late := s.guest("Late")
	late.join().Want(t, 202)
	in(t, s.ada.join())
	c.Measure("poll that comes in, after the host started", late.poll)
	s.Env.Config.MediaPresence = true
	door, lates := s.Door(), meeting.SeatID(late.seat.ID)
	seat, err := s.Store.Seat(t.Context(), lates)
	testkit.Must(t, err)
	report := func(err error) (none testkit.Answer) { testkit.Must(t, err); return none }
	c.Measure("report of LiveKit that somebody joined", func() testkit.Answer {
		_, err := door.OnParticipantJoined(t.Context(), lates.Instance(), seat.MediaIdentity(), s.Clock.Now())
		return report(err)
	})
	c.Measure("report of LiveKit that somebody left", func() testkit.Answer {
		return report(door.OnParticipantLeft(t.Context(), lates.Instance(), seat.MediaIdentity(), s.Clock.Now()))
	})
	c.Measure("report of LiveKit that somebody left, after they gave up the seat", func() testkit.Answer {
		return report(door.OnParticipantLeft(t.Context(), lates.Instance(), seat.MediaIdentity(), s.Clock.Now()))
	})
	c.Measure("report of LiveKit that its room is empty", func() testkit.Answer {
		return report(door.OnMediaEmpty(t.Context(), lates.Instance(), s.Clock.Now()))
	})
	s.Clock.Advance(time.Minute)
	s.ada.poll().Want(t, 200)
	s.Clock.Advance(40 * time.Second)
	c.Measure("join as a guest, the first one for the length of a lease", func() testkit.Answer { return s.guest("Lee").join() })
	c.Measure("join by a guest pass", join(s.guest("Pat"), fields{"passcode": "", "pass": s.pass("Pat")}))
}
