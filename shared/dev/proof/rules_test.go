package proof

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

const (
	waiting  = meeting.Waiting
	admitted = meeting.Admitted
	denied   = meeting.WasDenied
	removed  = meeting.WasRemoved
	left     = meeting.Left
)

// The rules of the door: what must hold of what is stored and of the operations that returned. The walk and the
// histories are judged by the same rules: in each state by judge, and between two states by judgeChange.
type rules struct {
	room   meeting.Room    // as it was at first
	owner  meeting.Profile // zero: not stored
	broken string          // the first rule that was broken, and how
}

// A timeline is all that happened until an instant.
type timeline interface {
	stored() (s *state, emptied string) // emptied: the instances that ended since nobody was in
	now() time.Time
	each(func(record))
}

// A record is an operation on a timeline.
type record struct {
	*operation
	actor    *actor
	number   int    // 0–63
	before   uint64 // the operations that had returned when it began
	returned bool
}

func (r *rules) breaks(format string, args ...any) {
	if r.broken == "" {
		r.broken = fmt.Sprintf(format, args...)
	}
}

// returned is the set of operations that others rely on, and that returned.
func returned(t timeline) (set uint64) {
	kinds := []string{"lock", "unlock", "remove", "end", "change number"}
	t.each(func(o record) {
		if o.returned && o.succeeded() && slices.Contains(kinds, o.Kind) {
			set |= 1 << o.number
		}
	})
	return set
}

// began reports whether an operation of the kind began that is not in the set.
func began(t timeline, kind string, set uint64) (did bool) {
	t.each(func(o record) { did = did || o.Kind == kind && (!o.returned || set&(1<<o.number) == 0) })
	return did
}

func who(s meeting.Seat) string { return fmt.Sprintf("%s (%s)", cmp.Or(s.User.ID, s.Name), s.ID) }

// liveRoom returns the room that people can be in.
func (s *state) liveRoom() meeting.Room {
	return s.rooms[slices.IndexFunc(s.rooms, meeting.Room.Enterable)]
}

// judge checks every rule that holds at every instant.
func (r *rules) judge(t timeline) {
	s, emptied := t.stored()
	r.judgeCapacity(s, t.now())
	r.judgeEmptied(s, emptied, t.now())
	r.judgeNumber(s)
	r.judgeLeaves(t, s)
	t.each(func(o record) {
		if !o.returned {
			return
		}
		if o.Failed != "" && o.Failed != errLost.Error() {
			r.breaks("%s of %s failed: %s", o.Kind, o.actor.name, o.Failed)
		}
		if o.actor.caller.User == r.room.Owner {
			r.judgeOwner(o.operation)
		}
		if !o.succeeded() {
			r.judgeRefusal(t, o)
			return
		}
		switch o.Kind {
		case "lock":
			r.judgeLock(t, s, o)
		case "remove":
			r.judgeRemoval(t, s, o)
		case "end":
			r.judgeEnd(t, s, o)
		case "change number":
			r.judgeAdmissionsAfter(t, o, "I2", func(o record) bool { return o.Kind == "join" })
		}
	})
}

// judgeAdmissionsAfter checks that no operation which began when the first had returned is a wrong admission.
func (r *rules) judgeAdmissionsAfter(t timeline, first record, rule string, wrong func(record) bool) {
	t.each(func(o record) {
		if o.returned && o.succeeded() && o.State == admitted && o.before&(1<<first.number) != 0 && wrong(o) {
			r.breaks("%s: %s of %s began after %s returned, and was admitted", rule, o.Kind, o.actor.name, first.Kind)
		}
	})
}

// judgeOwner checks that no lock, no capacity and no waiting room stops the owner (I11).
func (r *rules) judgeOwner(o *operation) {
	enters := o.Kind == "join" || o.Kind == "poll"
	reasons := []meeting.Reason{meeting.Locked, meeting.Full, meeting.Denied, meeting.Removed}
	if enters && (o.State == waiting || slices.Contains(reasons, o.Reason)) {
		r.breaks("I11: the owner's %s: %s%s", o.Kind, o.Reason, o.State)
	}
}

// judgeRefusal checks that nobody is refused for what concerns others: for a lock that no host ordered (I7), or, as a
// guest who just comes, for what a host decided on somebody else (I10).
func (r *rules) judgeRefusal(t timeline, o record) {
	isNew := o.Kind == "join" && !o.Took && o.actor.caller.None()
	switch {
	case o.Reason == meeting.Locked && !began(t, "lock", 0):
		r.breaks("I7: %s of %s is refused by a lock, and nobody locked", o.Kind, o.actor.name)
	case isNew && (o.Reason == meeting.Removed || o.Reason == meeting.Denied):
		r.breaks("I10: %s of %s, who was not here, is refused: %s", o.Kind, o.actor.name, o.Reason)
	}
}

