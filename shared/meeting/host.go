package meeting

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

func noOtherRead(context.Context) error { return nil }

func noMeeting(address string) *Refusal {
	return Refuse(NoMeeting, fmt.Sprintf("Meeting does not exist: %s.", echo(address)))
}

// A RoomView is what a host sees of a room: the gate, and the seats of its sitting.
type RoomView struct {
	Room    Room
	Locked  bool   // by a host, or by itself
	Present Roster // in the order in which they came
	Waiting Roster // those who wait
	// Arriving is how many were let in and have no seat yet (I7).
	Arriving int
}

// RoomState is the room and everybody in it, for its hosts.
func (d *Door) RoomState(ctx context.Context, c Caller, address string) (RoomView, error) {
	r, err := d.core.authorizeLive(ctx, c, address, ViewLive)
	if err != nil {
		return RoomView{}, err
	}
	return d.view(ctx, r)
}

func (d *Door) view(ctx context.Context, r Room) (RoomView, error) {
	roll, err := d.core.store.Roster(ctx, r.Live.Instance)
	if err != nil {
		return RoomView{}, err
	}
	now := d.core.env.Now()
	roll = roll.sortedByJoin()
	return RoomView{
		Room: r, Locked: r.locked(now), Present: roll.present(now), Waiting: roll.waiting(now), Arriving: len(roll.arriving(r.Live, now)),
	}, nil
}

// LiveEdit is what hosts may change of a live room.
type LiveEdit struct {
	Instance      string // the sitting that it is meant for; empty: whichever there is
	Locked        *bool
	WaitingRoom   *WaitingRoom
	WaitingRoomOn *bool // as in PolicyEdit
}

// UpdateLive locks or unlocks the room, or changes its waiting room. What a lock refuses is every join invoked after Set returned (I7).
// Only an open room can be locked; the waiting room is part of the policy and can be changed at any time.
func (d *Door) UpdateLive(ctx context.Context, c Caller, address string, e LiveEdit) (RoomView, error) {
	r, err := d.core.authorizeLive(ctx, c, address, ChangeLive)
	if err == nil {
		err = r.checkInstance(e.Instance)
	}
	if err == nil && e.Locked != nil && !r.Live.Open {
		err = refuse(RoomIdle)
	}
	if err != nil {
		return RoomView{}, err
	}
	asked := r
	if e.WaitingRoom != nil || e.WaitingRoomOn != nil {
		f := RoomEdit{Settings: &SettingsEdit{WaitingRoom: e.WaitingRoom, WaitingRoomOn: e.WaitingRoomOn}}
		if r, err = d.core.editRoom(ctx, r, f); err != nil {
			return RoomView{}, err
		}
	}
	if e.Locked != nil && *e.Locked != asked.locked(d.core.env.Now()) || e.Locked != nil && *e.Locked {
		if r, err = d.core.applyDecision(ctx, asked, Transition{Lock: e.Locked}); err != nil {
			return RoomView{}, err
		}
	}
	return d.view(ctx, r)
}

// checkInstance refuses what is meant for another sitting than the room's; empty: for whichever there is.
func (r Room) checkInstance(instance string) error {
	if instance != "" && instance != r.Live.Instance {
		return Refuse(Ended, "The instance that this was meant for is over.")
	}
	return nil
}

// Selection is the seats that a host decides on.
type Selection struct {
	IDs []SeatID
	All bool // everybody who waits
}

// Result is the seats on which a host's decision took effect, and those that it named but that were not there for it any more:
// they are shown as they were found.
type Result struct {
	Applied Roster
	Skipped Roster
}

// Admit lets those in who wait (I8). They pass the turnstile together; where not all fit in, those come in who came first.
func (d *Door) Admit(ctx context.Context, c Caller, address string, sel Selection) (Result, error) {
	r, chosen, done, err := d.selectSeats(ctx, c, address, sel, Waiting)
	if err != nil || len(chosen) == 0 {
		return done, err
	}
	passed, r, err := d.admitTogether(ctx, r, chosen)
	if err != nil {
		return Result{}, err
	}
	first := r.Live.AdmissionSeq - int64(len(passed)) + 1
	err = d.updateSeats(ctx, passed, &done, Waiting, func(i int, was Seat) (Seat, bool) {
		to := was.admitted(first+int64(i), d.core.env.Now(), d.core.lease())
		if was.State != Waiting { // left, denied or removed meanwhile: nobody is on the way with the number
			return was.withSeqsOf(to), true
		}
		to.Approved, to.Context = true, r.seatContext()
		return to.withAction(d.logEntry(c, ActionAdmit)), true
	})
	done.Skipped = append(done.Skipped, chosen.except(passed)...)
	return done, err
}

