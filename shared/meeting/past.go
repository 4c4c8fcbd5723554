package meeting

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// A PastMeeting is an instance that ended.
type PastMeeting struct {
	Record InstanceRecord
	Host   Profile
	Roster Roster // everybody who joined or waited, in the order of their joins
}

// PastMeeting returns the instance of the uuid, or the last one of the meeting or the PMI, for the owner of its room
// and admins of the account. It returns [NoMeeting] to others, and for an instance that is live or expired.
func (s *Schedule) PastMeeting(ctx context.Context, c Caller, address string) (PastMeeting, error) {
	record, err := s.endedInstance(ctx, c, address)
	if err != nil {
		return PastMeeting{}, err
	}
	return s.withRoster(ctx, c, record)
}

// withRoster returns the instance with its host and its roster. The other reads are made at the same time. It returns
// [UserInactive] to an inactive host.
func (s *Schedule) withRoster(
	ctx context.Context, c Caller, record InstanceRecord, otherReads ...func(context.Context) error,
) (PastMeeting, error) {
	past := PastMeeting{Record: record}
	err := together(ctx, append(otherReads,
		func(ctx context.Context) (err error) {
			past.Host, err = s.core.store.Profile(ctx, record.Owner)
			return err
		},
		func(ctx context.Context) (err error) {
			past.Roster, err = s.core.store.Roster(ctx, record.Instance)
			return err
		})...)
	past.Roster = past.Roster.sortedByJoin()
	return past, cmp.Or(err, past.Host.checkOwn(c))
}

func (s *Schedule) endedInstance(ctx context.Context, c Caller, address string) (record InstanceRecord, err error) {
	if id, notNumber := ParseNumber(address); notNumber == nil {
		record, err = s.lastInstance(ctx, c, id)
	} else {
		record, err = s.instance(ctx, c, address)
	}
	if err == nil && (!record.kept(s.core.env.Now()) || record.EndedAt.IsZero() || !mayRead(c, record)) {
		err = noMeeting(address)
	}
	return record, err
}

// mayRead reports whether the caller may see the instance among past meetings.
func mayRead(c Caller, record InstanceRecord) bool {
	return record.Exists() && ViewPast.allowed(c.relationsTo(record.Owner))
}

// instance returns the record of the uuid. If the instance is over by the clock, it ends it first.
func (s *Schedule) instance(ctx context.Context, c Caller, uuid string) (InstanceRecord, error) {
	record, err := s.core.store.Instance(ctx, uuid)
	if err != nil || !mayRead(c, record) || !record.EndedAt.IsZero() {
		return record, err
	}
	if _, live, err := s.core.stillLive(ctx, record); err != nil || live {
		return record, err
	}
	return s.core.store.Instance(ctx, uuid)
}

// maxOverdue is the maximal number of instances that one look at the past ends: the oldest.
const maxOverdue = 16

// listPast calls read, and again if the host had an instance that was over and not yet ended (I17).
func (s *Schedule) listPast(ctx context.Context, host User, read func(context.Context) error) error {
	ended := false
	err := together(ctx, read, func(ctx context.Context) (err error) { ended, err = s.endOverdue(ctx, host); return err })
	if err == nil && ended {
		err = read(ctx)
	}
	return err
}

// endOverdue ends the host's instances that are over by the clock, and reports whether there was one.
func (s *Schedule) endOverdue(ctx context.Context, host User) (ended bool, err error) {
	records, _, err := s.core.store.LiveInstances(ctx, host, time.Time{}, forever, "", maxOverdue)
	if err != nil {
		return false, err
	}
	live, err := each(ctx, records, func(ctx context.Context, _ int, r InstanceRecord) (live bool, err error) {
		_, live, err = s.core.stillLive(ctx, r)
		return live, err
	})
	return slices.Contains(live, false), err
}

// lastInstance returns the last ended instance of the number; an empty record if there is none.
func (s *Schedule) lastInstance(ctx context.Context, c Caller, id Number) (InstanceRecord, error) {
	host, err := s.hostOf(ctx, c, id)
	if err != nil {
		return InstanceRecord{}, err
	}
	var last []InstanceRecord
	err = s.listPast(ctx, host, func(ctx context.Context) (err error) {
		last, _, err = s.core.store.PastInstancesOf(ctx, host, id, "", 1)
		return err
	})
	if err != nil || len(last) == 0 {
		return InstanceRecord{}, err
	}
	return last[0], nil
}

