package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestI5TheStartChoice(t *testing.T) {
	for _, c := range []struct {
		always bool
		body   string
		inRoom bool
	}{
		{false, ``, false}, {false, `{}`, false}, {false, `{"use_pmi":null}`, false}, {false, `{"use_pmi":false}`, false}, {false, `{"use_pmi":true}`, true},
		{true, ``, true}, {true, `{}`, true}, {true, `{"use_pmi":null}`, true}, {true, `{"use_pmi":true}`, true},
	} {
		t.Run(fmt.Sprintf("%v %s", c.always, c.body), func(t *testing.T) {
			s := newScene(t)
			s.alwaysPMI(c.always)
			answer := s.tap(c.body).Want(t, 201)
			same(t, "in the personal room", answer.Text(t, "id") == s.pmi, c.inRoom)
			same(t, "type", answer.Text(t, "type"), "1")
			same(t, "status", answer.Text(t, "status"), "started")
			same(t, "the personal room is live", s.live(s.pmi), c.inRoom)
		})
	}
}

func TestI5TheLockHoldsOnEveryClient(t *testing.T) {
	s := newScene(t)
	s.alwaysPMI(true)
	for _, client := range []string{"web", "desktop", "mobile"} {
		s.ada.With("User-Agent", client).Do("POST", mine, `{"use_pmi":false}`).Refused(t, 409, 4103, "pmi_required")
	}
	same(t, "live", s.live(s.pmi), false)
}

func TestAMeetingInARoomOfItsOwn(t *testing.T) {
	s := newScene(t)
	a := s.tap(`{"topic":"Stand-up & <more>","display_name":"The host"}`).Want(t, 201)
	id, passcode := a.Text(t, "id"), a.Text(t, "password")
	same(t, "digits", len(id), 11)
	same(t, "topic", a.Text(t, "topic"), "Stand-up & <more>")
	same(t, "join_url", a.Text(t, "join_url"), "https://meet.example.com/j/"+id+"?pwd="+passcode)
	same(t, "start_url", a.Text(t, "start_url"), "https://meet.example.com/s/"+id)
	same(t, "pmi", a.At(t, "pmi"), nil)
	same(t, "use_pmi", a.At(t, "settings.use_pmi"), any(false))
	same(t, "the host's state", a.Text(t, "admission.state"), "admitted")
	same(t, "role", a.Text(t, "admission.seat.role"), "host")
	same(t, "name", a.Text(t, "admission.seat.display_name"), "The host")
	same(t, "sitting", a.Text(t, "admission.meeting.uuid"), a.Text(t, "uuid"))
	same(t, "meeting", a.Text(t, "admission.meeting.id"), id)
	if in, err := s.guest(id, ""); err != nil || in.State != meeting.Admitted {
		t.Errorf("a guest: %v, %v", in.State, err)
	}
	same(t, "default topic", s.tap(``).Text(t, "topic"), "Ada's Meeting")
}

func TestThePersonalRoomIsStartedOnce(t *testing.T) {
	s := newScene(t)
	first := s.tap(`{"use_pmi":true}`).Want(t, 201)
	same(t, "join_url", first.Text(t, "join_url"), "https://meet.example.com/j/"+s.pmi+"?pwd="+first.Text(t, "password"))
	same(t, "topic", first.Text(t, "topic"), "Ada's Personal Meeting Room")
	same(t, "pmi", first.At(t, "pmi"), nil)
	second := s.tap(`{"use_pmi":true}`).Want(t, 200)
	same(t, "sitting", second.Text(t, "uuid"), first.Text(t, "uuid"))
	if second.Text(t, "admission.seat.id") == first.Text(t, "admission.seat.id") {
		t.Error("two devices share a seat")
	}
	same(t, "another room beside it", s.tap(`{"use_pmi":false}`).Want(t, 201).Text(t, "id") != s.pmi, true)
}

func TestPeopleWhoWaitComeInAtTheStart(t *testing.T) {
	s := newScene(t)
	waiting, err := s.guest(s.pmi, "")
	s.must(err)
	same(t, "waits for the host", waiting.WaitsForHost, true)
	s.tap(`{"use_pmi":true}`).Want(t, 201)
	in, err := s.Door().Join(t.Context(), meeting.Caller{}, meeting.JoinInput{Address: s.pmi, Seat: meeting.Credential{ID: waiting.Seat.ID, Secret: waiting.Secret}})
	s.must(err)
	same(t, "state", in.State, meeting.Admitted)
}

