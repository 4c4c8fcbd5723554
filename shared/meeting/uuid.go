package meeting

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// An instance is stored under its id and shown under its uuid, which names one instance for good, before it opens too.
// The uuid of a meeting in the personal room is that of its alias, for the next instance that is opened for it. All
// other instances have the uuid of their room, which their id gives. A uuid tells nothing about the id.

const (
	uuidPart = 12 // characters of an instance's id, which give its uuid: 72 random bits
	idMark   = "i"
)

// newInstance returns the id of an instance. It is as long as the ids of older versions, which were random texts and
// were shown themselves. None of them ends with idMark.
func (e Env) newInstance() (string, error) {
	id, err := e.randomText()
	if err != nil {
		return "", err
	}
	return id[:len(id)-1] + idMark, nil
}

// uuidOf returns the uuid that the id of an instance gives.
func uuidOf(instance string) string {
	if len(instance) <= uuidPart || !strings.HasSuffix(instance, idMark) {
		return instance
	}
	return hashedUUID(instance[:uuidPart])
}

func hashedUUID(of string) string {
	sum := sha256.Sum256([]byte("uuid\x00" + of))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// UUID returns the uuid of the live instance; of an idle room, of the next one that is opened for no other meeting.
func (r Room) UUID() string { return cmp.Or(r.Live.Meeting.UUID, uuidOf(r.Live.Instance)) }

// UUID returns the uuid of the seat's instance, as of the last decision on the seat.
func (s Seat) UUID() string { return cmp.Or(s.Context.Meeting.UUID, uuidOf(s.ID.Instance())) }

// ShownUUID returns the uuid of the instance. Older versions stored none, and showed the instance's id.
func (s InstanceRecord) ShownUUID() string { return cmp.Or(s.UUID, s.Instance) }

// UUID returns the uuid of the meeting's live instance, or of the next one.
func (p Planned) UUID() string {
	if p.Target.ID != "" && p.Target.ID != p.Room.Live.Meeting.ID {
		return p.Target.UUID
	}
	return p.Room.UUID()
}

// firstUUID is the uuid of an alias that stores none: no instance of its meeting has ended.
func firstUUID(id Number) string { return hashedUUID(string(id)) }

// storedUUID returns the uuid of the meeting as its alias stores it.
func (m MeetingRef) storedUUID() string {
	if m.UUID == firstUUID(m.ID) {
		return ""
	}
	return m.UUID
}

// storedUUID returns the uuid of the meeting's next instance as its alias stores it, or would.
func (p Planned) storedUUID() string {
	if p.Meeting.UsePMI {
		return p.Target.storedUUID()
	}
	return p.Room.UUID()
}

// withUUID returns the transition. If it opens the personal room for a meeting, its instance has the uuid of the
// meeting's alias, unless that is used. No instance ends without a record of its uuid. So if there is none by now, and
// the room is still idle when the transition is applied, the instance is the only one of the uuid.
func (t *core) withUUID(ctx context.Context, by Transition) (Transition, error) {
	if by.Open == nil || by.Open.Meeting.ID == "" {
		return by, nil
	}
	open := *by.Open
	uuid, err := t.unusedUUID(ctx, open.Meeting)
	open.Meeting.UUID, by.Open = uuid, &open
	return by, err
}

// unusedUUID returns the uuid of the meeting, or the one that replaced it. If none did, as after a deployment of an
// older version, it replaces it.
func (t *core) unusedUUID(ctx context.Context, m MeetingRef) (string, error) {
	if m.UUID != "" {
		record, err := t.store.Instance(ctx, m.UUID)
		if err != nil || !record.Exists() {
			return m.UUID, err
		}
	}
	alias, err := t.store.Room(ctx, m.ID)
	now := alias.target().UUID
	switch {
	case err != nil || now == "": // the meeting was cancelled: the room's own
		return "", err
	case now == m.UUID:
		return t.replaceUUID(ctx, m)
	}
	m.UUID = now
	return t.unusedUUID(ctx, m)
}

// withNextUUID returns the meeting with the uuid of its next instance, which it has or which is read.
func (t *core) withNextUUID(ctx context.Context, m MeetingRef) (MeetingRef, error) {
	if m.ID == "" || m.UUID != "" {
		return m, nil
	}
	alias, err := t.store.Room(ctx, m.ID)
	m.UUID = alias.target().UUID
	return m, err
}

// replaceUUID returns a new uuid, and gives it to the meeting's alias, if that still has the used one.
func (t *core) replaceUUID(ctx context.Context, used MeetingRef) (next string, err error) {
	if next, err = t.env.randomText(); err == nil {
		err = t.store.ReplaceUUID(ctx, used.ID, used.storedUUID(), next)
	}
	return next, err
}

// useUp replaces the uuid of the live meeting in its alias. It is called before the end, so that no crash loses it.
func (t *core) useUp(ctx context.Context, live MeetingRef) error {
	if live.UUID == "" { // it is the room's
		return nil
	}
	_, err := t.replaceUUID(ctx, live)
	return err
}

// nextInstance returns the id of the instance after the live one. The room's own uuid stays if that was not used.
func (e Env) nextInstance(live LiveState) (string, error) {
	next, err := e.newInstance()
	if err == nil && live.keepsUUID() {
		next = live.Instance[:uuidPart] + next[uuidPart:]
	}
	return next, err
}

func (g LiveState) keepsUUID() bool {
	return len(g.Instance) > uuidPart && (!g.Open || g.Meeting.UUID != "")
}
