package meeting

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"
)

// A Door is where people join rooms, and where hosts decide who may.
type Door struct{ core *core }

// A JoinInput is a request to join, or to continue with a seat.
type JoinInput struct {
	Address  string // a number or a personal link
	Name     string // what others see; empty: the name of the token
	Passcode string
	Pass     string     // the token of a guest pass, or ""; with one, no passcode is compared
	OMN      Number     // the meeting of the invitation that they followed, if any
	Seat     Credential // of the seat that is polled or continued; zero for a new one
	Key      string     // Idempotency-Key, or ""
	Request  Identity
}

// An Admission is the answer to a join that was not refused.
type Admission struct {
	State        State // Admitted or Waiting
	WaitsForHost bool  // and not for approval
	New          bool  // the seat was just made
	Secret       string
	Seat         Seat
	Room         Room          // at the time of the admission
	HostComesAt  time.Time     // as a host said to those who wait; zero: nobody said so, or the time is over
	AskAgain     time.Duration // after so long: to renew the lease, or to ask whether a host decided
}

// Join lets the caller into the room or into its waiting room, or refuses (I7 to I13). With the credential of a seat
// it is the poll, the renewal of the lease, and the reconnect.
func (d *Door) Join(ctx context.Context, c Caller, j JoinInput) (Admission, error) {
	if j.Seat != (Credential{}) {
		return d.returnToSeat(ctx, c, j)
	}
	var spent, named Spent
	var rules AccountRules
	var inactive bool
	found, err := d.core.resolve(ctx, j.Address, j.OMN, func(ctx context.Context) (err error) {
		spent, err = d.core.store.Spent(ctx, c.budgetScope(), d.core.budgetWindow())
		return err
	}, d.core.readNamed(c, j.OMN, &named), d.core.readRules(d.core.likelyAccount(c), &rules), d.core.readInactive(c, &inactive))
	if err != nil {
		return Admission{}, err
	}
	found = found.unlessInactive(c)
	request := JoinRequest{Caller: c, Target: found.Target, Passcode: j.Passcode, Inactive: inactive}
	role, byToken := found.Room.role(request), isLinkToken(j.Passcode)
	if j.Pass != "" && !role.IsHost() {
		byToken, request.Passcode = true, ""
		if request.Pass, err = d.passShown(ctx, c, found, j); err != nil {
			return Admission{}, err
		}
	}
	request.Trusted = byToken
	if !role.IsHost() {
		request = request.naming(found, j.OMN, named)
	}
	passed := found.Room.passedPasscode(request, role)
	if passed {
		if found.Room, err = d.core.govern(ctx, found.Room, rules); err != nil {
			return Admission{}, err
		}
		passed = found.Room.passedPasscode(request, role)
	}
	switch {
	case role.IsHost(), byToken && passed:
		return d.join(ctx, found.Room, request, j)
	case byToken: // it cannot be guessed, and is not counted: many people may have an old link
		return Admission{}, cmp.Or(d.core.padReads(ctx, found), error(refuse(NoMeeting)))
	case spent.Guesses >= ClientGuesses && !spent.mayDrain(d.core.env.Now()):
		return Admission{}, cmp.Or(d.core.padReads(ctx, found), error(d.core.untilNextWindow(TooManyGuesses)))
	}
	return d.joinTyped(ctx, found, request, j)
}

// joinTyped decides on somebody who typed a passcode, or none: after they have taken the places of a guess.
func (d *Door) joinTyped(ctx context.Context, found Destination, k JoinRequest, j JoinInput) (Admission, error) {
	g, err := d.core.takePlaces(ctx, k.Caller, found, j.Passcode)
	if ReasonOf(err) == TooManyGuesses {
		err = cmp.Or(d.core.padReads(ctx, found), err)
	}
	if err == nil && !found.Room.passedPasscode(k, Participant) {
		err = d.core.refuseWrong(ctx, found, g)
	}
	if err != nil {
		return Admission{}, err
	}
	var returning errgroup.Group // without a common context: the places are given back even if the join fails
	returning.Go(func() error { return d.core.giveBack(ctx, g) })
	a, err := d.joinPast(ctx, found.Room, k, j, g)
	return a, cmp.Or(err, returning.Wait())
}