func (d *Door) logEntry(c Caller, did HostAction) HostActionRecord {
	return HostActionRecord{At: d.core.env.Now(), Action: did, By: c.User}
}

// admitTogether turns the turnstile once for as many of the seats as there is room for, and is those. Who was removed since they were chosen
// does not pass (I10).
func (d *Door) admitTogether(ctx context.Context, r Room, seats Roster) (Roster, Room, error) {
	sitting, counted := r.Live.Instance, false
	for range tries {
		seats = seats.filter(func(s Seat) bool { return !slices.Contains(r.Live.Removed, s.Identity()) })
		n := min(len(seats), max(0, int(int64(r.Settings.Capacity)-r.Live.Seated)))
		switch {
		case !r.Live.Open || r.Live.Instance != sitting:
			return nil, r, refuse(RoomIdle)
		case n < len(seats) && !counted:
			var err error
			if r, counted, err = d.core.recount(ctx, r); err != nil {
				return nil, r, err
			}
			continue
		case len(seats) == 0:
			return nil, r, nil
		case n == 0:
			return nil, r, refuse(Full)
		}
		turn := Transition{Instance: sitting, Epoch: &r.Live.Epoch, Live: true, Admissions: int64(n), Seats: int64(n), Capacity: r.Settings.Capacity, At: d.core.env.Now()}
		after, done, err := d.core.apply(ctx, r, turn)
		if err != nil || done {
			return seats[:n], after, err
		}
		r, counted = after, false
	}
	return nil, r, busy()
}

// Deny refuses those who wait, and for this sitting whoever comes as them again: a user, or a guest from the same address.
func (d *Door) Deny(ctx context.Context, c Caller, address string, sel Selection) (Result, error) {
	deny := func(r Room, chosen Roster) (Transition, error) {
		return Transition{Deny: capped(r.Live.Denied, chosen.joinIdentities())}, nil
	}
	return d.applyAction(ctx, c, address, sel, action{from: Waiting, transition: deny, change: func(s Seat) Seat {
		s.State = WasDenied
		return s.withAction(d.logEntry(c, ActionDeny))
	}})
}

// MoveToWaitingRoom sends those who are in back to the waiting room: from now on they come in by approval only, and guests from the address of one who
// was put back too.
func (d *Door) MoveToWaitingRoom(ctx context.Context, c Caller, address string, sel Selection) (Result, error) {
	hold := func(r Room, chosen Roster) (Transition, error) {
		return Transition{RequireApproval: append(chosen.identities(), capped(r.Live.NeedApproval, chosen.joinIdentities())...)}, refuseOwner(chosen)
	}
	return d.applyAction(ctx, c, address, sel, action{from: Admitted, transition: hold, change: func(s Seat) Seat {
		s = s.exited(d.core.env.Now())
		s.State, s.NeedsApproval, s.Approved, s.Lease = Waiting, true, false, d.core.env.Now().Add(d.core.lease())
		return s.withAction(d.logEntry(c, ActionMoveToWaitingRoom))
	}})
}

// maxRemembered is how many a room remembers to bar or to hold who may come anew: each makes its item longer, for which every admission pays.
const maxRemembered = 100

// capped are those for whom there is a place beside those there are.
func capped(there, more []Identity) []Identity {
	return more[:min(len(more), max(0, maxRemembered-len(there)))]
}

// MakeHost makes those who are in, signed in to the owner's account, hosts of this sitting.
func (d *Door) MakeHost(ctx context.Context, c Caller, address string, sel Selection) (Result, error) {
	return d.applyAction(ctx, c, address, sel, action{from: Admitted, transition: makeHosts, change: func(s Seat) Seat {
		if s.Role != Participant {
			return s
		}
		s.Role = AlternativeHost
		return s.withAction(d.logEntry(c, ActionMakeHost))
	}})
}

// makeHosts is the turn that makes the people hosts of the sitting.
func makeHosts(r Room, chosen Roster) (Transition, error) {
	for _, s := range chosen {
		if s.User.Account != r.Owner.Account {
			return Transition{}, RefuseField("participant_ids", "Only somebody signed in to the account of the room's owner can be made host.")
		}
	}
	return Transition{MakeHosts: chosen.identities()}, nil
}

