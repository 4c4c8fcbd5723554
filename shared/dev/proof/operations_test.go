package proof

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"personal-rooms/shared/meeting"
)

// nine is when everything begins.
var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// The people of all scenarios and histories. Ada owns the room, Bob is its alternative host, Dave is of her account;
// Gus, Gina and Gwen are guests. Gus, Gina and Dave share a network.
var (
	ada  = user("ada", "acme", "192.0.2.7")
	bob  = user("bob", "acme", "192.0.2.8")
	dave = user("dave", "acme", gus.Address)
	erin = user("erin", "globex", "203.0.113.9")
	gus  = meeting.Caller{Name: "gus", Address: "198.51.100.5"}
	gina = meeting.Caller{Name: "gina", Address: gus.Address}
	gwen = meeting.Caller{Name: "gwen", Address: "198.51.100.6"}

	people = map[string]meeting.Caller{
		"ada": ada, "bob": bob, "dave": dave, "erin": erin, "gus": gus, "gina": gina, "gwen": gwen,
	}
)

func user(id, account, address string) meeting.Caller {
	return meeting.Caller{
		User: meeting.User{Account: account, ID: id}, Email: id + "@" + account + ".example", Name: id, Address: address,
	}
}

// An actor is one device of a person.
type actor struct {
	name   string
	caller meeting.Caller
	skew   time.Duration // how far the clock is ahead by which its requests are served
	script string        // on the walk: its operations, as [client.play] reads them
}

// An operation is one call of a use case by an actor, and its answer. What is not encoded is not needed by any rule.
type operation struct {
	Kind    string
	Seat    meeting.Credential // that it polls or leaves
	Targets []meeting.SeatID   // of a host's decision; empty: all who wait

	Instance string             // that it read first
	Open     bool               // whether that was open
	Took     bool               // it was about to take a seat
	waiting  string             // the seats that waited on a roster that it read
	listed   []meeting.Identity // in the room that it read first: who needs approval, and who was denied

	Reason   meeting.Reason // of a refusal
	Failed   string         // the error, if that is no refusal
	State    meeting.State
	Got      meeting.Credential
	Present  []meeting.SeatID // on the roster
	Arriving int
	Seq      int64 // of the room that was returned with it

	forHost          bool                 // waits for the host, not for approval
	waits            []meeting.SeatID     // on the roster, in the waiting room
	marks            []meeting.HostAction // of those
	applied, skipped []meeting.Seat       // by a host's decision
}

func (o *operation) succeeded() bool { return o.Reason == "" && o.Failed == "" }

// shortens reports whether the operation shortens the lease of its seat.
func (o *operation) shortens() bool { return o.Kind == "close" || o.Kind == "disconnect" }

// decides reports whether a host decides on an instance by it.
func (o *operation) decides() bool {
	kinds := []string{"lock", "unlock", "waiting room on", "waiting room off", "admit", "deny", "move", "remove", "end"}
	return slices.Contains(kinds, o.Kind)
}

// A client performs the operations of an actor.
type client struct {
	*actor
	room    meeting.Room       // that it calls
	seat    meeting.Credential // its own
	earlier meeting.Credential // the seat that it had before
	perform func(*operation)
	memory  memory // of a mutant
}

// do performs one operation; a host's decision is on these seats, or on all who wait.
func (c *client) do(kind string, targets ...meeting.SeatID) *operation {
	o := &operation{Kind: kind, Targets: targets}
	if slices.Contains([]string{"poll", "leave", "close", "disconnect"}, kind) {
		o.Seat = c.seat
	}
	c.perform(o)
	if o.Got.Secret != "" && o.Got != c.seat {
		c.seat, c.earlier = o.Got, c.seat
	}
	return o
}

// goBack makes the seat that the client had before its own again.
func (c *client) goBack() { c.seat, c.earlier = c.earlier, c.seat }

// call calls the use case of the operation, by the door with the mutant's fault.
func (c *client) call(ctx context.Context, o *operation, s *storage, env meeting.Env, m *mutant) {
	if m != nil {
		m.change(c, o, s)
	}
	now := env.Now
	env.Now = func() time.Time { return now().Add(-s.behind) }
	u := useCases{meeting.NewDoor(s, env), meeting.NewStarts(s, env), meeting.NewProfiles(s, env)}
	err := kinds[o.Kind](ctx, u, c, o)
	if err == nil {
		return
	}
	if o.Reason = meeting.ReasonOf(err); o.Reason == "" {
		o.Failed = err.Error()
		if errors.Is(err, context.Canceled) { // the text depends on when the request was canceled
			o.Failed = "canceled"
		}
	}
	o.State, o.Got = "", meeting.Credential{}
}

// useCases are those that operations call.
type useCases struct {
	*meeting.Door
	starts   *meeting.Starts
	profiles *meeting.Profiles
}