// joinPast admits somebody who typed the right passcode, as far as that is still trusted.
func (d *Door) joinPast(ctx context.Context, r Room, k JoinRequest, j JoinInput, g guess) (Admission, error) {
	r, err := d.core.distrustFull(ctx, r, g)
	if err == nil {
		k.Trusted, err = d.core.knows(ctx, r, k)
	}
	if err != nil {
		return Admission{}, err
	}
	return d.join(ctx, r, k, j)
}

// join admits somebody who is past the passcode and shows no seat.
func (d *Door) join(ctx context.Context, r Room, k JoinRequest, j JoinInput) (Admission, error) {
	k, err := d.core.spendNamed(ctx, k)
	if err != nil {
		return Admission{}, err
	}
	r, err = d.core.endIfOver(ctx, r)
	if err != nil {
		return Admission{}, err
	}
	seed, err := d.seed(k.Caller, j.Key)
	if err != nil {
		return Admission{}, err
	}
	who := &newJoin{door: d, joinRequest: k, input: j, seed: seed}
	a, err := d.turnstile(ctx, r, who)
	if j.Key != "" && refusals[ReasonOf(err)].mayHaveSeat {
		return who.replay(ctx, r, err)
	}
	return a, err
}

// seed returns what a seat is derived from: the Idempotency-Key and the caller or, without a key, random bytes (I15).
func (d *Door) seed(c Caller, key string) (seed [32]byte, err error) {
	if key != "" {
		return sha256.Sum256([]byte(c.Account + "\x00" + c.ID + "\x00" + key)), nil
	}
	if _, err = io.ReadFull(d.core.env.Random, seed[:]); err != nil {
		err = fmt.Errorf("seat: %w", err)
	}
	return seed, err
}

// A joiner is somebody at the turnstile: with a seat (rejoin) or without one (newJoin).
type joiner interface {
	// request returns the join request to the room, and the seat to be taken. It refuses a seat of another instance.
	request(Room) (JoinRequest, Seat, error)
	// checkWaitLimit is called before the seat becomes a waiting one. It refuses if too many wait.
	checkWaitLimit(context.Context, Room, Seat) error
	// checkActive is called before they are admitted. It refuses an inactive user, unless the request did already.
	checkActive(context.Context) error
	// usePass is called before they are admitted to the seat, or wait in it. It refuses if their pass has no use left.
	usePass(context.Context, Seat) error
	// storeSeat stores the seat as it was decided.
	storeSeat(context.Context, Room, Seat) (Admission, error)
}

// turnstile decides on the room as it is and commits that decision; after a concurrent change it decides again.
func (d *Door) turnstile(ctx context.Context, r Room, who joiner) (Admission, error) {
	counted := false
	for range tries {
		request, seat, err := who.request(r)
		var decision Decision
		if err == nil {
			decision, err = d.decide(ctx, r, request, seat)
		}
		if err != nil {
			return Admission{}, err
		}
		switch decision.Answer {
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
			var admitted bool
			if r, admitted, err = d.admit(ctx, r, who, seat, decision.Transition); admitted {
				return d.seatAdmitted(ctx, r, who, seat, decision)
			}
		}
		if err != nil {
			return Admission{}, err
		}
	}
	return Admission{}, refuse(Busy)
}

// admit commits the decision to admit somebody, unless they are inactive, or the room changed.
func (d *Door) admit(
	ctx context.Context, r Room, who joiner, seat Seat, t Transition,
) (after Room, admitted bool, err error) {
	if err := who.checkActive(ctx); err != nil {
		return r, false, err
	}
	if err := who.usePass(ctx, seat); err != nil {
		return r, false, err
	}
	return d.core.apply(ctx, r, t)
}

