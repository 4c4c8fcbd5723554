package meeting

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

func noMeeting(address string) *Refusal {
	return Refuse(NoMeeting, fmt.Sprintf("Meeting does not exist: %s.", echo(address)))
}

// A RoomView shows a room to its hosts: its live state and its seats.
type RoomView struct {
	Room     Room
	Locked   bool   // by a host, or by itself
	Attacked bool   // its passcode is distrusted
	Present  Roster // in the order in which they joined
	Waiting  Roster // in the order in which they joined
	Arriving int    // how many were admitted and have no seat yet (I7)

	// GoneIn is how long somebody stays listed who did not renew in time; 0: everybody did. Nothing is written when
	// they go.
	GoneIn time.Duration

	networks map[Identity]HostAction // for SameNetwork
	places   map[SeatID]NetworkPlace
}

// RoomState returns the room and everybody in it, for its hosts.
func (d *Door) RoomState(ctx context.Context, c Caller, address string) (RoomView, error) {
	r, err := d.core.authorizeLive(ctx, c, address, ViewLive)
	if err == nil && d.core.env.Config.MediaPresence { // nobody else may ask for a long time
		r, err = d.core.endIfOver(ctx, r)
	}
	if err != nil {
		return RoomView{}, err
	}
	return d.view(ctx, r)
}

func (d *Door) view(ctx context.Context, r Room) (RoomView, error) {
	roster, err := d.core.store.Roster(ctx, r.Live.Instance)
	if err != nil {
		return RoomView{}, err
	}
	now := d.core.env.Now()
	roster = roster.sortedByJoin()
	present, waiting := roster.in(Admitted, now), roster.in(Waiting, now)
	return RoomView{
		Room: r, Locked: r.locked(now), Attacked: r.UnderAttack(now), Present: present, Waiting: waiting,
		Arriving: len(roster.arriving(r.Live, now)), networks: roster.networkActions(),
		places: roster.networkPlaces(), GoneIn: d.core.goneIn(slices.Concat(present, waiting), now),
	}, nil
}

// LiveEdit holds a host's changes of a live room. A nil field leaves it as it is.
type LiveEdit struct {
	Instance      string // the uuid of the one that it is meant for; empty: any
	Locked        *bool
	WaitingRoom   *WaitingRoom
	WaitingRoomOn *bool   // as in SettingsEdit, from what holds now
	Message       *string // for people who wait; empty: none
}

// UpdateLive locks or unlocks the room, changes its waiting room, or the message for people who wait, for the live
// instance (I19). A lock refuses every
// join that is invoked after UpdateLive returned (I7). It returns [RoomIdle] if the room is not live: then only its
// settings can be changed, by their owner or an admin.
func (d *Door) UpdateLive(ctx context.Context, c Caller, address string, e LiveEdit) (RoomView, error) {
	r, err := d.core.authorizeLive(ctx, c, address, ChangeLive)
	if err == nil {
		err = r.checkInstance(e.Instance)
	}
	if err != nil {
		return RoomView{}, err
	}
	locked := r.locked(d.core.env.Now())
	r, err = d.core.applyDecisionOn(ctx, r, func(r Room) (*Transition, error) { return e.transition(r, locked) })
	if err != nil {
		return RoomView{}, err
	}
	return d.view(ctx, r)
}

// checkInstance returns [Ended] if the instance of the uuid is not that of the room; empty is any.
func (r Room) checkInstance(uuid string) error {
	if uuid != "" && uuid != r.UUID() {
		return Refuse(Ended, "The instance that this was meant for is over.")
	}
	return nil
}

// A Selection is the seats that a host decides on.
type Selection struct {
	IDs []SeatID
	All bool // everybody who waits for what is live in the room
}

// A Result is the seats that a host's decision changed, and the selected ones that it did not: as they were found.
type Result struct {
	Applied Roster
	Skipped Roster
}

