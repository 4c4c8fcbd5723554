package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

var owner = meeting.User{Account: "acme", ID: "ada"}

// past is Ada's sittings that ended, the latest first, as how long each lasted.
func (s *scene) past() string {
	s.t.Helper()
	ended, _, err := s.Store.PastInstances(s.t.Context(), owner, time.Time{}, s.Clock.Now().Add(time.Hour), "", 100)
	s.must(err)
	var lasted []string
	for _, r := range ended {
		lasted = append(lasted, r.EndedAt.Sub(r.OpenedAt).String())
	}
	return strings.Join(lasted, " ")
}

// listed is how many sittings are on Ada's list.
func (s *scene) listed(list meeting.ListType) int {
	s.t.Helper()
	page, err := s.Schedule().List(s.t.Context(), caller("ada"), "me", meeting.Listing{Type: list, Size: 100})
	s.must(err)
	return len(page.Rows)
}

// seatOf is the seat of somebody as it is stored.
func (s *scene) seatOf(p *person) meeting.Seat {
	s.t.Helper()
	seat, err := s.Store.Seat(s.t.Context(), meeting.SeatID(p.seat.ID))
	s.must(err)
	return seat
}

// acts is what was done to somebody, and by whom: "admitted by ada, removed by bob".
func (s *scene) acts(p *person) string {
	s.t.Helper()
	var acts []string
	for _, a := range s.seatOf(p).HostActions {
		acts = append(acts, fmt.Sprint(a.Action, " by ", a.By.ID))
	}
	return strings.Join(acts, ", ")
}

func TestI17WhatItsHostLeftEmptyIsRecorded(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	same(t, "live", s.listed(meeting.ListLive), 1)
	s.Clock.Advance(time.Minute)
	s.ada.leave().Want(t, 204)
	same(t, "lasted", s.past(), "1m0s")
	s.ada.leave().Want(t, 204) // again
	in(t, s.ada.join())
	s.Clock.Advance(2 * time.Minute)
	s.ada.leave().Want(t, 204) // when the lease was over, and its grace
	same(t, "lasted", s.past(), "1m30s 1m0s")
}

func TestI17WhatTheDoorFindsOverIsRecorded(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{JoinBeforeHost: new(true)})
	sam := s.guest("Sam")
	in(t, sam.join()) // who opens it
	s.Clock.Advance(time.Hour)
	in(t, s.ada.join()) // and finds it abandoned
	same(t, "lasted", s.past(), "1m30s")
	s.Clock.Advance(100 * time.Hour)
	same(t, "state", s.do("GET", "", nil).Want(t, 200).Text(t, "state"), "idle")
	same(t, "lasted", s.past(), "1m30s 1m30s")
}

func TestACrashOfTheLastOneOutLosesNoRecord(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	s.Clock.Advance(time.Minute)
	s.faults.Plan("UpdateItem ROOM", crash)
	s.ada.leave().Refused(t, 500, 500, "internal")
	same(t, "faults not met", s.faults.Pending(), 0)
	same(t, "lasted", s.past(), "1m0s")
	s.Clock.Advance(meeting.AbandonedAfter)
	s.start("ada", s.room)
	same(t, "lasted", s.past(), "1m0s")
}

// Somebody passes the door after the host who leaves found nobody in: the sitting goes on, and is shown so.
func TestI17ASittingThatWasNotLeftEmptyAfterAllIsRecordedWhenItEnds(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	s.faults.Plan("UpdateItem ROOM", dynamoproxy.After(func() { in(t, sam.join()) }))
	s.ada.leave().Want(t, 204)
	uuid := s.do("GET", "", nil).Text(t, "uuid")
	for range 2 {
		same(t, "state", s.do("GET", "", nil).Text(t, "state"), "live")
		same(t, "live", s.listed(meeting.ListLive), 1)
		same(t, "previous", s.listed(meeting.ListPrevious), 0)
		_, err := s.Schedule().PastMeeting(t.Context(), caller("ada"), uuid)
		same(t, "by its uuid", meeting.ReasonOf(err), meeting.NoMeeting)
		s.Clock.Advance(30 * time.Second)
		in(t, sam.poll())
	}
	s.end("ada", s.room)
	same(t, "lasted", s.past(), "1m0s")
	same(t, "live", s.listed(meeting.ListLive), 0)
	same(t, "previous", s.listed(meeting.ListPrevious), 1)
}

// The owner's end is recorded, and then made; meanwhile a host who leaves finds that somebody came, and takes back what was recorded.
func TestI17AnEndWhoseRecordWasTakenBackIsInThePastAllTheSame(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	s.Clock.Advance(time.Minute)
	recorded, takenBack, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	s.faults.Plan("UpdateItem ROOM", dynamoproxy.After(func() { // who leaves would end it
		s.faults.Plan("UpdateItem ROOM", dynamoproxy.After(func() { close(recorded); <-takenBack }))
		go func() { ended <- s.starts().End(t.Context(), caller("ada"), s.room) }()
		<-recorded
		in(t, s.guest("Sam").join())
	}))
	s.ada.leave().Want(t, 204)
	close(takenBack)
	s.must(<-ended)
	same(t, "state", s.do("GET", "", nil).Text(t, "state"), "idle")
	same(t, "live", s.listed(meeting.ListLive), 0)
	same(t, "previous", s.listed(meeting.ListPrevious), 1)
	same(t, "lasted", s.past(), "1m0s")
}