// hostOf returns the user whose instances of the number the caller may see: the caller, also for a number that they
// released; for an admin, the number's owner in the account.
func (s *Schedule) hostOf(ctx context.Context, c Caller, id Number) (User, error) {
	if !ViewPast.allowed(c.relationsTo(User{Account: c.Account})) {
		return c.User, nil
	}
	r, err := s.core.store.Room(ctx, id)
	if err != nil || r.Owner.Account != c.Account {
		return c.User, err
	}
	return r.Owner, nil
}

// A Stay is the attendance of one seat.
type Stay struct {
	Seat   Seat
	Joined time.Time     // the first admission; if there was none, the join request
	Left   time.Time     // the last exit; zero if there was no admission
	Gone   time.Time     // Left; if there was no admission, the end of their last lease or of the instance
	In     time.Duration // the time in the meeting
}

// Attendance returns a page of the roster. An instance has some thousand seats at most, so the roster is one query.
func (p PastMeeting) Attendance(ctx context.Context, q PageQuery) ([]Stay, Paging, error) {
	read := func(_ context.Context, after string, size int) ([]Seat, string, error) {
		seats, next := cut(p.Roster, func(s Seat) string { return listOffset(s.JoinedAt, string(s.ID)) }, after, size)
		return seats, next, nil
	}
	seats, paging, err := reader[Seat](read).page(ctx, q, tokenSigner{key: p.Host.PageKey, list: "participants " + p.Record.Instance})
	stays := make([]Stay, len(seats))
	for i, seat := range seats {
		joined, left, in := seat.presence(p.Record.EndedAt)
		if joined.IsZero() {
			joined = seat.JoinedAt
		}
		stays[i] = Stay{Seat: seat, Joined: joined, Left: left, Gone: seat.gone(p.Record.EndedAt), In: in}
	}
	return stays, paging, err
}

// Internal reports whether the seat is of a user of the host's account.
func (p PastMeeting) Internal(s Seat) bool {
	return !s.User.None() && s.User.Account == p.Record.Owner.Account
}

// Instances returns a page of the ended instances of the meeting or the PMI, the latest first. The permissions are
// those of [Schedule.PastMeeting].
func (s *Schedule) Instances(ctx context.Context, c Caller, number string, q PageQuery) ([]InstanceRecord, Paging, error) {
	id, err := ParseNumber(number)
	if err != nil {
		return nil, Paging{}, noMeeting(number)
	}
	host, err := s.hostOf(ctx, c, id)
	if err != nil {
		return nil, Paging{}, err
	}
	p, err := s.core.store.Profile(ctx, host)
	if err := cmp.Or(err, p.checkOwn(c)); err != nil {
		return nil, Paging{}, err
	}
	read := func(ctx context.Context, after string, size int) ([]InstanceRecord, string, error) {
		records, next, err := s.core.store.PastInstancesOf(ctx, host, id, after, size)
		return slices.DeleteFunc(records, func(r InstanceRecord) bool { return !r.kept(s.core.env.Now()) }), next, err
	}
	var records []InstanceRecord
	var paging Paging
	err = s.listPast(ctx, host, func(ctx context.Context) (err error) {
		records, paging, err = reader[InstanceRecord](read).page(ctx, q, tokenSigner{key: p.PageKey, list: "instances " + string(id)})
		return err
	})
	if err == nil && len(records) == 0 && q.Token == "" {
		err = s.mustHave(ctx, p, id)
	}
	return records, paging, err
}

// mustHave returns [NoMeeting] unless the number is of a meeting of the user, or is or was their PMI.
func (s *Schedule) mustHave(ctx context.Context, p Profile, id Number) error {
	if p.had(id) {
		return nil
	}
	m, err := s.core.store.Meeting(ctx, p.User, id)
	if err == nil && !m.Exists() {
		err = noMeeting(string(id))
	}
	return err
}
