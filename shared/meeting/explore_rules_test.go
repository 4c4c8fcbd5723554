package meeting

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

func (x *explorer) breaks(format string, args ...any) {
	if x.broken == "" {
		x.broken = fmt.Sprintf(format, args...)
	}
}

// each tells of all deeds that returned, with their number and who did them.
func (m *moment) each(tell func(i, number int, d deed)) {
	for i, p := range m.parts {
		for k, d := range p.at.done {
			tell(i, 4*i+min(k, 3), d)
		}
	}
}

// promises are the deeds after which others count on something.
var promises = []string{"lock", "unlock", "remove", "end", "renumber"}

// returned is the deeds of promise that returned by now.
func (m *moment) returned() (set uint32) {
	m.each(func(_, number int, d deed) {
		if d.ok() && slices.Contains(promises, d.Kind) {
			set |= 1 << number
		}
	})
	return set
}

// began reports whether a deed of the kind began that is not in the set: also one that never returns.
func (m *moment) began(kind string, set uint32) (did bool) {
	for _, p := range m.parts {
		did = did || p.begun && p.at.doing.Kind == kind
	}
	m.each(func(_, number int, d deed) { did = did || d.Kind == kind && set&(1<<number) == 0 })
	return did
}

// after reports whether the deed began when the other had returned.
func (m *moment) after(number, other int) bool {
	return m.parts[number/4].before[number%4]&(1<<other) != 0
}

func (m *moment) now() time.Time { return nine.Add(m.clock) }

// check tells of every rule that must hold at every moment.
func (x *explorer) check(m *moment) {
	x.checkCapacity(m)
	x.checkDeserted(m)
	x.checkNumber(m)
	m.each(func(i, number int, d deed) {
		if d.Failed != "" && d.Failed != errLost.Error() {
			x.breaks("%s of %s failed: %s", d.Kind, x.play.cast[i].name, d.Failed)
		}
		if x.play.cast[i].caller.User == x.play.room.Owner {
			x.checkOwner(d)
		}
		if !d.ok() {
			return
		}
		switch d.Kind {
		case "lock":
			x.checkLock(m, number, d)
		case "remove":
			x.checkRemoval(m, number, d)
		case "end":
			x.checkEnd(m, number, d)
		case "renumber":
			x.checkAdmissionsAfter(m, number, "I2", func(_ int, d deed) bool { return d.Kind == "join" })
		}
	})
}

// checkAdmissionsAfter finds whoever was let in by a deed that began when the one of the number had returned.
func (x *explorer) checkAdmissionsAfter(m *moment, number int, rule string, wrong func(i int, d deed) bool) {
	m.each(func(i, n int, d deed) {
		if d.ok() && d.State == Admitted && m.after(n, number) && wrong(i, d) {
			x.breaks("%s: %s of %s was admitted by what began after that had returned", rule, d.Kind, x.play.cast[i].name)
		}
	})
}

// I11: no lock, no capacity and no waiting room stops the owner.
func (x *explorer) checkOwner(d deed) {
	comes := d.Kind == "join" || d.Kind == "poll"
	if comes && (d.State == Waiting || slices.Contains([]Reason{Locked, Full, Denied, Removed}, d.Fault)) {
		x.breaks("I11: the owner's %s: %s%s", d.Kind, d.Fault, d.State)
	}
}

// I7: nobody passes after the lock, until an unlock; and its roster tells of all who passed before.
func (x *explorer) checkLock(m *moment, number int, lock deed) {
	late := 0
	for _, s := range m.shelf.roll(lock.Read) {
		if s.State == Admitted && s.present(m.now()) && s.LastAdmission() <= lock.Seq && !slices.Contains(lock.Present, s.ID) {
			late++
		}
	}
	if late > lock.Arriving {
		x.breaks("I7: the lock's roster leaves out %d, and counts %d arriving", late, lock.Arriving)
	}
	if m.began("unlock", m.parts[number/4].before[number%4]) || m.began("admit", 0) {
		return
	}
	for _, s := range m.shelf.roll(lock.Read) {
		if s.State == Admitted && s.Role != Host && s.LastAdmission() > lock.Seq {
			x.breaks("I7: %s passed the locked door", x.who(s))
		}
	}
	x.checkAdmissionsAfter(m, number, "I7", func(i int, d deed) bool {
		return d.Kind == "join" && d.Seat.Instance() == lock.Read && x.play.cast[i].caller.User != x.play.room.Owner
	})
}

