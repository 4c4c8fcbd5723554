package meeting

import (
	"cmp"
	"slices"
	"time"
)

// A Roll is the seats of one sitting, as they were read after its room.
type Roll []Seat

// Flight is how long after AdmittedAt an admission may still be on its way to its seat. AdmittedAt is when the last of them was
// decided: those before it may have been decided later by as much as the time limit of a function (10 s), and take as long again;
// and clocks differ.
const Flight = 25 * time.Second

// arriving is the numbers that passed the gate and have no seat yet. A number is given up when it, or one after it, passed
// longer than Flight ago: its carrier crashed.
func (l Roll) arriving(g Gate, now time.Time) []int64 {
	passed := make(map[int64]time.Time)
	for _, s := range l {
		for _, n := range s.Seqs {
			passed[n] = s.PassedAt
		}
	}
	var missing []int64
	latest := g.AdmittedAt
	for n := g.Seq; n > 0 && now.Before(latest.Add(Flight)); n-- {
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
func (l Roll) present(now time.Time) Roll {
	return l.only(func(s Seat) bool { return s.present(now) })
}

// knocking are those who wait.
func (l Roll) knocking(now time.Time) Roll {
	return l.only(func(s Seat) bool { return s.knocking(now) })
}

func (l Roll) only(keep func(Seat) bool) Roll {
	var kept Roll
	for _, s := range l {
		if keep(s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// without are the seats but those.
func (l Roll) without(those Roll) Roll {
	return l.only(func(s Seat) bool {
		return !slices.ContainsFunc(those, func(t Seat) bool { return t.ID == s.ID })
	})
}

// seated is how many seats of the capacity are taken, those arriving included: the owner takes none.
func (l Roll) seated(g Gate, now time.Time) int64 {
	guests := l.present(now).only(func(s Seat) bool { return s.Role != Host })
	return int64(len(guests) + len(l.arriving(g, now)))
}

// deserted reports whether nobody is in, nor arriving.
func (l Roll) deserted(g Gate, now time.Time) bool {
	return len(l.present(now)) == 0 && len(l.arriving(g, now)) == 0
}

// lastIn is when the last of those who were in went out, as far as that has happened by now; the zero time if nobody was.
func (l Roll) lastIn(now time.Time) (last time.Time) {
	for _, s := range l {
		if _, left, _ := s.stay(now); left.After(last) {
			last = left
		}
	}
	return last
}

// met is those whom the owner of the room met in the sitting: who was let in and has a verified address, each once.
func (l Roll) met(owner User) (people []Identity) {
	for _, s := range l {
		if s.CameIn.IsZero() || s.Email == "" || s.User == owner {
			continue
		}
		if id := metIdentity(s.Email); !slices.Contains(people, id) {
			people = append(people, id)
		}
	}
	return people
}

// inOrder sorts those who came first to the front.
func (l Roll) inOrder() Roll {
	slices.SortFunc(l, func(a, b Seat) int {
		return cmp.Or(a.JoinedAt.Compare(b.JoinedAt), cmp.Compare(a.ID, b.ID))
	})
	return l
}

// clients are those of the people in the seats, as a door can tell who comes again: users, and the clients of guests.
func (l Roll) clients() []Identity {
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
func (l Roll) identities() []Identity {
	var all []Identity
	for _, s := range l {
		all = append(all, s.Identity())
	}
	return all
}
