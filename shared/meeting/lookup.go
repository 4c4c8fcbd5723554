package meeting

import "context"

// MaxLookups is how often, per GuessWindow, a user may ask in vain for rooms and meetings that are not theirs (I13).
const MaxLookups = 100

// spendLookup counts that the caller asked for what they may not see, or what does not exist. It returns
// [TooManyGuesses] if they did so too often. Who could see the number's meetings before it was released does not guess.
func (t *core) spendLookup(ctx context.Context, c Caller, s Destination, a Action) error {
	if a.allowed(c.relationsTo(s.asked.Owner)) {
		return nil
	}
	spent, err := t.store.Spend(ctx, "lookup#"+c.budgetScope(), t.budgetWindow())
	if err == nil && spent > MaxLookups {
		err = t.untilNextWindow(TooManyGuesses)
	}
	return err
}

// readNamed reads how often the caller named a meeting that the owner of the room does not have.
func (t *core) readNamed(c Caller, omn Number, named *Spent) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		if omn != "" {
			*named, err = t.store.Spent(ctx, c.omnScope(), t.budgetWindow())
		}
		return err
	}
}

func (c Caller) omnScope() string { return "omn#" + c.budgetScope() }

// naming returns the request of somebody who names the meeting omn, or none. To name one that the owner of the room
// does not have, nor had, is a guess (I9). Who guessed too often comes to the room itself, whatever they name: that
// refuses nobody, and tells nothing.
func (k JoinRequest) naming(s Destination, omn Number, named Spent) JoinRequest {
	if named.Guesses >= ClientGuesses {
		k.Target = Target{}
		return k
	}
	k.GuessesMeeting = omn != "" && s.named.Owner != s.Room.Owner
	return k
}

// spendNamed counts a guess at the number of a meeting. Of many requests at once, those beyond the limit come to the
// room itself, too.
func (t *core) spendNamed(ctx context.Context, k JoinRequest) (JoinRequest, error) {
	if !k.GuessesMeeting {
		return k, nil
	}
	n, err := t.store.Spend(ctx, k.Caller.omnScope(), t.budgetWindow())
	if n > ClientGuesses {
		k.Target = Target{}
	}
	return k, err
}
