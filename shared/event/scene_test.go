package event_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/pattern"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/awstest"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"

	"github.com/aws/aws-lambda-go/events"
)

const (
	pmi       = meeting.Number("5551234321")
	hostKey   = "407512"
	hidden    = `"hush-hush"` // the value of settings that clients may keep secrets in
	longPause = 10 * time.Minute
)

// A scenario is the people, and the events so far.
type scenario struct {
	*testkit.Edge

	t        *testing.T
	table    *table.Table
	stream   *awstest.Stream
	document *document
	filters  []pattern.Pattern // of the stream, in template.yaml

	people  map[string]meeting.Caller
	seats   map[string]meeting.Credential
	secrets []string // of seats

	seen   map[event.Name]bool
	ids    map[string]bool
	epochs map[string]int64 // the highest of each instance
	ended  map[string]bool  // instances

	needless int // writes without an event that the filter passes
}

func newScenario(t *testing.T) *scenario {
	t.Helper()
	client, name := dynamotest.Table(t, dynamotest.Stream())
	stored := table.New(client, name)
	s := &scenario{
		Edge: testkit.New(t, stored, func(meeting.Store, meeting.Env) []api.Route { return nil }),
		t:    t, table: stored, stream: awstest.Follow(t, name), document: readDocument(t),
		filters: streamFilters(t), seats: map[string]meeting.Credential{},
		seen: map[event.Name]bool{}, ids: map[string]bool{}, epochs: map[string]int64{}, ended: map[string]bool{},
	}
	user := func(id, name string) meeting.Caller {
		return meeting.Caller{User: meeting.User{Account: testkit.Account, ID: id}, Email: id + "@example.com", Name: name}
	}
	s.people = map[string]meeting.Caller{"ada": user("ada", "Ada & <Lovelace>"), "grace": user("grace", "grace"),
		"charles": {Address: "198.51.100.1"}, "dan": {Address: "198.51.100.2"}, "eve": {Address: "198.51.100.3"}}
	return s
}

func streamFilters(t *testing.T) (all []pattern.Pattern) {
	t.Helper()
	plan, err := template.LoadNearest()
	testkit.Must(t, err)
	for _, stream := range plan.Streams {
		for _, text := range stream.Filters {
			p, err := pattern.Compile(text)
			testkit.Must(t, err)
			all = append(all, p)
		}
	}
	return all
}

// changeOf returns the change of a record of the stream.
func (s *scenario) changeOf(raw []byte) event.Change {
	s.t.Helper()
	var r events.DynamoDBEventRecord
	testkit.Must(s.t, json.Unmarshal(raw, &r))
	c, err := table.ChangeOf(r)
	testkit.Must(s.t, err)
	c, err = c.WithEnding(s.t.Context(), s.table)
	testkit.Must(s.t, err)
	return c
}

// expect reads the stream after an action, which must succeed. It requires the events, in any order, each as the
// document says and with its own id.
func (s *scenario) expect(what string, err error, want ...event.Name) {
	s.t.Helper()
	testkit.Must(s.t, err)
	var got []event.Name
	for _, raw := range s.stream.Raw() {
		c := s.changeOf(raw)
		all, again := event.FromChange(c), event.FromChange(c)
		published := slices.Concat(all, event.Continuation(c))
		switch passes := s.passesFilter(raw); {
		case len(published) > 0 && !passes:
			s.t.Errorf("%s: the stream's filter holds back %s", what, published[0].Name)
		case len(published) == 0 && passes:
			s.needless++
		}
		for i, e := range all {
			got, s.seen[e.Name] = append(got, e.Name), true
			s.checkBody(e, again[i])
			s.checkOrder(e)
			if s.ids[e.ID] || e.Account != testkit.Account {
				s.t.Errorf("%s: the id of %s is not its own, or its account is %s", what, e.Name, e.Account)
			}
			s.ids[e.ID] = true
		}
	}
	slices.Sort(got)
	if slices.Sort(want); !slices.Equal(got, want) {
		s.t.Errorf("%s: events %v, want %v", what, got, want)
	}
}

func (s *scenario) passesFilter(raw json.RawMessage) bool {
	s.t.Helper()
	var value any
	testkit.Must(s.t, json.Unmarshal(raw, &value))
	return slices.ContainsFunc(s.filters, func(p pattern.Pattern) bool { return p.Match(value) })
}

