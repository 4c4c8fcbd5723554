package meeting

import (
	"context"
	"time"
)

// A endPlan is the decision that a sitting is over, made on the room as it was read.
type endPlan struct {
	at     time.Time // when it was over
	roster Roster    // as it was read; nil if it was not
	empty  bool      // over because nobody is in: that holds until a host decides, or somebody passes
}

// endIfOver is the room after a sitting that is over by the clock was ended: one that lasted its longest; and, where a
// host asks, one that was abandoned (I17). There is no sweeper: whoever asks next decides.
func (t *Turnstile) endIfOver(ctx context.Context, r Room, host bool) (Room, error) {
	return t.endIf(ctx, r, func(r Room) (endPlan, bool, error) {
		switch now := t.Now(); {
		case r.expired(now):
			return t.planExpiry(ctx, r)
		case host && r.maybeAbandoned(now):
			return t.planIfEmpty(ctx, r)
		}
		return endPlan{}, false, nil
	})
}

// stillLive is the room of a sitting that is not recorded as ended, and whether it goes on: what is over by the clock is ended. If its room is
// gone, as that of an instant meeting is at last, it ended when the last one was in.
func (t *Turnstile) stillLive(ctx context.Context, s InstanceRecord) (Room, bool, error) {
	r, err := t.Room(ctx, s.Room)
	if err == nil && s.isLiveIn(r) {
		r, err = t.endIfOver(ctx, r, true)
		return r, s.isLiveIn(r), err
	}
	var roll Roster
	if err == nil {
		roll, err = t.Roster(ctx, s.Instance)
	}
	if err == nil {
		err = t.SaveInstance(ctx, s.ended(roll.lastPresent(t.Now()), t.retention()))
	}
	return r, false, err
}

// endNow ends the sitting of r, whoever is in it and whatever its hosts decide meanwhile; the next one is never touched.
func (t *Turnstile) endNow(ctx context.Context, r Room) error {
	_, err := t.endIf(ctx, r, func(r Room) (endPlan, bool, error) {
		if r.expired(t.Now()) {
			return t.planExpiry(ctx, r)
		}
		return endPlan{at: t.Now()}, true, nil
	})
	return err
}

// endIfEmpty ends the sitting that a host left empty (I17).
func (t *Turnstile) endIfEmpty(ctx context.Context, r Room) error {
	_, err := t.endIf(ctx, r, func(r Room) (endPlan, bool, error) { return t.planIfEmpty(ctx, r) })
	return err
}

// planExpiry is the closing of a sitting that lasted its longest: it was over then, or earlier, when the last one was in.
func (t *Turnstile) planExpiry(ctx context.Context, r Room) (endPlan, bool, error) {
	roll, err := t.Roster(ctx, r.Live.Instance)
	return endPlan{at: roll.lastPresent(t.Now()), roster: roll}, err == nil, err
}

// planIfEmpty is the closing of a sitting that nobody is in, nor arriving at: it was over when the last of them went out.
func (t *Turnstile) planIfEmpty(ctx context.Context, r Room) (endPlan, bool, error) {
	roll, err := t.Roster(ctx, r.Live.Instance)
	if err != nil || !roll.empty(r.Live, t.Now()) {
		return endPlan{}, false, err
	}
	return endPlan{at: roll.lastPresent(t.Now()), roster: roll, empty: true}, true, nil
}

// endIf is the room after the sitting of r was ended, if that is over on the room as it is by then.
func (t *Turnstile) endIf(ctx context.Context, r Room, over func(Room) (endPlan, bool, error)) (Room, error) {
	sitting := r.Live.Instance
	for try := range tries {
		if !r.Live.Open || r.Live.Instance != sitting {
			return r, nil
		}
		c, is, err := over(r)
		if err == nil && !is && try > 0 { // it goes on, but is recorded as ended
			err = t.recordOpened(ctx, r)
		}
		if err != nil || !is {
			return r, err
		}
		if r, is, err = t.commitEnd(ctx, r, c); err != nil || is {
			return r, err
		}
	}
	return r, busy()
}

// commitEnd ends the sitting; false, and the room as it is, if others were faster. The record is stored first, so that no crash loses it,
// and the turn is bound to what it says.
func (t *Turnstile) commitEnd(ctx context.Context, r Room, c endPlan) (Room, bool, error) {
	record := r.instanceRecord(t.retention()).ended(c.at, t.retention())
	record.Rank++
	next, err := t.newInstance()
	if err == nil {
		err = t.SaveInstance(ctx, record)
	}
	if err != nil {
		return r, false, err
	}
	turn := r.ending(next, t.Now(), t.Config.Quarantine)
	if c.empty {
		turn.Epoch, turn.Seq = &r.Live.Epoch, &r.Live.AdmissionSeq
	}
	after, done, err := t.apply(ctx, r, turn)
	if done {
		t.saveContacts(ctx, r, record.EndedAt, c.roster)
	}
	return after, done, err
}
