package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestI7TheLockOnTheDoor(t *testing.T) {
	s := newScene(t)
	sam, sue, bob := s.guest("Sam"), s.guest("Sue"), s.user("bob")
	in(t, s.ada.join())
	in(t, sam.join())
	in(t, sue.join())
	s.do("PATCH", "", fields{"locked": true}).Want(t, 200).Is(t, fmt.Sprintf(`{
		"id": %s, "uuid": "%s", "state": "live", "locked": true, "waiting_room": "off", "admitted": 3, "waiting": 0, "arriving": 0,
		"topic": "Ada's Personal Meeting Room", "started_at": "2026-03-02T09:00:00Z"}`, s.room, meeting.SeatID(sam.seat.ID).Instance()))

	bob.join().Refused(t, 403, 4110, "locked")
	s.guest("Sid").join().Refused(t, 403, 4110, "locked")
	in(t, sam.poll())
	sue.leave().Want(t, 204)
	sue.poll().Refused(t, 403, 4110, "locked")
	in(t, s.user("ada").join()) // I11
	s.lock(false)
	in(t, bob.join())
	in(t, sue.poll())
}

func TestI7ALockIsForAlternativeHostsToo(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{AlternativeHosts: new([]string{"bob@example.com"})})
	in(t, s.ada.join())
	s.lock(true)
	s.user("bob").join().Refused(t, 403, 4110, "locked")
}

func TestI7WhoWaitsWhenTheRoomIsLockedGoesOnWaiting(t *testing.T) {
	s := newScene(t)
	early, held := s.guest("Early"), s.guest("Held")
	waits(t, early.join(), "waiting_for_host")
	in(t, s.ada.join())
	s.waitingRoom()
	waits(t, held.join(), "waiting_room")
	s.lock(true)
	waits(t, early.poll(), "waiting_room")
	waits(t, held.poll(), "waiting_room")
	s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitNobody)})
	waits(t, held.poll(), "waiting_room")
	s.sayOf("admit", held).Want(t, 204)
	in(t, held.poll())
	s.lock(false)
	in(t, early.poll())
}

// Somebody let in who never asked again is on no roster once their lease is over. So a lock is for them too.
func TestI7ALockIsForThoseWhoWereLetInAndAreGone(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	sam := s.guest("Sam")
	waits(t, sam.join(), "waiting_room")
	s.sayOf("admit", sam).Want(t, 204)
	s.Clock.Advance(3 * time.Minute)
	s.lock(true)
	same(t, "admitted", s.names("admitted"), "")
	waits(t, sam.poll(), "waiting_room")
	s.sayOf("admit", sam).Want(t, 204)
	in(t, sam.poll())
}

func TestI7WhoGetsInWhileTheHostLocksIsNamed(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	people := s.guests(many("Guest", 30)...)
	var admitted []string
	var room testkit.Answer
	answers := make([]testkit.Answer, len(people))
	var calls []func()
	for i, p := range people {
		calls = append(calls, func() { answers[i] = p.join() })
	}
	atOnce(append(calls, func() {
		room = s.do("PATCH", "", fields{"locked": true}).Want(t, 200)
	})...)
	for i, a := range answers {
		if a.Status == 201 {
			admitted = append(admitted, people[i].name)
		} else {
			a.Refused(t, 403, 4110, "locked")
		}
	}
	slices.Sort(admitted)
	same(t, "the roster", s.names("admitted"), strings.TrimSpace("Ada "+strings.Join(admitted, " ")))
	var counted struct{ Admitted, Arriving int }
	if room.Into(t, &counted); counted.Admitted+counted.Arriving < len(admitted)+1 {
		t.Errorf("the lock returned %+v, and %d are in", counted, len(admitted)+1)
	}
	s.guest("Late").join().Refused(t, 403, 4110, "locked")
}

func many(name string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s%02d", name, i)
	}
	return names
}

