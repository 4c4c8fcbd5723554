package meeting

import (
	"context"
	"time"
)

// An InstanceRecord is the record of one instance of a room, for past meetings. The people who were in it are its
// seats.
type InstanceRecord struct {
	Instance string
	UUID     string // as it is shown: see ShownUUID
	Owner    User
	Room     Number     // a PMI or a meeting's id
	Meeting  MeetingRef // that it was for; the room itself, if the personal room was opened for none
	OpenedAt time.Time
	EndedAt  time.Time // zero: it is live, as far as the record knows
	Expires  time.Time
	Rank     int64 // of all records of one instance, the one of the highest rank is valid
}

// Exists reports whether there is such a record.
func (s InstanceRecord) Exists() bool { return s.Instance != "" }

// kept reports whether the record has not expired: storage deletes it some time after that.
func (s InstanceRecord) kept(now time.Time) bool { return s.Exists() && now.Before(s.Expires) }

// instanceRecord returns the record of the live instance. A later record has a higher rank, because every change of
// the room adds to its epoch or to its admission number.
func (r Room) instanceRecord(retention time.Duration) InstanceRecord {
	return InstanceRecord{
		Instance: r.Live.Instance, UUID: r.UUID(), Owner: r.Owner, Room: r.Number, Meeting: r.LiveMeeting(),
		OpenedAt: r.Live.OpenedAt, Expires: r.Live.OpenedAt.Add(MaxInstanceTime + retention), Rank: 2 * (r.Live.Epoch + r.Live.AdmissionSeq),
	}
}

// ended returns the record with the end at the time, or at its limit: OpenedAt, or MaxInstanceTime later.
func (s InstanceRecord) ended(at time.Time, retention time.Duration) InstanceRecord {
	s.EndedAt = within(at, s.OpenedAt, s.OpenedAt.Add(MaxInstanceTime))
	s.Expires = s.EndedAt.Add(retention)
	return s
}

// within returns the time, or the bound that it exceeds.
func within(at, earliest, latest time.Time) time.Time {
	if at.After(latest) {
		at = latest
	}
	return later(at, earliest)
}

func (t *core) recordOpened(ctx context.Context, r Room) error {
	return t.store.SaveInstance(ctx, r.instanceRecord(t.retention()))
}

// contactsTimeout bounds how long the end of an instance waits for saveContacts.
const contactsTimeout = time.Second

// ContactsKept is how long somebody counts as known to a host who met them in the personal room.
const ContactsKept = 60 * 24 * time.Hour

// saveContacts records whom the owner met in the instance of their personal room that ended. The roster may be nil. A
// failure costs an advisory and nothing else.
func (t *core) saveContacts(ctx context.Context, r Room, ended time.Time, roster Roster) {
	if r.Kind != Personal {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, contactsTimeout)
	defer cancel()
	if roster == nil {
		roster, _ = t.store.Roster(ctx, r.Live.Instance)
	}
	if people := roster.contacts(r.Owner); len(people) > 0 {
		_ = t.store.SaveContacts(ctx, r.Owner, people, ended, ended.Add(ContactsKept))
	}
}

// contactIdentity identifies the person of a verified e-mail address among the people whom a host met.
func contactIdentity(email string) Identity { return identify("met", FoldASCII(email)) }

// unwantedIdentity identifies the person of a verified e-mail address among the people whom a host removed or denied.
func unwantedIdentity(email string) Identity { return identify("unwanted", FoldASCII(email)) }
