package proof

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"personal-rooms/shared/meeting"
)

// nine is when everything begins.
var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// The people of all scenarios and histories.
var (
	ada  = user("ada")  // the owner of the room
	bob  = user("bob")  // its alternative host
	dave = user("dave") // of her account
	erin = meeting.Caller{User: meeting.User{Account: "globex", ID: "erin"}, Email: "erin@globex.example"}
	gus  = meeting.Caller{Address: "198.51.100.5"} // a guest
	gwen = meeting.Caller{Address: "198.51.100.6"} // another one
)

func user(id string) meeting.Caller {
	return meeting.Caller{User: meeting.User{Account: "acme", ID: id}, Email: id + "@acme.example"}
}

// An actor is one device of a person.
type actor struct {
	name   string
	caller meeting.Caller
	number meeting.Number // that it calls, if not the room of the scenario
	skew   time.Duration  // how far the clock is ahead by which its requests are served
	script func(*client)  // its operations, one after the other
}

// An operation is one call of a use case by an actor, and its answer. What is not encoded is not needed by any rule.
type operation struct {
	Kind    string
	Seat    meeting.Credential // that it polls or leaves
	Targets []meeting.SeatID   // of a host's decision; empty: all who wait

	Instance string // that it read first
	Open     bool   // whether that was open
	waiting  string // the seats that waited on the roster that it read first

	Reason   meeting.Reason // of a refusal
	Failed   string         // the error, if that is no refusal
	State    meeting.State
	Got      meeting.Credential
	Present  []meeting.SeatID // on the roster
	Arriving int
	Seq      int64 // of the room that was returned with it

	forHost          bool             // waits for the host, not for approval
	waits            []meeting.SeatID // on the roster, in the waiting room
	applied, skipped []meeting.Seat   // by a host's decision

	memory *memory // of its actor, for a mutant
}

func (o *operation) succeeded() bool { return o.Reason == "" && o.Failed == "" }

// decides reports whether a host decides on an instance by it.
func (o *operation) decides() bool {
	kinds := []string{"lock", "unlock", "admit", "deny", "move to the waiting room", "remove", "end"}
	return slices.Contains(kinds, o.Kind)
}

// answered stores the error of the use case.
func (o *operation) answered(err error) {
	if o.Reason = meeting.ReasonOf(err); err != nil && o.Reason == "" {
		o.Failed = err.Error()
	}
	if err != nil {
		o.State, o.Got = "", meeting.Credential{}
	}
}

// A recorder is storage that notes what an operation read first.
type recorder struct {
	meeting.Store
	note func(func(*operation))
}

func (r recorder) Room(ctx context.Context, n meeting.Number) (meeting.Room, error) {
	room, err := r.Store.Room(ctx, n)
	r.note(func(o *operation) {
		if o.Instance == "" && room.Enterable() {
			o.Instance, o.Open = room.Live.Instance, room.Live.Open
		}
	})
	return room, err
}

func (r recorder) Roster(ctx context.Context, instance string) (meeting.Roster, error) {
	roster, err := r.Store.Roster(ctx, instance)
	r.note(func(o *operation) {
		if o.waiting != "" {
			return
		}
		o.waiting = "those: "
		for _, seat := range roster {
			if seat.State == meeting.Waiting {
				o.waiting += string(seat.ID) + " "
			}
		}
	})
	return slices.Clone(roster), err
}

// useCases are those that operations call.
type useCases struct {
	*meeting.Door
	starts   *meeting.Starts
	profiles *meeting.Profiles
}

func newUseCases(s meeting.Store, env meeting.Env) useCases {
	return useCases{meeting.NewDoor(s, env), meeting.NewStarts(s, env), meeting.NewProfiles(s, env)}
}

// A call is how an operation calls a use case.
type call func(context.Context, useCases) error

// A client is how a script performs operations. Each method performs one.
type client struct {
	caller   meeting.Caller
	number   meeting.Number
	passcode string
	perform  func(*operation, call)
	memory   memory
}

func (c *client) run(o *operation, do call) *operation {
	o.memory = &c.memory
	c.perform(o, do)
	return o
}

func (c *client) enter(kind string, j meeting.JoinInput) *operation {
	j.Address, j.Passcode = cmp.Or(j.Address, string(c.number)), c.passcode
	o := &operation{Kind: kind, Seat: j.Seat}
	return c.run(o, func(ctx context.Context, u useCases) error {
		a, err := u.Join(ctx, c.caller, j)
		o.State, o.forHost, o.Seq = a.State, a.WaitsForHost, a.Room.Live.AdmissionSeq
		o.Got = meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}
		return err
	})
}