// I10: who was removed is not in, and does not come in.
func (x *explorer) checkRemoval(m *moment, number int, removal deed) {
	var out []Identity
	for _, id := range removal.Out {
		out = append(out, m.shelf.seat(id).Identity())
	}
	for _, s := range m.shelf.roll(removal.Read) {
		if (s.State == Admitted || s.State == Waiting) && slices.Contains(out, s.Identity()) {
			x.breaks("I10: %s was removed, and is %s", x.who(s), s.State)
		}
	}
	x.checkAdmissionsAfter(m, number, "I10", func(_ int, d deed) bool {
		return d.Seat.Instance() == removal.Read && slices.Contains(out, m.shelf.seat(d.Seat).Identity())
	})
}

// I17: what was ended is over, and nobody who comes later is let in to it.
func (x *explorer) checkEnd(m *moment, number int, end deed) {
	if !end.ReadOpen {
		return
	}
	for _, r := range m.shelf.rooms {
		if r.Live.Instance == end.Read {
			x.breaks("I17: the sitting goes on after its end")
		}
	}
	x.checkAdmissionsAfter(m, number, "I17", func(_ int, d deed) bool { return d.Seat.Instance() == end.Read })
}

// I12: people, not the counter.
func (x *explorer) checkCapacity(m *moment) {
	for _, r := range m.shelf.rooms {
		people := m.shelf.roll(r.Live.Instance).filter(func(s Seat) bool {
			return s.State == Admitted && s.Role != Host && m.now().Before(s.Lease)
		})
		if r.Enterable() && len(people) > r.Settings.Capacity {
			x.breaks("I12: %d people on %d seats", len(people), r.Settings.Capacity)
		}
	}
}

// I17: a sitting that ended because nobody was in stays empty.
func (x *explorer) checkDeserted(m *moment) {
	for _, s := range m.shelf.roll("") {
		if s.State == Admitted && m.now().Before(s.Lease) && strings.Contains(m.deserted, s.ID.Instance()+" ") {
			x.breaks("I17: the sitting ended as deserted, and %s is in it", x.who(s))
		}
		if s.Role == Host && (s.State == WasRemoved || s.State == WasDenied) {
			x.breaks("I11: the owner was %s", s.State)
		}
	}
}

// I1: a user has one room, and its number is theirs.
func (x *explorer) checkNumber(m *moment) {
	var theirs []Number
	for _, r := range m.shelf.rooms {
		if r.Enterable() {
			theirs = append(theirs, r.Number)
		}
	}
	pmi := x.play.room.Number
	if p := x.play.owner; p.Exists() {
		pmi = stored[Profile](m.shelf, profileAt(p.User)).PMI
	}
	if len(theirs) != 1 || theirs[0] != pmi {
		x.breaks("I1: the PMI is %s, the rooms are %v", pmi, theirs)
	}
}

func (x *explorer) who(s Seat) string { return fmt.Sprintf("%s (%s)", s.User.ID, s.ID) }

// edge tells of the rules on what one step of the actor's deed changes.
func (x *explorer) edge(m *moment, was *shelf, by int, doing deed) {
	for _, r := range was.rooms {
		if now := m.shelf.room(r.Number); was.item(roomAt(r.Number)) != m.shelf.item(roomAt(r.Number)) {
			x.edgeOfRoom(m, r, now, by, doing)
		}
	}
	for _, s := range m.shelf.roll("") {
		before := was.seat(s.ID)
		switch {
		case before.Version == s.Version:
			continue
		case doing.decides() && s.ID.Instance() != doing.Read:
			x.breaks("%s was decided on a sitting, and is done to %s of another one", doing.Kind, x.who(s))
		case doing.Kind == "admit" && before.State != Admitted && s.State == Admitted && !strings.Contains(doing.waited, string(s.ID)+" "):
			x.breaks("I8: admitted %s, who did not wait when it was asked for", x.who(s))
		}
	}
}

