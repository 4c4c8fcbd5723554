package proof

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"personal-rooms/shared/meeting"
)

// A storage is the store of one operation, in both engines. It says what each request means in the model, notes what
// the operation read first, and makes the fault of a mutant.
type storage struct {
	meeting.Store                      // the table; on the walk, constant answers
	ask           func(request) answer // on the walk: the model answers; otherwise nil
	hooks

	mu        *sync.Mutex // of the operation
	operation *operation
}

// hooks are the faults that a mutant can make. They change what is requested, or what is answered.
type hooks struct {
	behind     time.Duration // of the clock
	overwrites bool          // stores a seat in the place of a later version
	room       func(*meeting.Room)
	read       func(*meeting.Seat)
	takes      func(*meeting.Seat)
	changes    func(*meeting.Seat)
	roster     func(*meeting.Roster)
	transition func(context.Context, *meeting.Transition)
	applied    func(meeting.Transition, *meeting.Room)
	seat       func(context.Context, meeting.Seat) // was stored
}

// changeKey is the key of a request of the model in the context of a request to the table.
type changeKey struct{}

// send has the request answered by the model; or by the table, which is called with the argument.
func send[A, T any](
	ctx context.Context, s *storage, r request, call func(context.Context, A) (T, error), arg A,
) (T, error) {
	if s.ask == nil {
		return call(context.WithValue(ctx, changeKey{}, &r), arg)
	}
	a := s.ask(r)
	v, _ := a.value.(T)
	return v, a.err
}

// note changes the operation, which may send several requests in parallel.
func (s *storage) note(change func(*operation)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.operation)
}

func (s *storage) Room(ctx context.Context, n meeting.Number) (meeting.Room, error) {
	read := readItem("Room", roomKey(n), func(now *state) any { return now.room(n) })
	r, err := send(ctx, s, read, s.Store.Room, n)
	s.note(func(o *operation) {
		if o.Instance == "" && r.Enterable() {
			o.Instance, o.Open = r.Live.Instance, r.Live.Open
			o.listed = slices.Concat(r.Live.NeedApproval, r.Live.Denied)
		}
	})
	if s.room != nil && err == nil && r.Enterable() {
		s.room(&r)
	}
	return r, err
}

func (s *storage) ApplyTransition(
	ctx context.Context, n meeting.Number, t meeting.Transition,
) (meeting.Room, error) {
	if s.transition != nil {
		s.transition(ctx, &t)
	}
	r, err := send(ctx, s, applyTransition(n, t), func(ctx context.Context, t meeting.Transition) (meeting.Room, error) {
		return s.Store.ApplyTransition(ctx, n, t)
	}, t)
	if r.Exists() && (t.End != nil && s.operation.Kind != "end" || t.Occupancy != nil) {
		s.note(func(o *operation) { o.Instance = r.Live.Instance }) // if that is over, it decides on the next one
	}
	if s.applied != nil && err == nil {
		s.applied(t, &r)
	}
	return r, err
}

func (s *storage) Seat(ctx context.Context, id meeting.SeatID) (meeting.Seat, error) {
	read := readItem("Seat", seatKey(id), func(now *state) any { return now.seat(id) })
	seat, err := send(ctx, s, read, s.Store.Seat, id)
	if s.read != nil {
		s.read(&seat)
	}
	return seat, err
}

func (s *storage) Roster(ctx context.Context, instance string) (meeting.Roster, error) {
	roster, err := send(ctx, s, readRoster(instance), s.Store.Roster, instance)
	roster = slices.Clone(roster)
	s.note(func(o *operation) {
		for _, seat := range roster {
			if seat.State == waiting {
				o.waiting += string(seat.ID) + " "
			}
		}
	})
	if s.roster != nil {
		s.roster(&roster)
	}
	return roster, err
}

func (s *storage) TakeSeat(ctx context.Context, seat meeting.Seat) (meeting.Seat, error) {
	if s.takes != nil {
		s.takes(&seat)
	}
	s.note(func(o *operation) { o.Took = true })
	return send(ctx, s, writeSeat("TakeSeat", seat, 0), s.Store.TakeSeat, seat)
}

func (s *storage) ChangeSeat(ctx context.Context, seat meeting.Seat) (meeting.Seat, error) {
	if s.changes != nil {
		s.changes(&seat)
	}
	now, err := send(ctx, s, writeSeat("ChangeSeat", seat, seat.Version), s.Store.ChangeSeat, seat)
	switch {
	case s.overwrites && errors.Is(err, meeting.ErrStale) && now.Version != seat.Version:
		seat.Version = now.Version
		return s.ChangeSeat(ctx, seat)
	case s.seat != nil && err == nil:
		s.seat(ctx, now)
	}
	return now, err
}

func (s *storage) Profile(ctx context.Context, u meeting.User) (meeting.Profile, error) {
	read := readItem("Profile", profileKey(u), func(now *state) any {
		return stored[meeting.Profile](now, profileKey(u))
	})
	return send(ctx, s, read, s.Store.Profile, u)
}

func (s *storage) Save(ctx context.Context, changes ...meeting.Change) error {
	if s.ask == nil {
		return s.Store.Save(ctx, changes...)
	}
	return s.ask(save(slices.DeleteFunc(slices.Clone(changes), isAudit))).err
}

// isAudit reports whether the change is an entry of the audit trail, on which no rule of the door depends.
func isAudit(c meeting.Change) bool {
	_, is := c.(meeting.PutAudit)
	return is
}

// constants are the answers of storage, on the walk, on which no rule of the door depends.
type constants struct{ meeting.Store }

func (constants) Spent(context.Context, string, time.Time) (meeting.Spent, error) {
	return meeting.Spent{}, nil
}

func (constants) AccountRules(_ context.Context, account string) (meeting.AccountRules, error) {
	return meeting.AccountRules{Account: account}, nil
}

func (constants) UserState(context.Context, meeting.User) (meeting.UserState, error) {
	return meeting.UserState{}, nil
}

func (constants) Spend(context.Context, string, time.Time) (int, error) { return 1, nil }
func (constants) TakePlace(context.Context, meeting.Place) (meeting.Spent, error) {
	return meeting.Spent{}, nil
}
func (constants) ReturnPlace(context.Context, meeting.Place) error { return nil }

func (constants) SpendWait(context.Context, string, time.Time, int) (int, error) { return 0, nil }

func (constants) Meeting(context.Context, meeting.User, meeting.Number) (meeting.Meeting, error) {
	return meeting.Meeting{}, nil
}

func (constants) Agenda(context.Context, meeting.User, time.Time, string, int) ([]meeting.Meeting, string, error) {
	return nil, "", nil
}

func (constants) SaveInstance(context.Context, meeting.InstanceRecord) error { return nil }

func (constants) SaveContacts(context.Context, meeting.User, []meeting.Identity, time.Time, time.Time) error {
	return nil
}

// ownBudgets keeps the budgets of guesses of a history apart from those of the others in its table.
type ownBudgets struct {
	meeting.Store
	history string
}

func (b ownBudgets) Spent(ctx context.Context, scope string, window time.Time) (meeting.Spent, error) {
	return b.Store.Spent(ctx, b.history+scope, window)
}

func (b ownBudgets) TakePlace(ctx context.Context, p meeting.Place) (meeting.Spent, error) {
	p.Scope = b.history + p.Scope
	return b.Store.TakePlace(ctx, p)
}

func (b ownBudgets) ReturnPlace(ctx context.Context, p meeting.Place) error {
	p.Scope = b.history + p.Scope
	return b.Store.ReturnPlace(ctx, p)
}
