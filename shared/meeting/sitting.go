package meeting

import (
	"context"
	"strings"
	"time"
)

// A Sitting is the record of one instance of a room, for past meetings. Who was in it are its seats.
type Sitting struct {
	Instance string
	Owner    User
	Room     Number // it sat in: a PMI or a meeting's id
	Meeting  Sat    // what it was for: Room itself, if the personal room was simply opened
	Type     Type   // of that meeting; PersonalRoom if the personal room was simply opened; while it sits, 0 if the room does not tell
	OpenedAt time.Time
	EndedAt  time.Time // zero: it still sits, as far as the record knows
	Expires  time.Time // until when it is kept
	Epoch    int64     // of the gate that it was recorded from: what was recorded later holds
}

// Exists reports whether there is such a record.
func (s Sitting) Exists() bool { return s.Instance != "" }

// kept reports whether the record is still to be shown: storage deletes it only later.
func (s Sitting) kept(now time.Time) bool { return s.Exists() && now.Before(s.Expires) }

// record is what the room tells of its sitting, while it sits.
func (r Room) record(retention time.Duration) Sitting {
	s := Sitting{
		Instance: r.Gate.Instance, Owner: r.Owner, Room: r.Number, Meeting: r.Sitting(), OpenedAt: r.Gate.OpenedAt,
		Expires: r.Gate.OpenedAt.Add(Longest + retention), Epoch: r.Gate.Epoch,
	}
	switch {
	case r.Fleeting:
		s.Type = Instant
	case r.Kind == Personal && r.Gate.Meeting.ID == "":
		s.Type = PersonalRoom
	}
	return s
}

// ended is the record of the sitting that ended at the time: not before it opened, nor after its longest.
func (s Sitting) ended(at time.Time, retention time.Duration) Sitting {
	s.EndedAt = within(at, s.OpenedAt, s.OpenedAt.Add(Longest))
	s.Expires = s.EndedAt.Add(retention)
	return s
}

// within is the time, or that of the two bounds which it lies beyond.
func within(at, earliest, latest time.Time) time.Time {
	if at.After(latest) {
		at = latest
	}
	if at.Before(earliest) {
		at = earliest
	}
	return at
}

// keepOpened stores the record of the sitting that the room was just opened for.
func (t *Turnstile) keepOpened(ctx context.Context, r Room) error {
	return t.KeepSitting(ctx, r.record(t.retention()))
}

// keepEnded stores the record of the sitting that is about to end, and whom its host met in it.
func (t *Turnstile) keepEnded(ctx context.Context, r Room, c closing) error {
	record := r.record(t.retention()).ended(c.at, t.retention())
	var reads []func(context.Context) error
	if record.Type == 0 {
		reads = append(reads, func(ctx context.Context) error {
			m, err := t.Meeting(ctx, r.Owner, record.Meeting.ID)
			record.Type = m.Type
			return err
		})
	}
	if r.Kind == Personal && c.roll == nil {
		reads = append(reads, func(ctx context.Context) (err error) { c.roll, err = t.Roll(ctx, record.Instance); return err })
	}
	if err := together(ctx, reads...); err != nil {
		return err
	}
	writes := []func(context.Context) error{func(ctx context.Context) error { return t.KeepSitting(ctx, record) }}
	if met := c.roll.met(r.Owner); r.Kind == Personal && len(met) > 0 {
		writes = append(writes, func(ctx context.Context) error {
			return t.Meet(ctx, r.Owner, met, record.EndedAt, record.EndedAt.Add(MetWithin))
		})
	}
	return together(ctx, writes...)
}

// MetWithin is how long a host is taken to know somebody whom they met in their personal room.
const MetWithin = 60 * 24 * time.Hour

// metIdentity stands for the person of a verified e-mail address, as somebody whom a host met.
func metIdentity(email string) Identity { return identify("met", strings.ToLower(email)) }
