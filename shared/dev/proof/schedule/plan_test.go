package schedule

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"personal-rooms/shared/meeting"
)

func TestI5AlwaysUsePMIDecidesInstantMeetings(t *testing.T) {
	for _, always := range []bool{false, true} {
		s := newScene(t)
		profile, room := s.setUp(meeting.Edit{AlwaysPMI: &always, SchedulePMI: new(!always)})
		for _, chosen := range []*bool{nil, new(false), new(true)} {
			wanted := chosen != nil && *chosen
			made := s.plan(meeting.Plan{Type: new(meeting.Instant), UsePMI: chosen})
			if (made.Meeting.ID == profile.PMI) != (always || wanted) || made.Meeting.Type != meeting.Instant || made.Live {
				t.Errorf("always %v, chosen %v: %+v", always, wanted, made.Meeting)
			}
			if slices.Contains(codes(made), "pmi_used") != (always && !wanted) {
				t.Errorf("always %v, chosen %v: advised %v", always, wanted, codes(made))
			}
			if made.Meeting.ID == profile.PMI && made.Room.Settings.Passcode != room.Settings.Passcode {
				t.Errorf("the passcode is not the room's")
			}
		}
		s.lists(meeting.Listing{})
	}
}

func TestI6SchedulingFollowsOnlyItsOwnOptionAndAnExplicitChoice(t *testing.T) {
	for _, saved := range []bool{false, true} {
		s := newScene(t)
		s.setUp(meeting.Edit{SchedulePMI: &saved, AlwaysPMI: new(!saved)})
		for _, kind := range []meeting.Type{meeting.Scheduled, meeting.NoFixedTime} {
			for chosen, want := range map[*bool]bool{nil: saved, new(false): false, new(true): true} {
				if made := s.plan(meeting.Plan{Type: &kind, UsePMI: chosen}); made.Meeting.UsePMI != want {
					t.Errorf("type %d, saved %v, chosen %v: uses the PMI %v", kind, saved, chosen, made.Meeting.UsePMI)
				}
			}
		}
	}
}

func TestSeriesAtFixedTimesHasItsOwnNumber(t *testing.T) {
	s := newScene(t)
	s.setUp(meeting.Edit{SchedulePMI: new(true), AlwaysPMI: new(true)})
	series := recurring(daily(2))
	if made := s.plan(series); made.Meeting.UsePMI || !slices.Contains(codes(made), "pmi_not_used") {
		t.Errorf("uses the PMI %v, advised %v", made.Meeting.UsePMI, codes(made))
	}
	series.UsePMI = new(true)
	_, err := s.schedule.Create(t.Context(), ada, "me", series)
	s.refused(err, meeting.Invalid, "settings.use_pmi")
	id := s.planID(inPMI("Tea"))
	series.UsePMI = nil
	s.refused(s.change(id, series), meeting.Invalid, "settings.use_pmi")
	series.UsePMI = new(false)
	s.must(s.change(id, series))
	s.refused(s.change(id, meeting.Plan{UsePMI: new(true)}), meeting.Invalid, "settings.use_pmi")
	s.must(s.change(id, meeting.Plan{Type: new(meeting.NoFixedTime), UsePMI: new(true)}))
}

// retried are the plans of which a retry is tested.
func retried() map[string]meeting.Plan {
	keyed := func(p meeting.Plan) meeting.Plan {
		p.Key, p.Request = "tap-1", meeting.Fingerprint("body")
		return p
	}
	return map[string]meeting.Plan{
		"own room":      keyed(meeting.Plan{UsePMI: new(false)}),
		"personal room": keyed(inPMI("Tea")),
		"instant":       keyed(meeting.Plan{Type: new(meeting.Instant)}),
	}
}

