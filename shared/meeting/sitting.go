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
	OpenedAt time.Time
	EndedAt  time.Time // zero: it still sits, as far as the record knows
	Expires  time.Time // until when it is kept
	Rank     int64     // of all records of one sitting, the one of the highest rank holds
}

// Exists reports whether there is such a record.
func (s Sitting) Exists() bool { return s.Instance != "" }

// in reports whether the sitting is the one that goes on in the room.
func (s Sitting) in(r Room) bool { return r.Gate.Open && r.Gate.Instance == s.Instance }

// kept reports whether the record is still to be shown: storage deletes it only later.
func (s Sitting) kept(now time.Time) bool { return s.Exists() && now.Before(s.Expires) }

// record is what the room tells of its sitting, while it sits. What is told later has a higher rank: whatever changes the room meanwhile
// adds to its epoch or to its seq.
func (r Room) record(retention time.Duration) Sitting {
	return Sitting{
		Instance: r.Gate.Instance, Owner: r.Owner, Room: r.Number, Meeting: r.Sitting(), OpenedAt: r.Gate.OpenedAt,
		Expires: r.Gate.OpenedAt.Add(Longest + retention), Rank: 2 * (r.Gate.Epoch + r.Gate.Seq),
	}
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

// keepOpened stores the record of the sitting that goes on in the room.
func (t *Turnstile) keepOpened(ctx context.Context, r Room) error {
	return t.KeepSitting(ctx, r.record(t.retention()))
}

// meetingTime is how long at most an end waits until it is remembered who met.
const meetingTime = time.Second

// meet remembers whom the owner met in the sitting of their personal room that just ended, as it was then or is read now. Where that
// fails or takes long it is forgotten: an advisory is missed, and the room is closed all the same.
func (t *Turnstile) meet(ctx context.Context, r Room, ended time.Time, roll Roll) {
	if r.Kind != Personal {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, meetingTime)
	defer cancel()
	if roll == nil {
		roll, _ = t.Roll(ctx, r.Gate.Instance)
	}
	if met := roll.met(r.Owner); len(met) > 0 {
		_ = t.Meet(ctx, r.Owner, met, ended, ended.Add(MetWithin))
	}
}

// MetWithin is how long a host is taken to know somebody whom they met in their personal room.
const MetWithin = 60 * 24 * time.Hour

// metIdentity stands for the person of a verified e-mail address, as somebody whom a host met.
func metIdentity(email string) Identity { return identify("met", strings.ToLower(email)) }
