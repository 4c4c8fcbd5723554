package event_test

import (
	"context"
	"encoding/json"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// A store is all that is stored.
type store interface {
	meeting.Store
	account.Store
}

// A step is one thing that somebody does, and the names of what others are told of it.
type step struct {
	does  string
	do    func(context.Context) error
	tells []string // of many at once, in any order
}

// The numbers and texts that the story speaks of.
const (
	pmi     = meeting.Number("5551234321")
	hostKey = "407512"
)

// A story is the people, and their rooms.
type story struct {
	store
	clock  *testkit.Clock
	random *testkit.Chance

	ada, grace, charles, dan, eve meeting.Caller
	seats                         map[string]meeting.Credential
	tea, series                   meeting.Number
	own                           meeting.Number
	outcome                       account.Outcome
	secrets                       []string // of seats
}

// newStory begins a story with nobody in it.
func newStory(on store) *story {
	s := &story{store: on, clock: testkit.NewClock(), random: testkit.Random("story"), seats: map[string]meeting.Credential{}}
	signedIn := func(id string) meeting.Caller {
		return meeting.Caller{User: meeting.User{Account: testkit.Account, ID: id}, Email: id + "@example.com", Name: id}
	}
	s.ada, s.grace = signedIn("ada"), signedIn("grace")
	s.ada.Name = "Ada & <Lovelace>"
	s.charles, s.dan, s.eve = meeting.Caller{Address: "198.51.100.1"}, meeting.Caller{Address: "198.51.100.2"}, meeting.Caller{Address: "198.51.100.3"}
	return s
}

// steps are the story from its beginning.
func (s *story) steps() []step {
	return append(append(append(s.profile(), s.sitting()...), s.plans()...), s.rest()...)
}

// hidden is what no event may hold: passcodes, host keys, secrets of seats.
func (s *story) hidden(ctx context.Context) (passcode string, all []string, err error) {
	r, err := s.Room(ctx, pmi)
	return r.Settings.Passcode, append([]string{hostKey}, s.secrets...), err
}

func (s *story) env() meeting.Env {
	return meeting.Env{
		Now: s.clock.Now, Random: s.random, Pause: func(context.Context, time.Duration) {},
		Config: meeting.Config{Quarantine: meeting.DefaultQuarantine, Lease: meeting.DefaultLease},
	}
}

func (s *story) profiles() *meeting.Profiles { return meeting.NewProfiles(s.store, s.env()) }
func (s *story) schedule() *meeting.Schedule { return meeting.NewSchedule(s.store, s.env()) }
func (s *story) door() *meeting.Door         { return meeting.NewDoor(s.store, s.env()) }
func (s *story) starts() *meeting.Starts     { return meeting.NewStarts(s.store, s.env()) }

func (s *story) edit(e meeting.Edit) func(context.Context) error {
	return func(ctx context.Context) error { return s.profiles().Edit(ctx, s.ada, "me", e) }
}

func (s *story) furnish(p meeting.SettingsEdit) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := s.profiles().EditRoom(ctx, s.ada, "me", meeting.Edit{Room: &p})
		return err
	}
}

// come is somebody who joins, anew.
func (s *story) come(who string, c *meeting.Caller, omn *meeting.Number) func(context.Context) error {
	return func(ctx context.Context) error {
		r, err := s.Room(ctx, pmi)
		if err != nil {
			return err
		}
		s.clock.Advance(time.Second)
		j := meeting.JoinInput{Address: string(pmi), Name: who, Passcode: r.Settings.Passcode}
		if omn != nil {
			j.OMN = *omn
		}
		a, err := s.door().Join(ctx, *c, j)
		s.seats[who] = meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}
		s.secrets = append(s.secrets, a.Secret)
		return err
	}
}

// back is somebody who polls, or comes back, after a while.
func (s *story) back(who string, c *meeting.Caller, after time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		s.clock.Advance(after)
		_, err := s.door().Join(ctx, *c, meeting.JoinInput{Address: string(pmi), Seat: s.seats[who]})
		return err
	}
}

func (s *story) leave(who string, c *meeting.Caller) func(context.Context) error {
	return func(ctx context.Context) error { return s.door().Leave(ctx, *c, string(pmi), s.seats[who]) }
}

type ruling func(context.Context, meeting.Caller, string, meeting.Selection) (meeting.Result, error)

// rule is Ada, who decides on somebody.
func (s *story) rule(made func(*meeting.Door) ruling, who string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := made(s.door())(ctx, s.ada, string(pmi), meeting.Selection{IDs: []meeting.SeatID{s.seats[who].ID}})
		return err
	}
}

func admit(d *meeting.Door) ruling    { return d.Admit }
func deny(d *meeting.Door) ruling     { return d.Deny }
func remove(d *meeting.Door) ruling   { return d.Remove }
func putBack(d *meeting.Door) ruling  { return d.MoveToWaitingRoom }
func makeHost(d *meeting.Door) ruling { return d.MakeHost }

func (s *story) set(e meeting.LiveEdit) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := s.door().UpdateLive(ctx, s.ada, string(pmi), e)
		return err
	}
}

func (s *story) start(id *meeting.Number) func(context.Context) error {
	return func(ctx context.Context) error { return s.starts().Start(ctx, s.ada, string(*id)) }
}

func (s *story) end(id *meeting.Number) func(context.Context) error {
	return func(ctx context.Context) error { return s.starts().End(ctx, s.ada, string(*id)) }
}

func (s *story) plan(into *meeting.Number, p meeting.Plan) func(context.Context) error {
	return func(ctx context.Context) error {
		made, err := s.schedule().Create(ctx, s.ada, "me", p)
		*into = made.Meeting.ID
		return err
	}
}

func (s *story) change(id *meeting.Number, p meeting.Plan) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := s.schedule().Change(ctx, s.ada, string(*id), p)
		return err
	}
}

func extras(pairs ...string) meeting.Passthrough {
	e := meeting.Passthrough{}
	for i := 0; i < len(pairs); i += 2 {
		e[pairs[i]] = json.RawMessage(pairs[i+1])
	}
	return e
}
