package meeting

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"
)

// A Door is where people come into rooms, and where hosts decide on who may.
type Door struct{ core *core }

// RetryAfter is how soon somebody who waits should ask again.
const RetryAfter = 5 * time.Second

// A JoinInput is a request to come in, or to come back.
type JoinInput struct {
	Address  string // a number or a personal link
	Name     string // what others shall see; the token's name if empty
	Passcode string
	OMN      Number     // the meeting of the invitation that was followed, if any
	Seat     Credential // of the seat that is polled or come back to; zero for a new one
	Key      string     // Idempotency-Key, or ""
	Request  Identity
}

// An Admission is the answer to a Join that was not refused.
type Admission struct {
	State        State // Admitted or Waiting
	WaitsForHost bool  // waits for the host, not for approval
	New          bool  // the seat was just made
	Secret       string
	Seat         Seat
	Room         Room          // as of the admission
	AskAgain     time.Duration // renew, or ask again, after so long
}

// Join lets the caller into the room, or into its waiting room, or says why not (I7–I13). A guest is a caller who is
// nobody. With the ticket of a seat it is the poll, the renewal of the lease, and the reconnect.
func (d *Door) Join(ctx context.Context, c Caller, j JoinInput) (Admission, error) {
	if j.Seat != (Credential{}) {
		return d.returnToSeat(ctx, c, j)
	}
	var spent Spent
	spot, err := d.core.resolve(ctx, j.Address, j.OMN, func(ctx context.Context) (err error) {
		spent, err = d.core.store.Spent(ctx, c.budgetScope(), d.core.budgetWindow())
		return err
	})
	if err != nil {
		return Admission{}, err
	}
	knock := JoinRequest{Caller: c, Target: spot.Target, Passcode: j.Passcode}
	role := spot.Room.role(knock)
	if err := d.core.checkGuesses(spent.Guesses); err != nil && !role.IsHost() {
		return Admission{}, cmp.Or(d.core.padReads(ctx, spot), err)
	}
	if !spot.Room.passedPasscode(knock, role) {
		return Admission{}, d.core.refuseUniformly(ctx, c, spot)
	}
	return d.join(ctx, spot.Room, knock, j)
}

// join brings a newcomer who is past the passcode through the turnstile.
func (d *Door) join(ctx context.Context, r Room, k JoinRequest, j JoinInput) (Admission, error) {
	r, err := d.core.endIfOver(ctx, r, r.role(k).IsHost())
	if err != nil {
		return Admission{}, err
	}
	seed, err := d.seed(k.Caller, j.Key)
	if err != nil {
		return Admission{}, err
	}
	who := &newJoin{door: d, joinRequest: k, input: j, seed: seed}
	a, err := d.turnstile(ctx, r, who)
	if j.Key != "" && refusals()[ReasonOf(err)].mayHaveSeat {
		return who.replay(ctx, r.Number, err)
	}
	return a, err
}

// seed is what a seat is derived from: the Idempotency-Key and the caller, or else chance (I15).
func (d *Door) seed(c Caller, key string) (seed [32]byte, err error) {
	if key != "" {
		return sha256.Sum256([]byte(c.Account + "\x00" + c.ID + "\x00" + key)), nil
	}
	if _, err = io.ReadFull(d.core.env.Random, seed[:]); err != nil {
		err = fmt.Errorf("seat: %w", err)
	}
	return seed, err
}

// Someone is at the turnstile: a newcomer, or one who comes back to a seat.
type joiner interface {
	// at is the knock at the room, and the seat to be taken; it refuses those who do not belong to its sitting.
	request(Room) (JoinRequest, Seat, error)
	// queue is asked before the seat becomes one that waits; it refuses where too many do.
	checkWaitLimit(context.Context, Room) error
	// sit stores the seat as it was decided.
	storeSeat(context.Context, Room, Seat) (Admission, error)
}

