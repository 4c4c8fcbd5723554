package meeting

import (
	"context"
	"strings"
	"time"
)

// A InstanceRecord is the record of one instance of a room, for past meetings. Who was in it are its seats.
type InstanceRecord struct {
	Instance string
	Owner    User
	Room     Number     // it sat in: a PMI or a meeting's id
	Meeting  MeetingRef // what it was for: Room itself, if the personal room was simply opened
	OpenedAt time.Time
	EndedAt  time.Time // zero: it still sits, as far as the record knows
	Expires  time.Time // until when it is kept
	Rank     int64     // of all records of one sitting, the one of the highest rank holds
}

// Exists reports whether there is such a record.
func (s InstanceRecord) Exists() bool { return s.Instance != "" }

// isLiveIn reports whether the sitting is the one that goes on in the room.
func (s InstanceRecord) isLiveIn(r Room) bool { return r.Live.Open && r.Live.Instance == s.Instance }

// kept reports whether the record is still to be shown: storage deletes it only later.
func (s InstanceRecord) kept(now time.Time) bool { return s.Exists() && now.Before(s.Expires) }

// instanceRecord is what the room tells of its sitting, while it sits. What is told later has a higher rank: whatever changes the room meanwhile
// adds to its epoch or to its seq.
func (r Room) instanceRecord(retention time.Duration) InstanceRecord {
	return InstanceRecord{
		Instance: r.Live.Instance, Owner: r.Owner, Room: r.Number, Meeting: r.LiveMeeting(), OpenedAt: r.Live.OpenedAt,
		Expires: r.Live.OpenedAt.Add(MaxInstanceTime + retention), Rank: 2 * (r.Live.Epoch + r.Live.AdmissionSeq),
	}
}

// ended is the record of the sitting that ended at the time: not before it opened, nor after its longest.
func (s InstanceRecord) ended(at time.Time, retention time.Duration) InstanceRecord {
	s.EndedAt = within(at, s.OpenedAt, s.OpenedAt.Add(MaxInstanceTime))
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

// recordOpened stores the record of the sitting that goes on in the room.
func (t *Turnstile) recordOpened(ctx context.Context, r Room) error {
	return t.SaveInstance(ctx, r.instanceRecord(t.retention()))
}

// contactsTimeout is how long at most an end waits until it is remembered who met.
const contactsTimeout = time.Second

// saveContacts remembers whom the owner met in the sitting of their personal room that just ended, as it was then or is read now. Where that
// fails or takes long it is forgotten: an advisory is missed, and the room is closed all the same.
func (t *Turnstile) saveContacts(ctx context.Context, r Room, ended time.Time, roll Roster) {
	if r.Kind != Personal {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, contactsTimeout)
	defer cancel()
	if roll == nil {
		roll, _ = t.Roster(ctx, r.Live.Instance)
	}
	if met := roll.contacts(r.Owner); len(met) > 0 {
		_ = t.SaveContacts(ctx, r.Owner, met, ended, ended.Add(ContactsKept))
	}
}

// ContactsKept is how long a host is taken to know somebody whom they met in their personal room.
const ContactsKept = 60 * 24 * time.Hour

// contactIdentity stands for the person of a verified e-mail address, as somebody whom a host met.
func contactIdentity(email string) Identity { return identify("met", strings.ToLower(email)) }
