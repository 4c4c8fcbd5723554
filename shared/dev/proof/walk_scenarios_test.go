package proof

import (
	"cmp"
	"crypto/sha256"
	"time"

	"personal-rooms/shared/meeting"
)

// A scenario is a room, the seats in it, and the actors that do something there.
type scenario struct {
	name   string
	room   meeting.Room
	seats  []meeting.Seat
	owner  meeting.Profile // stored, if it exists
	actors []*actor
	ticks  []time.Duration
	faults int // how many may happen
	mutant *mutant
}

// Ada's number, and the instance that runs there or is the next one.
const (
	adasNumber meeting.Number = "5551234321"
	newNumber  meeting.Number = "5559876543"
	instance                  = "instance"
)

func (s *scenario) client(a *actor, perform func(*operation, call)) *client {
	c := &client{caller: a.caller, number: a.number, passcode: s.room.Settings.Passcode, perform: perform}
	if c.number == "" {
		c.number = s.room.Number
	}
	return c
}

// open returns a scenario in Ada's room, which is open, with so many seats; with these people on the roster.
func open(name string, capacity int, seats ...meeting.Seat) scenario {
	s := idle(name, capacity)
	g := &s.room.Live
	g.Open, g.Epoch, g.OpenedAt, g.AdmittedAt = true, 1, nine, nine
	for _, seat := range seats {
		if seat.State == admitted {
			g.AdmissionSeq++
			seat.AdmissionSeqs = []int64{g.AdmissionSeq}
			seat.AdmittedAt, seat.FirstAdmittedAt, seat.PresentSince = nine, nine, nine
			if seat.Role != meeting.Host {
				g.Seated++
			}
		}
		s.seats = append(s.seats, seat)
	}
	return s
}

// idle returns a scenario in Ada's room, which is not open.
func idle(name string, capacity int) scenario {
	settings := meeting.Settings{Passcode: "open123", WaitingRoom: meeting.WaitNobody, Capacity: capacity}
	settings.AlternativeHosts = []string{bob.Email}
	return scenario{name: name, room: meeting.Room{
		Number: adasNumber, Kind: meeting.Personal, Owner: ada.User, Settings: settings,
		Live: meeting.LiveState{Instance: instance},
	}}
}

// seat returns a seat of the caller, who has its credential.
func seat(c meeting.Caller, role meeting.Role, state meeting.State) meeting.Seat {
	id := credential(c)
	return meeting.Seat{
		ID: id.ID, Secret: sha256.Sum256([]byte(id.Secret)), User: c.User, Email: c.Email, State: state, Role: role,
		Lease: nine.Add(meeting.DefaultLease), JoinedAt: nine, Version: 1,
	}
}

func credential(c meeting.Caller) meeting.Credential {
	return meeting.Credential{ID: meeting.SeatID(instance + "." + c.ID), Secret: c.ID}
}

var (
	adaIn       = seat(ada, meeting.Host, admitted)
	bobIn       = seat(bob, meeting.AlternativeHost, admitted)
	daveIn      = seat(dave, meeting.Participant, admitted)
	erinIn      = seat(erin, meeting.Participant, admitted)
	daveWaiting = seat(dave, meeting.Participant, waiting)
	erinWaiting = seat(erin, meeting.Participant, waiting)
)

func (s scenario) withWaitingRoom() scenario {
	s.room.Settings.WaitingRoom = meeting.WaitEveryone
	return s
}

func (s scenario) joinBeforeHost() scenario {
	s.room.Settings.JoinBeforeHost = true
	return s
}

// withProfile stores the profile of the owner too.
func (s scenario) withProfile() scenario {
	s.owner = meeting.Profile{User: ada.User, Email: ada.Email, PMI: s.room.Number, CreatedAt: nine, Version: 1}
	return s
}

func (s scenario) with(actors ...*actor) scenario {
	s.actors = actors
	return s
}

func (s scenario) withFaults(n int) scenario {
	s.faults = n
	return s
}

// after returns the scenario with ticks of so many seconds.
func (s scenario) after(seconds ...int) scenario {
	for _, n := range seconds {
		s.ticks = append(s.ticks, time.Duration(n)*time.Second)
	}
	return s
}