// turnstile is the turnstile: decide on the room as it is, commit to that, and if others were faster decide again on what
// they made of it.
func (d *Door) turnstile(ctx context.Context, r Room, who joiner) (Admission, error) {
	counted := false
	for range tries {
		knock, seat, err := who.request(r)
		if err == nil {
			knock.NextStart, err = d.nextStart(ctx, r, knock.Target.ID)
		}
		if err != nil {
			return Admission{}, err
		}
		decision := r.Decide(knock, seat.ID, d.core.env.Now())
		switch decision.Verdict {
		case Refuses:
			return Admission{}, refuse(decision.Reason)
		case WaitsForApproval, WaitsForHost:
			return d.seatWaiting(ctx, r, who, seat, decision)
		case SeemsFull:
			if counted {
				return Admission{}, refuse(Full)
			}
			r, counted, err = d.core.recount(ctx, r)
		case Admits:
			var passed bool
			if r, passed, err = d.core.apply(ctx, r, decision.Transition); passed {
				return d.seatAdmitted(ctx, r, who, seat, decision)
			}
		}
		if err != nil {
			return Admission{}, err
		}
	}
	return Admission{}, busy()
}

// seatAdmitted seats somebody who passed. Whoever opened the room records the sitting beside that.
func (d *Door) seatAdmitted(ctx context.Context, r Room, who joiner, seat Seat, decision Decision) (a Admission, err error) {
	seat.Role, seat.Approved, seat.Context = decision.Role, false, r.seatContext()
	seat.OpenedBeforeHost = seat.OpenedBeforeHost || decision.Transition.Open != nil && !decision.Role.IsHost()
	seat = seat.admitted(r.Live.AdmissionSeq, d.core.env.Now(), d.core.lease())
	if decision.Transition.Open == nil {
		return who.storeSeat(ctx, r, seat)
	}
	kept := together(ctx,
		func(ctx context.Context) error { a, err = who.storeSeat(ctx, r, seat); return nil }, // a seat that others took is no reason to stop
		func(ctx context.Context) error { return d.core.recordOpened(ctx, r) })
	return a, cmp.Or(kept, err)
}

// nextStart is when the meeting that somebody comes for is held, now or next, if the room asksWhen; zero if it has no fixed time, or if they
// come to a personal room for none.
func (d *Door) nextStart(ctx context.Context, r Room, visit Number) (time.Time, error) {
	id := r.Number
	if r.Kind == Personal {
		id = visit
	}
	if id == "" || !r.needsNextStart() {
		return time.Time{}, nil
	}
	m, err := d.core.store.Meeting(ctx, r.Owner, id)
	if next, found := m.Next(d.core.env.Now()); found {
		return next.Start, err
	}
	return m.Start, err
}

// seatWaiting seats somebody who waits.
func (d *Door) seatWaiting(ctx context.Context, r Room, who joiner, seat Seat, decision Decision) (Admission, error) {
	if err := who.checkWaitLimit(ctx, r); err != nil {
		return Admission{}, err
	}
	seat = seat.exited(d.core.env.Now())
	seat.State, seat.Role, seat.Lease = Waiting, decision.Role, d.core.env.Now().Add(d.core.lease())
	seat.Approved, seat.NeedsApproval, seat.WaitsForHost = false, decision.NeedsApproval, decision.Verdict == WaitsForHost
	seat.Context = r.seatContext()
	a, err := who.storeSeat(ctx, r, seat)
	a.WaitsForHost = seat.WaitsForHost
	return a, err
}

// A newJoin has no seat yet.
type newJoin struct {
	door        *Door
	joinRequest JoinRequest
	input       JoinInput
	seed        [32]byte
}

func (n *newJoin) request(r Room) (JoinRequest, Seat, error) {
	seat := n.seat(r)
	k := n.joinRequest
	k.Identity, k.Client = seat.Identity(), seat.Client
	return k, seat, nil
}

