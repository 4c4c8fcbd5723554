package schedule

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/meeting"
)

// tomorrow is the plan of a meeting in the personal room, on March 3.
func tomorrow(topic, clock string, minutes int) meeting.Plan {
	p := inPMI(topic)
	p.Start, p.Duration = instant("2026-03-03T"+clock+":00Z"), new(time.Duration(minutes)*time.Minute)
	return p
}

// advised fails the test unless the meeting has exactly these advisories; it returns the message of the first.
func (s scene) advised(p meeting.Planned, want ...string) string {
	s.Helper()
	if !slices.Equal(codes(p), want) {
		s.Fatalf("%s: advised %+v, want %v", p.Meeting.Topic, p.Advisories, want)
	}
	if len(want) == 0 {
		return ""
	}
	return p.Advisories[0].Message
}

func TestI16MeetingsCloseTogetherInThePersonalRoom(t *testing.T) {
	for name, c := range map[string]struct {
		clock   string
		minutes int
		near    bool
	}{
		"just before":           {"09:00", 50, true},
		"a quarter hour before": {"09:00", 45, false},
		"just after":            {"10:40", 30, true},
		"a quarter hour after":  {"10:45", 30, false},
		"at the same time":      {"10:00", 30, true},
		"all day long":          {"06:00", 720, true},
		"another time of day":   {"15:00", 30, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			other := s.plan(tomorrow("Review", "10:00", 30))
			made := s.plan(tomorrow("Tea", c.clock, c.minutes))
			if !c.near {
				s.advised(made)
				return
			}
			message := s.advised(made, "back_to_back")
			for _, text := range []string{"Review", "Tea", other.Meeting.ID.Grouped(), made.Meeting.ID.Grouped()} {
				if !strings.Contains(message, text) {
					t.Errorf("%s is not named: %s", text, message)
				}
			}
			s.advised(s.get(string(made.Meeting.ID)), "back_to_back")
			s.must(s.change(string(made.Meeting.ID), meeting.Plan{UsePMI: new(false)}))
			s.advised(s.get(string(made.Meeting.ID)))
		})
	}
}

func TestI16OtherMeetingsAreNotCloseTogether(t *testing.T) {
	s := newScene(t)
	own := tomorrow("Own room", "10:00", 30)
	own.UsePMI = new(false)
	untimed := inPMI("No fixed time")
	untimed.Type = new(meeting.NoFixedTime)
	series := recurring(daily(2))
	series.Start = instant("2026-03-03T10:00:00Z")
	for _, p := range []meeting.Plan{own, untimed, series} {
		s.plan(p)
	}
	_, err := s.schedule.Create(t.Context(), grace, "me", tomorrow("Hers", "10:00", 30))
	s.must(err)
	s.must(s.cancel(s.planID(tomorrow("Cancelled", "10:00", 30))))
	s.advised(s.plan(tomorrow("Tea", "10:00", 30)))
}

func TestI16MeetingThatBeginsWhileAnotherIsLive(t *testing.T) {
	s := newScene(t)
	p, _ := s.setUp(meeting.Edit{})
	s.start(string(p.PMI))
	soon := inPMI("Tea")
	soon.Start = s.in(10 * time.Minute)
	made := s.plan(soon)
	if message := s.advised(made, "back_to_back"); !strings.Contains(message, "Tea") || !strings.Contains(message, "Personal Meeting Room") {
		t.Error(message)
	}
	s.advised(s.plan(tomorrow("Tomorrow", "10:00", 30)))
	s.end(string(p.PMI))
	s.advised(s.get(string(made.Meeting.ID)))
	s.start(string(made.Meeting.ID))
	s.advised(s.get(string(made.Meeting.ID))) // it is not close to itself
}

func TestI16InviteesWhomTheHostHasNotMet(t *testing.T) {
	s := newScene(t)
	p, room := s.setUp(meeting.Edit{})
	s.start(string(p.PMI))
	s.join(grace, meeting.JoinInput{Address: string(p.PMI), Passcode: room.Settings.Passcode})
	s.end(string(p.PMI))
	invite := tomorrow("Tea", "10:00", 30)
	invite.Invitees = &[]string{grace.Email, ada.Email, "eve@example.com"}
	made := s.plan(invite)
	message := s.advised(made, "unfamiliar_invitees")
	if !strings.Contains(message, "met eve@example.com in") {
		t.Error(message)
	}
	s.must(s.cancel(string(made.Meeting.ID)))
	invite.UsePMI = new(false)
	s.advised(s.plan(invite))
	invite.UsePMI, invite.Start = new(true), nil
	s.Clock.Advance(meeting.ContactsKept + time.Hour)
	if message := s.advised(s.plan(invite), "unfamiliar_invitees"); !strings.Contains(message, "met grace@example.com, eve@example.com in") {
		t.Error(message)
	}
	var many []string
	for i := range 150 { // more than one batch of reads
		many = append(many, fmt.Sprintf("guest%d@example.com", i))
	}
	invite.Start, invite.Invitees = s.in(48*time.Hour), &many
	if message := s.advised(s.plan(invite), "unfamiliar_invitees"); !strings.Contains(message, "guest9@example.com and 140 more") {
		t.Error(message)
	}
}

func TestI16AlternativeHostsSeeNoAdviceOnOtherMeetings(t *testing.T) {
	s := newScene(t)
	s.plan(tomorrow("Firing Bob", "10:00", 60))
	plan := tomorrow("Tea", "11:00", 30)
	plan.Invitees, plan.Settings.AlternativeHosts = &[]string{"eve@example.com"}, &[]string{grace.Email}
	id := s.planID(plan)
	for _, c := range []meeting.Caller{ada, admin(), grace} {
		got, err := s.schedule.Get(t.Context(), c, id)
		s.must(err)
		if c.ID == grace.ID {
			s.advised(got)
		} else {
			s.advised(got, "back_to_back", "unfamiliar_invitees")
		}
	}
}

func TestI16RoomWithoutPasscodeAndWaitingRoom(t *testing.T) {
	s := newScene(t)
	p, _ := s.setUp(meeting.Edit{Room: &meeting.SettingsEdit{Passcode: new(""), SignedInOnly: new(true)}})
	id := s.planID(inPMI("Tea"))
	s.advised(s.get(id), "open_door")
	s.advised(s.get(string(p.PMI)), "open_door")
	s.setUp(meeting.Edit{Room: &meeting.SettingsEdit{WaitingRoom: new(meeting.WaitGuests)}})
	s.advised(s.get(id))
}
