package meeting

import (
	"crypto/sha256"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// peopled puts people into the room's sitting, in the order of their keys.
func peopled(r Room, seats ...Seat) (Room, []Seat) {
	for i, s := range seats {
		if s.State != Admitted {
			continue
		}
		r.Live.AdmissionSeq++
		if s.Role != Host {
			r.Live.Seated++
		}
		seats[i] = s.admitted(r.Live.AdmissionSeq, nine, DefaultLease)
	}
	return r, seats
}

// seatOf is a seat that was taken with the key, and ticketOf its ticket.
func seatOf(c Caller, key string, state State) Seat {
	t := ticketOf(c, key)
	s := Seat{
		ID: t.ID, Secret: sha256.Sum256([]byte(t.Secret)), User: c.User, Email: c.Email, State: state, Role: Participant,
		Lease: nine.Add(DefaultLease), JoinedAt: nine, Version: 1,
	}
	if c.User == ada.User {
		s.Role = Host
	}
	if c.User == bob.User {
		s.Role = AlternativeHost
	}
	return s
}

func ticketOf(c Caller, key string) Credential {
	seed, err := (&Door{&core{}}).seed(c, key)
	if err != nil {
		panic(err)
	}
	return deriveCredential("sitting", seed)
}

func by(name string, c Caller, does func(*cue)) *actor {
	return &actor{name: name, caller: c, does: does}
}

func (a *actor) off(skew time.Duration) *actor {
	a.skew = skew
	return a
}

func (s stage) in(r Room, seats ...Seat) stage {
	s.room, s.seats = peopled(r, seats...)
	return s
}

func (s stage) with(cast ...*actor) stage {
	s.cast = cast
	return s
}

func (s stage) wrong(faults int) stage {
	s.faults = faults
	return s
}

func (s stage) after(ticks ...time.Duration) stage {
	s.ticks = ticks
	return s
}

func scened(name string) stage { return stage{name: name} }

func joins(c *cue) { c.join() }

// opened is Ada's room, open, with so many seats; idled is idle.
func opened(seats int) Room { return live(idled(seats), Target{}) }

func idled(seats int) Room {
	return with(adasRoom(), func(r *Room) { r.Settings.Capacity = seats })
}

func guarded(r Room) Room {
	return with(r, func(r *Room) { r.Settings.WaitingRoom = WaitEveryone })
}

var (
	adaIn   = seatOf(ada, "ada", Admitted)
	bobIn   = seatOf(bob, "bob", Admitted)
	daveIn  = seatOf(dave, "dave", Admitted)
	erinIn  = seatOf(erin, "erin", Admitted)
	daveOut = seatOf(dave, "dave", Waiting)
	erinOut = seatOf(erin, "erin", Waiting)

	adasTicket = ticketOf(ada, "ada")
	davesOwn   = ticketOf(dave, "dave")
	erinsOwn   = ticketOf(erin, "erin")
)

// comes and goes, as a client does: join, ask again, leave.
func comesAndGoes(c *cue) {
	t := c.join()
	c.poll(t)
	c.leave(t)
}

func asks(t Credential) func(*cue)   { return func(c *cue) { c.poll(t) } }
func removesDave(c *cue)             { c.remove(davesOwn.ID) }
func leaves(t Credential) func(*cue) { return func(c *cue) { c.leave(t) } }
func both(a, b func(*cue)) func(*cue) {
	return func(c *cue) { a(c); b(c) }
}

var stages = []stage{
	// I7
	scened("a lock and three who join").in(opened(3)).with(
		by("ada", ada, (*cue).lock), by("dave", dave, joins), by("erin", erin, joins), by("guest", guest, joins)),
	scened("a lock, and what goes wrong").in(opened(3)).with(
		by("ada", ada, (*cue).lock), by("dave", dave, joins), by("erin", erin, joins)).wrong(2),
	scened("two hosts and two who join").in(opened(3)).with(
		by("ada", ada, (*cue).lock), by("bob", bob, (*cue).unlock), by("dave", dave, joins), by("guest", guest, joins)),
	scened("two hosts lock and unlock").in(opened(3)).with(
		by("ada", ada, both((*cue).unlock, (*cue).lock)), by("bob", bob, (*cue).unlock), by("dave", dave, joins)),
	scened("an unlock, then a lock, and what goes wrong").in(opened(3)).with(
		by("ada", ada, both((*cue).unlock, (*cue).lock)), by("dave", dave, joins)).wrong(2),
	scened("a lock, and those who come back").in(opened(3), daveIn, erinIn).with(
		by("ada", ada, (*cue).lock), by("dave", dave, both(leaves(davesOwn), asks(davesOwn))), by("erin", erin, asks(erinsOwn))).wrong(1),
	scened("a lock, and a request sent twice").in(opened(3)).with(
		by("ada", ada, (*cue).lock), by("dave", dave, func(c *cue) { c.joinBy("key") }), by("dave again", dave, func(c *cue) { c.joinBy("key") })).wrong(2),
	// I12
	scened("three come for the last seat").in(opened(1)).with(
		by("dave", dave, joins), by("erin", erin, joins), by("guest", guest, joins)).wrong(1),
	scened("somebody leaves a full room").in(opened(1), erinIn).with(
		by("erin", erin, leaves(erinsOwn)), by("dave", dave, joins), by("guest", guest, joins)).wrong(1),
	scened("they come and go in a full room").in(opened(1)).with(
		by("dave", dave, comesAndGoes), by("erin", erin, comesAndGoes)).wrong(2),
	scened("two who admit into a room with one seat").in(guarded(opened(1)), daveOut, erinOut).with(
		by("ada", ada, (*cue).admitAll), by("bob", bob, (*cue).admitAll), by("dave", dave, asks(davesOwn)), by("guest", guest, joins)).wrong(1),
	scened("the last seat, and a lease that ends").in(opened(1), daveIn).with(
		by("dave", dave, asks(davesOwn)).off(-2*time.Second), by("erin", erin, joins).off(2*time.Second), by("guest", guest, joins)).
		after(85*time.Second, 6*time.Second, 28*time.Second, 5*time.Second),
	scened("who passed and crashed, and those after them").in(opened(1)).with(
		by("dave", dave, joins).off(2*time.Second), by("erin", erin, joins).off(-2*time.Second), by("guest", guest, joins)).
		after(9*time.Second, 9*time.Second, 8*time.Second),
	scened("who passed and crashed, and one after them").in(opened(1)).with(
		by("dave", dave, joins).off(2*time.Second), by("erin", erin, both(joins, joins)).off(-2*time.Second)).
		wrong(1).after(9*time.Second, 9*time.Second, 8*time.Second),
	// I8
	scened("early, racing the start, and polling").in(with(guarded(idled(3)), func(r *Room) { r.Settings.JoinBeforeHost = true })).with(
		by("ada", ada, (*cue).start), by("bob", bob, joins), by("dave", dave, comesAndGoes), by("guest", guest, joins)),
	scened("early, and what goes wrong").in(with(guarded(idled(3)), func(r *Room) { r.Settings.JoinBeforeHost = true })).with(
		by("ada", ada, joins), by("dave", dave, comesAndGoes)).wrong(2),
	scened("the waiting room is turned on and off").in(opened(3), daveOut).with(
		by("ada", ada, func(c *cue) { c.waitingRoom(WaitEveryone) }), by("bob", bob, func(c *cue) { c.waitingRoom(WaitNobody) }),
		by("erin", erin, joins), by("dave", dave, asks(davesOwn))),
	scened("the waiting room is turned on, and what goes wrong").in(opened(3), daveOut).with(
		by("ada", ada, func(c *cue) { c.waitingRoom(WaitEveryone) }), by("erin", erin, joins), by("dave", dave, asks(davesOwn))).wrong(1),
	scened("admitted, denied and put back at once").in(guarded(opened(3)), daveOut, bobIn).with(
		by("ada", ada, func(c *cue) { c.admit(davesOwn.ID) }), by("bob", bob, both(
			func(c *cue) { c.deny(davesOwn.ID) }, func(c *cue) { c.putBack(davesOwn.ID) })), by("dave", dave, both(asks(davesOwn), leaves(davesOwn)))),
	scened("all are admitted, and others come").in(guarded(opened(3)), daveOut).with(
		by("ada", ada, (*cue).admitAll), by("erin", erin, joins), by("dave", dave, both(leaves(davesOwn), asks(davesOwn)))).wrong(1),
	scened("put back, and coming in again").in(opened(3), daveIn).with(
		by("ada", ada, func(c *cue) { c.putBack(davesOwn.ID) }), by("dave", dave, asks(davesOwn)), by("dave's tablet", dave, joins)).wrong(1),
	// I10
	scened("removed while a second seat is in flight").in(opened(3), daveIn).with(
		by("ada", ada, removesDave), by("dave", dave, asks(davesOwn)), by("dave's tablet", dave, both(joins, joins))).wrong(1),
	scened("removed twice while a second seat is in slow flight").in(opened(3), daveIn).with(
		by("ada", ada, both(removesDave, removesDave)).off(2*time.Second), by("dave's tablet", dave, joins).off(-2*time.Second)).
		after(9*time.Second, 9*time.Second, 8*time.Second),
	scened("two hosts remove the same one").in(opened(3), daveIn).with(
		by("ada", ada, removesDave), by("bob", bob, removesDave), by("dave", dave, joins)),
	scened("removed from the waiting room as they are admitted").in(guarded(opened(3)), daveOut).with(
		by("ada", ada, removesDave), by("bob", bob, func(c *cue) { c.admit(davesOwn.ID) }), by("dave", dave, asks(davesOwn))).wrong(1),
	scened("removed, and the next sitting").in(opened(3), daveIn).with(
		by("ada", ada, func(c *cue) { c.remove(davesOwn.ID); c.end(); c.start() }), by("dave", dave, both(joins, joins))).wrong(1),
	// I11
	scened("the owner comes to a room that is full and locked").in(opened(1), erinIn).with(
		by("ada", ada, joins), by("bob", bob, func(c *cue) { c.waitingRoom(WaitEveryone); c.lock() }), by("dave", dave, joins)).wrong(1),
	// I17
	scened("a sitting ends and the next one begins").in(opened(3), erinIn).with(
		by("ada", ada, both((*cue).end, (*cue).start)), by("bob", bob, (*cue).lock), by("dave", dave, joins), by("erin", erin, asks(erinsOwn))),
	scened("an end, a start, and what goes wrong").in(opened(3), erinIn).with(
		by("ada", ada, both((*cue).end, (*cue).start)), by("dave", dave, both(joins, joins)), by("erin", erin, asks(erinsOwn))).wrong(1),
	scened("two hosts end, and one decides").in(opened(3), erinIn, daveOut).with(
		by("ada", ada, both((*cue).end, joins)), by("bob", bob, both((*cue).end, (*cue).start)), by("bob's tablet", bob, func(c *cue) { c.putBack(erinsOwn.ID) }),
		by("ada's tablet", ada, (*cue).admitAll)),
	scened("the last host leaves as others come").in(opened(3), adaIn).with(
		by("ada", ada, leaves(adasTicket)), by("bob", bob, comesAndGoes), by("dave", dave, joins)).wrong(1),
	scened("one tap on New Meeting as the sitting ends").in(opened(3), erinIn).owned().with(
		by("ada", ada, (*cue).instant), by("bob", bob, (*cue).end), by("dave", dave, both(joins, joins)), by("erin", erin, leaves(erinsOwn))),
	scened("a room that is found abandoned").in(opened(3), daveIn).with(
		by("dave", dave, asks(davesOwn)).off(2*time.Second), by("ada", ada, joins).off(-2*time.Second), by("bob", bob, (*cue).start)).
		after(85*time.Second, 8*time.Second, 6*time.Minute, 9*time.Second),
	// I2
	scened("a new number for a room that opens").in(with(idled(3), func(r *Room) { r.Settings.JoinBeforeHost = true })).owned().with(
		by("ada", ada, func(c *cue) { c.renumber("5559876543") }), by("bob", bob, (*cue).start), by("dave", dave, both(joins, joins)),
		by("guest", guest, func(c *cue) { c.joinAt("5559876543") })),
	scened("a new number, and what goes wrong").in(with(idled(3), func(r *Room) { r.Settings.JoinBeforeHost = true })).owned().with(
		by("ada", ada, func(c *cue) { c.renumber("5559876543") }), by("dave", dave, both(joins, joins))).wrong(2),
}

// long are scenes that take a minute: they are played where SOAK is set.
var long = []stage{
	scened("two hosts and three who join").in(opened(3)).with(
		by("ada", ada, (*cue).lock), by("bob", bob, (*cue).unlock), by("dave", dave, joins), by("erin", erin, joins), by("guest", guest, joins)),
}

// owned is the stage with the profile of the room's owner.
func (s stage) owned() stage {
	s.owner = Profile{User: ada.User, Email: ada.Email, PMI: s.room.Number, Timezone: "UTC", CreatedAt: nine, Version: 1}
	return s
}

func TestEveryInterleaving(t *testing.T) {
	t.Parallel()
	played := stages
	switch {
	case os.Getenv("SOAK") != "":
		played = slices.Concat(stages, long)
	case testing.Short(): // under the race detector, which slows the walk down
		played = nil
		for some := range slices.Chunk(stages, 4) {
			played = append(played, some[0])
		}
	}
	for _, play := range played {
		t.Run(play.name, func(t *testing.T) {
			t.Parallel()
			x, paths := explore(t, play, nil)
			t.Logf("%d states, %.3g paths, %d histories", len(x.seen), paths, x.count)
			if x.broken != "" {
				t.Errorf("%s\n%s", x.broken, strings.Join(x.path(), "\n"))
			}
		})
	}
}
