package schedule

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

// A scene has the use cases, on a table of its own. The clock shows Monday, March 2, 2026, 9:00 UTC. Its methods act
// for ada.
type scene struct {
	*testing.T
	*testkit.Edge
	schedule *meeting.Schedule
}

func newScene(t *testing.T) scene {
	t.Helper()
	return newSceneOn(t, table.New(dynamotest.Table(t)))
}

func newSceneOn(t *testing.T, store meeting.Store) scene {
	t.Helper()
	edge := testkit.New(t, store, func(meeting.Store, meeting.Env) []api.Route { return nil })
	return scene{T: t, Edge: edge, schedule: edge.Schedule()}
}

var (
	ada   = caller("ada")
	grace = caller("grace")
)

func caller(user string) meeting.Caller {
	return meeting.Caller{User: meeting.User{Account: testkit.Account, ID: user}, Email: user + "@example.com", Name: "Ada Acme"}
}

func admin() meeting.Caller {
	c := caller("root")
	c.Scopes = []string{meeting.AdminReadsMeetings, meeting.AdminWritesMeetings}
	return c
}

// must fails the test if there was an error.
func (s scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// refused fails the test unless the error has the reason, and names the fields.
func (s scene) refused(err error, want meeting.Reason, fields ...string) {
	s.Helper()
	var named []string
	if refusal, ok := errors.AsType[*meeting.Refusal](err); ok {
		for _, f := range refusal.Fields {
			named = append(named, f.Name)
		}
	}
	if meeting.ReasonOf(err) != want || !slices.Equal(named, fields) {
		s.Fatalf("got %v, naming %q; want %s, naming %q", err, named, want, fields)
	}
}

// setUp edits the profile and the room, and returns both.
func (s scene) setUp(e meeting.Edit) (meeting.Profile, meeting.Room) {
	s.Helper()
	s.must(s.Profiles().Edit(s.Context(), ada, "me", e))
	p, r, err := s.Profiles().Room(s.Context(), ada, "me")
	s.must(err)
	return p, r
}

func (s scene) plan(p meeting.Plan) meeting.Planned {
	s.Helper()
	made, err := s.schedule.Create(s.Context(), ada, "me", p)
	s.must(err)
	return made
}

// planID plans a meeting and returns its number.
func (s scene) planID(p meeting.Plan) string {
	s.Helper()
	return string(s.plan(p).Meeting.ID)
}

func (s scene) change(id string, p meeting.Plan) error {
	_, err := s.schedule.Change(s.Context(), ada, id, p)
	return err
}

func (s scene) get(id string) meeting.Planned {
	s.Helper()
	p, err := s.schedule.Get(s.Context(), ada, id)
	s.must(err)
	return p
}

func (s scene) cancel(id string) error {
	_, err := s.schedule.Cancel(s.Context(), ada, id)
	return err
}

func (s scene) start(id string) {
	s.Helper()
	s.must(s.Starts().Start(s.Context(), ada, id))
}

func (s scene) end(id string) {
	s.Helper()
	s.must(s.Starts().End(s.Context(), ada, id))
}

// join takes the caller into the room.
func (s scene) join(c meeting.Caller, j meeting.JoinInput) meeting.Admission {
	s.Helper()
	a, err := s.Door().Join(s.Context(), c, j)
	s.must(err)
	return a
}

// rows returns all rows of a list, read by pages of the size, and the sizes of the pages.
func (s scene) rows(l meeting.Listing) (all []meeting.Listed, pages []int) {
	s.Helper()
	if l.Size == 0 {
		l.Size = meeting.MaxPage
	}
	for more := true; more; more = l.Token != "" {
		page, err := s.schedule.List(s.Context(), ada, "me", l)
		s.must(err)
		all, pages, l.Token = append(all, page.Rows...), append(pages, len(page.Rows)), page.Next
	}
	return all, pages
}

func (s scene) ids(l meeting.Listing) []string {
	s.Helper()
	rows, _ := s.rows(l)
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = string(row.Meeting.ID)
	}
	return ids
}

// lists fails the test unless the list is these meetings.
func (s scene) lists(l meeting.Listing, want ...string) {
	s.Helper()
	if got := s.ids(l); !slices.Equal(got, want) {
		s.Errorf("%+v: %v, want %v", l, got, want)
	}
}

func (s scene) in(d time.Duration) *meeting.ClientTime {
	return &meeting.ClientTime{Time: s.Clock.Now().Add(d)}
}

func instant(text string) *meeting.ClientTime {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return &meeting.ClientTime{Time: t}
}

// inPMI is the plan of a meeting in the personal room.
func inPMI(topic string) meeting.Plan { return meeting.Plan{Topic: &topic, UsePMI: new(true)} }

// recurring is the plan of a series at a fixed time.
func recurring(r meeting.Recurrence) meeting.Plan {
	return meeting.Plan{Type: new(meeting.FixedTime), Recurrence: &meeting.Recurring{Recurrence: r}}
}

func daily(times int) meeting.Recurrence {
	return meeting.Recurrence{Cycle: meeting.Daily, Interval: 1, Times: times}
}

// codes returns the codes of the advisories.
func codes(p meeting.Planned) (all []string) {
	for _, a := range p.Advisories {
		all = append(all, a.Code)
	}
	return all
}

// concurrently makes n calls at once.
func concurrently(n int, call func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { call(i) })
	}
	all.Wait()
}
