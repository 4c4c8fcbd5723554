package meeting

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"
)

// Limits of guesses (I13). Those of clients and their networks are per window; that of a room is for the whole life of
// its passcode.
const (
	GuessWindow   = 10 * time.Minute
	ClientGuesses = 20  // of a signed-in user, an IPv4 address, or an IPv6 /64
	SiteGuesses   = 60  // of an IPv6 /56
	BlockGuesses  = 200 // of an IPv6 /48
	RoomGuesses   = 100
)

// While a place may still be given back, it is looked for this often, with a pause between: for longer than placeLife,
// within which a request gives back the place that it took.
const (
	placeLooks = 17
	placePause = 200 * time.Millisecond
	placeLife  = 3 * time.Second
)

// forGood is the end of a distrust that only a new passcode ends.
var forGood = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// A Place is the right to one guess. It is taken before a passcode is compared, and given back if that was right: so a
// burst of wrong ones has no more answers than the limit, and a crowd of right ones all get in, one after the other.
type Place struct {
	Scope  string
	Window time.Time // in which it counts; zero: for good
	Limit  int       // of places that are taken, and of guesses that were wrong
	Count  int       // of places that are taken at once; 0: one
	At     time.Time // when it is taken
}

// A guess is what somebody who types a passcode has taken.
type guess struct {
	taken    []Place
	room     Place
	roomFull bool // it got none there: so many were wrong
	last     bool // it got the last one there
}

// takePlaces takes the places of a guess: of the client, of its networks, and of the room, whatever address leads to
// it. It returns [TooManyGuesses] if the client or a network has none left, and [Busy] if the room has none because
// others are just typing the right passcode. A missing passcode is no guess at the room.
func (t *core) takePlaces(ctx context.Context, c Caller, s Destination, shown string) (guess, error) {
	g := guess{room: t.roomPlace(s)}
	places := t.clientPlaces(c)
	if shown != "" {
		places = append(places, g.room)
	}
	taken := make([]takenPlace, len(places))
	var taking errgroup.Group // without a common context: if one fails, it is known whether the others were taken
	for i, p := range places {
		taking.Go(func() (err error) { taken[i], err = t.takePlace(ctx, p); return err })
	}
	failed := taking.Wait()
	var refusal *Refusal
	for i, p := range taken {
		switch isRoom := places[i].Scope == g.room.Scope; {
		case p.taken:
			g.taken = append(g.taken, places[i])
			g.last = isRoom && p.last
		case !isRoom:
			refusal = t.untilNextWindow(TooManyGuesses)
		case p.drains && refusal == nil:
			refusal = refuse(Busy)
		default:
			g.roomFull = true
		}
	}
	switch {
	case failed != nil:
		return g, cmp.Or(failed, t.giveBack(ctx, g))
	case refusal != nil:
		return g, cmp.Or(t.giveBack(ctx, g), error(refusal))
	}
	return g, nil
}

// takeClaim takes a place of the caller for the claim of a number or a link: whether that is somebody's is a guess too.
// It returns [TooManyGuesses] if there is none left.
func (t *core) takeClaim(ctx context.Context, c Caller) (Place, error) {
	p := Place{Scope: c.budgetScope(), Window: t.budgetWindow(), Limit: ClientGuesses}
	got, err := t.takePlace(ctx, p)
	if err == nil && !got.taken {
		err = t.untilNextWindow(TooManyGuesses)
	}
	return p, err
}

// A takenPlace is the result of a look for a place.
type takenPlace struct {
	taken  bool
	last   bool // no other one is left
	drains bool // all are taken, and some of them may be given back
}

// takePlace takes the place. While all are taken, and some of them so lately that they may be given back, it looks
// again.
func (t *core) takePlace(ctx context.Context, p Place) (result takenPlace, err error) {
	err = t.env.lookAgain(ctx, placeLooks, placePause, func() (done bool, err error) {
		p.At = t.env.Now()
		spent, err := t.store.TakePlace(ctx, p)
		if errors.Is(err, ErrStale) {
			result.drains = spent.mayDrain(p.At)
			return !result.drains, nil
		}
		result = takenPlace{taken: err == nil, last: spent.Guesses >= p.Limit}
		return true, err
	})
	return result, err
}