func (c *client) join() *operation       { return c.enter("join", meeting.JoinInput{}) }
func (c *client) joinWithKey(key string) { c.enter("join with a key", meeting.JoinInput{Key: key}) }
func (c *client) joinAt(n meeting.Number) {
	c.enter("join elsewhere", meeting.JoinInput{Address: string(n)})
}
func (c *client) poll(seat meeting.Credential) *operation {
	return c.enter("poll", meeting.JoinInput{Seat: seat})
}

func (c *client) leave(seat meeting.Credential) {
	c.run(&operation{Kind: "leave", Seat: seat}, func(ctx context.Context, u useCases) error {
		return u.Leave(ctx, c.caller, string(c.number), seat)
	})
}

func (c *client) lock()   { c.edit("lock", meeting.LiveEdit{Locked: new(true)}) }
func (c *client) unlock() { c.edit("unlock", meeting.LiveEdit{Locked: new(false)}) }
func (c *client) waitingRoom(w meeting.WaitingRoom) {
	c.edit("waiting room", meeting.LiveEdit{WaitingRoom: &w})
}

func (c *client) edit(kind string, e meeting.LiveEdit) {
	c.view(kind, func(ctx context.Context, u useCases) (meeting.RoomView, error) {
		return u.UpdateLive(ctx, c.caller, string(c.number), e)
	})
}

func (c *client) roster() *operation {
	return c.view("roster", func(ctx context.Context, u useCases) (meeting.RoomView, error) {
		return u.RoomState(ctx, c.caller, string(c.number))
	})
}

func (c *client) view(kind string, do func(context.Context, useCases) (meeting.RoomView, error)) *operation {
	o := &operation{Kind: kind}
	return c.run(o, func(ctx context.Context, u useCases) error {
		v, err := do(ctx, u)
		o.Present, o.waits, o.Arriving, o.Seq = ids(v.Present), ids(v.Waiting), v.Arriving, v.Room.Live.AdmissionSeq
		return err
	})
}

func ids(seats []meeting.Seat) (all []meeting.SeatID) {
	for _, s := range seats {
		all = append(all, s.ID)
	}
	return all
}

type decision func(*meeting.Door, context.Context, meeting.Caller, string, meeting.Selection) (meeting.Result, error)

func (c *client) admit(seats ...meeting.SeatID)  { c.decide("admit", (*meeting.Door).Admit, seats) }
func (c *client) admitAll()                      { c.decide("admit", (*meeting.Door).Admit, nil) }
func (c *client) deny(seats ...meeting.SeatID)   { c.decide("deny", (*meeting.Door).Deny, seats) }
func (c *client) remove(seats ...meeting.SeatID) { c.decide("remove", (*meeting.Door).Remove, seats) }
func (c *client) moveToWaitingRoom(seats ...meeting.SeatID) {
	c.decide("move to the waiting room", (*meeting.Door).MoveToWaitingRoom, seats)
}

func (c *client) decide(kind string, d decision, seats []meeting.SeatID) {
	o := &operation{Kind: kind, Targets: seats}
	c.run(o, func(ctx context.Context, u useCases) error {
		done, err := d(u.Door, ctx, c.caller, string(c.number), meeting.Selection{IDs: seats, All: len(seats) == 0})
		o.applied, o.skipped = done.Applied, done.Skipped
		return err
	})
}

func (c *client) start() {
	c.run(&operation{Kind: "start"}, func(ctx context.Context, u useCases) error {
		return u.starts.Start(ctx, c.caller, string(c.number))
	})
}

func (c *client) end() {
	c.run(&operation{Kind: "end"}, func(ctx context.Context, u useCases) error {
		return u.starts.End(ctx, c.caller, string(c.number))
	})
}

// startInstant starts an instant meeting in the personal room.
func (c *client) startInstant() {
	o := &operation{Kind: "instant"}
	c.run(o, func(ctx context.Context, u useCases) error {
		started, err := u.starts.Instant(ctx, c.caller, "me", meeting.InstantStart{UsePMI: new(true)})
		if a := started.Admission; a != nil {
			o.State, o.Got.ID = a.State, a.Seat.ID
		}
		return err
	})
}

func (c *client) changeNumber(n meeting.Number) {
	c.run(&operation{Kind: "change number"}, func(ctx context.Context, u useCases) error {
		return u.profiles.Edit(ctx, c.caller, "me", meeting.Edit{PMI: &n})
	})
}

// identity returns the person as a host's decision names them: a user.
func identity(u meeting.User) meeting.Identity { return meeting.Seat{User: u}.Identity() }

// clientIdentity returns a guest's client as the instance names it (I10).
func clientIdentity(instance, address string) (id meeting.Identity) {
	sum := sha256.Sum256([]byte("client\x00" + instance + "\x00" + address))
	copy(id[:], sum[:])
	return id
}
