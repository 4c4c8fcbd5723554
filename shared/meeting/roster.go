package meeting

import (
	"cmp"
	"slices"
	"time"
)

// A Roster is the seats of one sitting, as they were read after its room.
type Roster []Seat

// ArrivalTimeout is how long after AdmittedAt an admission may still be on its way to its seat. AdmittedAt is when the last of them was
// decided: those before it may have been decided later by as much as the time limit of a function (10 s), and take as long again;
// and clocks differ.
const ArrivalTimeout = 25 * time.Second

// arriving is the numbers that passed the gate and have no seat yet. A number is given up when it, or one after it, passed
// longer than Flight ago: its carrier crashed.
func (l Roster) arriving(g LiveState, now time.Time) []int64 {
	passed := make(map[int64]time.Time)
	for _, s := range l {
		for _, n := range s.AdmissionSeqs {
			passed[n] = s.AdmittedAt
		}
	}
	var missing []int64
	latest := g.AdmittedAt
	for n := g.AdmissionSeq; n > 0 && now.Before(latest.Add(ArrivalTimeout)); n-- {
		at, seated := passed[n]
		if !seated {
			missing = append(missing, n)
		} else if at.Before(latest) {
			latest = at
		}
	}
	return missing
}

// present are those who are in.
func (l Roster) present(now time.Time) Roster {
	return l.filter(func(s Seat) bool { return s.present(now) })
}

// waiting are those who wait.
func (l Roster) waiting(now time.Time) Roster {
	return l.filter(func(s Seat) bool { return s.waiting(now) })
}

func (l Roster) filter(keep func(Seat) bool) Roster {
	var kept Roster
	for _, s := range l {
		if keep(s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// except are the seats but those.
func (l Roster) except(those Roster) Roster {
	return l.filter(func(s Seat) bool {
		return !slices.ContainsFunc(those, func(t Seat) bool { return t.ID == s.ID })
	})
}

// seatsTaken is how many seats of the capacity are taken, those arriving included: the owner takes none.
func (l Roster) seatsTaken(g LiveState, now time.Time) int64 {
	guests := l.present(now).filter(func(s Seat) bool { return s.Role != Host })
	return int64(len(guests) + len(l.arriving(g, now)))
}

// empty reports whether nobody is in, nor arriving.
func (l Roster) empty(g LiveState, now time.Time) bool {
	return len(l.present(now)) == 0 && len(l.arriving(g, now)) == 0
}

// lastPresent is when the last of those who were in went out, as far as that has happened by now; the zero time if nobody was.
func (l Roster) lastPresent(now time.Time) (last time.Time) {
	for _, s := range l {
		if _, left, _ := s.presence(now); left.After(last) {
			last = left
		}
	}
	return last
}

// contacts is those whom the owner of the room met in the sitting: who was let in and has a verified address, each once.
func (l Roster) contacts(owner User) (people []Identity) {
	for _, s := range l {
		if s.FirstAdmittedAt.IsZero() || s.Email == "" || s.User == owner {
			continue
		}
		if id := contactIdentity(s.Email); !slices.Contains(people, id) {
			people = append(people, id)
		}
	}
	return people
}

// sortedByJoin sorts those who came first to the front.
func (l Roster) sortedByJoin() Roster {
	slices.SortFunc(l, func(a, b Seat) int {
		return cmp.Or(a.JoinedAt.Compare(b.JoinedAt), cmp.Compare(a.ID, b.ID))
	})
	return l
}

// joinIdentities are those of the people in the seats, as a door can tell who comes again: users, and the clients of guests.
func (l Roster) joinIdentities() []Identity {
	var all []Identity
	for _, s := range l {
		if s.User.None() {
			all = append(all, s.Client)
		} else {
			all = append(all, s.Identity())
		}
	}
	return all
}

// identities are the people in the seats.
func (l Roster) identities() []Identity {
	var all []Identity
	for _, s := range l {
		all = append(all, s.Identity())
	}
	return all
}
