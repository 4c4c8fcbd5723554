package meeting

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// A Roster is the seats of one instance, as they were read after its room.
type Roster []Seat

// ArrivalTimeout is how long after AdmittedAt an admission may still be on the way to its seat. AdmittedAt is when the
// last one was decided. Those before it may have been decided later by the time limit of a function (10 s), and may
// take as long again; and clocks differ.
const ArrivalTimeout = 25 * time.Second

// arriving returns the admission numbers that have no seat yet. A number is abandoned when it, or a later one, was
// decided ArrivalTimeout ago: the function that had it crashed.
func (l Roster) arriving(g LiveState, now time.Time) []int64 {
	admitted := make(map[int64]time.Time)
	for _, s := range l {
		maps.Copy(admitted, s.seqTimes())
	}
	var missing []int64
	latest := g.AdmittedAt
	for n := g.AdmissionSeq; n > 0 && now.Before(latest.Add(ArrivalTimeout)); n-- {
		at, seated := admitted[n]
		if !seated {
			missing = append(missing, n)
		} else if at.Before(latest) {
			latest = at
		}
	}
	return missing
}

// Arriving reports whether an admission to the live state, as it was at the time, may still be on the way to its seat.
func (l Roster) Arriving(g LiveState, at time.Time) bool { return len(l.arriving(g, at)) > 0 }

// in returns the seats that are in the state.
func (l Roster) in(state State, now time.Time) Roster {
	return l.filter(func(s Seat) bool { return s.in(state, now) })
}

func (l Roster) filter(keep func(Seat) bool) (kept Roster) {
	for _, s := range l {
		if keep(s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// except returns the seats of l that are not in the other roster.
func (l Roster) except(other Roster) Roster {
	return l.filter(func(s Seat) bool {
		return !slices.ContainsFunc(other, func(t Seat) bool { return t.ID == s.ID })
	})
}

// seatsTaken returns how many seats of the capacity are taken, with those arriving: the owner takes none.
func (l Roster) seatsTaken(g LiveState, now time.Time) int64 {
	guests := l.in(Admitted, now).filter(func(s Seat) bool { return s.Role != Host })
	return int64(len(guests) + len(l.arriving(g, now)))
}

// empty reports whether nobody is in, nor arriving.
func (l Roster) empty(g LiveState, now time.Time) bool {
	return len(l.in(Admitted, now)) == 0 && len(l.arriving(g, now)) == 0
}

// lastPresent returns when the last person left, or now if somebody is in; zero if nobody ever was.
func (l Roster) lastPresent(now time.Time) (last time.Time) {
	for _, s := range l {
		_, left, _ := s.presence(now)
		last = later(left, last)
	}
	return last
}

// contacts returns what is remembered of the people with a verified address, each once: whom the owner of the room met,
// because they were admitted; and whom a host removed or denied.
func (l Roster) contacts(owner User) (people []Identity) {
	for _, s := range l {
		switch {
		case s.Email == "" || s.User == owner:
		case s.State == WasRemoved || s.State == WasDenied:
			people = union(people, []Identity{unwantedIdentity(s.Email)})
		case !s.FirstAdmittedAt.IsZero():
			people = union(people, []Identity{contactIdentity(s.Email)})
		}
	}
	return people
}

// sortedByJoin sorts the roster in place: those who joined first come first.
func (l Roster) sortedByJoin() Roster {
	slices.SortFunc(l, func(a, b Seat) int {
		return cmp.Or(a.JoinedAt.Compare(b.JoinedAt), cmp.Compare(a.ID, b.ID))
	})
	return l
}

// people returns how the people in the seats are known: by identity, and by pass (see [Seat.isAmong]).
func (l Roster) people() []Identity { return slices.Concat(l.identities(), l.passes()) }

// identities returns the people in the seats.
func (l Roster) identities() (all []Identity) {
	for _, s := range l {
		all = append(all, s.Identity())
	}
	return all
}