// mayDrain reports whether a place was taken so lately that it may be given back.
func (s Spent) mayDrain(now time.Time) bool { return now.Sub(s.TakenAt) < placeLife }

// giveBack frees the places of somebody who did not guess wrong.
func (t *core) giveBack(ctx context.Context, g guess) error {
	var returning errgroup.Group // without a common context: one that fails does not keep the others
	for _, p := range g.taken {
		returning.Go(func() error { return t.store.ReturnPlace(ctx, p) })
	}
	return returning.Wait()
}

// clientPlaces are the places of the caller: of the user; or for a guest of the address and the networks around it.
func (t *core) clientPlaces(c Caller) []Place {
	window := t.budgetWindow()
	all := []Place{{Scope: c.budgetScope(), Window: window, Limit: ClientGuesses}}
	for _, around := range []struct{ bits, limit int }{{56, SiteGuesses}, {48, BlockGuesses}} {
		if network, found := c.network(around.bits); found {
			all = append(all, Place{Scope: "address#" + network, Window: window, Limit: around.limit})
		}
	}
	return all
}

// roomPlace is the place at the room: one count for its passcode, whatever number or link leads to it. Where no room
// is, it counts by the address.
func (t *core) roomPlace(s Destination) Place {
	if s.Room.Enterable() {
		return Place{Scope: "passcode#" + s.Room.passcodeID(), Limit: RoomGuesses}
	}
	id := identify("address", s.address)
	scope := "room#" + base64.RawURLEncoding.EncodeToString(id[:])
	return Place{Scope: scope, Window: t.budgetWindow(), Limit: RoomGuesses}
}

// passcodeID names the passcode of the room, and changes with it.
func (r Room) passcodeID() string {
	id := identify("passcode", r.Owner.Account, r.Owner.ID, r.LinkKey, r.Settings.Passcode)
	return base64.RawURLEncoding.EncodeToString(id[:])
}

// refuseWrong returns [NoMeeting] for a wrong passcode, and keeps its places (I13). Whatever the cause, that takes the
// same reads and writes. The guess that takes the last place at the room makes its passcode distrusted.
func (t *core) refuseWrong(ctx context.Context, s Destination, g guess) error {
	if err := t.padReads(ctx, s); err != nil {
		return err
	}
	full, err := g.roomFull, error(nil)
	if g.last {
		full, err = t.staysFull(ctx, g.room)
	}
	if err == nil && full {
		_, _, err = t.apply(ctx, s.Room, s.Room.distrust(t.env.Now()))
	}
	return cmp.Or(err, error(refuse(NoMeeting)))
}

// staysFull reports whether nobody gives a place back: then all those were wrong.
func (t *core) staysFull(ctx context.Context, p Place) (stays bool, err error) {
	t.env.Pause(ctx, placePause)
	err = t.env.lookAgain(ctx, placeLooks, placePause, func() (done bool, err error) {
		now, err := t.store.Spent(ctx, p.Scope, p.Window)
		full, drains := now.Guesses >= p.Limit, now.mayDrain(t.env.Now())
		stays = full && !drains
		return stays || !full, err
	})
	return stays, err
}

// distrust returns the transition after which the passcode leads to the waiting room only. It does nothing if that is
// so already, or after a decision of a host, which may have been a new passcode.
func (r Room) distrust(now time.Time) Transition {
	was := r.Live.DistrustedUntil
	if now.Before(was) {
		was = time.Time{}
	}
	return Transition{Instance: r.Live.Instance, Epoch: &r.Live.Epoch, Distrust: &was, DistrustUntil: forGood}
}

// distrustFull returns the room with a distrusted passcode, if all places at the room are taken for good: also if the
// request that took the last one came no further.
func (t *core) distrustFull(ctx context.Context, r Room, g guess) (Room, error) {
	if !g.roomFull {
		return r, nil
	}
	passcode := r.passcodeID()
	r, _, err := t.applyAgain(ctx, r, func(r Room) (*Transition, error) {
		if r.distrustsPasscode(t.env.Now()) || r.passcodeID() != passcode {
			return nil, nil
		}
		return new(r.distrust(t.env.Now())), nil
	})
	return r, err
}
