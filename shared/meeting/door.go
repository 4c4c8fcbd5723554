package meeting

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// A Door is where people come into rooms, and where hosts decide on who may.
type Door struct{ *Turnstile }

// RetryAfter is how soon somebody who waits should ask again.
const RetryAfter = 5 * time.Second

// A Join is a request to come in, or to come back.
type Join struct {
	Address  string // a number or a personal link
	Name     string // what others shall see; the token's name if empty
	Passcode string
	OMN      Number // the meeting of the invitation that was followed, if any
	Back     Ticket // of the seat that is polled or come back to; zero for a new one
	Key      string // Idempotency-Key, or ""
	Request  Identity
}

// An Admission is the answer to a Join that was not refused.
type Admission struct {
	State   State // Admitted or Waiting
	ForHost bool  // waits for the host, not for approval
	New     bool  // the seat was just made
	Secret  string
	Seat    Seat
	Room    Room          // as of the admission
	Again   time.Duration // renew, or ask again, after so long
}

// Join lets the caller into the room, or into its waiting room, or says why not (I7–I13). A guest is a caller who is
// nobody. With the ticket of a seat it is the poll, the renewal of the lease, and the reconnect.
func (d *Door) Join(ctx context.Context, c Caller, j Join) (Admission, error) {
	if j.Back != (Ticket{}) {
		return d.comeBack(ctx, c, j)
	}
	var spent Spending
	spot, err := d.find(ctx, j.Address, j.OMN, func(ctx context.Context) (err error) {
		spent, err = d.Spent(ctx, c.scope(), d.window())
		return err
	})
	if err != nil {
		return Admission{}, err
	}
	knock := Knock{Caller: c, Visit: spot.Visit, Passcode: j.Passcode}
	role := spot.Room.role(knock)
	if err := d.patient(spent.Guesses); err != nil && !role.Hosting() {
		return Admission{}, cmp.Or(d.walkOn(ctx, spot), err)
	}
	if !spot.Room.knows(knock, role) {
		return Admission{}, d.nothing(ctx, c, spot)
	}
	return d.arrive(ctx, spot.Room, knock, j)
}

// arrive brings a newcomer who is past the passcode through the turnstile.
func (d *Door) arrive(ctx context.Context, r Room, k Knock, j Join) (Admission, error) {
	r, err := d.settle(ctx, r, r.role(k).Hosting())
	if err != nil {
		return Admission{}, err
	}
	seed, err := d.seed(k.Caller, j.Key)
	if err != nil {
		return Admission{}, err
	}
	who := &newcomer{door: d, knock: k, join: j, seed: seed}
	a, err := d.pass(ctx, r, who)
	if j.Key != "" && slices.Contains([]Reason{Locked, Full, Denied, TooManyKnocks}, ReasonOf(err)) {
		return who.metAgain(ctx, r.Number, err)
	}
	return a, err
}

// seed is what a seat is derived from: the Idempotency-Key and the caller, or else chance (I15).
func (d *Door) seed(c Caller, key string) (seed [32]byte, err error) {
	if key != "" {
		return sha256.Sum256([]byte(c.Account + "\x00" + c.ID + "\x00" + key)), nil
	}
	if _, err = io.ReadFull(d.Random, seed[:]); err != nil {
		err = fmt.Errorf("seat: %w", err)
	}
	return seed, err
}

// Someone is at the turnstile: a newcomer, or one who comes back to a seat.
type someone interface {
	// at is the knock at the room, and the seat to be taken; it refuses those who do not belong to its sitting.
	at(Room) (Knock, Seat, error)
	// queue is asked before the seat becomes one that waits; it refuses where too many do.
	queue(context.Context, Room) error
	// sit stores the seat as it was decided.
	sit(context.Context, Room, Seat) (Admission, error)
}

