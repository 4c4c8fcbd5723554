package meeting

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"
)

// Defaults of Terms.
const (
	DefaultQuarantine = 180 * 24 * time.Hour
	DefaultLease      = 90 * time.Second
)

// tries bounds how often a read-decide-write is begun anew when others were faster.
const tries = 8

// recountEvery is how often the seats of a room that seems full are counted at most (I12).
const recountEvery = time.Second

// A Turnstile is what every change of a live room goes through: a read, a decision of the domain, and one conditional
// write.
type Turnstile struct {
	Store
	Env
}

func (t *Turnstile) lease() time.Duration {
	if t.Terms.Lease == 0 {
		return DefaultLease
	}
	return t.Terms.Lease
}

// turn makes the turn; false, and the room as it is, if others were faster.
func (t *Turnstile) turn(ctx context.Context, r Room, turn Turn) (Room, bool, error) {
	now, err := t.Turn(ctx, r.Number, turn)
	if errors.Is(err, ErrStale) {
		return now, false, nil
	}
	return now, err == nil, err
}

// newInstance names a sitting that is to come.
func (e Env) newInstance() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(e.Random, b[:]); err != nil {
		return "", fmt.Errorf("instance: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// settle is the room after a sitting that is over by the clock was ended: one that lasted its longest; and, where a
// host asks, one that was abandoned (I17). There is no sweeper: whoever asks next decides.
func (t *Turnstile) settle(ctx context.Context, r Room, host bool) (Room, error) {
	for range tries {
		turn, over, err := t.over(ctx, r, host)
		if err != nil || !over {
			return r, err
		}
		if r, over, err = t.turn(ctx, r, turn); err != nil || over {
			return r, err
		}
	}
	return r, busy()
}

// over is the turn that ends a sitting that is over.
func (t *Turnstile) over(ctx context.Context, r Room, host bool) (Turn, bool, error) {
	now := t.Now()
	expired := r.expired(now)
	if !expired && !(host && r.quiet(now)) {
		return Turn{}, false, nil
	}
	turn, err := t.ending(r)
	if err != nil || expired {
		return turn, err == nil, err
	}
	roll, err := t.Roll(ctx, r.Gate.Instance)
	if err != nil || !roll.deserted(r.Gate, now) {
		return Turn{}, false, err
	}
	turn.Seq = &r.Gate.Seq
	return turn, true, nil
}

// ending is the turn that ends the room's sitting, whoever is in it.
func (t *Turnstile) ending(r Room) (Turn, error) {
	next, err := t.newInstance()
	return r.end(next, t.Now(), t.Terms.Quarantine), err
}

// end ends the sitting of r; one that is over already stays so, and the next one is never touched.
func (t *Turnstile) end(ctx context.Context, r Room) error {
	turn, err := t.ending(r)
	if err != nil {
		return err
	}
	_, _, err = t.turn(ctx, r, turn)
	return err
}

// endIfDeserted ends the sitting that a host left empty (I17).
func (t *Turnstile) endIfDeserted(ctx context.Context, r Room) error {
	roll, err := t.Roll(ctx, r.Gate.Instance)
	if err != nil || !roll.deserted(r.Gate, t.Now()) {
		return err
	}
	turn, err := t.ending(r)
	if err != nil {
		return err
	}
	turn.Seq = &r.Gate.Seq
	_, _, err = t.turn(ctx, r, turn)
	return err
}

// recount sets Seated to the seats that are really taken. It is the room after that, and true; or the room as others made it
// meanwhile, and false. A room counted within the last second is not counted again.
func (t *Turnstile) recount(ctx context.Context, r Room) (Room, bool, error) {
	now := t.Now()
	if now.Before(r.Gate.RecountedAt.Add(recountEvery)) {
		return r, true, nil
	}
	roll, err := t.Roll(ctx, r.Gate.Instance)
	if err != nil {
		return r, false, err
	}
	seated := roll.seated(r.Gate, now)
	return t.turn(ctx, r, Turn{
		Instance: r.Gate.Instance, Seq: &r.Gate.Seq, Live: true, Seated: &seated, RecountedAt: now,
	})
}

// decide makes one host's decision on the room's sitting, and is the room after it. The decision is bound to the sitting that it
// was made about; a room that is not open refuses.
func (t *Turnstile) decide(ctx context.Context, r Room, turn Turn) (Room, error) {
	turn.Instance, turn.Live, turn.Decide = r.Gate.Instance, true, true
	r, done, err := t.turn(ctx, r, turn)
	if err == nil && !done {
		err = Refuse(RoomIdle, "The room is not open any more.")
	}
	return r, err
}

// Furniture is what an owner sets in a room: its policy, its name, and when its meeting starts. What is nil stays.
type Furniture struct {
	Policy *PolicyEdit
	Topic  *string
	Starts *time.Time
}

// furnish puts the furniture into the room, be it live or not, and is the room after that.
func (t *Turnstile) furnish(ctx context.Context, r Room, f Furniture) (Room, error) {
	for range tries {
		topic, starts := r.Topic, r.Starts
		set(&topic, f.Topic)
		set(&starts, f.Starts)
		policy, err := f.Policy.of(r.Policy)
		if err != nil {
			return r, err
		}
		after, done, err := t.turn(ctx, r, Turn{Instance: r.Gate.Instance, Epoch: &r.Gate.Epoch, Decide: true,
			Policy: &policy, Topic: topic, Starts: starts})
		if err != nil || done {
			return after, err
		}
		if !after.Enterable() || after.Owner != r.Owner {
			return after, Refuse(NoMeeting, "The room is gone.")
		}
		r = after
	}
	return r, busy()
}

func busy() *Fault {
	return &Fault{Reason: Busy, Message: "Too many requests met at this room; nothing was done.", Retry: 1}
}