// seatAdmitted stores the seat of somebody who was admitted. If they opened the room, it records the instance too.
func (d *Door) seatAdmitted(ctx context.Context, r Room, who joiner, seat Seat, by Decision) (a Admission, err error) {
	opened := by.Transition.Open != nil
	seat.Role, seat.Approved, seat.Context = by.Role, false, r.seatContext()
	seat.OpenedBeforeHost = seat.OpenedBeforeHost || opened && !by.Role.IsHost()
	seat.Target.UUID = "" // from now on that of the instance counts
	seat = seat.admitted(r.Live.AdmissionSeq, d.core.env.Now(), d.core.firstLease())
	if !opened {
		return who.storeSeat(ctx, r, seat)
	}
	var recording errgroup.Group // without a common context: the record is stored even if the seat is not
	recording.Go(func() error { return d.core.recordOpened(ctx, r) })
	a, err = who.storeSeat(ctx, r, seat)
	return a, cmp.Or(recording.Wait(), err)
}

func (d *Door) seatWaiting(ctx context.Context, r Room, who joiner, seat Seat, by Decision) (Admission, error) {
	seat.WaitsForHost = by.Answer == WaitsForHost
	told, err := d.checkWaiting(ctx, r, who, seat, by)
	if err != nil {
		return Admission{}, err
	}
	seat.Invited = told
	now := d.core.env.Now()
	seat = seat.exited(now).renewed(now, d.core.waitLease())
	seat.State, seat.Role = Waiting, by.Role
	seat.Approved, seat.NeedsApproval, seat.Muted = false, by.NeedsApproval, by.Muted
	seat.Context = r.seatContext()
	if seat.WaitsForHost {
		if seat.Target, err = d.core.withNextUUID(ctx, seat.Target); err != nil {
			return Admission{}, err
		}
	}
	a, err := who.storeSeat(ctx, r, seat)
	a.WaitsForHost = seat.WaitsForHost
	return a, err
}

// checkWaiting refuses if too many wait. It returns what the person hears while they wait: for a new seat it reads that
// at the same time.
func (d *Door) checkWaiting(ctx context.Context, r Room, who joiner, seat Seat, by Decision) (Invited, error) {
	told, reading := seat.Invited, errgroup.Group{}
	if !seat.Exists() {
		reading.Go(func() (err error) {
			told, err = d.invite(ctx, r, seat)
			return err
		})
	}
	err := who.checkWaitLimit(ctx, r, seat)
	if err == nil && by.Muted {
		err = d.checkMutedLimit(ctx, r, seat)
	}
	if err == nil {
		err = who.usePass(ctx, seat)
	}
	err = cmp.Or(err, reading.Wait())
	return told, err
}

// nextStart returns when the meeting that somebody comes for starts, now or next, if the room needs it (see startOf).
func (d *Door) nextStart(ctx context.Context, r Room, target Number) (time.Time, error) {
	if !r.needsNextStart() {
		return time.Time{}, nil
	}
	return d.startOf(ctx, r, target)
}

// A newJoin has no seat yet.
type newJoin struct {
	door        *Door
	joinRequest JoinRequest
	input       JoinInput
	seed        [32]byte
}

func (n *newJoin) credential(r Room) Credential { return deriveCredential(r.Live.Instance, n.seed) }