// A action is what a host decides on people who are in one state.
type action struct {
	from       State
	transition func(Room, Roster) (Transition, error) // what the door must know first, if anything
	change     func(Seat) Seat
}

// applyAction makes the ruling on those selected, at the door and then on their seats.
func (d *Door) applyAction(ctx context.Context, c Caller, address string, sel Selection, made action) (Result, error) {
	r, chosen, done, err := d.selectSeats(ctx, c, address, sel, made.from)
	if err != nil || len(chosen) == 0 {
		return done, err
	}
	if made.transition != nil {
		turn, err := made.transition(r, chosen)
		if err == nil {
			r, err = d.core.applyDecision(ctx, r, turn)
		}
		if err != nil {
			return Result{}, err
		}
	}
	err = d.updateSeats(ctx, chosen, &done, made.from, func(_ int, was Seat) (Seat, bool) {
		to := made.change(was)
		to.Context = r.seatContext()
		return to, was.State == made.from
	})
	return done, err
}

// selectSeats is the host's room, which must be live, and the seats of its sitting that were selected and are in the state. Those
// selected in another state are missed.
func (d *Door) selectSeats(ctx context.Context, c Caller, address string, sel Selection, state State) (Room, Roster, Result, error) {
	r, roll, err := d.liveRoster(ctx, c, address)
	if err != nil {
		return r, nil, Result{}, err
	}
	selected, err := sel.pick(r, roll, d.core.env.Now())
	there := func(s Seat) bool { return s.State == state && !slices.Contains(r.Live.Removed, s.Identity()) }
	chosen := selected.filter(there)
	missed := selected.filter(func(s Seat) bool { return !there(s) })
	return r, chosen, Result{Skipped: missed}, err
}

// liveRoster is the host's room, which must be live, and the seats of its sitting.
func (d *Door) liveRoster(ctx context.Context, c Caller, address string) (Room, Roster, error) {
	r, err := d.core.authorizeLive(ctx, c, address, DecideOnSeats)
	if err == nil && !r.Live.Open {
		err = refuse(RoomIdle)
	}
	if err != nil {
		return r, nil, err
	}
	roll, err := d.core.store.Roster(ctx, r.Live.Instance)
	return r, roll.sortedByJoin(), err
}

// pick is the selected seats of the room's roll; a seat that it does not know is refused. All who wait are those who wait for what sits
// in the room: who came for another meeting is named one by one (I18).
func (sel Selection) pick(r Room, l Roster, now time.Time) (Roster, error) {
	if sel.All {
		return l.waiting(now).filter(func(s Seat) bool { return !r.isLiveForAnother(s.Target.ID) }), nil
	}
	named := l.filter(func(s Seat) bool { return slices.Contains(sel.IDs, s.ID) })
	for _, id := range sel.IDs {
		if !slices.ContainsFunc(named, func(s Seat) bool { return s.ID == id }) {
			return nil, noSeat(id)
		}
	}
	return named, nil
}

// updateSeats stores each seat as change makes it of what is stored, as long as that allows it. Those who were in the state, or in any if it is
// empty, are done; the others are missed.
func (d *Door) updateSeats(ctx context.Context, seats Roster, done *Result, from State, change func(i int, was Seat) (Seat, bool)) error {
	now := slices.Clone(seats)
	counts := make([]bool, len(seats))
	calls := make([]func(context.Context) error, len(seats))
	for i, s := range seats {
		calls[i] = func(ctx context.Context) (err error) {
			now[i], err = d.updateSeat(ctx, s, func(was Seat) (Seat, bool) {
				counts[i] = from == "" || was.State == from
				return change(i, was)
			})
			return err
		}
	}
	err := together(ctx, calls...)
	for i, s := range now {
		if counts[i] {
			done.Applied = append(done.Applied, s)
		} else {
			done.Skipped = append(done.Skipped, s)
		}
	}
	return err
}

// updateSeat is the seat after the change; or, where that does not allow it, as it is.
func (d *Door) updateSeat(ctx context.Context, was Seat, change func(Seat) (Seat, bool)) (Seat, error) {
	for range tries {
		to, allowed := change(was)
		if !allowed {
			return was, nil
		}
		now, err := d.core.store.ChangeSeat(ctx, to)
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

func refuseOwner(l Roster) error {
	if slices.ContainsFunc(l, func(s Seat) bool { return s.Role == Host }) {
		return refuse(IsOwner)
	}
	return nil
}

func noSeat(id SeatID) *Refusal {
	return Refuse(NoSeat, fmt.Sprintf("This meeting has no participant %s.", echo(string(id))))
}
