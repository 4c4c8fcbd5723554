package meeting

import (
	"context"
	"time"
)

// A closing is the decision that a sitting is over, made on the room as it was read.
type closing struct {
	at    time.Time // when it was over
	roll  Roll      // as it was read; nil if it was not
	empty bool      // over because nobody is in: that holds until a host decides, or somebody passes
}

// settle is the room after a sitting that is over by the clock was ended: one that lasted its longest; and, where a
// host asks, one that was abandoned (I17). There is no sweeper: whoever asks next decides.
func (t *Turnstile) settle(ctx context.Context, r Room, host bool) (Room, error) {
	return t.endIf(ctx, r, func(r Room) (closing, bool, error) {
		switch now := t.Now(); {
		case r.expired(now):
			return t.expiry(ctx, r)
		case host && r.quiet(now):
			return t.desertion(ctx, r)
		}
		return closing{}, false, nil
	})
}

// goesOn is the room of a sitting that is not recorded as ended, and whether it goes on: what is over by the clock is ended. If its room is
// gone, as that of an instant meeting is at last, it ended when the last one was in.
func (t *Turnstile) goesOn(ctx context.Context, s Sitting) (Room, bool, error) {
	r, err := t.Room(ctx, s.Room)
	if err == nil && s.in(r) {
		r, err = t.settle(ctx, r, true)
		return r, s.in(r), err
	}
	var roll Roll
	if err == nil {
		roll, err = t.Roll(ctx, s.Instance)
	}
	if err == nil {
		err = t.KeepSitting(ctx, s.ended(roll.lastIn(t.Now()), t.retention()))
	}
	return r, false, err
}

// end ends the sitting of r, whoever is in it and whatever its hosts decide meanwhile; the next one is never touched.
func (t *Turnstile) end(ctx context.Context, r Room) error {
	_, err := t.endIf(ctx, r, func(r Room) (closing, bool, error) {
		if r.expired(t.Now()) {
			return t.expiry(ctx, r)
		}
		return closing{at: t.Now()}, true, nil
	})
	return err
}

// endIfDeserted ends the sitting that a host left empty (I17).
func (t *Turnstile) endIfDeserted(ctx context.Context, r Room) error {
	_, err := t.endIf(ctx, r, func(r Room) (closing, bool, error) { return t.desertion(ctx, r) })
	return err
}

// expiry is the closing of a sitting that lasted its longest: it was over then, or earlier, when the last one was in.
func (t *Turnstile) expiry(ctx context.Context, r Room) (closing, bool, error) {
	roll, err := t.Roll(ctx, r.Gate.Instance)
	return closing{at: roll.lastIn(t.Now()), roll: roll}, err == nil, err
}

// desertion is the closing of a sitting that nobody is in, nor arriving at: it was over when the last of them went out.
func (t *Turnstile) desertion(ctx context.Context, r Room) (closing, bool, error) {
	roll, err := t.Roll(ctx, r.Gate.Instance)
	if err != nil || !roll.deserted(r.Gate, t.Now()) {
		return closing{}, false, err
	}
	return closing{at: roll.lastIn(t.Now()), roll: roll, empty: true}, true, nil
}

// endIf is the room after the sitting of r was ended, if that is over on the room as it is by then.
func (t *Turnstile) endIf(ctx context.Context, r Room, over func(Room) (closing, bool, error)) (Room, error) {
	sitting := r.Gate.Instance
	for try := range tries {
		if !r.Gate.Open || r.Gate.Instance != sitting {
			return r, nil
		}
		c, is, err := over(r)
		if err == nil && !is && try > 0 { // it goes on, but is recorded as ended
			err = t.keepOpened(ctx, r)
		}
		if err != nil || !is {
			return r, err
		}
		if r, is, err = t.close(ctx, r, c); err != nil || is {
			return r, err
		}
	}
	return r, busy()
}

// close ends the sitting; false, and the room as it is, if others were faster. The record is stored first, so that no crash loses it,
// and the turn is bound to what it says.
func (t *Turnstile) close(ctx context.Context, r Room, c closing) (Room, bool, error) {
	record := r.record(t.retention()).ended(c.at, t.retention())
	record.Rank++
	next, err := t.newInstance()
	if err == nil {
		err = t.KeepSitting(ctx, record)
	}
	if err != nil {
		return r, false, err
	}
	turn := r.end(next, t.Now(), t.Terms.Quarantine)
	if c.empty {
		turn.Epoch, turn.Seq = &r.Gate.Epoch, &r.Gate.Seq
	}
	after, done, err := t.turn(ctx, r, turn)
	if done {
		t.meet(ctx, r, record.EndedAt, c.roll)
	}
	return after, done, err
}