func TestI15RetryReturnsTheMeetingItMade(t *testing.T) {
	for name, plan := range retried() {
		s := newScene(t)
		first := s.planID(plan)
		s.Clock.Advance(time.Minute)
		if again := s.planID(plan); again != first {
			t.Errorf("%s: made %s, then %s", name, first, again)
		}
		other := plan
		other.Request = meeting.Fingerprint("another body")
		_, err := s.schedule.Create(t.Context(), ada, "me", other)
		s.refused(err, meeting.KeyReused)
		other.Key = "tap-2"
		hers, err := s.schedule.Create(t.Context(), grace, "me", plan)
		s.must(err)
		if s.planID(other) == first || string(hers.Meeting.ID) == first {
			t.Errorf("%s: another key, or another user, got the same meeting", name)
		}
		s.must(s.cancel(first))
		_, err = s.schedule.Create(t.Context(), ada, "me", plan)
		s.refused(err, meeting.NoMeeting)
		s.Clock.Advance(meeting.IdempotencyLife)
		if late := s.planID(plan); late == first {
			t.Errorf("%s: the key is still known", name)
		}
	}
}

func TestI15RetryIgnoresOptionsChangedSince(t *testing.T) {
	for _, usePMI := range []bool{true, false} {
		for _, kind := range []meeting.Type{meeting.Scheduled, meeting.Instant} {
			s := newScene(t)
			plan := meeting.Plan{Type: &kind, Key: "tap-1"}
			s.setUp(meeting.Edit{SchedulePMI: &usePMI, AlwaysPMI: &usePMI})
			first := s.planID(plan)
			s.setUp(meeting.Edit{SchedulePMI: new(!usePMI), AlwaysPMI: new(!usePMI)})
			if again := s.planID(plan); again != first {
				t.Errorf("type %d: made %s, then %s", kind, first, again)
			}
			plan.Request = meeting.Fingerprint("another body")
			_, err := s.schedule.Create(t.Context(), ada, "me", plan)
			s.refused(err, meeting.KeyReused)
		}
	}
}

func TestI15ConcurrentRetriesMakeOneMeeting(t *testing.T) {
	s := newScene(t)
	s.setUp(meeting.Edit{})
	plan := retried()["personal room"]
	ids := make([]string, 10)
	concurrently(len(ids), func(i int) {
		made, err := s.schedule.Create(t.Context(), ada, "me", plan)
		ids[i] = fmt.Sprint(made.Meeting.ID, err)
	})
	if slices.Sort(ids); len(slices.Compact(ids)) != 1 {
		t.Errorf("made %v", ids)
	}
	if got := s.ids(meeting.Listing{}); len(got) != 1 {
		t.Errorf("planned are %v", got)
	}
}

func TestI19MeetingInThePersonalRoomKeepsItsSettings(t *testing.T) {
	s := newScene(t)
	_, before := s.setUp(meeting.Edit{})
	for _, kind := range []meeting.Type{meeting.Scheduled, meeting.Instant} {
		plan := meeting.Plan{Type: &kind, UsePMI: new(true), Settings: meeting.SettingsEdit{Passcode: new("other")}}
		_, err := s.schedule.Create(t.Context(), ada, "me", plan)
		s.refused(err, meeting.Invalid, "password")
		plan.Settings = meeting.SettingsEdit{Passcode: &before.Settings.Passcode, WaitingRoomOn: new(true)}
		made := s.plan(plan)
		if codes(made)[0] != "door_settings_ignored" || made.Room.Settings.WaitingRoom.On() {
			t.Errorf("type %d: advised %v, waiting room %v", kind, codes(made), made.Room.Settings.WaitingRoom)
		}
	}
	own := s.planID(meeting.Plan{})
	into := meeting.Plan{UsePMI: new(true), Settings: meeting.SettingsEdit{Passcode: new("other")}}
	s.refused(s.change(own, into), meeting.Invalid, "password")
	if _, after := s.setUp(meeting.Edit{}); after.Live.Epoch != before.Live.Epoch || after.Settings.Passcode != before.Settings.Passcode {
		t.Errorf("the room was %+v, is %+v", before, after)
	}
}

