package proof

import (
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
			seat.AdmissionSeqs, seat.AdmittedAt, seat.FirstAdmittedAt, seat.PresentSince = []int64{g.AdmissionSeq}, nine, nine, nine
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
	return scenario{name: name, room: meeting.Room{
		Number: adasNumber, Kind: meeting.Personal, Owner: ada.User, Topic: "Ada's room", Live: meeting.LiveState{Instance: instance},
		Settings: meeting.Settings{Passcode: "open123", WaitingRoom: meeting.WaitNobody, Capacity: capacity, AlternativeHosts: []string{bob.Email}},
	}}
}

// seat returns a seat of the caller, who has its credential.
func seat(c meeting.Caller, role meeting.Role, state meeting.State) meeting.Seat {
	id := credential(c)
	return meeting.Seat{ID: id.ID, Secret: sha256.Sum256([]byte(id.Secret)), User: c.User, Email: c.Email, State: state, Role: role,
		Lease: nine.Add(meeting.DefaultLease), JoinedAt: nine, Version: 1}
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
	s.owner = meeting.Profile{User: ada.User, Email: ada.Email, PMI: s.room.Number, Timezone: "UTC", CreatedAt: nine, Version: 1}
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

func (s scenario) after(ticks ...time.Duration) scenario {
	s.ticks = ticks
	return s
}

// by returns an actor that performs the parts of its script one after the other.
func by(name string, c meeting.Caller, parts ...func(*client)) *actor {
	return &actor{name: name, caller: c, script: func(c *client) {
		for _, part := range parts {
			part(c)
		}
	}}
}

func (a *actor) skewed(by time.Duration) *actor {
	a.skew = by
	return a
}

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
func changesNumber(c *client)          { c.changeNumber(newNumber) }

var scenarios = []scenario{
	// I7
	open("a lock and three joins", 3).with(
		by("ada", ada, (*client).lock), by("dave", dave, joins), by("erin", erin, joins), by("gus", gus, joins)),
	open("a lock and two faults", 3).withFaults(2).with(
		by("ada", ada, (*client).lock), by("dave", dave, joins), by("erin", erin, joins)),
	open("two hosts and two joins", 3).with(
		by("ada", ada, (*client).lock), by("bob", bob, (*client).unlock), by("dave", dave, joins), by("gus", gus, joins)),
	open("two hosts lock and unlock", 3).with(
		by("ada", ada, (*client).unlock, (*client).lock), by("bob", bob, (*client).unlock), by("dave", dave, joins)),
	open("an unlock, a lock, and two faults", 3).withFaults(2).with(
		by("ada", ada, (*client).unlock, (*client).lock), by("dave", dave, joins)),
	open("a lock, and participants who return", 3, daveIn, erinIn).withFaults(1).with(
		by("ada", ada, (*client).lock), by("dave", dave, leaves, polls), by("erin", erin, polls)),
	open("a lock, and a request that is sent twice", 3).withFaults(2).with(
		by("ada", ada, (*client).lock), by("dave", dave, joinsWithKey), by("dave again", dave, joinsWithKey)),
	// I12
	open("three join for the last seat", 1).withFaults(1).with(
		by("dave", dave, joins), by("erin", erin, joins), by("gus", gus, joins)),
	open("a participant leaves a full room", 1, erinIn).withFaults(1).with(
		by("erin", erin, leaves), by("dave", dave, joins), by("gus", gus, joins)),
	open("two visits to a room with one seat", 1).withFaults(2).with(by("dave", dave, visits), by("erin", erin, visits)),
	open("two hosts admit into a room with one seat", 1, daveWaiting, erinWaiting).withWaitingRoom().withFaults(1).with(
		by("ada", ada, (*client).admitAll), by("bob", bob, (*client).admitAll), by("dave", dave, polls), by("gus", gus, joins)),
	open("the last seat, and a lease that ends", 1, daveIn).after(85*time.Second, 6*time.Second, 28*time.Second, 5*time.Second).with(
		by("dave", dave, polls).skewed(-2*time.Second), by("erin", erin, joins).skewed(2*time.Second), by("gus", gus, joins)),
	open("slow joins for the last seat", 1).after(9*time.Second, 9*time.Second, 8*time.Second).with(
		by("dave", dave, joins).skewed(2*time.Second), by("erin", erin, joins).skewed(-2*time.Second), by("gus", gus, joins)),
	open("slow joins for the last seat, and a fault", 1).withFaults(1).after(9*time.Second, 9*time.Second, 8*time.Second).with(
		by("dave", dave, joins).skewed(2*time.Second), by("erin", erin, twice(joins)).skewed(-2*time.Second)),
	// I8
	idle("early joins during the start", 3).withWaitingRoom().joinBeforeHost().with(
		by("ada", ada, (*client).start), by("bob", bob, joins), by("dave", dave, visits), by("gus", gus, joins)),
	idle("an early join, and two faults", 3).withWaitingRoom().joinBeforeHost().withFaults(2).with(
		by("ada", ada, joins), by("dave", dave, visits)),
	open("the waiting room is turned on and off", 3, daveWaiting).with(
		by("ada", ada, turnsOnTheWaitingRoom), by("bob", bob, turnsOffTheWaitingRoom), by("erin", erin, joins), by("dave", dave, polls)),
	open("the waiting room is turned on, and a fault", 3, daveWaiting).withFaults(1).with(
		by("ada", ada, turnsOnTheWaitingRoom), by("erin", erin, joins), by("dave", dave, polls)),
	open("admitted, denied and moved at once", 3, daveWaiting, bobIn).withWaitingRoom().with(
		by("ada", ada, admitsDave), by("bob", bob, deniesDave, movesDave), by("dave", dave, polls, leaves)),
	open("all are admitted while others join", 3, daveWaiting).withWaitingRoom().withFaults(1).with(
		by("ada", ada, (*client).admitAll), by("erin", erin, joins), by("dave", dave, leaves, polls)),
	open("moved to the waiting room, and a new join", 3, daveIn).withFaults(1).with(
		by("ada", ada, movesDave), by("dave", dave, polls), by("dave's tablet", dave, joins)),
	// I10
	open("removed while a second seat is in flight", 3, daveIn).withFaults(1).with(
		by("ada", ada, removesDave), by("dave", dave, polls), by("dave's tablet", dave, twice(joins))),
	open("removed twice while a second seat is in slow flight", 3, daveIn).after(9*time.Second, 9*time.Second, 8*time.Second).with(
		by("ada", ada, twice(removesDave)).skewed(2*time.Second), by("dave's tablet", dave, joins).skewed(-2*time.Second)),
	open("two hosts remove the same participant", 3, daveIn).with(
		by("ada", ada, removesDave), by("bob", bob, removesDave), by("dave", dave, joins)),
	open("removed from the waiting room while admitted", 3, daveWaiting).withWaitingRoom().withFaults(1).with(
		by("ada", ada, removesDave), by("bob", bob, admitsDave), by("dave", dave, polls)),
	open("removed, and the next instance", 3, daveIn).withFaults(1).with(
		by("ada", ada, removesDave, (*client).end, (*client).start), by("dave", dave, twice(joins))),
	// I11
	open("the owner joins a full and locked room", 1, erinIn).withFaults(1).with(
		by("ada", ada, joins), by("bob", bob, turnsOnTheWaitingRoom, (*client).lock), by("dave", dave, joins)),
	// I17
	open("an instance ends and the next one begins", 3, erinIn).with(
		by("ada", ada, (*client).end, (*client).start), by("bob", bob, (*client).lock), by("dave", dave, joins), by("erin", erin, polls)),
	open("an end, a start, and a fault", 3, erinIn).withFaults(1).with(
		by("ada", ada, (*client).end, (*client).start), by("dave", dave, twice(joins)), by("erin", erin, polls)),
	open("two hosts end, and one decides", 3, erinIn, daveWaiting).with(
		by("ada", ada, (*client).end, joins), by("bob", bob, (*client).end, (*client).start),
		by("bob's tablet", bob, func(c *client) { c.moveToWaitingRoom(credential(erin).ID) }), by("ada's tablet", ada, (*client).admitAll)),
	open("the last host leaves while others join", 3, adaIn).withFaults(1).with(
		by("ada", ada, leaves), by("bob", bob, visits), by("dave", dave, joins)),
	open("an instant meeting starts as the instance ends", 3, erinIn).withProfile().with(
		by("ada", ada, (*client).startInstant), by("bob", bob, (*client).end), by("dave", dave, twice(joins)), by("erin", erin, leaves)),
	open("an abandoned room", 3, daveIn).after(85*time.Second, 8*time.Second, 6*time.Minute, 9*time.Second).with(
		by("dave", dave, polls).skewed(2*time.Second), by("ada", ada, joins).skewed(-2*time.Second), by("bob", bob, (*client).start)),
	// I2
	idle("a new number for a room that opens", 3).joinBeforeHost().withProfile().with(
		by("ada", ada, changesNumber), by("bob", bob, (*client).start), by("dave", dave, twice(joins)),
		by("gus", gus, func(c *client) { c.joinAt(newNumber) })),
	idle("a new number, and two faults", 3).joinBeforeHost().withProfile().withFaults(2).with(
		by("ada", ada, changesNumber), by("dave", dave, twice(joins))),
}

// longScenarios take a minute. They are walked where SOAK is set.
var longScenarios = []scenario{
	open("two hosts and three joins", 3).with(
		by("ada", ada, (*client).lock), by("bob", bob, (*client).unlock), by("dave", dave, joins), by("erin", erin, joins), by("gus", gus, joins)),
}