// checkWaitLimit bounds the seats that wait in a sitting, by budgets of the client and of all guests together. Who is signed in counts against their
// own budget only, so that no flood of guests keeps them from the host's sight.
func (n *newJoin) checkWaitLimit(ctx context.Context, r Room) error {
	d, sitting := n.door, "sitting#"+r.Live.Instance
	count := func(scope string, most int) func(context.Context) error {
		return func(ctx context.Context) error {
			knocks, err := d.core.store.SpendWait(ctx, scope, d.core.budgetWindow())
			if err == nil && knocks > most {
				err = d.core.untilNextWindow(TooManyWaiting)
			}
			return err
		}
	}
	calls := []func(context.Context) error{count(sitting+"#"+n.joinRequest.Caller.budgetScope(), MaxClientWaits)}
	if n.joinRequest.Caller.None() {
		calls = append(calls, count(sitting, max(MaxGuestWaits, 2*r.Settings.Capacity)))
	}
	return together(ctx, calls...)
}

func (n *newJoin) seat(r Room) Seat {
	t, c := deriveCredential(r.Live.Instance, n.seed), n.joinRequest.Caller
	var client Identity
	if c.None() {
		client = clientIdentity(r.Live.Instance, c.Address)
	}
	return Seat{
		Client: client,
		ID:     t.ID, Secret: sha256.Sum256([]byte(t.Secret)), Request: n.input.Request,
		User: c.User, Email: c.Email, Name: displayName(n.input.Name, c), Target: n.joinRequest.Target.MeetingRef,
		JoinedAt: n.door.core.env.Now(), Expires: n.door.core.env.Now().Add(MaxInstanceTime + n.door.core.retention()),
	}
}

// displayName is what others see: what was asked for, or what the token says. A token's e-mail address is never shown for it.
func displayName(asked string, c Caller) string {
	if name := cmp.Or(sanitizeName(asked), sanitizeName(c.Name)); name != "" {
		return name
	}
	if c.None() {
		return "Guest"
	}
	return "Participant"
}

func (n *newJoin) storeSeat(ctx context.Context, r Room, seat Seat) (Admission, error) {
	t := deriveCredential(r.Live.Instance, n.seed)
	took, err := n.door.core.store.TakeSeat(ctx, seat)
	switch {
	case err == nil:
		return n.door.admission(r, took, t.Secret, true), nil
	case !errors.Is(err, ErrStale):
		return Admission{}, err
	}
	// The key met its own seat (I15). The number that this try passed with belongs to no other.
	took, err = n.door.updateSeat(ctx, took, func(was Seat) (Seat, bool) { return was.withSeqsOf(seat), len(seat.AdmissionSeqs) > 0 })
	if err == nil && took.Request != seat.Request {
		err = refuse(KeyReused)
	}
	if err != nil {
		return Admission{}, err
	}
	a, err := n.door.continueSeat(ctx, n.joinRequest.Caller, r, took, t.Secret)
	a.New = true
	return a, err
}

// replay answers a retry that the door would refuse by now: where the first request was let in, it meets its own seat (I15).
func (n *newJoin) replay(ctx context.Context, number Number, refusal error) (Admission, error) {
	r, err := n.door.core.store.Room(ctx, number)
	if err != nil {
		return Admission{}, err
	}
	t := deriveCredential(r.Live.Instance, n.seed)
	seat, err := n.door.core.store.Seat(ctx, t.ID)
	if err == nil && (!seat.Exists() || seat.Request != n.input.Request) {
		err = refusal
	}
	if err != nil {
		return Admission{}, err
	}
	a, err := n.door.continueSeat(ctx, n.joinRequest.Caller, r, seat, t.Secret)
	a.New = true
	return a, err
}

// admission is the answer about a seat as it was stored.
func (d *Door) admission(r Room, s Seat, secret string, isNew bool) Admission {
	a := Admission{State: s.State, New: isNew, Secret: secret, Seat: s, Room: r, AskAgain: RetryAfter}
	if s.State == Admitted {
		a.AskAgain = d.core.lease() / 3
	}
	return a
}