// pass is the turnstile: decide on the room as it is, commit to that, and if others were faster decide again on what
// they made of it.
func (d *Door) pass(ctx context.Context, r Room, who someone) (Admission, error) {
	counted := false
	for range tries {
		knock, seat, err := who.at(r)
		if err == nil {
			knock.Starts, err = d.nextStart(ctx, r, knock.Visit.ID)
		}
		if err != nil {
			return Admission{}, err
		}
		decision := r.Decide(knock, seat.ID, d.Now())
		switch decision.Verdict {
		case Refuses:
			return Admission{}, refused(decision.Reason)
		case Holds, Awaits:
			return d.hold(ctx, r, who, seat, decision)
		case Fills:
			if counted {
				return Admission{}, refused(Full)
			}
			r, counted, err = d.recount(ctx, r)
		case Admits:
			var passed bool
			if r, passed, err = d.turn(ctx, r, decision.Turn); passed {
				return d.letIn(ctx, r, who, seat, decision)
			}
		}
		if err != nil {
			return Admission{}, err
		}
	}
	return Admission{}, busy()
}

// letIn seats somebody who passed. Whoever opened the room records the sitting beside that.
func (d *Door) letIn(ctx context.Context, r Room, who someone, seat Seat, decision Decision) (a Admission, err error) {
	seat.Role, seat.Approved, seat.Place = decision.Role, false, r.place()
	seat.BeforeHost = seat.BeforeHost || decision.Turn.Open != nil && !decision.Role.Hosting()
	seat = seat.passed(r.Gate.Seq, d.Now(), d.lease())
	if decision.Turn.Open == nil {
		return who.sit(ctx, r, seat)
	}
	kept := together(ctx,
		func(ctx context.Context) error { a, err = who.sit(ctx, r, seat); return nil }, // a seat that others took is no reason to stop
		func(ctx context.Context) error { return d.keepOpened(ctx, r) })
	return a, cmp.Or(kept, err)
}

// nextStart is when the meeting that somebody comes for is held, now or next, if the room asksWhen; zero if it has no fixed time, or if they
// come to a personal room for none.
func (d *Door) nextStart(ctx context.Context, r Room, visit Number) (time.Time, error) {
	id := r.Number
	if r.Kind == Personal {
		id = visit
	}
	if id == "" || !r.asksWhen() {
		return time.Time{}, nil
	}
	m, err := d.Meeting(ctx, r.Owner, id)
	if next, found := m.Next(d.Now()); found {
		return next.Start, err
	}
	return m.Start, err
}

// hold seats somebody who waits.
func (d *Door) hold(ctx context.Context, r Room, who someone, seat Seat, decision Decision) (Admission, error) {
	if err := who.queue(ctx, r); err != nil {
		return Admission{}, err
	}
	seat = seat.gone(d.Now())
	seat.State, seat.Role, seat.Lease = Waiting, decision.Role, d.Now().Add(d.lease())
	seat.Approved, seat.Held, seat.ForHost = false, decision.Held, decision.Verdict == Awaits
	seat.Place = r.place()
	a, err := who.sit(ctx, r, seat)
	a.ForHost = seat.ForHost
	return a, err
}

func refused(reason Reason) *Fault {
	messages := map[Reason]string{
		NoMeeting:      notFound().Message,
		Locked:         "The host locked the meeting.",
		Full:           "The meeting is full.",
		Denied:         "The host did not let you in.",
		Removed:        "The host removed you from this meeting.",
		Ended:          "The meeting ended. Join again for the next one.",
		SignInRequired: "This meeting is for signed-in people only. Sign in, then join again.",
		WrongDomain:    "This meeting is for people of other e-mail domains than yours.",
	}
	return Refuse(reason, messages[reason])
}

// A newcomer has no seat yet.
type newcomer struct {
	door  *Door
	knock Knock
	join  Join
	seed  [32]byte
}

func (n *newcomer) at(r Room) (Knock, Seat, error) {
	seat := n.seat(r)
	k := n.knock
	k.Identity, k.Client = seat.Identity(), seat.Client
	return k, seat, nil
}

