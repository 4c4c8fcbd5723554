package meeting

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// findFor is where the address leads, for those whom allowed lets see it and for admins of the owner's account. To everybody
// else it does not exist.
func (t *Turnstile) findFor(ctx context.Context, c Caller, address, adminScope string, allowed func(Room, Visit) bool) (Spot, error) {
	spot, err := t.find(ctx, address, "", nothingBeside)
	if err != nil {
		return spot, err
	}
	if !spot.Room.Enterable() || !allowed(spot.Room, spot.Visit) && !t.administers(c, spot.Room.Owner, adminScope) {
		return spot, cmp.Or(t.walkOn(ctx, spot), error(noMeeting(address)))
	}
	return spot, nil
}

func nothingBeside(context.Context) error { return nil }

// hosted is the room at the address, settled, for its hosts.
func (t *Turnstile) hosted(ctx context.Context, c Caller, address, adminScope string) (Room, error) {
	spot, err := t.findFor(ctx, c, address, adminScope, func(r Room, v Visit) bool { return r.Hosted(c, v) && !r.out(c.User) })
	if err != nil {
		return spot.Room, err
	}
	return t.settle(ctx, spot.Room, false)
}

func (t *Turnstile) administers(c Caller, owner User, scope string) bool {
	return c.Account == owner.Account && c.May(scope)
}

func noMeeting(address string) *Fault {
	return Refuse(NoMeeting, fmt.Sprintf("Meeting does not exist: %s.", echo(address)))
}

// A RoomView is what a host sees of a room: the gate, and the seats of its sitting.
type RoomView struct {
	Room    Room
	Locked  bool // by a host, or by itself
	Present Roll // in the order in which they came
	Knocks  Roll // those who wait
	// Arriving is how many were let in and have no seat yet (I7).
	Arriving int
}

// Look is the room and everybody in it, for its hosts.
func (d *Door) Look(ctx context.Context, c Caller, address string) (RoomView, error) {
	r, err := d.hosted(ctx, c, address, AdminReadsMeetings)
	if err != nil {
		return RoomView{}, err
	}
	return d.view(ctx, r)
}

func (d *Door) view(ctx context.Context, r Room) (RoomView, error) {
	roll, err := d.Roll(ctx, r.Gate.Instance)
	if err != nil {
		return RoomView{}, err
	}
	now := d.Now()
	roll = roll.inOrder()
	return RoomView{
		Room: r, Locked: r.locked(now), Present: roll.present(now), Knocks: roll.knocking(now), Arriving: len(roll.arriving(r.Gate, now)),
	}, nil
}

// DoorEdit is what hosts may change of a live room.
type DoorEdit struct {
	Instance    string // the sitting that it is meant for; empty: whichever there is
	Locked      *bool
	WaitingRoom *WaitingRoom
	Waits       *bool // as in PolicyEdit
}

// Set locks or unlocks the room, or changes its waiting room. What a lock refuses is every join invoked after Set returned (I7).
// Only an open room can be locked; the waiting room is part of the policy and can be changed at any time.
func (d *Door) Set(ctx context.Context, c Caller, address string, e DoorEdit) (RoomView, error) {
	r, err := d.hosted(ctx, c, address, AdminWritesMeetings)
	if err == nil {
		err = r.meant(e.Instance)
	}
	if err == nil && e.Locked != nil && !r.Gate.Open {
		err = idle()
	}
	if err != nil {
		return RoomView{}, err
	}
	asked := r
	if e.WaitingRoom != nil || e.Waits != nil {
		f := Furniture{Policy: &PolicyEdit{WaitingRoom: e.WaitingRoom, Waits: e.Waits}}
		if r, err = d.furnish(ctx, r, f); err != nil {
			return RoomView{}, err
		}
	}
	if e.Locked != nil && *e.Locked != asked.locked(d.Now()) || e.Locked != nil && *e.Locked {
		if r, err = d.decide(ctx, asked, Turn{Lock: e.Locked}); err != nil {
			return RoomView{}, err
		}
	}
	return d.view(ctx, r)
}

// meant refuses what is meant for another sitting than the room's; empty: for whichever there is.
func (r Room) meant(instance string) error {
	if instance != "" && instance != r.Gate.Instance {
		return Refuse(Ended, "The sitting that this was meant for is over.")
	}
	return nil
}

// Selection is the seats that a host decides on.
type Selection struct {
	IDs []SeatID
	All bool // everybody who waits
}

// Decided is the seats on which a host's decision took effect, and those that it named but that were not there for it any more:
// they are shown as they were found.
type Decided struct {
	Seats  Roll
	Missed Roll
}

