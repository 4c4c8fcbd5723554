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

// core is what every use case needs: storage, and the world around it. Only use cases reach storage, so it is in no exported field.
type core struct {
	store Store
	env   Env
}

// NewDoor makes the use cases of joining rooms, and of hosts deciding who may join.
func NewDoor(store Store, env Env) *Door { return &Door{&core{store, env}} }

// NewProfiles makes the use cases of users' profiles and personal rooms.
func NewProfiles(store Store, env Env) *Profiles { return &Profiles{&core{store, env}} }

// NewSchedule makes the use cases of planned and past meetings.
func NewSchedule(store Store, env Env) *Schedule { return &Schedule{&core{store, env}} }

// NewStarts makes the use cases of starting and ending meetings.
func NewStarts(store Store, env Env) *Starts {
	door := NewDoor(store, env)
	return &Starts{core: door.core, door: door}
}

func (t *core) lease() time.Duration {
	if t.env.Config.Lease == 0 {
		return DefaultLease
	}
	return t.env.Config.Lease
}

func (t *core) retention() time.Duration {
	if t.env.Config.Retention == 0 {
		return DefaultRetention
	}
	return t.env.Config.Retention
}

// apply makes the turn; false, and the room as it is, if others were faster.
func (t *core) apply(ctx context.Context, r Room, turn Transition) (Room, bool, error) {
	now, err := t.store.ApplyTransition(ctx, r.Number, turn)
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
func (t *core) recount(ctx context.Context, r Room) (Room, bool, error) {
	now := t.env.Now()
	if now.Before(r.Live.RecountedAt.Add(recountEvery)) {
		return r, true, nil
	}
	roll, err := t.store.Roster(ctx, r.Live.Instance)
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
func (t *core) applyDecision(ctx context.Context, r Room, turn Transition) (Room, error) {
	turn.Instance, turn.Live, turn.HostDecision = r.Live.Instance, true, true
	for range tries {
		turn.Epoch = &r.Live.Epoch
		after, done, err := t.apply(ctx, r, turn)
		if err != nil || done {
			return after, err
		}
		if !after.Live.Open || after.Live.Instance != turn.Instance {
			return after, refuse(RoomIdle)
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
func (t *core) editRoom(ctx context.Context, r Room, f RoomEdit) (Room, error) {
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
			return after, Refuse(NoMeeting, "The room does not exist any more.")
		}
		r = after
	}
	return r, busy()
}
