package main

import (
	"fmt"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

// crash is a function that dies before its next write.
var crash = dynamoproxy.Fail("ValidationException")

// past is Ada's sittings that ended, the latest first, and those that have not, as far as their records know.
func (s *scene) past() (ended, sits []meeting.InstanceRecord) {
	s.t.Helper()
	ended, next, err := s.Store.PastInstances(s.t.Context(), caller("ada").User, time.Time{}, s.Clock.Now().Add(day), "", 100)
	s.must(err)
	same(s.t, "next page", next, "")
	sits, next, err = s.Store.LiveInstances(s.t.Context(), caller("ada").User, time.Time{}, s.Clock.Now().Add(day), "", 100)
	same(s.t, "next page", next, "")
	s.must(err)
	return ended, sits
}

// recorded fails the test unless these are the sittings that ended, the latest first, and none sits: "4 Ada 1h0m0s" is of the type 4, of
// what has the topic Ada, and lasted an hour.
func (s *scene) recorded(want ...string) {
	s.t.Helper()
	ended, sits := s.past()
	got := make([]string, len(ended))
	for i, r := range ended {
		got[i] = fmt.Sprint(r.Meeting.Type, " ", r.Meeting.Topic, " ", r.EndedAt.Sub(r.OpenedAt))
		one, err := s.Store.Instance(s.t.Context(), r.Instance)
		s.must(err)
		same(s.t, "by its uuid", one, r)
	}
	same(s.t, "ended", fmt.Sprintf("%q", got), fmt.Sprintf("%q", want))
	same(s.t, "sits", len(sits), 0)
}

const adas = "Ada's Personal Meeting Room"

func TestEverySittingIsRecorded(t *testing.T) {
	s := newScene(t)
	own, inRoom := s.plan("Own", false), s.plan("Alpha", true)
	instant := ""
	for _, c := range []struct {
		what  string
		start func() string // it is the number
		kind  meeting.Type
	}{
		{"the personal room", func() string { return s.tap(`{"use_pmi":true}`).Want(t, 201).Text(t, "id") }, meeting.PersonalRoom},
		{"by its number", func() string { s.status(s.ada, s.pmi, "start").Want(t, 204); return s.pmi }, meeting.PersonalRoom},
		{"a meeting in it", func() string { s.status(s.ada, inRoom, "start").Want(t, 204); return inRoom }, meeting.Scheduled},
		{"a meeting in its own room", func() string { s.status(s.ada, own, "start").Want(t, 204); return own }, meeting.Scheduled},
		{"an instant meeting", func() string { instant = s.tap(`{"topic":"Stand-up"}`).Want(t, 201).Text(t, "id"); return instant }, meeting.Instant},
	} {
		t.Log(c.what)
		opened := s.Clock.Now()
		number := c.start()
		_, sits := s.past()
		same(t, "sit", len(sits), 1)
		same(t, "meeting", sits[0].Meeting.ID.String(), number)
		same(t, "type", sits[0].Meeting.Type, c.kind)
		same(t, "opened at", sits[0].OpenedAt, opened)
		s.Clock.Advance(time.Hour)
		s.status(s.ada, number, "end").Want(t, 204)
		s.Clock.Advance(time.Hour)
	}
	s.recorded("1 Stand-up 1h0m0s", "2 Own 1h0m0s", "2 Alpha 1h0m0s", "4 "+adas+" 1h0m0s", "4 "+adas+" 1h0m0s")
	ended, _ := s.past()
	same(t, "kept until", ended[4].Expires, ended[4].EndedAt.Add(meeting.DefaultRetention))
	same(t, "sat in", ended[2].Room.String(), s.pmi)
	of, _, err := s.Store.PastInstancesOf(t.Context(), caller("ada").User, meeting.Number(instant), "", 10)
	s.must(err)
	same(t, "of the instant meeting", len(of), 1)
}

func TestI18ASittingIsRecordedForTheMeetingThatTookItOver(t *testing.T) {
	s := newScene(t)
	alpha := s.plan("Alpha", true)
	s.status(s.ada, s.pmi, "start").Want(t, 204)
	s.Clock.Advance(time.Minute)
	s.status(s.ada, alpha, "start").Want(t, 204)
	_, sits := s.past()
	same(t, "sit", len(sits), 1)
	same(t, "for", sits[0].Meeting.Topic, "Alpha")
	s.Clock.Advance(time.Minute)
	s.status(s.ada, s.pmi, "end").Want(t, 204)
	s.recorded("2 Alpha 2m0s")
}

// The end is decided before, and made after, the meeting takes the sitting over.
func TestI18AnEndThatATakeoverPassesRecordsWhatSat(t *testing.T) {
	s := newScene(t)
	alpha := s.plan("Alpha", true)
	s.status(s.ada, s.pmi, "start").Want(t, 204)
	s.Clock.Advance(time.Minute)
	s.faults.Plan("UpdateItem ROOM", dynamoproxy.After(func() { s.status(s.ada, alpha, "start").Want(t, 204) }))
	s.status(s.ada, s.pmi, "end").Want(t, 204)
	same(t, "live", s.live(s.pmi), false)
	s.recorded("2 Alpha 1m0s")
}

// An alternative host who locks and unlocks without pause keeps nobody from ending the meeting.
func TestI17AnEndIsMadeWhateverHostsDecideMeanwhile(t *testing.T) {
	const storm = 20
	s := newScene(t)
	own := s.plan("Own", false, "bob@example.com")
	s.status(s.ada, own, "start").Want(t, 204)
	locked := false
	lock := dynamoproxy.After(func() {
		locked = !locked
		_, err := s.Door().UpdateLive(t.Context(), caller("bob"), own, meeting.LiveEdit{Locked: &locked})
		s.must(err)
	})
	for range storm {
		s.faults.Plan("UpdateItem ROOM", lock, dynamoproxy.Pass) // the end's turn, and the lock's
	}
	s.Clock.Advance(time.Minute)
	s.status(s.ada, own, "end").Want(t, 204)
	same(t, "tries", (2*storm-s.faults.Pending())/2, 1)
	s.faults.Forget()
	same(t, "live", s.live(own), false)
	s.recorded("2 Own 1m0s")
}

func TestI17WhatLastedItsLongestEndedThenOrWhenTheLastWasIn(t *testing.T) {
	for _, c := range []struct {
		what  string
		lease time.Duration
		taps  bool
		want  string
	}{
		{"somebody was in until then", 40 * time.Hour, true, "30h0m0s"},
		{"somebody was in", time.Hour, true, "1h0m0s"},
		{"nobody came", 40 * time.Hour, false, "0s"},
	} {
		for what, ask := range map[string]func(*scene){
			"a start, late": func(s *scene) { s.tap(`{"use_pmi":true}`).Want(t, 201); s.status(s.ada, s.pmi, "end").Want(t, 204) },
			"an end, late":  func(s *scene) { s.status(s.ada, s.pmi, "end").Want(t, 204) },
		} {
			t.Run(c.what+", "+what, func(t *testing.T) {
				s := newScene(t)
				s.SetLease(c.lease)
				if c.taps {
					s.tap(`{"use_pmi":true}`).Want(t, 201)
				} else {
					s.status(s.ada, s.pmi, "start").Want(t, 204)
				}
				s.Clock.Advance(31 * time.Hour)
				ask(s)
				ended, _ := s.past()
				first := ended[len(ended)-1]
				same(t, "lasted", first.EndedAt.Sub(first.OpenedAt).String(), c.want)
			})
		}
	}
}

func TestI17WhatWasAbandonedEndedWhenTheLastWasIn(t *testing.T) {
	s := newScene(t)
	first := s.tap(`{"use_pmi":true}`).Want(t, 201)
	s.Clock.Advance(time.Minute)
	if _, err := s.back(first); err != nil { // renews
		t.Fatal(err)
	}
	s.Clock.Advance(day)
	s.tap(`{"use_pmi":true}`).Want(t, 201)
	s.status(s.ada, s.pmi, "end").Want(t, 204)
	s.status(s.ada, s.pmi, "start").Want(t, 204) // and nobody comes
	s.Clock.Advance(time.Hour)
	s.must(s.edit(meeting.Edit{PMI: new(meeting.Number("5552123434"))}))
	s.recorded("4 "+adas+" 0s", "4 "+adas+" 0s", "4 "+adas+" 2m30s")
}

func TestACrashLosesNoRecordAndDoublesNone(t *testing.T) {
	for name, c := range map[string]struct {
		start string
		fault func(*scene)
		want  string
	}{
		"before the record":             {`{"use_pmi":true}`, func(s *scene) { s.faults.Plan("UpdateItem row", dynamoproxy.Times(2, crash)...) }, "4 " + adas},
		"between the record's halves":   {`{"use_pmi":true}`, func(s *scene) { s.faults.Plan("UpdateItem row", dynamoproxy.Pass, crash) }, "4 " + adas},
		"between record and end":        {`{"use_pmi":true}`, func(s *scene) { s.faults.Plan("UpdateItem ROOM", crash) }, "4 " + adas},
		"before the room's last breath": {`{"topic":"Up"}`, func(s *scene) { s.faults.Plan("UpdateItem ROOM", crash) }, "1 Up"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			number := s.tap(c.start).Want(t, 201).Text(t, "id")
			s.Clock.Advance(time.Minute)
			c.fault(s)
			s.status(s.ada, number, "end").Refused(t, 500, 500, "internal")
			same(t, "faults not met", s.faults.Pending(), 0)
			same(t, "live", s.live(number), true)
			s.Clock.Advance(time.Minute)
			s.status(s.ada, number, "end").Want(t, 204)
			s.recorded(c.want + " 2m0s")
		})
	}
}

func TestEndsThatRaceMakeOneRecord(t *testing.T) {
	s := newScene(t)
	s.tap(`{"use_pmi":true}`).Want(t, 201)
	s.Clock.Advance(time.Minute)
	atOnce(6, func(int) { same(t, "end", s.status(s.ada, s.pmi, "end").Status, 204) })
	s.recorded("4 " + adas + " 1m0s")
}

func TestARoomThatCouldNotBeRecordedIsOpenAllTheSame(t *testing.T) {
	s := newScene(t)
	s.faults.Plan("UpdateItem row", crash)
	s.status(s.ada, s.pmi, "start").Refused(t, 500, 500, "internal")
	s.status(s.ada, s.pmi, "start").Want(t, 204)
	s.Clock.Advance(time.Minute)
	s.status(s.ada, s.pmi, "end").Want(t, 204)
	s.recorded("4 " + adas + " 1m0s")
}
