package meeting

import (
	"context"
	"time"
)

// An endPlan is the decision that an instance is over, made on the room as it was read; or that it is not.
type endPlan struct {
	at       time.Time  // when it was over
	roster   Roster     // nil if it was not read
	empty    bool       // it is over because nobody is in: only until a host decides, or somebody is admitted
	occupied *Occupancy // it is not over, as the roster says
	forNext  bool       // those who wait go on waiting in the next instance
}

// endIfOver ends an instance that lasted as long as it may, or that is empty (I17). Such an instance ends only when the
// next request finds it.
func (t *core) endIfOver(ctx context.Context, r Room) (Room, error) {
	return t.endIf(ctx, r, func(r Room) (*endPlan, error) {
		if now := t.env.Now(); !r.expired(now) && !r.Rules.closed() && r.maybeEmpty(now, t.waitLease()) {
			return t.planIfEmpty(ctx, r)
		}
		return t.planIfExpired(ctx, r)
	})
}

// endIfExpired ends an instance that lasted as long as it may.
func (t *core) endIfExpired(ctx context.Context, r Room) (Room, error) {
	return t.endIf(ctx, r, func(r Room) (*endPlan, error) { return t.planIfExpired(ctx, r) })
}

// endNow ends the instance, even if people are in it or its hosts decide something meanwhile. It never ends the next
// one.
func (t *core) endNow(ctx context.Context, r Room) error {
	_, err := t.endIf(ctx, r, func(r Room) (*endPlan, error) {
		if end, err := t.planIfExpired(ctx, r); err != nil || end != nil {
			return end, err
		}
		return &endPlan{at: t.env.Now()}, nil
	})
	return err
}

// planIfExpired ends an instance as of MaxInstanceTime, or earlier, as of the time when the last person left; and one
// of an account that the operator closed at once.
func (t *core) planIfExpired(ctx context.Context, r Room) (*endPlan, error) {
	if !r.expired(t.env.Now()) && !r.Rules.closed() {
		return nil, nil //nolint:nilnil // it is not over
	}
	roster, err := t.store.Roster(ctx, r.Live.Instance)
	return &endPlan{at: roster.lastPresent(t.env.Now()), roster: roster}, err
}

// planIfEmpty ends an instance that nobody is in, nor arriving at, as of the time when the last person left.
func (t *core) planIfEmpty(ctx context.Context, r Room) (*endPlan, error) {
	roster, err := t.presentRoster(ctx, r)
	switch now := t.env.Now(); {
	case err == nil && roster.empty(r.Live, now):
		return &endPlan{at: roster.lastPresent(now), roster: roster, empty: true}, nil
	case err == nil && len(roster.in(Admitted, now)) > 0:
		return &endPlan{occupied: new(roster.occupancy(r.Live, now))}, nil
	}
	return nil, err
}

// endIf ends the instance of r as plan returns it for the room as it is by then; nil: it is not over.
func (t *core) endIf(ctx context.Context, r Room, plan func(Room) (*endPlan, error)) (Room, error) {
	instance := r.Live.Instance
	for try := range tries {
		if !r.isLive(instance) {
			return r, nil
		}
		end, err := plan(r)
		goesOn := end == nil || end.occupied != nil
		if err == nil && goesOn && try > 0 { // an earlier try recorded it as ended
			err = t.recordOpened(ctx, r)
		}
		if err != nil || end == nil {
			return r, err
		}
		if goesOn {
			return t.remember(ctx, r, *end.occupied)
		}
		var done bool
		if r, done, err = t.commitEnd(ctx, r, *end); err != nil || done {
			return r, err
		}
	}
	return r, refuse(Busy)
}

// remember stores what the roster said of the live instance. If that is over by now, it returns the room as it is.
func (t *core) remember(ctx context.Context, r Room, o Occupancy) (Room, error) {
	r, _, err := t.apply(ctx, r, Transition{Instance: r.Live.Instance, Live: true, Occupancy: &o})
	return r, err
}

// commitEnd ends the instance; after a concurrent change it returns false and the room as it is. It stores the record
// first, so that no crash loses it; the transition is conditional on what the record says.
func (t *core) commitEnd(ctx context.Context, r Room, end endPlan) (Room, bool, error) {
	record := r.instanceRecord(t.retention()).ended(end.at, t.retention())
	record.Rank++
	next, err := t.env.nextInstance(r.Live)
	if err == nil {
		err = together(ctx,
			func(ctx context.Context) error { return t.store.SaveInstance(ctx, record) },
			func(ctx context.Context) error { return t.useUp(ctx, r.Live.Meeting) })
	}
	if err != nil {
		return r, false, err
	}
	by := r.ending(next, t.env.Now(), t.env.Config.Quarantine)
	if end.forNext {
		by.End.Follows = r.Live.Instance
	}
	if end.empty {
		by.Epoch, by.Seq = &r.Live.Epoch, &r.Live.AdmissionSeq
	}
	after, done, err := t.apply(ctx, r, by)
	if done {
		t.saveContacts(ctx, r, record.EndedAt, end.roster)
	}
	return after, done, err
}

// stillLive returns the room of an instance that is not recorded as ended, and whether it is still live: it ends an
// instance that is over. If the room is gone, as that of an instant meeting, the instance ended when the last person
// left.
func (t *core) stillLive(ctx context.Context, s InstanceRecord) (Room, bool, error) {
	r, err := t.store.Room(ctx, s.Room)
	if err == nil && r.isLive(s.Instance) {
		r, err = t.endIfOver(ctx, r)
		return r, r.isLive(s.Instance), err
	}
	var roster Roster
	if err == nil {
		roster, err = t.store.Roster(ctx, s.Instance)
	}
	if err == nil {
		err = t.store.SaveInstance(ctx, s.ended(roster.lastPresent(t.env.Now()), t.retention()))
	}
	return r, false, err
}
