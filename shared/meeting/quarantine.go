package meeting

import (
	"context"
	"slices"
	"time"
)

// MaxQuarantined is how many released numbers of personal rooms, and how many released links, of one user are
// quarantined. One more frees the oldest (I2).
const MaxQuarantined = 20

// MaxRenames is how often the number and the link of a user may change on a day, together (I2).
const MaxRenames = 10

// newFor is how long a number is new: until then it is released without a quarantine, if nobody else knows it.
const newFor = wholeDay

// needsQuarantine reports whether others may know the number of the personal room (I2): it is not new any more; or the
// room was open under it, a meeting was planned there, or an invitation was asked for.
func (r Room) needsQuarantine(now time.Time) bool {
	return r.Used || !now.Before(r.ClaimedAt.Add(newFor))
}

// markUsed records that others may know the number of the room, if it is that of a personal room. It writes once, and
// only while the number is new. It returns [Busy] if the number was just released.
func (t *core) markUsed(ctx context.Context, r Room) error {
	if r.Kind != Personal || r.needsQuarantine(t.env.Now()) {
		return nil
	}
	owner := r.Owner
	_, _, err := t.applyAgain(ctx, r, func(r Room) (*Transition, error) {
		if r.Kind != Personal || r.Owner != owner {
			return nil, refuse(Busy)
		}
		return &Transition{Instance: r.Live.Instance, Use: true}, nil
	})
	return err
}

// releaseNumber returns the changes that release the number of the idle personal room, and the profile that remembers
// it. A number that nobody else knows is free at once, and not remembered.
func (s *Profiles) releaseNumber(ctx context.Context, room Room, to Profile) ([]Change, Profile, error) {
	now := s.core.env.Now()
	known, err := s.othersKnow(ctx, room)
	if err != nil {
		return nil, to, err
	}
	if !known {
		to.PastNumbers = slices.DeleteFunc(slices.Clone(to.PastNumbers), func(n Number) bool { return n == to.PMI })
		return []Change{ReplaceRoom{Before: room, After: room.Release(now, 0)}}, to, nil
	}
	to = to.releasing(room.Number)
	changes := []Change{ReplaceRoom{Before: room, After: room.Release(now, s.core.env.Config.Quarantine)}}
	freed, err := s.freeNumbers(ctx, to.User, to.PastNumbers[:max(0, len(to.PastNumbers)-MaxQuarantined)])
	return append(changes, freed...), to, err
}

// othersKnow reports whether others may know the number of the personal room: also because of a meeting that was
// planned there under an earlier number. Of a user with many meetings it does not ask which are there.
func (s *Profiles) othersKnow(ctx context.Context, room Room) (bool, error) {
	if room.needsQuarantine(s.core.env.Now()) {
		return true, nil
	}
	planned, more, err := s.core.store.Agenda(ctx, room.Owner, room.ClaimedAt, "", nearby)
	return more != "" || slices.ContainsFunc(planned, func(m Meeting) bool { return m.UsePMI }), err
}

// freeNumbers returns the changes that free those of the numbers that the user still has in quarantine.
func (s *Profiles) freeNumbers(ctx context.Context, u User, numbers []Number) (changes []Change, err error) {
	now := s.core.env.Now()
	rooms, err := each(ctx, numbers, func(ctx context.Context, _ int, n Number) (Room, error) { return s.core.store.Room(ctx, n) })
	for _, r := range rooms {
		if r.Kind == Released && r.Owner == u && now.Before(r.Expires) {
			changes = append(changes, ReplaceRoom{Before: r, After: r.Release(now, 0)})
		}
	}
	return changes, err
}

// countRenames returns the profile, which counts the changes of number and link of the day. It returns [TooManyChanges]
// if there are more than MaxRenames. The count is part of the conditional write that makes the change.
func (t *core) countRenames(p, to Profile) (Profile, error) {
	changes := p.renames(to)
	if changes == 0 {
		return to, nil
	}
	if today := t.env.Now().Truncate(wholeDay); !to.RenamedOn.Equal(today) {
		to.RenamedOn, to.Renames = today, 0
	}
	if to.Renames += changes; to.Renames > MaxRenames {
		return to, t.retryAt(TooManyChanges, to.RenamedOn.Add(wholeDay))
	}
	return to, nil
}

// renames returns how many of the number and the link the other profile has changed. The case of a link is no change.
func (p Profile) renames(to Profile) (n int) {
	if to.PMI != p.PMI {
		n++
	}
	if to.Link.Key() != p.Link.Key() {
		n++
	}
	return n
}

// changeLink returns the changes of the personal link, and the profile that knows its released ones.
func (s *Profiles) changeLink(ctx context.Context, p, to Profile) (changes []Change, after Profile, err error) {
	now := s.core.env.Now()
	if to.Link != p.Link && to.Link != "" {
		changes = append(changes, ClaimLink{Link: to.Link, User: p.User, Now: now})
	}
	if to.Link.Key() == p.Link.Key() {
		return changes, to, nil
	}
	to.PastLinks = slices.DeleteFunc(slices.Clone(p.PastLinks), func(l Link) bool {
		return l.Key() == p.Link.Key() || l.Key() == to.Link.Key()
	})
	if p.Link != "" {
		to.PastLinks = append(to.PastLinks, p.Link)
		changes = append(changes, ReleaseLink{Link: p.Link, User: p.User, Until: now.Add(s.core.env.Config.Quarantine)})
	}
	oldest := to.PastLinks[:max(0, len(to.PastLinks)-MaxQuarantined)]
	to.PastLinks = to.PastLinks[len(oldest):]
	freed, err := s.freeLinks(ctx, p.User, oldest)
	return append(changes, freed...), to, err
}

// freeLinks returns the changes that free those of the links that the user still has in quarantine.
func (s *Profiles) freeLinks(ctx context.Context, u User, links []Link) (changes []Change, err error) {
	for _, l := range links {
		claim, err := s.core.store.LinkClaim(ctx, l)
		if err != nil {
			return nil, err
		}
		if claim.User == u && claim.isReleased() {
			changes = append(changes, DropLink{Link: l, User: u})
		}
	}
	return changes, nil
}