// A kind calls the use case of one kind of operations, and stores the answer in the operation.
type kind func(context.Context, useCases, *client, *operation) error

// kinds are all operations, by their names in scenarios and rules.
var kinds = map[string]kind{
	"join":             enter,
	"join with a key":  enter,
	"join elsewhere":   enter,
	"poll":             enter,
	"lock":             edit(meeting.LiveEdit{Locked: new(true)}),
	"unlock":           edit(meeting.LiveEdit{Locked: new(false)}),
	"waiting room on":  edit(meeting.LiveEdit{WaitingRoom: new(meeting.WaitEveryone)}),
	"waiting room off": edit(meeting.LiveEdit{WaitingRoom: new(meeting.WaitNobody)}),
	"admit":            decide((*meeting.Door).Admit),
	"deny":             decide((*meeting.Door).Deny),
	"remove":           decide((*meeting.Door).Remove),
	"move":             decide((*meeting.Door).MoveToWaitingRoom),
	"roster": func(ctx context.Context, u useCases, c *client, o *operation) error {
		v, err := u.RoomState(ctx, c.caller, string(c.room.Number))
		return o.saw(v, err)
	},
	"leave": func(ctx context.Context, u useCases, c *client, o *operation) error {
		return u.Leave(ctx, c.caller, string(c.room.Number), o.Seat)
	},
	"close": func(ctx context.Context, u useCases, c *client, o *operation) error {
		return u.LeaveUnlessBack(ctx, c.caller, string(c.room.Number), o.Seat)
	},
	"disconnect": func(ctx context.Context, u useCases, _ *client, o *operation) error {
		return u.OnDisconnected(ctx, o.Seat.ID, nine) // that is reported late
	},
	"start": func(ctx context.Context, u useCases, c *client, _ *operation) error {
		return u.starts.Start(ctx, c.caller, string(c.room.Number))
	},
	"end": func(ctx context.Context, u useCases, c *client, _ *operation) error {
		return u.starts.End(ctx, c.caller, string(c.room.Number))
	},
	"instant": func(ctx context.Context, u useCases, c *client, o *operation) error {
		started, err := u.starts.Instant(ctx, c.caller, "me", meeting.InstantStart{UsePMI: new(true)})
		if a := started.Admission; a != nil {
			o.State, o.Got.ID = a.State, a.Seat.ID
		}
		return err
	},
	"change number": func(ctx context.Context, u useCases, c *client, _ *operation) error {
		return u.profiles.Edit(ctx, c.caller, "me", meeting.Edit{PMI: new(newNumber)})
	},
}

func enter(ctx context.Context, u useCases, c *client, o *operation) error {
	j := meeting.JoinInput{Address: string(c.room.Number), Passcode: c.room.Settings.Passcode, Seat: o.Seat}
	switch o.Kind {
	case "join with a key":
		j.Key = "key"
	case "join elsewhere":
		j.Address = string(newNumber)
	}
	a, err := u.Join(ctx, c.caller, j)
	o.State, o.forHost, o.Seq = a.State, a.WaitsForHost, a.Room.Live.AdmissionSeq
	o.Got = meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}
	return err
}

func edit(e meeting.LiveEdit) kind {
	return func(ctx context.Context, u useCases, c *client, o *operation) error {
		v, err := u.UpdateLive(ctx, c.caller, string(c.room.Number), e)
		return o.saw(v, err)
	}
}

// saw stores the roster that was returned.
func (o *operation) saw(v meeting.RoomView, err error) error {
	o.Present, o.waits, o.Arriving, o.Seq = ids(v.Present), ids(v.Waiting), v.Arriving, v.Room.Live.AdmissionSeq
	if err == nil {
		o.Instance = v.Room.Live.Instance // the one that it found may have been over
	}
	for _, s := range v.Waiting {
		o.marks = append(o.marks, v.SameNetwork(s))
	}
	return err
}

func ids(seats []meeting.Seat) (all []meeting.SeatID) {
	for _, s := range seats {
		all = append(all, s.ID)
	}
	return all
}

func decide(
	use func(*meeting.Door, context.Context, meeting.Caller, string, meeting.Selection) (meeting.Result, error),
) kind {
	return func(ctx context.Context, u useCases, c *client, o *operation) error {
		selected := meeting.Selection{IDs: o.Targets, All: len(o.Targets) == 0}
		done, err := use(u.Door, ctx, c.caller, string(c.room.Number), selected)
		o.applied, o.skipped = done.Applied, done.Skipped
		return err
	}
}

// identity returns the person as a host's decision names them: a user.
func identity(u meeting.User) meeting.Identity { return meeting.Seat{User: u}.Identity() }

// clientIdentity returns a guest's client as the instance names it (I10).
func clientIdentity(instance, address string) (id meeting.Identity) {
	sum := sha256.Sum256([]byte("client\x00" + instance + "\x00" + address))
	copy(id[:], sum[:])
	return id
}