// Admit admits people who wait (I8), by one transition. If not all fit in, those who joined first come in.
func (d *Door) Admit(ctx context.Context, c Caller, address string, sel Selection) (Result, error) {
	r, chosen, done, err := d.selectSeats(ctx, c, address, sel, Waiting)
	if err != nil || len(chosen) == 0 {
		return done, err
	}
	admitted, r, err := d.admitTogether(ctx, r, sel, chosen)
	if err != nil {
		return Result{}, err
	}
	first := r.Live.AdmissionSeq - int64(len(admitted)) + 1
	err = d.updateSeats(ctx, admitted, &done, Waiting, func(i int, was Seat) (Seat, bool) {
		seq := first + int64(i)
		if was.State == Waiting && was.hasSeq(seq) { // they were in, or had left, and wait again
			return was, false
		}
		to := was.admitted(seq, d.core.env.Now(), d.core.waitLease())
		if was.State != Waiting { // a concurrent change: nobody will arrive with this admission number
			return was.withSeqsOf(to), true
		}
		to.Approved, to.Context = true, r.seatContext()
		return to.withAction(d.logEntry(c, ActionAdmit)), true
	})
	done.Skipped = append(done.Skipped, chosen.except(admitted)...)
	return done, err
}

func (d *Door) logEntry(c Caller, action HostAction) HostActionRecord {
	return HostActionRecord{At: d.core.env.Now(), Action: action, By: c.User}
}