// by returns the actor of a person, which performs the parts of its script one after the other.
func by(c meeting.Caller, parts ...func(*client)) *actor {
	return &actor{name: cmp.Or(c.ID, "gus"), caller: c, script: func(c *client) {
		for _, part := range parts {
			part(c)
		}
	}}
}

// byTablet returns another actor of the person.
func byTablet(c meeting.Caller, parts ...func(*client)) *actor {
	a := by(c, parts...)
	a.name += "'s tablet"
	return a
}

// fast returns the actor with a clock that is ahead, and slow with one that is behind.
func (a *actor) fast() *actor { a.skew = 2 * time.Second; return a }
func (a *actor) slow() *actor { a.skew = -2 * time.Second; return a }

var (
	locks         = (*client).lock
	unlocks       = (*client).unlock
	starts        = (*client).start
	startsInstant = (*client).startInstant
	ends          = (*client).end
	admitsAll     = (*client).admitAll
)

func twice(part func(*client)) func(*client) {
	return func(c *client) { part(c); part(c) }
}

func joins(c *client) { c.join() }

// visits joins, polls and leaves.
func visits(c *client) {
	seat := c.join().Got
	if seat.ID != "" {
		c.poll(seat)
		c.leave(seat)
	}
}

func polls(c *client)                  { c.poll(credential(c.caller)) }
func leaves(c *client)                 { c.leave(credential(c.caller)) }
func joinsWithKey(c *client)           { c.joinWithKey("key") }
func removesDave(c *client)            { c.remove(credential(dave).ID) }
func admitsDave(c *client)             { c.admit(credential(dave).ID) }
func deniesDave(c *client)             { c.deny(credential(dave).ID) }
func movesDave(c *client)              { c.moveToWaitingRoom(credential(dave).ID) }
func turnsOnTheWaitingRoom(c *client)  { c.waitingRoom(meeting.WaitEveryone) }
func turnsOffTheWaitingRoom(c *client) { c.waitingRoom(meeting.WaitNobody) }
func movesErin(c *client)              { c.moveToWaitingRoom(credential(erin).ID) }
func joinsAtNewNumber(c *client)       { c.joinAt(newNumber) }
func changesNumber(c *client)          { c.changeNumber(newNumber) }

