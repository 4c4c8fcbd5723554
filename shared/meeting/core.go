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
	DefaultRetention  = 90 * 24 * time.Hour
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
	if t.Config.Lease == 0 {
		return DefaultLease
	}
	return t.Config.Lease
}

func (t *Turnstile) retention() time.Duration {
	if t.Config.Retention == 0 {
		return DefaultRetention
	}
	return t.Config.Retention
}

// apply makes the turn; false, and the room as it is, if others were faster.
func (t *Turnstile) apply(ctx context.Context, r Room, turn Transition) (Room, bool, error) {
	now, err := t.ApplyTransition(ctx, r.Number, turn)
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

// recount sets Seated to the seats that are really taken. It is the room after that, and true; or the room as others made it
// meanwhile, and false. A room counted within the last second is not counted again.
func (t *Turnstile) recount(ctx context.Context, r Room) (Room, bool, error) {
	now := t.Now()
	if now.Before(r.Live.RecountedAt.Add(recountEvery)) {
		return r, true, nil
	}
	roll, err := t.Roster(ctx, r.Live.Instance)
	if err != nil {
		return r, false, err
	}
	seated := roll.seatsTaken(r.Live, now)
	return t.apply(ctx, r, Transition{
		Instance: r.Live.Instance, Seq: &r.Live.AdmissionSeq, Live: true, SetSeated: &seated, RecountedAt: now,
	})
}

// applyDecision makes one host's decision on the room's sitting, and is the room after it. The decision is bound to the sitting that it
// was made about; a room that is not open refuses. It is bound to the decisions before it too: a request that was sent twice may arrive for the
// second time after later ones.
func (t *Turnstile) applyDecision(ctx context.Context, r Room, turn Transition) (Room, error) {
	turn.Instance, turn.Live, turn.HostDecision = r.Live.Instance, true, true
	for range tries {
		turn.Epoch = &r.Live.Epoch
		after, done, err := t.apply(ctx, r, turn)
		if err != nil || done {
			return after, err
		}
		if !after.Live.Open || after.Live.Instance != turn.Instance {
			return after, Refuse(RoomIdle, "The room is not open any more.")
		}
		r = after
	}
	return r, busy()
}

// RoomEdit is what an owner sets in a room: its policy, its name and the type of its meeting. What is nil stays.
type RoomEdit struct {
	Settings *SettingsEdit
	Topic    *string
	Type     *Type
}

// editRoom puts the furniture into the room, be it live or not, and is the room after that.
func (t *Turnstile) editRoom(ctx context.Context, r Room, f RoomEdit) (Room, error) {
	for range tries {
		topic, kind := r.Topic, r.Type
		set(&topic, f.Topic)
		set(&kind, f.Type)
		policy, err := f.Settings.applyTo(r.Settings)
		if err != nil {
			return r, err
		}
		after, done, err := t.apply(ctx, r, Transition{Instance: r.Live.Instance, Epoch: &r.Live.Epoch, HostDecision: true,
			Settings: &policy, Topic: topic, Type: kind})
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

func busy() *Refusal {
	return &Refusal{Reason: Busy, Message: "Too many requests met at this room; nothing was done.", Retry: 1}
}
