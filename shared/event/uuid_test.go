package event_test

import (
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// Over all answers and events, an instance has the uuid that its meeting showed before, and no other instance has it.
// The id under which it is stored is shown nowhere.
func TestI18AnInstanceHasOneUUIDInAnswersAndEvents(t *testing.T) {
	s := &uuidScenario{scenario: newScenario(t), used: map[string]bool{}}
	s.profile()
	open := meeting.SettingsEdit{JoinBeforeHost: new(true), WaitingRoom: new(meeting.WaitNobody)}
	s.expect("join before host", s.settings(open), event.RoomUpdated)
	alpha := s.plan(meeting.Plan{Topic: new("Alpha"), UsePMI: new(true)})
	beta := s.plan(meeting.Plan{Topic: new("Beta"), UsePMI: new(true)})
	own := s.plan(meeting.Plan{Topic: new("Own"), UsePMI: new(false)})
	for _, id := range []meeting.Number{alpha, beta, pmi, own, alpha, alpha, pmi, beta, own, pmi} {
		other := beta
		if id == beta {
			other = alpha
		}
		s.run(id, other)
	}
}

// A uuidScenario looks at what is shown of instances.
type uuidScenario struct {
	*scenario

	used map[string]bool // uuids of instances that ended
}

// run starts the meeting, or what the number is that of, and ends it. A guest of the other meeting comes meanwhile.
func (s *uuidScenario) run(id, other meeting.Number) {
	s.t.Helper()
	uuid, others := s.shown(id), s.shown(other)
	if s.used[uuid] || uuid == others {
		s.t.Fatalf("%s shows the uuid of another instance", id)
	}
	s.Clock.Advance(time.Minute)
	s.enter("dan", id) // before the host
	a := s.enter("ada", id)
	wants := map[string]string{}
	if id != pmi && a.Room.Number == pmi {
		s.enter("eve", other)
		wants[string(other)] = others // eve waits for the host
	}
	view, err := s.Door().RoomState(s.t.Context(), s.people["ada"], string(id))
	testkit.Must(s.t, err)
	live, err := s.Schedule().List(s.t.Context(), s.people["ada"], "me", meeting.Listing{Type: meeting.ListLive, Page: meeting.PageQuery{Size: 9}})
	testkit.Must(s.t, err)
	for what, got := range map[string]string{
		"the admission": api.Admission(a, nil).Meeting.UUID, "the live room": view.Room.UUID(), "the meeting": s.shown(id),
		"the list": live.Rows[0].Record.ShownUUID(),
	} {
		testkit.Equal(s.t, what, got, uuid)
	}
	testkit.Equal(s.t, "the other meeting", s.shown(other), others)
	testkit.Must(s.t, s.end(id))
	past, err := s.Schedule().PastMeeting(s.t.Context(), s.people["ada"], uuid)
	testkit.Must(s.t, err)
	testkit.Equal(s.t, "of the past", past.Record.ShownUUID()+" "+past.Record.Instance, uuid+" "+a.Room.Live.Instance)
	s.checkEvents(uuid, wants, a.Room.Live.Instance)
	s.used[uuid] = true
}

// shown returns the uuid that the meeting shows.
func (s *uuidScenario) shown(id meeting.Number) string {
	s.t.Helper()
	p, err := s.Schedule().Get(s.t.Context(), s.people["ada"], string(id))
	testkit.Must(s.t, err)
	return api.Meeting(p, testkit.BaseURL).UUID
}

// enter joins the meeting as its invitation leads there.
func (s *uuidScenario) enter(name string, id meeting.Number) meeting.Admission {
	s.t.Helper()
	r, err := s.table.Room(s.t.Context(), id)
	testkit.Must(s.t, err)
	if r.Kind == meeting.Alias {
		r, err = s.table.Room(s.t.Context(), pmi)
		testkit.Must(s.t, err)
	}
	a, err := s.Door().Join(s.t.Context(), s.people[name],
		meeting.JoinInput{Address: string(id), Name: name, Passcode: r.Settings.Passcode})
	testkit.Must(s.t, err)
	return a
}

// checkEvents requires the uuid in each event of an instance since the last call; of another meeting, that which is
// wanted.
func (s *uuidScenario) checkEvents(uuid string, wants map[string]string, instance string) {
	s.t.Helper()
	seen := map[event.Name]bool{}
	for _, e := range s.events() {
		object, ok := e.Object.(event.Meeting)
		if !ok {
			continue
		}
		seen[e.Name] = true
		want := uuid
		if id, _ := object.ID.(meeting.Number); wants[string(id)] != "" {
			want = wants[string(id)]
		}
		testkit.Equal(s.t, string(e.Name), object.UUID+" "+e.Sequence.Instance, want+" "+want)
		body, err := e.Body()
		testkit.Must(s.t, err)
		if strings.Contains(string(body), `"`+instance+`"`) {
			s.t.Errorf("%s shows the id of the instance: %s", e.Name, body)
		}
	}
	if !seen[event.MeetingStarted] || !seen[event.Joined] || !seen[event.Left] || !seen[event.MeetingEnded] ||
		len(wants) > 0 && !seen[event.WaitsForHost] {
		s.t.Errorf("events %v", seen)
	}
}

// events returns the events since the last call.
func (s *uuidScenario) events() (all []event.Event) {
	s.t.Helper()
	for _, raw := range s.stream.Raw() {
		all = append(all, event.FromChange(s.changeOf(raw))...)
	}
	return all
}
