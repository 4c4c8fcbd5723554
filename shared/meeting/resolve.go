package meeting

import (
	"context"
	"time"
)

// Budgets of guesses (I13), per window.
const (
	GuessWindow    = 10 * time.Minute
	ClientGuesses  = 20
	RoomGuesses    = 100
	MaxClientWaits = 50               // new seats of one client that wait in one sitting
	MaxGuestWaits  = 500              // those of all guests, in a room of ordinary size
	DistrustFor    = 30 * time.Minute // how long a room whose budget was spent trusts its passcode no more
)

// A Destination is where an address led: a room, and the meeting that the visitor comes for.
type Destination struct {
	Room   Room // not Enterable: there is nothing, or nothing for them
	Target Target
	asked  Number // the number that the address named; empty for a link
	reads  int    // how many rooms and profiles were read one after the other
}

// maxReads is the number of hops of the longest way to a room: link or alias, profile, room.
const maxReads = 3

// resolve reads what stands behind the address, a number or a personal link, for a visitor who names the meeting omn (or
// none). It makes the other reads beside its first.
func (t *core) resolve(ctx context.Context, address string, omn Number, beside func(context.Context) error) (Destination, error) {
	var room, alias Room
	var owner User
	reads := []func(context.Context) error{beside}
	number, notNumber := ParseNumber(address)
	if notNumber == nil {
		reads = append(reads, func(ctx context.Context) (err error) { room, err = t.store.Room(ctx, number); return err })
	} else if link, err := ParseLink(address); err == nil {
		reads = append(reads, func(ctx context.Context) (err error) { owner, err = t.store.UserOfLink(ctx, link); return err })
	}
	if omn != "" {
		reads = append(reads, func(ctx context.Context) (err error) { alias, err = t.store.Room(ctx, omn); return err })
	}
	if err := together(ctx, reads...); err != nil {
		return Destination{}, err
	}
	if room.startExpired(t.env.Now()) {
		room = Room{Number: number}
	}
	spot := Destination{Room: room, asked: number, reads: 1}
	if notNumber != nil {
		spot, err := t.followForwarding(ctx, spot, owner, always)
		return spot.targetFor(alias), err
	}
	return t.resolveNumber(ctx, spot, alias)
}

// resolveNumber follows the number to the room that it leads to for this visitor.
func (t *core) resolveNumber(ctx context.Context, s Destination, alias Room) (Destination, error) {
	r := s.Room
	switch {
	case r.Kind == Alias:
		led, err := t.followForwarding(ctx, s, r.Owner, always)
		return led.targetFor(r), err
	case alias.Kind == Alias && (alias.Owner != r.Owner || r.Kind == Retired):
		// I14: the invitation to the meeting survives, if the number is or was its host's.
		led, err := t.followForwarding(ctx, s, alias.Owner, func(p Profile) bool { return p.had(r.Number) })
		if err != nil || led.Room.Enterable() || !r.Enterable() {
			return led.targetFor(alias), err
		}
		s.reads = led.reads
	case r.Kind == Retired:
		return t.followForwarding(ctx, s, r.Owner, func(p Profile) bool { return p.Forwarding && p.had(r.Number) })
	}
	return s.targetFor(alias), nil
}

// targetFor is the spot, visited for the meeting of the alias: if that is a meeting of the room's owner, in this room.
func (s Destination) targetFor(alias Room) Destination {
	if s.Room.Kind == Personal && s.Room.Owner == alias.Owner {
		s.Target = alias.target()
	}
	return s
}

func always(Profile) bool { return true }

// followForwarding is the user's personal room, if their profile says so; else nothing.
func (t *core) followForwarding(ctx context.Context, s Destination, owner User, allowed func(Profile) bool) (Destination, error) {
	if owner.None() {
		s.Room = Room{}
		return s, nil
	}
	p, err := t.store.Profile(ctx, owner)
	if err != nil {
		return s, err
	}
	s.reads++
	if !p.Exists() || !allowed(p) {
		s.Room = Room{Number: s.Room.Number}
		return s, nil
	}
	s.Room, err = t.store.Room(ctx, p.PMI)
	s.reads++
	if s.Room.Owner != owner { // the number was edited between the two reads
		s.Room = Room{Number: s.Room.Number}
	}
	return s, err
}

// nextAddress is the number whose budget a wrong guess spends: that of the room, if the address led to one.
func (s Destination) nextAddress() Number {
	if s.Room.Enterable() {
		return s.Room.Number
	}
	return s.asked
}

// refuseUniformly is the uniform refusal (I13): whatever the reason, it comes after the same reads and costs one guess of the
// client's and of the number's budget. Once the number's budget is spent, every guess marks its room.
func (t *core) refuseUniformly(ctx context.Context, c Caller, s Destination) error {
	if err := t.padReads(ctx, s); err != nil {
		return err
	}
	target := s.nextAddress()
	var guessed int
	err := together(ctx,
		func(ctx context.Context) error { return t.spendProbe(ctx, c) },
		func(ctx context.Context) (err error) {
			guessed, err = t.store.Spend(ctx, "room#"+string(target), t.budgetWindow())
			return err
		})
	if err != nil {
		return err
	}
	if guessed >= RoomGuesses {
		mark := Transition{Instance: s.Room.Live.Instance, DistrustUntil: t.env.Now().Add(DistrustFor)}
		if _, _, err := t.apply(ctx, Room{Number: target}, mark); err != nil {
			return err
		}
	}
	return refuse(NoMeeting)
}

// padReads reads on until as much was read as on the longest way: how long a refusal takes tells nothing of the address.
func (t *core) padReads(ctx context.Context, s Destination) error {
	for ; s.reads < maxReads; s.reads++ {
		if _, err := t.store.Room(ctx, "0000000000"); err != nil {
			return err
		}
	}
	return nil
}

// refuseUnknownSeat is the uniform refusal of a ticket that is not right. It costs one guess of the client's budget, and none of the
// room's: its passcode was not guessed at.
func (t *core) refuseUnknownSeat(ctx context.Context, c Caller, s Destination) error {
	if err := t.padReads(ctx, s); err != nil {
		return err
	}
	if err := t.spendProbe(ctx, c); err != nil {
		return err
	}
	return refuse(NoMeeting)
}

// spendGuess spends one guess of the caller's budget.
func (t *core) spendGuess(ctx context.Context, c Caller) error {
	_, err := t.store.Spend(ctx, c.budgetScope(), t.budgetWindow())
	return err
}

// checkGuesses refuses a caller who guessed too often.
func (t *core) checkGuesses(spent int) error {
	if spent < ClientGuesses {
		return nil
	}
	return t.untilNextWindow(TooManyGuesses)
}

// untilNextWindow refuses until the budget is a new one.
func (t *core) untilNextWindow(reason Reason) *Refusal {
	no := refuse(reason)
	no.Retry = int(t.budgetWindow().Add(GuessWindow).Sub(t.env.Now()).Seconds()) + 1
	return no
}

func (t *core) budgetWindow() time.Time { return t.env.Now().Truncate(GuessWindow) }

// budgetScope names the caller's guess budget: the user's, or the address's for guests.
func (c Caller) budgetScope() string {
	if c.None() {
		return "address#" + c.Address
	}
	return "user#" + c.Account + "#" + c.ID
}