// judgeLock checks that nobody enters after the lock until an unlock, and that its roster names or counts those who
// entered before (I7).
func (r *rules) judgeLock(t timeline, s *state, lock record) {
	missing := 0
	roster := s.roster(lock.Instance)
	for _, seat := range roster {
		if seat.State == admitted && counts(seat, t.now()) && seat.LastAdmission() <= lock.Seq {
			missing += bit(!slices.Contains(lock.Present, seat.ID))
		}
	}
	if missing > lock.Arriving {
		r.breaks("I7: the lock's roster leaves out %d, and counts %d arriving", missing, lock.Arriving)
	}
	if began(t, "unlock", lock.before) || began(t, "admit", 0) {
		return
	}
	for _, seat := range roster {
		if seat.State == admitted && seat.Role != meeting.Host && seat.LastAdmission() > lock.Seq {
			r.breaks("I7: %s passed the locked door", who(seat))
		}
	}
	r.judgeAdmissionsAfter(t, lock, "I7", func(o record) bool {
		return o.Kind == "join" && o.Got.ID.Instance() == lock.Instance && o.actor.caller.User != r.room.Owner
	})
}

// counts reports whether the seat counts still: leases do so for 30 s more, since clocks differ.
func counts(s meeting.Seat, now time.Time) bool { return now.Before(s.Lease.Add(30 * time.Second)) }

// judgeRemoval checks that a removed person is not in, and does not enter (I10). A new seat that was in flight may
// wait: it is never admitted.
func (r *rules) judgeRemoval(t timeline, s *state, removal record) {
	var out []meeting.Identity
	for _, id := range removal.Targets {
		out = append(out, s.seat(id).Identity())
	}
	for _, seat := range s.roster(removal.Instance) {
		waits := seat.State == waiting && slices.Contains(removal.Targets, seat.ID)
		if (seat.State == admitted || waits) && slices.Contains(out, seat.Identity()) {
			r.breaks("I10: %s was removed, and is %s", who(seat), seat.State)
		}
	}
	r.judgeAdmissionsAfter(t, removal, "I10", func(o record) bool {
		return o.Got.ID.Instance() == removal.Instance && slices.Contains(out, s.seat(o.Got.ID).Identity())
	})
}

// judgeEnd checks that an ended instance is over, and that nobody is admitted to it later (I17).
func (r *rules) judgeEnd(t timeline, s *state, end record) {
	if !end.Open {
		return
	}
	for _, room := range s.rooms {
		if room.Live.Instance == end.Instance {
			r.breaks("I17: the instance goes on after its end")
		}
	}
	r.judgeAdmissionsAfter(t, end, "I17", func(o record) bool { return o.Got.ID.Instance() == end.Instance })
}

// judgeLeaves checks that an instance is over once everybody who was in has left it (I17). Where a seat may get the
// admission number of another try, those who left may have found that somebody arrives.
func (r *rules) judgeLeaves(t timeline, s *state) {
	leaves, done := 0, 0
	t.each(func(o record) {
		leaves += bit(o.Kind == "leave" || o.Kind == "admit" || o.Kind == "join with a key")
		done += bit(o.Kind == "leave" && o.returned && o.succeeded())
	})
	if g := s.liveRoom().Live; leaves > 0 && done == leaves && g.Open && s.leftByAll(g) {
		r.breaks("I17: everybody left, and the instance goes on")
	}
}

// leftByAll reports whether everybody who came into the instance gave up the seat, nobody is on the way to one, and no
// host started it since. While their leases had ended before, the instance waits for them (I17).
func (s *state) leftByAll(g meeting.LiveState) bool {
	landed, last := 0, time.Time{}
	for _, seat := range s.roster(g.Instance) {
		if !seat.FirstAdmittedAt.IsZero() && seat.State != left {
			return false
		}
		landed += len(seat.AdmissionSeqs)
		last = slices.MaxFunc([]time.Time{last, seat.AdmittedAt}, time.Time.Compare)
	}
	waits := g.Occupancy.Present == "" && !g.Occupancy.Until.IsZero()
	return landed > 0 && int64(landed) == g.AdmissionSeq && !g.AdmittedAt.After(last) && !waits
}

// judgeCapacity checks that no more people are in than the room has seats, whatever its counter says (I12).
func (r *rules) judgeCapacity(s *state, now time.Time) {
	for _, room := range s.rooms {
		people := 0
		for _, seat := range s.roster(room.Live.Instance) {
			if seat.State == admitted && seat.Role != meeting.Host && now.Before(seat.Lease) {
				people++
			}
		}
		if room.Enterable() && people > room.Settings.Capacity {
			r.breaks("I12: %d people on %d seats", people, room.Settings.Capacity)
		}
	}
}

// judgeEmptied checks that an instance which ended since nobody was in stays empty (I17), and that no owner is
// removed or denied (I11).
func (r *rules) judgeEmptied(s *state, emptied string, now time.Time) {
	for _, seat := range s.roster("") {
		if seat.State == admitted && now.Before(seat.Lease) && strings.Contains(emptied, seat.ID.Instance()+" ") {
			r.breaks("I17: the instance ended since nobody was in, and %s is in it", who(seat))
		}
		if seat.Role == meeting.Host && (seat.State == removed || seat.State == denied) {
			r.breaks("I11: the owner was %s", seat.State)
		}
	}
}

// judgeNumber checks that the owner has one room, and that its number is theirs (I1).
func (r *rules) judgeNumber(s *state) {
	var numbers []meeting.Number
	for _, room := range s.rooms {
		if room.Enterable() {
			numbers = append(numbers, room.Number)
		}
	}
	pmi := r.room.Number
	if r.owner.Exists() {
		pmi = stored[meeting.Profile](s, profileKey(r.owner.User)).PMI
	}
	if len(numbers) != 1 || numbers[0] != pmi {
		r.breaks("I1: the PMI is %s, the rooms are %v", pmi, numbers)
	}
}
