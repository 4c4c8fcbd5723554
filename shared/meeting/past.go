package meeting

import (
	"context"
	"slices"
	"time"
)

// A PastMeeting is a sitting that ended.
type PastMeeting struct {
	Record InstanceRecord
	Host   Profile
	Roster Roster // everybody who came, in the order in which they came
}

// PastMeeting is the sitting of the uuid, or the last one of the meeting or the PMI, for the owner of its room and admins of the account.
// A sitting that has not ended, or that is not kept any more, does not exist.
func (s *Schedule) PastMeeting(ctx context.Context, c Caller, address string) (PastMeeting, error) {
	sat, err := s.ended(ctx, c, address)
	if err != nil {
		return PastMeeting{}, err
	}
	past := PastMeeting{Record: sat}
	err = together(ctx,
		func(ctx context.Context) (err error) { past.Host, err = s.Profile(ctx, sat.Owner); return err },
		func(ctx context.Context) (err error) { past.Roster, err = s.Roster(ctx, sat.Instance); return err })
	past.Roster = past.Roster.sortedByJoin()
	return past, err
}

func (s *Schedule) ended(ctx context.Context, c Caller, address string) (sat InstanceRecord, err error) {
	if id, notNumber := ParseNumber(address); notNumber == nil {
		sat, err = s.lastOf(ctx, c, id)
	} else {
		sat, err = s.recorded(ctx, c, address)
	}
	if err == nil && (!sat.kept(s.Now()) || sat.EndedAt.IsZero() || !s.mayRead(c, sat)) {
		err = noMeeting(address)
	}
	return sat, err
}

// mayRead reports whether the sitting is in the caller's past.
func (s *Schedule) mayRead(c Caller, sat InstanceRecord) bool {
	return sat.Exists() && (sat.Owner == c.User || s.isAdmin(c, sat.Owner, AdminReadsMeetings))
}

// recorded is the sitting of the uuid; ended, if it is over by the clock.
func (s *Schedule) recorded(ctx context.Context, c Caller, uuid string) (InstanceRecord, error) {
	sat, err := s.Instance(ctx, uuid)
	if err != nil || !s.mayRead(c, sat) || !sat.EndedAt.IsZero() {
		return sat, err
	}
	if _, on, err := s.stillLive(ctx, sat); err != nil || on {
		return sat, err
	}
	return s.Instance(ctx, uuid)
}

// maxOverdue is how many sittings are looked after at most when somebody looks back: the oldest.
const maxOverdue = 16

// listPast reads what the host held, and again if a sitting was found that is over: it is in the past then (I17).
func (s *Schedule) listPast(ctx context.Context, host User, read func(context.Context) error) error {
	over := false
	err := together(ctx, read, func(ctx context.Context) (err error) { over, err = s.endOverdue(ctx, host); return err })
	if err == nil && over {
		err = read(ctx)
	}
	return err
}

// endOverdue reports whether one of the host's sittings that are not recorded as ended is over.
func (s *Schedule) endOverdue(ctx context.Context, host User) (over bool, err error) {
	sits, _, err := s.LiveInstances(ctx, host, time.Time{}, forever, "", maxOverdue)
	if err != nil {
		return false, err
	}
	on, err := each(ctx, sits, func(ctx context.Context, sat InstanceRecord) (on bool, err error) {
		_, on, err = s.stillLive(ctx, sat)
		return on, err
	})
	return slices.Contains(on, false), err
}

func (s *Schedule) lastOf(ctx context.Context, c Caller, id Number) (InstanceRecord, error) {
	host, err := s.hostOf(ctx, c, id)
	if err != nil {
		return InstanceRecord{}, err
	}
	var last []InstanceRecord
	err = s.listPast(ctx, host, func(ctx context.Context) (err error) {
		last, _, err = s.PastInstancesOf(ctx, host, id, "", 1)
		return err
	})
	if err != nil || len(last) == 0 {
		return InstanceRecord{}, err
	}
	return last[0], nil
}