// Admit lets those in who wait (I8). They pass the turnstile together; where not all fit in, those come in who came first.
func (d *Door) Admit(ctx context.Context, c Caller, address string, sel Selection) (Decided, error) {
	r, chosen, done, err := d.choose(ctx, c, address, sel, Waiting)
	if err != nil || len(chosen) == 0 {
		return done, err
	}
	passed, r, err := d.passTogether(ctx, r, chosen)
	if err != nil {
		return Decided{}, err
	}
	first := r.Gate.Seq - int64(len(passed)) + 1
	err = d.flip(ctx, passed, &done, Waiting, func(i int, was Seat) (Seat, bool) {
		to := was.passed(first+int64(i), d.Now(), d.lease())
		if was.State != Waiting { // left, denied or removed meanwhile: nobody is on the way with the number
			return was.carrying(to), true
		}
		to.Approved, to.Place = true, r.place()
		return to.after(d.act(c, DidAdmit)), true
	})
	done.Missed = append(done.Missed, chosen.without(passed)...)
	return done, err
}

func (d *Door) act(c Caller, did Deed) Act { return Act{At: d.Now(), Did: did, By: c.User} }

// passTogether turns the turnstile once for as many of the seats as there is room for, and is those. Who was removed since they were chosen
// does not pass (I10).
func (d *Door) passTogether(ctx context.Context, r Room, seats Roll) (Roll, Room, error) {
	sitting, counted := r.Gate.Instance, false
	for range tries {
		seats = seats.only(func(s Seat) bool { return !slices.Contains(r.Gate.Removed, s.Identity()) })
		n := min(len(seats), max(0, int(int64(r.Policy.Capacity)-r.Gate.Seated)))
		switch {
		case !r.Gate.Open || r.Gate.Instance != sitting:
			return nil, r, idle()
		case n < len(seats) && !counted:
			var err error
			if r, counted, err = d.recount(ctx, r); err != nil {
				return nil, r, err
			}
			continue
		case len(seats) == 0:
			return nil, r, nil
		case n == 0:
			return nil, r, refused(Full)
		}
		turn := Turn{Instance: sitting, Epoch: &r.Gate.Epoch, Live: true, Pass: int64(n), Free: int64(n), Capacity: r.Policy.Capacity, At: d.Now()}
		after, done, err := d.turn(ctx, r, turn)
		if err != nil || done {
			return seats[:n], after, err
		}
		r, counted = after, false
	}
	return nil, r, busy()
}

// Deny refuses those who wait, and for this sitting whoever comes as them again: a user, or a guest from the same address.
func (d *Door) Deny(ctx context.Context, c Caller, address string, sel Selection) (Decided, error) {
	deny := func(r Room, chosen Roll) (Turn, error) { return Turn{Deny: few(r.Gate.Denied, chosen.clients())}, nil }
	return d.rule(ctx, c, address, sel, ruling{on: Waiting, gate: deny, to: func(s Seat) Seat {
		s.State = WasDenied
		return s.after(d.act(c, DidDeny))
	}})
}

// PutBack sends those who are in back to the waiting room: from now on they come in by approval only, and guests from the address of one who
// was put back too.
func (d *Door) PutBack(ctx context.Context, c Caller, address string, sel Selection) (Decided, error) {
	hold := func(r Room, chosen Roll) (Turn, error) {
		return Turn{Hold: append(chosen.identities(), few(r.Gate.Held, chosen.clients())...)}, ownerAmong(chosen)
	}
	return d.rule(ctx, c, address, sel, ruling{on: Admitted, gate: hold, to: func(s Seat) Seat {
		s = s.gone(d.Now())
		s.State, s.Held, s.Approved, s.Lease = Waiting, true, false, d.Now().Add(d.lease())
		return s.after(d.act(c, DidPutBack))
	}})
}

// mostBarred is how many a room remembers to bar or to hold who may come anew: each makes its item longer, for which every admission pays.
const mostBarred = 100

// few are those for whom there is a place beside those there are.
func few(there, more []Identity) []Identity {
	return more[:min(len(more), max(0, mostBarred-len(there)))]
}

// MakeHost makes those who are in, signed in to the owner's account, hosts of this sitting.
func (d *Door) MakeHost(ctx context.Context, c Caller, address string, sel Selection) (Decided, error) {
	return d.rule(ctx, c, address, sel, ruling{on: Admitted, gate: hosting, to: func(s Seat) Seat {
		if s.Role != Participant {
			return s
		}
		s.Role = AlternativeHost
		return s.after(d.act(c, DidMakeHost))
	}})
}

// hosting is the turn that makes the people hosts of the sitting.
func hosting(r Room, chosen Roll) (Turn, error) {
	for _, s := range chosen {
		if s.User.Account != r.Owner.Account {
			return Turn{}, RefuseField("participant_ids", "Only somebody signed in to the account of the room's owner can be made host.")
		}
	}
	return Turn{Hosts: chosen.identities()}, nil
}

