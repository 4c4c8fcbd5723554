package meeting

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// Defaults of [Config].
const (
	DefaultQuarantine = 180 * 24 * time.Hour
	DefaultLease      = 400 * time.Second
	DefaultRetention  = 90 * 24 * time.Hour
)

// tries bounds how often a conditional write is decided again after a concurrent change.
const tries = 8

// recountEvery is the shortest time between two counts of the seats of a room that is full (I12).
const recountEvery = time.Second

// core holds what every use case needs: storage, and the world around it. No exported field holds it, so only use cases
// reach storage.
type core struct {
	store Store
	env   Env

	lastAccount atomic.Pointer[string] // of the last room whose rules were read
}

// NewDoor makes the use cases of joining rooms, and of hosts who decide who may join.
func NewDoor(store Store, env Env) *Door { return &Door{&core{store: store, env: env}} }

// NewProfiles makes the use cases of users' profiles and personal rooms.
func NewProfiles(store Store, env Env) *Profiles { return &Profiles{&core{store: store, env: env}} }

// NewSchedule makes the use cases of planned and past meetings.
func NewSchedule(store Store, env Env) *Schedule { return &Schedule{&core{store: store, env: env}} }

// NewStarts makes the use cases of starting and ending meetings.
func NewStarts(store Store, env Env) *Starts {
	door := NewDoor(store, env)
	return &Starts{core: door.core, door: door}
}

func (t *core) retention() time.Duration { return cmp.Or(t.env.Config.Retention, DefaultRetention) }

// randomText returns 128 random bits, in 22 characters. The last one is A, Q, g or w.
func (e Env) randomText() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(e.Random, b[:]); err != nil {
		return "", fmt.Errorf("random text: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// apply applies the transition. If a guard does not hold, it returns false and the room as it is.
func (t *core) apply(ctx context.Context, r Room, by Transition) (Room, bool, error) {
	by, err := t.withUUID(ctx, by)
	if err != nil {
		return r, false, err
	}
	now, err := t.store.ApplyTransition(ctx, r.Number, by)
	now.Rules = r.Rules
	if errors.Is(err, ErrStale) {
		return now, false, nil
	}
	return now, err == nil, err
}

// applyAgain applies the transition that next returns for the room, and after a concurrent change the one for the room
// as it then is. If next returns nil there is nothing to do: applied is false.
func (t *core) applyAgain(
	ctx context.Context, r Room, next func(Room) (*Transition, error),
) (after Room, applied bool, err error) {
	for range tries {
		by, err := next(r)
		if err != nil || by == nil {
			return r, false, err
		}
		if r, applied, err = t.apply(ctx, r, *by); err != nil || applied {
			return r, applied, err
		}
	}
	return r, false, refuse(Busy)
}

// applyDecisionOn applies a host's decision on the live instance of the room: what decide returns for the room as it is
// by then; nil: there is nothing to do. It is conditional on that instance, and on all decisions before it: a request
// that was sent twice may arrive for the second time after later ones. It returns [RoomIdle] if the instance is over.
func (t *core) applyDecisionOn(ctx context.Context, r Room, decide func(Room) (*Transition, error)) (Room, error) {
	instance := r.Live.Instance
	after, _, err := t.applyAgain(ctx, r, func(r Room) (*Transition, error) {
		if !r.isLive(instance) {
			return nil, refuse(RoomIdle)
		}
		by, err := decide(r)
		if err != nil || by == nil {
			return nil, err
		}
		return by.asDecision(r), nil
	})
	return after, err
}

// RoomEdit holds an owner's changes of a room. A nil field leaves it as it is.
type RoomEdit struct {
	Settings *SettingsEdit
	Topic    *string
	Type     *Type
}

// editRoom applies the edit to the room, whether it is live or not.
func (t *core) editRoom(ctx context.Context, r Room, e RoomEdit) (Room, error) {
	owner := r.Owner
	after, _, err := t.applyAgain(ctx, r, func(r Room) (*Transition, error) {
		if !r.Enterable() || r.Owner != owner {
			return nil, Refuse(NoMeeting, "The room does not exist any more.")
		}
		by := Transition{Instance: r.Live.Instance, Epoch: &r.Live.Epoch, HostDecision: true, Topic: r.Topic, Type: r.Type}
		set(&by.Topic, e.Topic)
		set(&by.Type, e.Type)
		settings, err := e.Settings.applyTo(r.Settings)
		if err != nil {
			return nil, err
		}
		after, err := t.env.withSettings(r, settings)
		by.Settings, by.LinkKey, by.Trust = &settings, after.LinkKey, settings.Passcode != r.Settings.Passcode
		by.WaitingRoom = new(r.waitingRoomAfter(e.Settings, settings))
		return &by, err
	})
	return after, err
}

// recount sets Seated to the number of seats that are really taken. After a concurrent change it returns false and the
// room as it is. A room that was found full within the last second is not counted again: nobody came in since. One that
// had space is, because somebody who leaves and returns uses that up, and is still one person.
func (t *core) recount(ctx context.Context, r Room) (Room, bool, error) {
	now := t.env.Now()
	if now.Before(r.Live.RecountedAt.Add(recountEvery)) {
		return r, true, nil
	}
	roster, err := t.presentRoster(ctx, r)
	if err != nil {
		return r, false, err
	}
	by := Transition{Instance: r.Live.Instance, Seq: &r.Live.AdmissionSeq, Live: true}
	by.SetSeated = new(roster.seatsTaken(r.Live, now))
	if *by.SetSeated >= int64(r.Settings.Capacity) {
		by.RecountedAt = now
	}
	return t.apply(ctx, r, by)
}