func TestTwoClientsStartAtOnceAndOneSittingIs(t *testing.T) {
	s := newScene(t)
	answers := make([]testkit.Answer, 8)
	atOnce(len(answers), func(i int) { answers[i] = s.tap(`{"use_pmi":true}`) })
	fresh, seats := 0, map[string]bool{}
	for _, a := range answers {
		if a.Status == 201 {
			fresh++
		}
		same(t, "sitting", a.Text(t, "uuid"), answers[0].Text(t, "uuid"))
		same(t, "state", a.Text(t, "admission.state"), "admitted")
		seats[a.Text(t, "admission.seat.id")] = true
	}
	same(t, "starts", fresh, 1)
	same(t, "seats", len(seats), len(answers))
}

func TestI15ALostAnswerIsRepeated(t *testing.T) {
	for _, body := range []string{`{"use_pmi":true,"display_name":"Ada"}`, `{"topic":"Stand-up"}`} {
		t.Run(body, func(t *testing.T) {
			s := newScene(t)
			phone := s.ada.With("Idempotency-Key", "k1")
			first := phone.Do("POST", mine, body).Want(t, 201)
			s.Clock.Advance(10 * time.Second)
			same(t, "answer", phone.Do("POST", mine, body).Want(t, 201).Body, first.Body)
			phone.Do("POST", mine, `{"topic":"Another"}`).Refused(t, 422, 4108, "idempotency_key")
			same(t, "roll", len(s.roll(first)), 1)

			s.status(s.ada, first.Text(t, "id"), "end").Want(t, 204)
			phone.Do("POST", mine, body).Refused(t, 409, 4114, "ended") // a retry starts no second meeting
			same(t, "live", s.live(first.Text(t, "id")), false)
		})
	}
}

func (s *scene) roll(a testkit.Answer) meeting.Roster {
	s.t.Helper()
	roll, err := s.Store.Roster(s.t.Context(), a.Text(s.t, "uuid"))
	s.must(err)
	return roll
}

func TestI15RetriesRace(t *testing.T) {
	for _, body := range []string{`{"use_pmi":true}`, `{"topic":"Stand-up"}`} {
		t.Run(body, func(t *testing.T) {
			s := newScene(t)
			answers := make([]testkit.Answer, 5)
			atOnce(len(answers), func(i int) { answers[i] = s.ada.With("Idempotency-Key", "k1").Do("POST", mine, body) })
			for _, a := range answers {
				same(t, "answer", a.Want(t, 201).Body, answers[0].Body)
			}
			same(t, "seats", len(s.roll(answers[0])), 1)
		})
	}
}

func TestI15AKeyHoldsThoughTheChoiceWasChangedMeanwhile(t *testing.T) {
	s := newScene(t)
	phone := s.ada.With("Idempotency-Key", "k1")
	own := phone.Do("POST", mine, ``).Want(t, 201)
	s.alwaysPMI(true)
	same(t, "retry", phone.Do("POST", mine, ``).Want(t, 201).Text(t, "id"), own.Text(t, "id"))
	phone = s.ada.With("Idempotency-Key", "k2")
	same(t, "in the room", phone.Do("POST", mine, ``).Want(t, 201).Text(t, "id"), s.pmi)
	s.alwaysPMI(false)
	same(t, "retry", phone.Do("POST", mine, ``).Want(t, 201).Text(t, "id"), s.pmi)
}

func TestI17APhoneThatDiedDoesNotHoldTheRoom(t *testing.T) {
	s := newScene(t)
	first := s.tap(`{"use_pmi":true}`).Want(t, 201)
	number := meeting.Edit{PMI: new(meeting.Number("5552123434"))}
	s.Clock.Advance(meeting.AbandonedAfter - time.Second)
	same(t, "an edit, too early", meeting.ReasonOf(s.edit(number)), meeting.RoomLive)
	s.Clock.Advance(time.Second)
	s.must(s.edit(number))
	if _, err := s.back(first); meeting.ReasonOf(err) != meeting.Ended {
		t.Errorf("the dead phone's seat: %v", err)
	}
}