func TestOnlyAnOpenRoomIsLocked(t *testing.T) {
	s := newScene(t)
	s.do("PATCH", "", fields{"locked": true, "waiting_room": true}).Refused(t, 409, 4105, "room_idle")
	same(t, "waiting room", s.do("GET", "", nil).Text(t, "waiting_room"), "off")
}

func TestTheWaitingRoomIsTurnedOnAndOff(t *testing.T) {
	s := newScene(t)
	for _, c := range []struct{ set, want any }{
		{true, "everyone"}, {"guests", "guests"}, {true, "guests"}, {false, "off"}, {"everyone", "everyone"}, {"off", "off"},
	} {
		same(t, fmt.Sprint(c.set), s.do("PATCH", "", fields{"waiting_room": c.set}).Want(t, 200).At(t, "waiting_room"), c.want)
	}
	s.do("PATCH", "", fields{"waiting_room": "guests"}).Want(t, 200)
	in(t, s.ada.join())
	in(t, s.user("bob").join())
	waits(t, s.guest("Sam").join(), "waiting_room")
	waits(t, s.outsider("eve").join(), "waiting_room")
	s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone), Passcode: new("")})
	s.do("PATCH", "", fields{"waiting_room": false}).Refuses(t, "passcode")
}

func TestI8TheWaitingRoom(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	early := s.guest("Early")
	waits(t, early.join(), "waiting_for_host")
	in(t, s.ada.join())
	waits(t, early.poll(), "waiting_room")

	sam := s.guest("Sam")
	waits(t, sam.join(), "waiting_room")
	waits(t, sam.join(), "waiting_room") // again, on another seat
	for range 3 {
		waits(t, sam.poll(), "waiting_room")
	}
	sam.leave().Want(t, 204)
	waits(t, sam.poll(), "waiting_room")
	waits(t, s.user("bob").join(), "waiting_room")

	s.sayOf("admit", sam).Want(t, 204)
	in(t, sam.poll()).Want(t, 200)
	in(t, sam.poll())
	waits(t, early.poll(), "waiting_room")
	same(t, "admitted", s.names("admitted"), "Ada Sam")

	sam.leave().Want(t, 204)
	waits(t, sam.poll(), "waiting_room")
}

func TestI8RacingTheStart(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	people := s.guests(many("Guest", 12)...)
	each(people[:6], func(p *person) { waits(t, p.join(), "waiting_for_host") })
	var calls []func()
	for i, p := range people {
		calls = append(calls, func() {
			if i < 6 {
				same(t, p.name, p.poll().Status, 202)
			} else {
				same(t, p.name, p.join().Status, 202)
			}
		})
	}
	atOnce(append(calls, func() { in(t, s.ada.join()) })...)
	same(t, "admitted", s.names("admitted"), "Ada")
	same(t, "waiting", s.names("waiting"), strings.Join(many("Guest", 12), " "))
}

func TestI8AnApprovalIsNotLostWhenPollsAreMissed(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	sam := s.guest("Sam")
	waits(t, sam.join(), "waiting_room")
	s.sayOf("admit", sam).Want(t, 204)
	s.Clock.Advance(5 * time.Minute)
	in(t, sam.poll())
	// But having come in, they wait again when their lease was over.
	s.Clock.Advance(5 * time.Minute)
	waits(t, sam.poll(), "waiting_room")
}

func TestI8PutBack(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	in(t, sam.join())
	s.sayOf("wait", sam).Want(t, 204)
	s.sayOf("wait", sam).Want(t, 204)
	waits(t, sam.poll(), "waiting_room") // though the room has no waiting room
	sam.leave().Want(t, 204)
	waits(t, sam.poll(), "waiting_room")
	s.sayOf("admit", sam).Want(t, 204)
	in(t, sam.poll())
}

func TestI8PutBackIsForAllDevicesOfAUser(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	bob := s.user("bob")
	in(t, bob.join())
	s.sayOf("wait", bob).Want(t, 204)
	phone := s.user("bob")
	waits(t, phone.join(), "waiting_room")
	s.say("admit", bob, phone).Want(t, 200)
	in(t, bob.poll())
	in(t, phone.poll())
}