// checkOrder requires that the sequence orders the events of an instance: what happened before the last decision of a
// host has a lower epoch, and the end has the highest.
func (s *scenario) checkOrder(e event.Event) {
	s.t.Helper()
	o := e.Sequence
	switch highest := s.epochs[o.Instance]; {
	case o.Instance == "":
		return
	case strings.HasPrefix(e.Item, "room/") && o.Epoch < highest:
		s.t.Errorf("epoch %d of %s follows %d", o.Epoch, e.Name, highest)
	case e.Name == event.MeetingEnded && o.Epoch <= highest:
		s.t.Errorf("the end has the epoch %d, and follows %d", o.Epoch, highest)
	case s.ended[o.Instance] && o.Epoch >= highest:
		s.t.Errorf("%s is not ordered before the end", e.Name)
	}
	s.epochs[o.Instance] = max(s.epochs[o.Instance], o.Epoch)
	if e.Name == event.MeetingEnded {
		s.ended[o.Instance] = true
	}
}

func (s *scenario) edit(e meeting.Edit) error {
	return s.Profiles().Edit(s.t.Context(), s.people["ada"], "me", e)
}

func (s *scenario) settings(p meeting.SettingsEdit) error {
	_, err := s.Profiles().EditRoom(s.t.Context(), s.people["ada"], "me", meeting.Edit{Room: &p})
	return err
}

// join joins the room with a new seat; "" or the number of the meeting that the person is invited to.
func (s *scenario) join(name string, omn meeting.Number) error {
	r, err := s.table.Room(s.t.Context(), pmi)
	testkit.Must(s.t, err)
	s.Clock.Advance(time.Second)
	in := meeting.JoinInput{Address: string(pmi), Name: name, Passcode: r.Settings.Passcode, OMN: omn}
	a, err := s.Door().Join(s.t.Context(), s.people[name], in)
	s.seats[name] = meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}
	s.secrets = append(s.secrets, a.Secret)
	return err
}

// joinByPass joins by a guest pass that is made for that.
func (s *scenario) joinByPass(name string) error {
	made, err := s.Profiles().MakePass(s.t.Context(), s.people["ada"], "me", meeting.PassPlan{Name: name})
	testkit.Must(s.t, err)
	a, err := s.Door().Join(s.t.Context(), s.people[name], meeting.JoinInput{Address: string(pmi), Name: name, Pass: made.Token})
	s.seats[name] = meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}
	s.secrets = append(s.secrets, a.Secret, made.Token)
	return err
}

// guess gives n wrong passcodes, each from another address.
func (s *scenario) guess(n int) error {
	for i := range n {
		c := meeting.Caller{Address: fmt.Sprint("203.0.113.", i)}
		_, err := s.Door().Join(s.t.Context(), c, meeting.JoinInput{Address: string(pmi), Passcode: "wrong"})
		if meeting.ReasonOf(err) != meeting.NoMeeting {
			return fmt.Errorf("a wrong passcode is answered %w", err)
		}
	}
	return nil
}

// poll asks with the seat that was taken, after a while.
func (s *scenario) poll(name string, after time.Duration) error {
	s.Clock.Advance(after)
	_, err := s.Door().Join(s.t.Context(), s.people[name], meeting.JoinInput{Address: string(pmi), Seat: s.seats[name]})
	return err
}

func (s *scenario) leave(name string) error {
	return s.Door().Leave(s.t.Context(), s.people[name], string(pmi), s.seats[name])
}

type hostAction func(*meeting.Door, context.Context, meeting.Caller, string, meeting.Selection) (meeting.Result, error)

// decide makes Ada's decision on a seat.
func (s *scenario) decide(action hostAction, name string) error {
	selected := meeting.Selection{IDs: []meeting.SeatID{s.seats[name].ID}}
	_, err := action(s.Door(), s.t.Context(), s.people["ada"], string(pmi), selected)
	return err
}

func (s *scenario) live(e meeting.LiveEdit) error {
	_, err := s.Door().UpdateLive(s.t.Context(), s.people["ada"], string(pmi), e)
	return err
}

func (s *scenario) end(id meeting.Number) error {
	return s.Starts().End(s.t.Context(), s.people["ada"], string(id))
}

func (s *scenario) plan(p meeting.Plan) meeting.Number {
	s.t.Helper()
	made, err := s.Schedule().Create(s.t.Context(), s.people["ada"], "me", p)
	testkit.Must(s.t, err)
	return made.Meeting.ID
}

func (s *scenario) change(id meeting.Number, p meeting.Plan) error {
	_, err := s.Schedule().Change(s.t.Context(), s.people["ada"], string(id), p)
	return err
}

func (s *scenario) cancel(id meeting.Number) error {
	_, err := s.Schedule().Cancel(s.t.Context(), s.people["ada"], string(id))
	return err
}