// queue bounds the seats that wait in a sitting, by budgets of the client and of all guests together. Who is signed in counts against their
// own budget only, so that no flood of guests keeps them from the host's sight.
func (n *newcomer) queue(ctx context.Context, r Room) error {
	d, sitting := n.door, "sitting#"+r.Gate.Instance
	count := func(scope string, most int) func(context.Context) error {
		return func(ctx context.Context) error {
			knocks, err := d.Knock(ctx, scope, d.window())
			if err == nil && knocks > most {
				err = d.untilNextWindow(TooManyKnocks, "Too many are waiting. Wait a while, then try again.")
			}
			return err
		}
	}
	calls := []func(context.Context) error{count(sitting+"#"+n.knock.Caller.scope(), ClientKnocks)}
	if n.knock.Caller.None() {
		calls = append(calls, count(sitting, max(GuestKnocks, 2*r.Policy.Capacity)))
	}
	return together(ctx, calls...)
}

func (n *newcomer) seat(r Room) Seat {
	t, c := ticket(r.Gate.Instance, n.seed), n.knock.Caller
	var client Identity
	if c.None() {
		client = clientIdentity(r.Gate.Instance, c.Address)
	}
	return Seat{
		Client: client,
		ID:     t.ID, Secret: sha256.Sum256([]byte(t.Secret)), Request: n.join.Request,
		User: c.User, Email: c.Email, Name: displayName(n.join.Name, c), Visit: n.knock.Visit.Sat,
		JoinedAt: n.door.Now(), Expires: n.door.Now().Add(Longest + n.door.retention()),
	}
}

// displayName is what others see: what was asked for, or what the token says. A token's e-mail address is never shown for it.
func displayName(asked string, c Caller) string {
	if name := cmp.Or(neutral(asked), neutral(c.Name)); name != "" {
		return name
	}
	if c.None() {
		return "Guest"
	}
	return "Participant"
}

func (n *newcomer) sit(ctx context.Context, r Room, seat Seat) (Admission, error) {
	t := ticket(r.Gate.Instance, n.seed)
	took, err := n.door.TakeSeat(ctx, seat)
	switch {
	case err == nil:
		return n.door.admission(r, took, t.Secret, true), nil
	case !errors.Is(err, ErrStale):
		return Admission{}, err
	}
	// The key met its own seat (I15). The number that this try passed with belongs to no other.
	took, err = n.door.flipOne(ctx, took, func(was Seat) (Seat, bool) { return was.carrying(seat), len(seat.Seqs) > 0 })
	if err == nil && took.Request != seat.Request {
		err = keyReused()
	}
	if err != nil {
		return Admission{}, err
	}
	a, err := n.door.resume(ctx, n.knock.Caller, r, took, t.Secret)
	a.New = true
	return a, err
}

// metAgain answers a retry that the door would refuse by now: where the first request was let in, it meets its own seat (I15).
func (n *newcomer) metAgain(ctx context.Context, number Number, refusal error) (Admission, error) {
	r, err := n.door.Room(ctx, number)
	if err != nil {
		return Admission{}, err
	}
	t := ticket(r.Gate.Instance, n.seed)
	seat, err := n.door.Seat(ctx, t.ID)
	if err == nil && (!seat.Exists() || seat.Request != n.join.Request) {
		err = refusal
	}
	if err != nil {
		return Admission{}, err
	}
	a, err := n.door.resume(ctx, n.knock.Caller, r, seat, t.Secret)
	a.New = true
	return a, err
}

// admission is the answer about a seat as it was stored.
func (d *Door) admission(r Room, s Seat, secret string, isNew bool) Admission {
	a := Admission{State: s.State, New: isNew, Secret: secret, Seat: s, Room: r, Again: RetryAfter}
	if s.State == Admitted {
		a.Again = d.lease() / 3
	}
	return a
}