// hostOf is whose sittings the caller asks for by a number: their own, also those of a number that they gave up; an admin those of whoever of
// the account has it.
func (s *Schedule) hostOf(ctx context.Context, c Caller, id Number) (User, error) {
	if !c.May(AdminReadsMeetings) {
		return c.User, nil
	}
	r, err := s.Room(ctx, id)
	if err != nil || r.Owner.Account != c.Account {
		return c.User, err
	}
	return r.Owner, nil
}

// Participants are those who were let in.
func (p PastMeeting) Participants() Roster {
	return p.Roster.filter(func(s Seat) bool { return !s.FirstAdmittedAt.IsZero() })
}

// TimePresent is how long all of them together were in.
func (p PastMeeting) TimePresent() (all time.Duration) {
	for _, seat := range p.Roster {
		_, _, in := seat.presence(p.Record.EndedAt)
		all += in
	}
	return all
}

// A Stay is what became of somebody who came.
type Stay struct {
	Seat   Seat
	Joined time.Time // when they were first let in; of those who never were, when they came
	Left   time.Time // when they last went out; of those who never were in, zero
	In     time.Duration
}

// Attendance is a page of who came, in the order in which they came, the token of the next one, and how they stayed. It is cut from the
// whole roll, which is one query: a sitting has some thousand seats at most.
func (p PastMeeting) Attendance(size int, token string) ([]Stay, string, error) {
	seal := tokenSigner{key: p.Host.PageKey, list: "participants " + p.Record.Instance}
	after, err := seal.verify(token)
	if err != nil {
		return nil, "", err
	}
	seats, next := cut(p.Roster, func(s Seat) string { return listOffset(s.JoinedAt, string(s.ID)) }, after, size)
	stays := make([]Stay, len(seats))
	for i, seat := range seats {
		joined, left, in := seat.presence(p.Record.EndedAt)
		if joined.IsZero() {
			joined = seat.JoinedAt
		}
		stays[i] = Stay{Seat: seat, Joined: joined, Left: left, In: in}
	}
	return stays, seal.sign(next), nil
}

// Internal reports whether somebody of the host's account was in the seat.
func (p PastMeeting) Internal(s Seat) bool {
	return !s.User.None() && s.User.Account == p.Record.Owner.Account
}

// Instances is a page of the ended sittings of the meeting or the PMI, the latest first, and the token of the next one; for whom PastMeeting is.
func (s *Schedule) Instances(ctx context.Context, c Caller, number string, size int, token string) ([]InstanceRecord, string, error) {
	id, err := ParseNumber(number)
	if err != nil {
		return nil, "", noMeeting(number)
	}
	host, err := s.hostOf(ctx, c, id)
	if err != nil {
		return nil, "", err
	}
	p, err := s.Profile(ctx, host)
	if err != nil {
		return nil, "", err
	}
	seal := tokenSigner{key: p.PageKey, list: "instances " + string(id)}
	after, err := seal.verify(token)
	if err != nil {
		return nil, "", err
	}
	var sittings []InstanceRecord
	var next string
	err = s.listPast(ctx, host, func(ctx context.Context) (err error) {
		sittings, next, err = s.PastInstancesOf(ctx, host, id, after, size)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	sittings = slices.DeleteFunc(sittings, func(sat InstanceRecord) bool { return !sat.kept(s.Now()) })
	if len(sittings) == 0 && token == "" {
		err = s.mustHave(ctx, p, id)
	}
	return sittings, seal.sign(next), err
}

// mustHave refuses what is neither a meeting of the user's nor was their PMI.
func (s *Schedule) mustHave(ctx context.Context, p Profile, id Number) error {
	if p.had(id) {
		return nil
	}
	m, err := s.Meeting(ctx, p.User, id)
	if err == nil && !m.Exists() {
		err = noMeeting(string(id))
	}
	return err
}