func TestMeetingMovesBetweenRoomsOnlyWhileIdle(t *testing.T) {
	s := newScene(t)
	id := s.planID(meeting.Plan{Topic: new("Tea"), Settings: meeting.SettingsEdit{AlternativeHosts: &[]string{grace.Email}}})
	for _, usePMI := range []bool{true, false, true} {
		s.must(s.change(id, meeting.Plan{UsePMI: &usePMI}))
		got := s.get(id)
		if (got.Room.Kind == meeting.Personal) != usePMI || got.Meeting.Topic != "Tea" || !slices.Equal(got.Hosts, []string{grace.Email}) {
			t.Errorf("use_pmi %v: %+v", usePMI, got)
		}
	}
	out := meeting.Plan{Topic: new("Coffee"), UsePMI: new(false)}
	s.start(id)
	s.refused(s.change(id, out), meeting.RoomLive)
	if got := s.get(id); got.Meeting.Topic != "Tea" || !got.Live {
		t.Errorf("refused, and changed: %+v", got)
	}
	s.end(id)
	s.must(s.change(id, out))
}

func TestTypeChangesOnlyBetweenPlannedTypes(t *testing.T) {
	s := newScene(t)
	id := s.planID(meeting.Plan{Start: s.in(48 * time.Hour)})
	s.must(s.change(id, meeting.Plan{Type: new(meeting.NoFixedTime)}))
	s.must(s.change(id, meeting.Plan{Type: new(meeting.Scheduled)}))
	s.refused(s.change(id, meeting.Plan{Type: new(meeting.Instant)}), meeting.Invalid, "type")
	instant := s.planID(meeting.Plan{Type: new(meeting.Instant)})
	s.refused(s.change(instant, meeting.Plan{Type: new(meeting.Scheduled)}), meeting.Invalid, "type")
	s.refused(s.change(instant, meeting.Plan{UsePMI: new(true)}), meeting.Invalid, "settings.use_pmi")
}

func TestLiveMeetingIsNotCancelled(t *testing.T) {
	s := newScene(t)
	for _, plan := range []meeting.Plan{{}, inPMI("Tea")} {
		id, other := s.planID(plan), s.planID(plan)
		s.start(id)
		s.refused(s.cancel(id), meeting.RoomLive)
		s.must(s.cancel(other))
		s.end(id)
		s.must(s.cancel(id))
	}
	abandoned := s.planID(meeting.Plan{})
	s.start(abandoned)
	s.Clock.Advance(meeting.AbandonedAfter + time.Minute)
	s.must(s.cancel(abandoned))
}

func TestLiveOccurrenceIsNotCancelled(t *testing.T) {
	for _, plan := range []meeting.Plan{recurring(daily(3)), {Type: new(meeting.FixedTime), Duration: new(time.Minute),
		Recurrence: &meeting.Recurring{Recurrence: daily(3)}}} {
		s := newScene(t)
		made := s.plan(plan)
		id, running, next := string(made.Meeting.ID), made.Occurrences[0].ID, made.Occurrences[1].ID
		cancel := func(o meeting.OccurrenceID) error {
			_, err := s.schedule.CancelOccurrence(t.Context(), ada, id, o)
			return err
		}
		s.start(id)
		s.Clock.Advance(5 * time.Minute) // beyond the end of the short one
		s.refused(cancel(running), meeting.RoomLive)
		s.must(cancel(next))
		s.end(id)
		s.must(cancel(running))
	}
}

func TestConcurrentChangesAreAllKept(t *testing.T) {
	s := newScene(t)
	id := s.planID(meeting.Plan{})
	plans := []meeting.Plan{{Topic: new("Tea")}, {Agenda: new("Cake")}, {Duration: new(time.Minute)},
		{Settings: meeting.SettingsEdit{WaitingRoomOn: new(true)}}}
	concurrently(len(plans), func(i int) {
		if err := s.change(id, plans[i]); err != nil {
			t.Error(err)
		}
	})
	if got := s.get(id); got.Meeting.Topic != "Tea" || got.Meeting.Agenda != "Cake" || got.Meeting.Duration != time.Minute ||
		!got.Room.Settings.WaitingRoom.On() {
		t.Errorf("%+v", got)
	}
	series := s.plan(recurring(daily(3)))
	concurrently(3, func(i int) {
		if _, err := s.schedule.CancelOccurrence(t.Context(), ada, string(series.Meeting.ID), series.Occurrences[i].ID); err != nil {
			t.Error(err)
		}
	})
	for _, o := range s.get(string(series.Meeting.ID)).Occurrences {
		if !o.Cancelled {
			t.Errorf("%s is not cancelled", o.Start)
		}
	}
}