func TestI17TomorrowsStartIsASittingOfItsOwn(t *testing.T) {
	s := newScene(t)
	first := s.tap(`{"use_pmi":true}`).Want(t, 201)
	s.Clock.Advance(day)
	second := s.tap(`{"use_pmi":true}`).Want(t, 201)
	if first.Text(t, "uuid") == second.Text(t, "uuid") {
		t.Error("tomorrow's start is in yesterday's sitting")
	}
}

func TestI17ASittingThatIsUsedGoesOnFor30Hours(t *testing.T) {
	s := newScene(t)
	s.SetLease(time.Hour)
	first := s.tap(`{"use_pmi":true}`).Want(t, 201)
	for range 59 {
		s.Clock.Advance(30 * time.Minute)
		if _, err := s.back(first); err != nil {
			t.Fatal(err)
		}
	}
	s.Clock.Advance(30*time.Minute - time.Second)
	same(t, "sitting", s.tap(`{"use_pmi":true}`).Want(t, 200).Text(t, "uuid"), first.Text(t, "uuid"))
	s.Clock.Advance(time.Second)
	s.tap(`{"use_pmi":true}`).Want(t, 201)
}

func TestI17AHostWhoLeavesItEmptyEndsIt(t *testing.T) {
	s := newScene(t)
	inRoom := s.tap(`{"use_pmi":true}`).Want(t, 201)
	own := s.tap(`{"use_pmi":false}`).Want(t, 201)
	s.leave(inRoom)
	s.leave(own)
	same(t, "live", s.live(s.pmi) || s.live(own.Text(t, "id")), false)
	s.status(s.ada, own.Text(t, "id"), "start").Refused(t, 404, 3001, "meeting_not_found") // its number died with it
	s.tap(`{"use_pmi":true}`).Want(t, 201)
}

func TestAnAdminStartsForAUser(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	for _, who := range []string{"ada", "ada@example.com"} {
		answer := root.With("Idempotency-Key", who).Do("POST", "/v2/users/"+who+"/instant_meetings", ``).Want(t, 201)
		same(t, "host", answer.Text(t, "host_id"), "ada")
		same(t, "seat", answer.At(t, "admission"), nil)
		again := root.With("Idempotency-Key", who).Do("POST", "/v2/users/"+who+"/instant_meetings", ``).Want(t, 201)
		same(t, "retry", again.Body, answer.Body)
	}
	s.As("eve").Do("POST", "/v2/users/ada/instant_meetings", ``).Refused(t, 404, 1001, "user_not_found")
	s.AsAdmin("root").Claiming("account_id", "other").Do("POST", "/v2/users/ada/instant_meetings", ``).Refused(t, 404, 1001, "user_not_found")
	root.Do("POST", "/v2/users/nobody/instant_meetings", ``).Refused(t, 404, 1001, "user_not_found")
	s.As("ada").Claiming("scope", "meeting:read").Do("POST", mine, ``).Refused(t, 403, 4700, "scope")
	s.Guest().Do("POST", mine, ``).Refused(t, 401, 124, "token")
}

func TestI16_AStartBesideAPlannedMeeting(t *testing.T) {
	for name, c := range map[string]struct {
		in   time.Duration
		want string
	}{
		"that begins soon": {10 * time.Minute, "begins"}, "that ended lately": {-70 * time.Minute, "ends"}, "that runs": {-time.Minute, "ends"},
		"of later": {time.Hour, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			schedule := s.Schedule()
			at := s.Clock.Now()
			s.Clock.Advance(-2 * time.Hour)
			plan := meeting.Plan{Topic: new("Tea"), Start: &meeting.ClientTime{Time: at.Add(c.in)}, UsePMI: new(true)}
			if _, err := schedule.Create(t.Context(), caller("ada"), "me", plan); err != nil {
				t.Fatal(err)
			}
			s.Clock.Advance(2 * time.Hour)
			started := s.As("ada").Do("POST", "/v2/users/me/instant_meetings", `{"use_pmi":true}`).Want(t, 201)
			message := started.Text(t, "advisories.0.message")
			if (message != "") != (c.want != "") || !strings.Contains(message, c.want) || c.want != "" && !strings.Contains(message, "Tea") {
				t.Errorf("%q, want one that says %q", message, c.want)
			}
		})
	}
}