// Whom they met is an advisory's; who closes a room does not depend on it, nor wait for it.
func TestI17ARoomIsClosedThoughNobodyRemembersWhomItsOwnerMet(t *testing.T) {
	hangs := func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
		if limit, has := r.Context().Deadline(); !has || time.Until(limit) > 5*time.Second {
			t.Errorf("the request may take until %v", limit)
			return nil, errors.ErrUnsupported
		}
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	crashes := append(dynamoproxy.Times(2, dynamoproxy.Pass), crash) // after the record
	for name, c := range map[string]struct {
		plan func(*dynamoproxy.Faults)
		ends func(*scene)
	}{
		"an end":                  {func(f *dynamoproxy.Faults) { f.Plan("UpdateItem row", crashes...) }, func(s *scene) { s.end("ada", s.room) }},
		"an end that cannot look": {func(f *dynamoproxy.Faults) { f.Plan("Query", crash) }, func(s *scene) { s.end("ada", s.room) }},
		"an end, while storage hangs": {func(f *dynamoproxy.Faults) {
			f.Plan("UpdateItem row", append(dynamoproxy.Times(2, dynamoproxy.Pass), hangs)...)
		}, func(s *scene) { s.end("ada", s.room) }},
		"a leave": {func(f *dynamoproxy.Faults) {
			f.Plan("UpdateItem row", append([]dynamoproxy.Fault{dynamoproxy.Pass}, crashes...)...)
		}, func(s *scene) {
			s.Clock.Advance(3 * time.Minute)
			s.ada.leave().Want(s.t, 204)
		}},
		"a join that finds it over": {func(f *dynamoproxy.Faults) { f.Plan("UpdateItem row", crashes...) }, func(s *scene) {
			s.Clock.Advance(time.Hour)
			in(s.t, s.user("ada").join())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			in(t, s.ada.join())
			in(t, s.user("bob").join())
			uuid := s.do("GET", "", nil).Text(t, "uuid")
			c.plan(s.faults)
			c.ends(s)
			same(t, "faults not met", s.faults.Pending(), 0)
			if next := s.do("GET", "", nil).Text(t, "uuid"); next == uuid {
				t.Error("the sitting goes on")
			}
			same(t, "previous", s.listed(meeting.ListPrevious), 1)
			same(t, "met", s.met("bob@example.com"), "")
		})
	}
}

func TestASeatTellsWhatHostsDid(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	sam, bob, eve := s.guest("Sam"), s.user("bob"), s.guest("Eve")
	for _, p := range []*person{sam, bob, eve} {
		waits(t, p.join(), "waiting_room")
	}
	s.say("admit", sam, bob).Want(t, 200)
	s.Clock.Advance(time.Second)
	s.sayOf("make_host", bob).Want(t, 204)
	s.sayOf("make_host", bob).Want(t, 204) // who is one
	bob.client.Do("PUT", "/v2/live_meetings/"+s.room+"/participants/"+sam.seat.ID+"/status", fields{"action": "wait"}).Want(t, 204)
	s.AsAdmin("root").Do("PUT", "/v2/live_meetings/"+s.room+"/participants/"+sam.seat.ID+"/status", fields{"action": "admit"}).Want(t, 204)
	s.sayOf("remove", sam).Want(t, 204)
	s.sayOf("remove", sam).Want(t, 204)
	s.sayOf("deny", eve).Want(t, 204)
	s.sayOf("deny", eve).Want(t, 204)
	same(t, "Sam", s.acts(sam), "admitted by ada, put_back by bob, admitted by root, removed by ada")
	same(t, "Bob", s.acts(bob), "admitted by ada, made_host by ada")
	same(t, "Eve", s.acts(eve), "denied by ada")
	same(t, "Ada", s.acts(s.ada), "")
	same(t, "when", s.seatOf(bob).HostActions[1].At, s.Clock.Now())
	same(t, "Eve came in", s.seatOf(eve).FirstAdmittedAt, time.Time{})
}

func TestAnActOnASeatThatMovesMeanwhileIsToldOnce(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	renews := func(p *person) { in(t, p.poll()) }
	leaves := func(p *person) { p.leave().Want(t, 204) }
	for action, c := range map[string]struct {
		moves func(*person)
		want  string
	}{"remove": {leaves, "removed by ada"}, "wait": {renews, "put_back by ada"}, "make_host": {renews, "made_host by ada"}} {
		p := s.user("user-" + action)
		in(t, p.join())
		s.Clock.Advance(31 * time.Second)
		s.faults.Plan("UpdateItem SEAT", dynamoproxy.After(func() { c.moves(p) }), dynamoproxy.Pass, dynamoproxy.LoseAnswer)
		s.sayOf(action, p).Want(t, 204)
		same(t, "faults not met", s.faults.Pending(), 0)
		same(t, action, s.acts(p), c.want)
	}
}