func TestI8AdmitSome(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	people := s.guests("Al", "Bo", "Cy")
	each(people, func(p *person) { waits(t, p.join(), "waiting_room") })
	al, bo, cy := people[0], people[1], people[2]
	bo.leave().Want(t, 204)
	var got actionResult
	s.say("admit", al, bo, al).Want(t, 200).Into(t, &got)
	want := actionResult{
		Participants: []seatState{{meeting.SeatID(al.seat.ID), meeting.Admitted}},
		Missed:       []seatState{{meeting.SeatID(bo.seat.ID), meeting.Left}},
	}
	same(t, "answer", fmt.Sprint(got), fmt.Sprint(want))
	s.sayOf("admit", al).Want(t, 204) // again: nothing to do
	s.sayOf("admit", bo).Refused(t, 409, 4119, "seat_moved")
	in(t, al.poll())
	waits(t, cy.poll(), "waiting_room")
	s.say("admit").Want(t, 200).Is(t, `{"participants":[],"missed":[]}`)
	waits(t, cy.poll(), "waiting_room")
}

func TestI8AdmitAllAdmitsThoseWhoAreThere(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	people := s.guests("Al", "Bo", "Gone")
	each(people, func(p *person) { waits(t, p.join(), "waiting_room") })
	s.Clock.Advance(time.Minute)
	waits(t, people[0].poll(), "waiting_room")
	waits(t, people[1].poll(), "waiting_room")
	s.Clock.Advance(time.Minute + time.Second)
	answer := s.do("PUT", "/participants/status", fields{"action": "admit"}).Want(t, 200)
	late := s.guest("Late")
	waits(t, late.join(), "waiting_room")
	same(t, "admitted", strings.Count(answer.Body, `"state":"admitted"`), 2)
	in(t, people[0].poll())
	in(t, people[1].poll())
	waits(t, people[2].poll(), "waiting_room")
	waits(t, late.poll(), "waiting_room")
}

func TestI8AdmitAllWhereNotAllFitLetsInWhoCameFirst(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone), Capacity: new(2)})
	in(t, s.ada.join())
	people := s.guests("First", "Second", "Third")
	for _, p := range people {
		waits(t, p.join(), "waiting_room")
		s.Clock.Advance(time.Second)
	}
	answer := s.do("PUT", "/participants/status", fields{"action": "admit"}).Want(t, 200)
	same(t, "missed", answer.Text(t, "missed.0.id"), people[2].seat.ID)
	same(t, "admitted", s.names("admitted"), "Ada First Second")
	s.sayOf("admit", people[2]).Refused(t, 403, 4111, "full")
}

func TestTheDeniedHearSo(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	sam := s.guest("Sam")
	waits(t, sam.join(), "waiting_room")
	s.sayOf("deny", sam).Want(t, 204)
	s.sayOf("deny", sam).Want(t, 204)
	sam.poll().Refused(t, 403, 4112, "denied")
	s.sayOf("admit", sam).Refused(t, 409, 4119, "seat_moved")
}

func TestMakeHost(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	bob, sam := s.user("bob"), s.guest("Sam")
	in(t, bob.join())
	in(t, sam.join())
	bob.client.Do("PATCH", "/v2/live_meetings/"+s.room, fields{"locked": true}).Refused(t, 404, 3001, "meeting_not_found")
	s.sayOf("make_host", bob).Want(t, 204)
	same(t, "role", in(t, bob.poll()).Text(t, "seat.role"), "alternative_host")
	bob.client.Do("PATCH", "/v2/live_meetings/"+s.room, fields{"waiting_room": true}).Want(t, 200)
	s.sayOf("make_host", sam).Refuses(t, "participant_ids")
	same(t, "on another device", in(t, s.user("bob").join()).Text(t, "seat.role"), "alternative_host")
	s.end("ada", s.room)
	s.start("ada", s.room)
	waits(t, s.user("bob").join(), "waiting_room") // for that sitting only
}