// A ruling is what a host decides on people who are in one state.
type ruling struct {
	on   State
	gate func(Room, Roll) (Turn, error) // what the door must know first, if anything
	to   func(Seat) Seat
}

// rule makes the ruling on those selected, at the door and then on their seats.
func (d *Door) rule(ctx context.Context, c Caller, address string, sel Selection, made ruling) (Decided, error) {
	r, chosen, done, err := d.choose(ctx, c, address, sel, made.on)
	if err != nil || len(chosen) == 0 {
		return done, err
	}
	if made.gate != nil {
		turn, err := made.gate(r, chosen)
		if err == nil {
			r, err = d.decide(ctx, r, turn)
		}
		if err != nil {
			return Decided{}, err
		}
	}
	err = d.flip(ctx, chosen, &done, made.on, func(_ int, was Seat) (Seat, bool) {
		to := made.to(was)
		to.Place = r.place()
		return to, was.State == made.on
	})
	return done, err
}

// choose is the host's room, which must be live, and the seats of its sitting that were selected and are in the state. Those
// selected in another state are missed.
func (d *Door) choose(ctx context.Context, c Caller, address string, sel Selection, state State) (Room, Roll, Decided, error) {
	r, roll, err := d.liveRoll(ctx, c, address)
	if err != nil {
		return r, nil, Decided{}, err
	}
	selected, err := sel.of(r, roll, d.Now())
	there := func(s Seat) bool { return s.State == state && !slices.Contains(r.Gate.Removed, s.Identity()) }
	chosen := selected.only(there)
	missed := selected.only(func(s Seat) bool { return !there(s) })
	return r, chosen, Decided{Missed: missed}, err
}

// liveRoll is the host's room, which must be live, and the seats of its sitting.
func (d *Door) liveRoll(ctx context.Context, c Caller, address string) (Room, Roll, error) {
	r, err := d.hosted(ctx, c, address, AdminWritesMeetings)
	if err == nil && !r.Gate.Open {
		err = idle()
	}
	if err != nil {
		return r, nil, err
	}
	roll, err := d.Roll(ctx, r.Gate.Instance)
	return r, roll.inOrder(), err
}

// of is the selected seats of the room's roll; a seat that it does not know is refused. All who wait are those who wait for what sits
// in the room: who came for another meeting is named one by one (I18).
func (sel Selection) of(r Room, l Roll, now time.Time) (Roll, error) {
	if sel.All {
		return l.knocking(now).only(func(s Seat) bool { return !r.sitsAnother(s.Visit.ID) }), nil
	}
	named := l.only(func(s Seat) bool { return slices.Contains(sel.IDs, s.ID) })
	for _, id := range sel.IDs {
		if !slices.ContainsFunc(named, func(s Seat) bool { return s.ID == id }) {
			return nil, noSeat(id)
		}
	}
	return named, nil
}

// flip stores each seat as change makes it of what is stored, as long as that allows it. Those who were in the state, or in any if it is
// empty, are done; the others are missed.
func (d *Door) flip(ctx context.Context, seats Roll, done *Decided, from State, change func(i int, was Seat) (Seat, bool)) error {
	now := slices.Clone(seats)
	counts := make([]bool, len(seats))
	calls := make([]func(context.Context) error, len(seats))
	for i, s := range seats {
		calls[i] = func(ctx context.Context) (err error) {
			now[i], err = d.flipOne(ctx, s, func(was Seat) (Seat, bool) {
				counts[i] = from == "" || was.State == from
				return change(i, was)
			})
			return err
		}
	}
	err := together(ctx, calls...)
	for i, s := range now {
		if counts[i] {
			done.Seats = append(done.Seats, s)
		} else {
			done.Missed = append(done.Missed, s)
		}
	}
	return err
}

// flipOne is the seat after the change; or, where that does not allow it, as it is.
func (d *Door) flipOne(ctx context.Context, was Seat, change func(Seat) (Seat, bool)) (Seat, error) {
	for range tries {
		to, allowed := change(was)
		if !allowed {
			return was, nil
		}
		now, err := d.ChangeSeat(ctx, to)
		if err == nil {
			return now, nil
		}
		if !errors.Is(err, ErrStale) {
			return was, err
		}
		was = now
	}
	return was, busy()
}

func ownerAmong(l Roll) error {
	if slices.ContainsFunc(l, func(s Seat) bool { return s.Role == Host }) {
		return Refuse(IsOwner, "The owner of a room cannot be removed from it, nor be made to wait.")
	}
	return nil
}

func idle() *Fault { return Refuse(RoomIdle, "Nobody is in this room: start it first.") }

func noSeat(id SeatID) *Fault {
	return Refuse(NoSeat, fmt.Sprintf("This meeting has no participant %s.", echo(string(id))))
}