var scenarios = []scenario{
	// I7
	open("a lock and three joins", 3).with(by(ada, locks), by(dave, joins), by(erin, joins), by(gus, joins)),
	open("a lock and two faults", 3).withFaults(2).with(by(ada, locks), by(dave, joins), by(erin, joins)),
	open("two hosts and two joins", 3).with(by(ada, locks), by(bob, unlocks), by(dave, joins), by(gus, joins)),
	open("two hosts lock and unlock", 3).with(by(ada, unlocks, locks), by(bob, unlocks), by(dave, joins)),
	open("an unlock, a lock, and two faults", 3).withFaults(2).with(by(ada, unlocks, locks), by(dave, joins)),
	open("a lock, and participants who return", 3, daveIn, erinIn).withFaults(1).with(
		by(ada, locks), by(dave, leaves, polls), by(erin, polls)),
	open("a lock, and a request that is sent twice", 3).withFaults(2).with(
		by(ada, locks), by(dave, joinsWithKey), byTablet(dave, joinsWithKey)),
	// I12
	open("three join for the last seat", 1).withFaults(1).with(by(dave, joins), by(erin, joins), by(gus, joins)),
	open("a participant leaves a full room", 1, erinIn).withFaults(1).with(
		by(erin, leaves), by(dave, joins), by(gus, joins)),
	open("two visits to a room with one seat", 1).withFaults(2).with(by(dave, visits), by(erin, visits)),
	open("two hosts admit into a room with one seat", 1, daveWaiting, erinWaiting).withWaitingRoom().withFaults(1).with(
		by(ada, admitsAll), by(bob, admitsAll), by(dave, polls), by(gus, joins)),
	open("the last seat, and a lease that ends", 1, daveIn).after(85, 6, 28, 5).with(
		by(dave, polls).slow(), by(erin, joins).fast(), by(gus, joins)),
	open("slow joins for the last seat", 1).after(9, 9, 8).with(
		by(dave, joins).fast(), by(erin, joins).slow(), by(gus, joins)),
	open("slow joins for the last seat, and a fault", 1).withFaults(1).after(9, 9, 8).with(
		by(dave, joins).fast(), by(erin, twice(joins)).slow()),
	// I8
	idle("early joins during the start", 3).withWaitingRoom().joinBeforeHost().with(
		by(ada, starts), by(bob, joins), by(dave, visits), by(gus, joins)),
	idle("an early join, and two faults", 3).withWaitingRoom().joinBeforeHost().withFaults(2).with(
		by(ada, joins), by(dave, visits)),
	open("the waiting room is turned on and off", 3, daveWaiting).with(
		by(ada, turnsOnTheWaitingRoom), by(bob, turnsOffTheWaitingRoom), by(erin, joins), by(dave, polls)),
	open("the waiting room is turned on, and a fault", 3, daveWaiting).withFaults(1).with(
		by(ada, turnsOnTheWaitingRoom), by(erin, joins), by(dave, polls)),
	open("admitted, denied and moved at once", 3, daveWaiting, bobIn).withWaitingRoom().with(
		by(ada, admitsDave), by(bob, deniesDave, movesDave), by(dave, polls, leaves)),
	open("all are admitted while others join", 3, daveWaiting).withWaitingRoom().withFaults(1).with(
		by(ada, admitsAll), by(erin, joins), by(dave, leaves, polls)),
	open("moved to the waiting room, and a new join", 3, daveIn).withFaults(1).with(
		by(ada, movesDave), by(dave, polls), byTablet(dave, joins)),
	// I10
	open("removed while a second seat is in flight", 3, daveIn).withFaults(1).with(
		by(ada, removesDave), by(dave, polls), byTablet(dave, twice(joins))),
	open("removed twice while a second seat is in slow flight", 3, daveIn).after(9, 9, 8).with(
		by(ada, twice(removesDave)).fast(), byTablet(dave, joins).slow()),
	open("two hosts remove the same participant", 3, daveIn).with(
		by(ada, removesDave), by(bob, removesDave), by(dave, joins)),
	open("removed from the waiting room while admitted", 3, daveWaiting).withWaitingRoom().withFaults(1).with(
		by(ada, removesDave), by(bob, admitsDave), by(dave, polls)),
	open("removed, and the next instance", 3, daveIn).withFaults(1).with(
		by(ada, removesDave, ends, starts), by(dave, twice(joins))),
	// I11
	open("the owner joins a full and locked room", 1, erinIn).withFaults(1).with(
		by(ada, joins), by(bob, turnsOnTheWaitingRoom, locks), by(dave, joins)),
	// I17
	open("an instance ends and the next one begins", 3, erinIn).with(
		by(ada, ends, starts), by(bob, locks), by(dave, joins), by(erin, polls)),
	open("an end, a start, and a fault", 3, erinIn).withFaults(1).with(
		by(ada, ends, starts), by(dave, twice(joins)), by(erin, polls)),
	open("two hosts end, and one decides", 3, erinIn, daveWaiting).with(
		by(ada, ends, joins), by(bob, ends, starts), byTablet(bob, movesErin), byTablet(ada, admitsAll)),
	open("the last host leaves while others join", 3, adaIn).withFaults(1).with(
		by(ada, leaves), by(bob, visits), by(dave, joins)),
	open("an instant meeting starts as the instance ends", 3, erinIn).withProfile().with(
		by(ada, startsInstant), by(bob, ends), by(dave, twice(joins)), by(erin, leaves)),
	open("an abandoned room", 3, daveIn).after(85, 8, 360, 9).with(
		by(dave, polls).fast(), by(ada, joins).slow(), by(bob, starts)),
	// I2
	idle("a new number for a room that opens", 3).joinBeforeHost().withProfile().with(
		by(ada, changesNumber), by(bob, starts), by(dave, twice(joins)), by(gus, joinsAtNewNumber)),
	idle("a new number, and two faults", 3).joinBeforeHost().withProfile().withFaults(2).with(
		by(ada, changesNumber), by(dave, twice(joins))),
}

// longScenarios take a minute. They are walked where SOAK is set.
var longScenarios = []scenario{
	open("two hosts and three joins", 3).with(
		by(ada, locks), by(bob, unlocks), by(dave, joins), by(erin, joins), by(gus, joins)),
}