func TestTheRosterHasPages(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	in(t, s.ada.join())
	people := s.guests(many("Guest", 6)...)
	for _, p := range people {
		s.Clock.Advance(time.Second)
		waits(t, p.join(), "waiting_room")
	}
	s.say("admit", people[1], people[4]).Want(t, 200)
	var names []string
	path, pages := "/participants?page_size=3", 0
	for next := path; next != ""; pages++ {
		answer := s.do("GET", next, nil).Want(t, 200)
		list, _ := answer.At(t, "participants").([]any)
		for i := range list {
			names = append(names, answer.Text(t, fmt.Sprintf("participants.%d.display_name", i)))
		}
		if token := answer.Text(t, "next_page_token"); token == "" {
			next = ""
		} else {
			next = path + "&next_page_token=" + token
		}
		if pages == 0 {
			s.ada.leave().Want(t, 204) // who goes does not shift the pages
			s.start("ada", s.room)
		}
	}
	same(t, "names", strings.Join(names, " "), "Ada Guest00 Guest01 Guest02 Guest03 Guest04 Guest05")
	same(t, "pages", pages, 3)
}

func TestTheRosterSaysWhoSomebodyIs(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam, bob := s.guest("Sam"), s.user("bob")
	in(t, sam.join())
	in(t, bob.join())
	list := s.do("GET", "/participants", nil).Want(t, 200)
	same(t, "arriving", list.Text(t, "arriving"), "0")
	same(t, "Sam", fmt.Sprint(s.row("Sam")), fmt.Sprint(map[string]any{"id": sam.seat.ID, "display_name": "Sam", "verified": false, "guest": true,
		"role": "participant", "state": "admitted", "joined_at": "2026-03-02T09:00:00Z", "seq": 2}))
	same(t, "Bob", fmt.Sprint(s.row("Bob")), fmt.Sprint(map[string]any{"id": bob.seat.ID, "display_name": "Bob", "verified": true, "guest": false,
		"email": "bob@example.com", "account_id": "acme", "role": "participant", "state": "admitted", "joined_at": "2026-03-02T09:00:00Z", "seq": 3}))
}

func TestOnlyHostsSeeAndDecide(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	bob := s.user("bob")
	in(t, bob.join())
	room := "/v2/live_meetings/" + s.room
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"GET", "", nil}, {"GET", "/participants", nil}, {"PATCH", "", fields{"locked": true}},
		{"PUT", "/participants/status", fields{"action": "admit"}},
		{"PUT", "/participants/" + bob.seat.ID + "/status", fields{"action": "make_host"}},
	} {
		refused := bob.client.Do(c.method, room+c.path, c.body)
		refused.Refused(t, 404, 3001, "meeting_not_found")
		s.Guest().Do(c.method, room+c.path, c.body).Refused(t, 401, 124, "token")
		unknown := bob.client.Do(c.method, strings.Replace(room+c.path, s.room, "5552229999", 1), c.body)
		same(t, "no such room", strings.Replace(unknown.Body, "5552229999", s.room, 1), refused.Body)
		s.AsAdmin("root").Claiming("account_id", "other").Do(c.method, room+c.path, c.body).Refused(t, 404, 3001, "meeting_not_found")
	}
	s.AsAdmin("root").Do("GET", room, nil).Want(t, 200)
	s.AsAdmin("root").Do("PATCH", room, fields{"locked": true}).Want(t, 200)
	reader := s.As("ada").Claiming("scope", "meeting:read")
	reader.Do("GET", room, nil).Want(t, 200)
	reader.Do("PATCH", room, fields{"locked": true}).Refused(t, 403, 4700, "scope")
}

func TestASeatOfAnotherSittingIsUnknown(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	in(t, sam.join())
	s.end("ada", s.room)
	s.sayOf("remove", sam).Refused(t, 409, 4105, "room_idle")
	in(t, s.ada.join())
	s.sayOf("remove", sam).Refused(t, 404, 4109, "seat_not_found")
	s.say("admit", sam).Refused(t, 404, 4109, "seat_not_found")
}
