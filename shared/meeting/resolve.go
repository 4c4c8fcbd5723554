package meeting

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"
)

// A Destination is where an address leads: a room, and the meeting that the visitor comes for.
type Destination struct {
	Room    Room // not Enterable: there is no room, or none for this visitor
	Target  Target
	asked   Room   // of the address itself, if it is a number: it may lead on
	named   Room   // of the number of the meeting that the visitor names
	address string // in its plainest form
	reads   int    // how many rooms and profiles were read one after the other
}

// maxReads is the length of the longest way to a room: link or alias, profile, room.
const maxReads = 3

// resolve returns where the address, a number or a personal link, leads a visitor who names the meeting omn, or none.
// The other reads are made at the same time as its first one.
func (t *core) resolve(
	ctx context.Context, address string, omn Number, otherReads ...func(context.Context) error,
) (Destination, error) {
	var room, alias Room
	var claim LinkClaim
	reads := otherReads
	number, notNumber := ParseNumber(address)
	link, notLink := ParseLink(address)
	if notNumber == nil {
		reads = append(reads, func(ctx context.Context) (err error) { room, err = t.store.Room(ctx, number); return err })
	} else if notLink == nil {
		reads = append(reads, func(ctx context.Context) (err error) {
			claim, err = t.store.LinkClaim(ctx, link)
			return err
		})
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
	found := Destination{
		Room: room, asked: room, named: alias, address: cmp.Or(string(number), link.Key(), address), reads: 1,
	}
	if notNumber != nil {
		found, err := t.personalRoomOf(ctx, found, claim.User, func(p Profile) bool { return claim.leads(p, t.env.Now()) })
		return found.targetFor(alias), err
	}
	return t.resolveNumber(ctx, found, alias)
}

// resolveNumber follows the number to the room that it leads this visitor to.
func (t *core) resolveNumber(ctx context.Context, found Destination, alias Room) (Destination, error) {
	r := found.Room
	switch {
	case r.Kind == Alias:
		led, err := t.personalRoomOf(ctx, found, r.Owner, always)
		return led.targetFor(r), err
	case alias.Kind == Alias && r.Claimable(alias.Owner, t.env.Now()):
		// I14: the invitation leads to the room of the meeting's host, if the number was theirs and is nobody else's.
		led, err := t.personalRoomOf(ctx, found, alias.Owner, func(p Profile) bool { return p.had(r.Number) })
		return led.targetFor(alias), err
	case r.Kind == Released:
		forwards := func(p Profile) bool { return p.Forwarding && p.had(r.Number) && t.env.Now().Before(r.Expires) }
		return t.personalRoomOf(ctx, found, r.Owner, forwards)
	}
	return found.targetFor(alias), nil
}

// targetFor sets the target to the meeting of the alias, if it is a meeting of the room's owner in this room.
func (s Destination) targetFor(alias Room) Destination {
	if s.Room.Kind == Personal && s.Room.Owner == alias.Owner {
		s.Target = alias.target()
	}
	return s
}

func always(Profile) bool { return true }

// personalRoomOf leads to the personal room of the user, if their profile allows it; else to no room.
func (t *core) personalRoomOf(
	ctx context.Context, s Destination, owner User, allowed func(Profile) bool,
) (Destination, error) {
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
	if s.Room.Owner != owner { // the number changed between the two reads
		s.Room = Room{Number: s.Room.Number}
	}
	return s, err
}

// refuseUnknownSeat returns [NoMeeting] for a wrong secret of a seat. That costs one guess of the client's budget and
// none of the room's: nobody guessed its passcode.
func (t *core) refuseUnknownSeat(ctx context.Context, c Caller, s Destination) error {
	return cmp.Or(t.padReads(ctx, s), t.spendProbe(ctx, c), error(refuse(NoMeeting)))
}

// padReads makes as many more reads as the longest way to a room takes, so that the time of a refusal tells nothing.
// They read numbers that nobody can have, which are spread over the table, so that refusals have no key in common.
func (t *core) padReads(ctx context.Context, s Destination) error {
	sum := sha256.Sum256([]byte(s.address))
	for ; s.reads < maxReads; s.reads++ {
		nobodys := fmt.Sprintf("0%09d", binary.BigEndian.Uint32(sum[4*s.reads:]))[:10]
		if _, err := t.store.Room(ctx, Number(nobodys)); err != nil {
			return err
		}
	}
	return nil
}

// checkGuesses returns [TooManyGuesses] if a budget of which so much is spent is used up.
func (t *core) checkGuesses(spent int) error {
	if spent < ClientGuesses {
		return nil
	}
	return t.untilNextWindow(TooManyGuesses)
}

// untilNextWindow returns the refusal, to be retried when the next window begins.
func (t *core) untilNextWindow(reason Reason) *Refusal {
	return t.retryAt(reason, t.budgetWindow().Add(GuessWindow))
}

// retryAt returns the refusal, to be retried at the time.
func (t *core) retryAt(reason Reason, at time.Time) *Refusal {
	no := refuse(reason)
	no.Retry = int(at.Sub(t.env.Now()).Seconds()) + 1
	return no
}

func (t *core) budgetWindow() time.Time { return t.env.Now().Truncate(GuessWindow) }

// unlessInactive is where the address leads unless its owner was deactivated: then it is nobody's number, but for the
// owner.
func (s Destination) unlessInactive(c Caller) Destination {
	if s.Room.Closed == Inactive && s.Room.Owner != c.User {
		s.Room, s.Target = Room{Number: s.Room.Number}, Target{}
	}
	return s
}
