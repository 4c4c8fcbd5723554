package main

import (
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestTheDoorLocksItself(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{AutoLock: new(10 * time.Minute)})
	in(t, s.ada.join())
	locked := func() string { return s.do("GET", "", nil).Want(t, 200).Text(t, "locked") }
	stay := func(d time.Duration) {
		for ; d > 0; d -= time.Minute {
			s.Clock.Advance(time.Minute)
			in(t, s.ada.poll())
		}
	}
	sam := s.guest("Sam")
	in(t, sam.join())
	stay(9 * time.Minute)
	in(t, s.guest("Sue").join())
	same(t, "locked after nine minutes", locked(), "false")
	stay(time.Minute)
	same(t, "locked after ten minutes", locked(), "true")
	s.guest("Late").join().Refused(t, 403, 4110, "locked")
	in(t, s.ada.poll())
	s.lock(false)
	same(t, "locked after a host unlocked it", locked(), "false")
	in(t, s.guest("Al").join())
	s.lock(true)
	s.guest("Later").join().Refused(t, 403, 4110, "locked")
	s.end("ada", s.room)
	in(t, s.ada.join())
	in(t, s.guest("Sam").join()) // the next sitting begins with an open door
}

func TestAHostIsMadeByTheHostKey(t *testing.T) {
	s := newScene(t)
	s.edit("ada", meeting.Edit{HostKey: new("246810")})
	in(t, s.ada.join())
	bob, sam, eve := s.user("bob"), s.guest("Sam"), s.outsider("eve")
	for _, p := range []*person{bob, sam, eve} {
		in(t, p.join())
	}
	claim := func(p *person, key string) testkit.Answer {
		return p.post(fields{"seat": fields{"id": p.seat.ID, "secret": p.seat.Secret}, "host_key": key})
	}
	claim(bob, "246811").Refused(t, 403, 4121, "wrong_host_key")
	claim(sam, "246810").Refused(t, 403, 4115, "sign_in_required")
	claim(eve, "246810").Refused(t, 403, 4115, "sign_in_required")
	bob.client.Do("PATCH", "/v2/live_meetings/"+s.room, fields{"locked": true}).Refused(t, 404, 3001, "meeting_not_found")
	same(t, "role", in(t, claim(bob, "246810")).Text(t, "seat.role"), "alternative_host")
	same(t, "role, claimed again", in(t, claim(bob, "246810")).Text(t, "seat.role"), "alternative_host")
	same(t, "role in the roster", s.row("Bob")["role"], any("alternative_host"))
	bob.client.Do("PATCH", "/v2/live_meetings/"+s.room, fields{"locked": true}).Want(t, 200)
	bob.post(fields{"host_key": "246810"}).Refuses(t, "host_key")
	s.end("ada", s.room)
	claim(bob, "246810").Refused(t, 409, 4114, "ended")
}

func TestI13HostKeysCannotBeGuessed(t *testing.T) {
	s := newScene(t)
	s.edit("ada", meeting.Edit{HostKey: new("246810")})
	in(t, s.ada.join())
	bob := s.user("bob")
	in(t, bob.join())
	claim := func(key string) testkit.Answer {
		return bob.post(fields{"seat": fields{"id": bob.seat.ID, "secret": bob.seat.Secret}, "host_key": key})
	}
	for range meeting.ClientGuesses {
		claim("000000").Refused(t, 403, 4121, "wrong_host_key")
	}
	claim("246810").Refused(t, 429, 429, "too_many_guesses")
	s.Clock.Advance(meeting.GuessWindow)
	in(t, s.ada.join())
	in(t, bob.join())
	in(t, claim("246810"))
}

func TestI13ABurstOfHostKeysIsCounted(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	bob := s.user("bob")
	in(t, bob.join())
	var mu sync.Mutex
	looked := 0
	var calls []func()
	for range 3 * meeting.ClientGuesses {
		calls = append(calls, func() {
			claimed := bob.client.Do("POST", "/v2/live_meetings/"+s.room+"/participants",
				fields{"seat": fields{"id": bob.seat.ID, "secret": bob.seat.Secret}, "host_key": "000000"})
			mu.Lock()
			defer mu.Unlock()
			if claimed.Status == 403 {
				looked++
			}
		})
	}
	atOnce(calls...)
	same(t, "keys that were looked at", looked, meeting.ClientGuesses)
}

func TestAClaimNeedsASeatThatIsAlive(t *testing.T) {
	s := newScene(t)
	s.edit("ada", meeting.Edit{HostKey: new("246810")})
	in(t, s.ada.join())
	bob := s.user("bob")
	in(t, bob.join())
	s.Clock.Advance(150 * time.Second)
	in(t, s.ada.join())
	bob.post(fields{"seat": fields{"id": bob.seat.ID, "secret": bob.seat.Secret}, "host_key": "246810"}).Refused(t, 409, 4119, "seat_moved")
}

func TestI10ARemovedAlternativeHostStartsNothingInTheSitting(t *testing.T) {
	s := newScene(t)
	alpha := s.meetingOf("Alpha", "bob@example.com")
	s.policy(meeting.SettingsEdit{AlternativeHosts: new([]string{"bob@example.com"})})
	in(t, s.ada.join())
	bob := s.user("bob")
	in(t, bob.join())
	s.sayOf("remove", bob).Want(t, 204)
	if err := s.starts().Start(t.Context(), caller("bob"), alpha); meeting.ReasonOf(err) != meeting.NoMeeting {
		t.Errorf("he makes the sitting that of his meeting: %v", err)
	}
}

func TestTheOwnerTakesOverARoomThatOpenedWithoutThem(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{JoinBeforeHost: new(true), AlternativeHosts: new([]string{"bob@example.com"})})
	sam, bob := s.guest("Sam"), s.user("bob")
	in(t, sam.join())
	same(t, "role", in(t, bob.join()).Text(t, "seat.role"), "alternative_host")
	same(t, "role", in(t, s.ada.join()).Text(t, "seat.role"), "host")
	s.lock(true)
	bob.client.Do("PUT", "/v2/live_meetings/"+s.room+"/participants/"+sam.seat.ID+"/status", fields{"action": "remove"}).Want(t, 204)
	bob.client.Do("PUT", "/v2/live_meetings/"+s.room+"/participants/"+s.ada.seat.ID+"/status", fields{"action": "remove"}).Refused(t, 409, 4107, "is_owner")
	same(t, "who is in", s.names("admitted"), "Ada Bob")
}

func TestNamesAreHarmlessInTheRoster(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	in(t, s.guest("Ada\u202e (host)\u2066").join())
	in(t, s.guest("\u200b\u2060").join())
	same(t, "names", s.names("admitted"), "Ada Ada (host) Guest")
}
