package meeting

import (
	"cmp"
	"context"
	"time"
)

// NeverEnteredFor is how long an instance that was started, and that nobody entered, is its host's (I17).
const NeverEnteredFor = 10 * time.Minute

// An Occupancy is what a read of the roster found (I17), so that the next ones need not read it.
type Occupancy struct {
	Present SeatID    // a seat that is in; empty: nobody's lease was alive any more
	Until   time.Time // when its lease ends; without such a seat, when the instance may be ended
	Seq     int64     // how many admissions there were
}

// vacated reports whether nobody's lease is alive, as the roster said, and nobody was admitted since. The instance goes
// on until the leases ended leaseGrace ago, since clocks differ; a request that read it before finds it vacated later
// too.
func (r Room) vacated() bool {
	o := r.Live.Occupancy
	return r.Live.Open && o.Present == "" && !o.Until.IsZero() && o.Seq == r.Live.AdmissionSeq
}

// maybeEmpty reports whether the instance may be empty (I17): then the roster must be read.
func (r Room) maybeEmpty(now time.Time, lease time.Duration) bool {
	g := r.Live
	switch {
	case !g.Open || now.Before(g.Occupancy.Until):
		return false
	case g.AdmissionSeq == 0:
		return !now.Before(g.AdmittedAt.Add(NeverEnteredFor))
	case r.vacated():
		return true // the leases ended leaseGrace ago
	}
	return !now.Before(g.AdmittedAt.Add(lease))
}

// occupancy returns what the roster says of the instance, in which somebody is or was until leaseGrace ago.
func (l Roster) occupancy(g LiveState, now time.Time) Occupancy {
	o, inMedia := Occupancy{Seq: g.AdmissionSeq}, false
	for _, s := range l.in(Admitted, now) {
		if s.Lease.After(o.Until) {
			o.Until, o.Present, inMedia = s.Lease, s.ID, s.InMedia
		}
	}
	switch check := now.Add(MediaCheck); {
	case !now.Before(o.Until):
		o.Until, o.Present = o.Until.Add(leaseGrace), ""
	case inMedia && o.Until.After(check):
		o.Until = check
	}
	return o
}

// asIdle returns the vacated room as somebody finds it who was not in: as idle, and with whom its hosts sent away.
func (r Room) asIdle() Room {
	g := r.Live
	r.Live = LiveState{
		Instance: g.Instance, Epoch: g.Epoch, DistrustedUntil: g.DistrustedUntil,
		Removed: g.Removed, NeedApproval: g.NeedApproval, Denied: g.Denied,
		HoldGuests: g.HoldGuests, HoldEverybody: g.HoldEverybody,
	}
	return r
}

// wasIn reports whether the people in the seat were in the instance, and were not sent away.
func (s Seat) wasIn() bool {
	return !s.FirstAdmittedAt.IsZero() && (s.State == Admitted || s.State == Left)
}

// decide is [Room.Decide]. In a vacated room it decides on a seat that was in as before, and on all others as on an
// idle room (I17). Those who may open that are decided on as the room is: it is still open.
func (d *Door) decide(ctx context.Context, r Room, k JoinRequest, seat Seat) (Decision, error) {
	now, door := d.core.env.Now(), r
	if r.vacated() && !seat.wasIn() {
		door = r.asIdle()
	}
	var err error
	if k.NextStart, err = d.nextStart(ctx, door, k.Target.ID); err != nil {
		return Decision{}, err
	}
	decision := door.Decide(k, seat.ID, now)
	if decision.Answer == Admits && door.Live.Open != r.Live.Open {
		decision = r.Decide(k, seat.ID, now)
	}
	return decision, nil
}

// endIfLast ends the instance if the people in the seat, who left, were the last ones. It reads the roster only if the
// seat of its last reading left too, so that a crowd that leaves does not read it for each who goes.
func (t *core) endIfLast(ctx context.Context, r Room, left SeatID) error {
	if r.vacated() && t.env.Now().Before(r.Live.Occupancy.Until) {
		return nil
	}
	if present := cmp.Or(r.Live.Occupancy.Present, r.Live.Opener); present != "" && present != left {
		seat, err := t.store.Seat(ctx, present)
		if err != nil || seat.renewable(t.env.Now()) {
			return err
		}
	}
	_, err := t.endIf(ctx, r, func(r Room) (*endPlan, error) { return t.planIfEmpty(ctx, r) })
	return err
}