func TestAnAdmissionOfWhoLeftMeanwhileIsToldToNobody(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	sam := s.guest("Sam")
	waits(t, sam.join(), "waiting_room")
	s.faults.Plan("UpdateItem SEAT", dynamoproxy.After(func() { sam.leave().Want(t, 204) }))
	s.sayOf("admit", sam).Refused(t, 409, 4119, "seat_moved")
	seat := s.seatOf(sam)
	same(t, "acts", len(seat.HostActions), 0)
	same(t, "came in", seat.FirstAdmittedAt, time.Time{})
	same(t, "nobody is on the way", s.do("GET", "", nil).Text(t, "arriving"), "0")
}

func TestASeatTellsHowItsPeopleStayed(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	from := s.Clock.Now()
	sam := s.keyed("Sam")
	stays := func(what string, left, spent time.Duration) {
		t.Helper()
		seat := s.seatOf(sam)
		same(t, what+": came in", seat.FirstAdmittedAt, from)
		same(t, what+": left at", seat.LeftAt.Sub(from), left)
		same(t, what+": spent", seat.TimePresent, spent)
	}
	minute := func() { s.Clock.Advance(time.Minute) }
	in(t, sam.join())
	minute()
	in(t, sam.join()) // a retry, which passes the door once more
	sam.leave().Want(t, 204)
	sam.leave().Want(t, 204)
	stays("a leave", time.Minute, time.Minute)
	minute()
	in(t, sam.poll())
	minute()
	in(t, sam.poll()) // which renews
	s.Clock.Advance(time.Hour)
	in(t, sam.poll()) // their phone had died
	stays("a lease that died", 3*time.Minute+meeting.DefaultLease, 2*time.Minute+meeting.DefaultLease)
	minute()
	s.sayOf("wait", sam).Want(t, 204)
	stays("put back", 64*time.Minute, 3*time.Minute+meeting.DefaultLease)
	minute()
	s.sayOf("admit", sam).Want(t, 204)
	minute()
	s.sayOf("remove", sam).Want(t, 204)
	stays("removed", 66*time.Minute, 4*time.Minute+meeting.DefaultLease)
	same(t, "in", s.seatOf(sam).PresentSince, time.Time{})
}

// met is those of the addresses whose people Ada is known to have met, and how long ago.
func (s *scene) met(users ...string) string {
	s.t.Helper()
	ids, names := make([]meeting.Identity, len(users)), []string{}
	for i, user := range users {
		sum := sha256.Sum256([]byte("met\x00" + user))
		copy(ids[i][:], sum[:])
	}
	met, err := s.Store.Contacts(s.t.Context(), owner, ids)
	s.must(err)
	for i, user := range users {
		if at, known := met[ids[i]]; known {
			names = append(names, fmt.Sprint(user, " ", s.Clock.Now().Sub(at)))
		}
	}
	return strings.Join(names, ", ")
}

func TestTheOwnerOfAPersonalRoomMetThoseWhoWereLetIn(t *testing.T) {
	s := newScene(t)
	everybody := []string{"ada@example.com", "bob@example.com", "cy@example.com", "dan@other.org", "eve@example.com"}
	sit := func() {
		in(t, s.ada.join())
		in(t, s.user("bob").join())
		in(t, s.guest("Sam").join())
		in(t, s.user("cy").join())
		in(t, s.outsider("dan").join())
		s.waitingRoom()
		waits(t, s.user("eve").join(), "waiting_room")
		s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitNobody)})
		s.Clock.Advance(time.Minute)
	}
	sit()
	same(t, "while it sits", s.met(everybody...), "")
	s.end("ada", s.room)
	same(t, "met", s.met(everybody...), "bob@example.com 0s, cy@example.com 0s, dan@other.org 0s")
	s.Clock.Advance(time.Hour)
	in(t, s.ada.join())
	in(t, s.user("cy").join())
	s.Clock.Advance(time.Hour)
	s.start("ada", s.room) // which finds it abandoned
	same(t, "met again", s.met(everybody...), "bob@example.com 2h0m0s, cy@example.com 58m30s, dan@other.org 2h0m0s")
}

func TestWhoWasInAMeetingsOwnRoomIsNotMet(t *testing.T) {
	s := newScene(t)
	own := s.plan("ada", "Own", false, s.Clock.Now(), meeting.SettingsEdit{})
	s.passcode = own.Room.Settings.Passcode
	in(t, s.user("ada").at(own.Meeting.ID.String()).join())
	in(t, s.user("bob").at(own.Meeting.ID.String()).join())
	s.end("ada", own.Meeting.ID.String())
	same(t, "lasted", s.past(), "0s")
	same(t, "met", s.met("bob@example.com"), "")
}