// decides reports whether a host decides on a sitting by it.
func (d deed) decides() bool {
	return slices.Contains([]string{"lock", "unlock", "admit", "deny", "put back", "remove", "end"}, d.Kind)
}

func (x *explorer) edgeOfRoom(m *moment, was, now Room, by int, doing deed) {
	caller := x.play.cast[by].caller
	switch {
	case doing.decides() && was.Live.Instance != doing.Read:
		x.breaks("%s was decided on a sitting, and is done to another one", doing.Kind)
	case now.Live.Instance != was.Live.Instance:
		x.edgeOfSitting(m, was, now, doing.Kind)
	case now.Live.AdmissionSeq > was.Live.AdmissionSeq && doing.Kind != "admit" && was.Settings.waitingRoomHolds(was.Owner.Account, caller.User) && !was.IsHost(caller, Target{}):
		x.breaks("I8: %s of %s passes the waiting room", doing.Kind, x.play.cast[by].name)
	}
}

// edgeOfSitting tells of the rules on the end of a sitting.
func (x *explorer) edgeOfSitting(m *moment, was, now Room, kind string) {
	if g := now.Live; now.Enterable() && (g.Open || g.Locked || g.Seated != 0 || g.AdmissionSeq != 0 || len(g.Removed)+len(g.Hosts)+len(g.NeedApproval) > 0) {
		x.breaks("I10: the next sitting does not start clean: %+v", g)
	}
	if kind == "end" || was.expired(m.now()) {
		return
	}
	if !now.Enterable() && was.Live.Open {
		x.breaks("I2: a live room lost its number")
	}
	for _, s := range m.shelf.roll(was.Live.Instance) {
		if s.State == Admitted && m.now().Before(s.Lease) {
			x.breaks("I17: %s ended a sitting with %s in it", kind, x.who(s))
		}
	}
	if was.Live.Open {
		m.deserted += was.Live.Instance + " "
	}
}

// afterwards is what must hold when all are gone: no seat is lost for good, and the room is the owner's.
func (x *explorer) afterwards(m *moment) {
	later := *m
	later.parts, later.late, later.clock = nil, nil, m.clock+150*time.Second
	key := x.key(&later)
	if x.closed[key] {
		return
	}
	x.closed[key] = true
	r := x.roomOf(&later)
	if r.Live.Open && r.Settings.WaitingRoom == WaitNobody {
		if r.Live.Locked {
			x.alone(&later, actor{name: "the host, afterwards", caller: ada, does: (*cue).unlock})
		}
		if d := x.alone(&later, actor{name: "a newcomer", does: func(c *cue) { c.join() }}); d.State != Admitted {
			x.breaks("I12: all are gone, and a newcomer is not let in: %s%s%s", d.State, d.Fault, d.Failed)
		}
	}
	later.clock += 10 * time.Minute
	d := x.alone(&later, actor{name: "the owner, afterwards", caller: ada, does: func(c *cue) { c.join() }})
	x.checkOwner(d)
	if d.State != Admitted || r.Live.Open && d.Seat.Instance() == r.Live.Instance {
		x.breaks("I17: the room was abandoned, and its owner comes to the same sitting, or to none: %s%s%s", d.State, d.Fault, d.Failed)
	}
}

func (x *explorer) roomOf(m *moment) Room {
	rooms := m.shelf.rooms
	return rooms[slices.IndexFunc(rooms, Room.Enterable)]
}

// alone is the last deed of the actor, with nobody beside.
func (x *explorer) alone(m *moment, a actor) deed {
	a.room = x.roomOf(m).Number
	p := x.enter(&a, m.clock)
	for len(p.asked) > 0 {
		asked := p.asked[0].ask
		var said answer
		m.shelf, said = asked.effect(m.shelf, &x.catalogue)
		p.tell(asked.key, said, m.clock)
	}
	return p.done[len(p.done)-1]
}