func (n *newJoin) request(r Room) (JoinRequest, Seat, error) {
	t, k, now := n.credential(r), n.joinRequest, n.door.core.env.Now()
	c := k.Caller
	seat := Seat{
		ID: t.ID, Secret: sha256.Sum256([]byte(t.Secret)), Request: n.input.Request,
		User: c.User, Email: c.Email, Name: displayName(n.input.Name, c), Target: k.Target.MeetingRef,
		JoinedAt: now, Trusted: k.Trusted, Expires: now.Add(MaxInstanceTime + n.door.core.retention()),
		Client: clientIdentity(r.Live.Instance, c.Address),
		Site:   c.around(56, r.Live.Instance), Block: c.around(48, r.Live.Instance),
	}
	if k.Pass.Exists() {
		seat.Pass = SeatPass{ID: k.Pass.ID, Name: k.Pass.Name, Host: k.Pass.Host, Uses: true}
		seat.Name = displayName(cmp.Or(n.input.Name, k.Pass.Name), c)
	}
	k.Identity, k.Client = seat.Identity(), seat.Client
	return k, seat, nil
}

// displayName returns what others see: the name that was asked for, or that of the token; never an e-mail address.
func displayName(asked string, c Caller) string {
	if name := cmp.Or(sanitizeName(asked), sanitizeName(c.Name)); name != "" {
		return name
	}
	if c.None() {
		return "Guest"
	}
	return nameless
}

func (n *newJoin) checkWaitLimit(ctx context.Context, r Room, seat Seat) error {
	return n.door.checkWaitLimit(ctx, r, n.joinRequest.Caller, seat)
}

// checkActive does nothing: Join read it with the room.
func (n *newJoin) checkActive(context.Context) error { return nil }

func (n *newJoin) usePass(ctx context.Context, seat Seat) error {
	return n.door.usePass(ctx, n.joinRequest.Pass, seat.ID)
}

func (n *newJoin) storeSeat(ctx context.Context, r Room, seat Seat) (Admission, error) {
	t := n.credential(r)
	stored, err := n.door.core.store.TakeSeat(ctx, seat)
	switch {
	case err == nil:
		return n.door.admission(r, stored, t.Secret, true), nil
	case !errors.Is(err, ErrStale):
		return Admission{}, err
	}
	// An earlier try with the key took the seat (I15). The admission number of this try belongs to no other seat.
	stored, err = n.door.core.updateSeat(ctx, stored, func(was Seat) (Seat, bool) {
		return was.withSeqsOf(seat), len(seat.AdmissionSeqs) > 0
	})
	if err == nil && stored.Request != seat.Request {
		err = refuse(KeyReused)
	}
	if err != nil {
		return Admission{}, err
	}
	return n.continueAsNew(ctx, r, stored)
}

// While the seat of an admission may be on its way to storage, a retry looks for it this often, with a pause between.
const (
	replayLooks  = 10
	replayPause  = 100 * time.Millisecond
	seatOnItsWay = 3 * time.Second
)

// replay answers a retry that the room refuses by now: if the first try took a seat, it continues with that (I15).
func (n *newJoin) replay(ctx context.Context, r Room, refusal error) (Admission, error) {
	r, err := n.door.core.reread(ctx, r)
	if err != nil {
		return Admission{}, err
	}
	seat, err := n.storedSeat(ctx, r)
	if err == nil && (!seat.Exists() || seat.Request != n.input.Request) {
		err = refusal
	}
	if err != nil {
		return Admission{}, err
	}
	return n.continueAsNew(ctx, r, seat)
}

// storedSeat returns the seat that the first try took; the zero Seat if it took none.
func (n *newJoin) storedSeat(ctx context.Context, r Room) (seat Seat, err error) {
	env, id := n.door.core.env, n.credential(r).ID
	err = env.lookAgain(ctx, replayLooks, replayPause, func() (done bool, err error) {
		seat, err = n.door.core.store.Seat(ctx, id)
		mayCome := r.Live.Open && env.Now().Before(r.Live.AdmittedAt.Add(seatOnItsWay))
		return seat.Exists() || !mayCome, err
	})
	return seat, err
}

// continueAsNew continues with the seat and answers as the first try did.
func (n *newJoin) continueAsNew(ctx context.Context, r Room, seat Seat) (Admission, error) {
	a, err := n.door.continueSeat(ctx, n.joinRequest.Caller, r, seat, n.credential(r).Secret)
	a.New = true
	return a, err
}
