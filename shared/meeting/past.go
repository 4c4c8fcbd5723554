package meeting

import (
	"context"
	"slices"
	"time"
)

// A PastMeeting is a sitting that ended.
type PastMeeting struct {
	Sitting Sitting
	Host    Profile
	Roll    Roll // everybody who came, in the order in which they came
}

// PastMeeting is the sitting of the uuid, or the last one of the meeting or the PMI, for the owner of its room and admins of the account.
// A sitting that has not ended, or that is not kept any more, does not exist.
func (s *Schedule) PastMeeting(ctx context.Context, c Caller, address string) (PastMeeting, error) {
	sat, err := s.ended(ctx, c, address)
	if err != nil {
		return PastMeeting{}, err
	}
	past := PastMeeting{Sitting: sat}
	err = together(ctx,
		func(ctx context.Context) (err error) { past.Host, err = s.Profile(ctx, sat.Owner); return err },
		func(ctx context.Context) (err error) { past.Roll, err = s.Roll(ctx, sat.Instance); return err })
	past.Roll = past.Roll.inOrder()
	return past, err
}

func (s *Schedule) ended(ctx context.Context, c Caller, address string) (sat Sitting, err error) {
	if id, notNumber := ParseNumber(address); notNumber == nil {
		sat, err = s.lastOf(ctx, c, id)
	} else {
		sat, err = s.recorded(ctx, c, address)
	}
	if err == nil && (!sat.kept(s.Now()) || sat.EndedAt.IsZero() || !s.remembers(c, sat)) {
		err = noMeeting(address)
	}
	return sat, err
}

// remembers reports whether the sitting is in the caller's past.
func (s *Schedule) remembers(c Caller, sat Sitting) bool {
	return sat.Exists() && (sat.Owner == c.User || s.administers(c, sat.Owner, AdminReadsMeetings))
}

// recorded is the sitting of the uuid; ended, if it is over by the clock.
func (s *Schedule) recorded(ctx context.Context, c Caller, uuid string) (Sitting, error) {
	sat, err := s.Sitting(ctx, uuid)
	if err != nil || !s.remembers(c, sat) || !sat.EndedAt.IsZero() {
		return sat, err
	}
	if _, on, err := s.goesOn(ctx, sat); err != nil || on {
		return sat, err
	}
	return s.Sitting(ctx, uuid)
}

// mostSettled is how many sittings are looked after at most when somebody looks back: the oldest.
const mostSettled = 16

// lookBack reads what the host held, and again if a sitting was found that is over: it is in the past then (I17).
func (s *Schedule) lookBack(ctx context.Context, host User, read func(context.Context) error) error {
	over := false
	err := together(ctx, read, func(ctx context.Context) (err error) { over, err = s.settleOldest(ctx, host); return err })
	if err == nil && over {
		err = read(ctx)
	}
	return err
}

// settleOldest reports whether one of the host's sittings that are not recorded as ended is over.
func (s *Schedule) settleOldest(ctx context.Context, host User) (over bool, err error) {
	sits, _, err := s.Sits(ctx, host, time.Time{}, forever, "", mostSettled)
	if err != nil {
		return false, err
	}
	on, err := each(ctx, sits, func(ctx context.Context, sat Sitting) (on bool, err error) {
		_, on, err = s.goesOn(ctx, sat)
		return on, err
	})
	return slices.Contains(on, false), err
}

func (s *Schedule) lastOf(ctx context.Context, c Caller, id Number) (Sitting, error) {
	host, err := s.hostOf(ctx, c, id)
	if err != nil {
		return Sitting{}, err
	}
	var last []Sitting
	err = s.lookBack(ctx, host, func(ctx context.Context) (err error) { last, _, err = s.PastOf(ctx, host, id, "", 1); return err })
	if err != nil || len(last) == 0 {
		return Sitting{}, err
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

// Came are those who were let in.
func (p PastMeeting) Came() Roll {
	return p.Roll.only(func(s Seat) bool { return !s.CameIn.IsZero() })
}

// Spent is how long all of them together were in.
func (p PastMeeting) Spent() (all time.Duration) {
	for _, seat := range p.Roll {
		_, _, in := seat.stay(p.Sitting.EndedAt)
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

// Participants is a page of who came, in the order in which they came, the token of the next one, and how they stayed. It is cut from the
// whole roll, which is one query: a sitting has some thousand seats at most.
func (p PastMeeting) Participants(size int, token string) ([]Stay, string, error) {
	seal := sealer{key: p.Host.PageKey, list: "participants " + p.Sitting.Instance}
	after, err := seal.open(token)
	if err != nil {
		return nil, "", err
	}
	seats, next := cut(p.Roll, func(s Seat) string { return place(s.JoinedAt, string(s.ID)) }, after, size)
	stays := make([]Stay, len(seats))
	for i, seat := range seats {
		joined, left, in := seat.stay(p.Sitting.EndedAt)
		if joined.IsZero() {
			joined = seat.JoinedAt
		}
		stays[i] = Stay{Seat: seat, Joined: joined, Left: left, In: in}
	}
	return stays, seal.close(next), nil
}

// Internal reports whether somebody of the host's account was in the seat.
func (p PastMeeting) Internal(s Seat) bool {
	return !s.User.None() && s.User.Account == p.Sitting.Owner.Account
}

// Instances is a page of the ended sittings of the meeting or the PMI, the latest first, and the token of the next one; for whom PastMeeting is.
func (s *Schedule) Instances(ctx context.Context, c Caller, number string, size int, token string) ([]Sitting, string, error) {
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
	seal := sealer{key: p.PageKey, list: "instances " + string(id)}
	after, err := seal.open(token)
	if err != nil {
		return nil, "", err
	}
	var sittings []Sitting
	var next string
	err = s.lookBack(ctx, host, func(ctx context.Context) (err error) {
		sittings, next, err = s.PastOf(ctx, host, id, after, size)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	sittings = slices.DeleteFunc(sittings, func(sat Sitting) bool { return !sat.kept(s.Now()) })
	if len(sittings) == 0 && token == "" {
		err = s.mustHave(ctx, p, id)
	}
	return sittings, seal.close(next), err
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