// admitTogether admits as many of the selected seats as the room has space for, and returns those. It leaves out people
// who were removed or denied since they were chosen (I10).
func (d *Door) admitTogether(ctx context.Context, r Room, sel Selection, seats Roster) (Roster, Room, error) {
	instance, counted := r.Live.Instance, false
	for range tries {
		seats = seats.filter(func(s Seat) bool { return !sel.leavesOut(r, s) })
		n := min(len(seats), max(0, int(int64(r.Settings.Capacity)-r.Live.Seated)))
		switch {
		case !r.isLive(instance):
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
		after, done, err := d.core.apply(ctx, r, Transition{
			Instance: instance, Epoch: &r.Live.Epoch, Live: true, Admissions: int64(n), Seats: int64(n),
			Capacity: r.Settings.Capacity, At: d.core.env.Now(),
		})
		if err != nil || done {
			return seats[:n], after, err
		}
		r, counted = after, false
	}
	return nil, r, refuse(Busy)
}

// Deny refuses people who wait: for this instance their seats, and users by name. A guest from the network of one of
// them needs approval.
func (d *Door) Deny(ctx context.Context, c Caller, address string, sel Selection) (Result, error) {
	deny := func(r Room, chosen Roster) (Transition, error) { return r.denial(chosen), nil }
	return d.applyAction(ctx, c, address, sel, action{from: Waiting, transition: deny, change: func(s Seat) Seat {
		s.State = WasDenied
		return s.withAction(d.logEntry(c, ActionDeny))
	}})
}

// MoveToWaitingRoom moves people who are in back to the waiting room. From then on only a host's approval admits them,
// and guests from the network of one of them who are not in.
func (d *Door) MoveToWaitingRoom(ctx context.Context, c Caller, address string, sel Selection) (Result, error) {
	move := func(r Room, chosen Roster) (Transition, error) { return r.approvalNeeded(chosen), refuseOwner(chosen) }
	return d.applyAction(ctx, c, address, sel, action{from: Admitted, transition: move, change: func(s Seat) Seat {
		s = s.exited(d.core.env.Now()).renewed(d.core.env.Now(), d.core.waitLease())
		s.State, s.NeedsApproval, s.Approved = Waiting, true, false
		return s.withAction(d.logEntry(c, ActionMoveToWaitingRoom))
	}})
}

// MakeHost makes people who are in, and signed in to the owner's account, hosts of this instance.
func (d *Door) MakeHost(ctx context.Context, c Caller, address string, sel Selection) (Result, error) {
	makeHosts := func(r Room, chosen Roster) (Transition, error) {
		if slices.ContainsFunc(chosen, func(s Seat) bool { return s.User.Account != r.Owner.Account }) {
			return Transition{}, RefuseField("participant_ids",
				"Only somebody signed in to the account of the room's owner can be made host.")
		}
		return r.madeHosts("participant_ids", chosen.identities())
	}
	return d.applyAction(ctx, c, address, sel, action{from: Admitted, transition: makeHosts, change: func(s Seat) Seat {
		if s.Role == Host || s.wasMadeHost() {
			return s
		}
		s.Role = AlternativeHost
		return s.withAction(d.logEntry(c, ActionMakeHost))
	}})
}

// An action is a host's decision on people who are in one state.
type action struct {
	from       State
	transition func(Room, Roster) (Transition, error) // of the room, before the seats change
	change     func(Seat) Seat
}

func (d *Door) applyAction(ctx context.Context, c Caller, address string, sel Selection, a action) (Result, error) {
	r, chosen, done, err := d.selectSeats(ctx, c, address, sel, a.from)
	if err != nil || len(chosen) == 0 {
		return done, err
	}
	r, err = d.core.applyDecisionOn(ctx, r, func(r Room) (*Transition, error) {
		by, err := a.transition(r, chosen)
		return &by, err
	})
	if err != nil {
		return Result{}, err
	}
	err = d.updateSeats(ctx, chosen, &done, a.from, func(_ int, was Seat) (Seat, bool) {
		to := a.change(was)
		to.Context = r.seatContext()
		return to, was.State == a.from
	})
	return done, err
}

// selectSeats returns the host's live room and the selected seats that are in the state. The result skips those in
// another state.
func (d *Door) selectSeats(
	ctx context.Context, c Caller, address string, sel Selection, state State,
) (Room, Roster, Result, error) {
	r, roster, err := d.liveRoster(ctx, c, address)
	if err != nil {
		return r, nil, Result{}, err
	}
	selected, err := sel.pick(r, roster, d.core.env.Now())
	chosen := selected.filter(func(s Seat) bool {
		return s.State == state && !sel.leavesOut(r, s)
	})
	return r, chosen, Result{Skipped: selected.except(chosen)}, err
}

func (d *Door) liveRoster(ctx context.Context, c Caller, address string) (Room, Roster, error) {
	r, err := d.core.authorizeLive(ctx, c, address, DecideOnSeats)
	if err == nil && !r.Live.Open {
		err = refuse(RoomIdle)
	}
	if err != nil {
		return r, nil, err
	}
	roster, err := d.core.store.Roster(ctx, r.Live.Instance)
	return r, roster.sortedByJoin(), err
}

// pick returns the selected seats of the roster, or [NoSeat] if it lacks one. All are those who wait for what is live
// in the room: people who came for another meeting must be named (I18).
func (sel Selection) pick(r Room, l Roster, now time.Time) (Roster, error) {
	if sel.All {
		return l.in(Waiting, now).filter(func(s Seat) bool { return !r.isLiveForAnother(s.Target.ID) }), nil
	}
	for _, id := range sel.IDs {
		if !slices.ContainsFunc(l, func(s Seat) bool { return s.ID == id }) {
			return nil, Refuse(NoSeat, fmt.Sprintf("This meeting has no participant %s.", echo(string(id))))
		}
	}
	return l.filter(func(s Seat) bool { return slices.Contains(sel.IDs, s.ID) }), nil
}

// leavesOut reports whether no decision concerns the people in the seat: they were removed; or denied, unless they are
// named.
func (sel Selection) leavesOut(r Room, s Seat) bool {
	return s.isAmong(r.Live.Removed) || sel.All && s.isAmong(r.Live.Denied)
}

// updateSeats stores each seat as change returns it for the stored one, as long as change allows that. The result
// applies the seats that were in the state from, or in any if that is empty, and skips the others.
func (d *Door) updateSeats(
	ctx context.Context, seats Roster, done *Result, from State, change func(i int, was Seat) (Seat, bool),
) error {
	applied := make([]bool, len(seats))
	now, err := each(ctx, seats, func(ctx context.Context, i int, s Seat) (Seat, error) {
		return d.core.updateSeat(ctx, s, func(was Seat) (Seat, bool) {
			to, allowed := change(i, was)
			applied[i] = from == "" || was.State == from && allowed
			return to, allowed
		})
	})
	for i, s := range now {
		if applied[i] {
			done.Applied = append(done.Applied, s)
		} else {
			done.Skipped = append(done.Skipped, s)
		}
	}
	return err
}

// updateSeat stores the seat as change returns it for the stored one, and returns the seat that is then stored. If
// change does not allow it, nothing is written.
func (t *core) updateSeat(ctx context.Context, was Seat, change func(Seat) (Seat, bool)) (Seat, error) {
	for range tries {
		to, allowed := change(was)
		if !allowed {
			return was, nil
		}
		now, err := t.store.ChangeSeat(ctx, to)
		if err == nil {
			return now, nil
		}
		if !errors.Is(err, ErrStale) {
			return was, err
		}
		was = now
	}
	return was, refuse(Busy)
}

func refuseOwner(l Roster) error {
	if slices.ContainsFunc(l, func(s Seat) bool { return s.Role == Host }) {
		return refuse(IsOwner)
	}
	return nil
}
