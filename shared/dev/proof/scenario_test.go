package proof

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/dev/testkit"
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
	faults int  // how many may happen
	long   bool // takes a minute
	mutant *mutant
}

// Ada's number, and the instance that runs there or is the next one.
const (
	adasNumber meeting.Number = "5551234321"
	newNumber  meeting.Number = "5559876543"
	instance                  = "instance"
)

//go:embed testdata/walk.txt
var scenarioText string

// scenarios returns those of testdata/walk.txt, by their titles. The room is at first as the scenario changes it.
func scenarios(room meeting.Room) map[string]*scenario {
	all := map[string]*scenario{}
	for text := range strings.SplitSeq(scenarioText, "\n\n") {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		if strings.HasPrefix(text, "#") {
			continue
		}
		s := &scenario{name: lines[0], room: room}
		for word := range strings.SplitSeq(lines[1], ", ") {
			s.add(word)
		}
		for text := range strings.SplitSeq(lines[2], "; ") {
			s.actors = append(s.actors, readActor(text))
		}
		all[s.name] = s
	}
	return all
}

// idleRoom returns Ada's room.
func idleRoom() meeting.Room {
	return meeting.Room{
		Number: adasNumber, Kind: meeting.Personal, Owner: ada.User, Live: meeting.LiveState{Instance: instance},
		Settings: meeting.Settings{
			Passcode: "open123", WaitingRoom: meeting.WaitNobody, AlternativeHosts: []string{bob.Email},
		},
	}
}

// add reads one word of the second line of a scenario.
func (s *scenario) add(word string) {
	first, what, _ := strings.Cut(word, " ")
	n, _ := strconv.Atoi(first)
	live := &s.room.Live
	switch cmp.Or(strings.TrimSuffix(what, "s"), first) {
	case "open":
		live.Open, live.Epoch, live.OpenedAt, live.AdmittedAt = true, 1, nine, nine
	case "second": // that pass
		s.ticks = append(s.ticks, time.Duration(n)*time.Second)
	case "seat":
		s.room.Settings.Capacity = n
	case "fault":
		s.faults = n
	case "in", "waiting":
		s.addSeat(people[first], what == "in")
	case "room":
		s.room.Settings.WaitingRoom = meeting.WaitEveryone
	case "before host":
		s.room.Settings.JoinBeforeHost = true
	case "profile":
		s.owner = meeting.Profile{User: ada.User, Email: ada.Email, PMI: s.room.Number, CreatedAt: nine, Version: 1}
	case "soak":
		s.long = true
	}
}

// addSeat adds a seat of the person, who has its credential.
func (s *scenario) addSeat(c meeting.Caller, in bool) {
	roles := map[string]meeting.Role{ada.ID: meeting.Host, bob.ID: meeting.AlternativeHost}
	id, role := credential(s.room, c), roles[c.ID]
	if role == "" {
		role = meeting.Participant
	}
	seat := meeting.Seat{
		ID: id.ID, Secret: sha256.Sum256([]byte(id.Secret)), User: c.User, Email: c.Email, State: waiting, Role: role,
		Name: c.Name, Client: clientIdentity(s.room.Live.Instance, c.Address),
		Lease: nine.Add(testkit.Lease), JoinedAt: nine, Version: 1,
	}
	if in {
		live := &s.room.Live
		live.AdmissionSeq++
		seat.State, seat.AdmissionSeqs = admitted, []int64{live.AdmissionSeq}
		seat.AdmittedAt, seat.FirstAdmittedAt, seat.PresentSince = nine, nine, nine
		if role != meeting.Host {
			live.Seated++
		}
	}
	s.seats = append(s.seats, seat)
}

// credential returns that of the seat which the person has at first.
func credential(r meeting.Room, c meeting.Caller) meeting.Credential {
	return meeting.Credential{ID: meeting.SeatID(r.Live.Instance + "." + c.Name), Secret: c.Name}
}

// readActor reads "dave's tablet slow: join, poll": the device, its clock, and its operations.
func readActor(text string) *actor {
	a := &actor{}
	a.name, a.script, _ = strings.Cut(text, ": ")
	if name, is := strings.CutSuffix(a.name, " fast"); is {
		a.name, a.skew = name, 2*time.Second
	}
	if name, is := strings.CutSuffix(a.name, " slow"); is {
		a.name, a.skew = name, -2*time.Second
	}
	person, _, _ := strings.Cut(a.name, "'")
	a.caller = people[person]
	return a
}

// play performs the operations of a script, which has names of [kinds]; "remove dave" is a decision on Dave's first
// seat, "visit" is a join, a poll and a leave, and "back" a poll with the seat before.
func (c *client) play() {
	for word := range strings.SplitSeq(c.script, ", ") {
		kind, person, _ := strings.Cut(word, " ")
		switch {
		case word == "visit":
			if c.do("join").succeeded() {
				c.do("poll")
				c.do("leave")
			}
		case word == "back":
			c.goBack()
			c.do("poll")
		case kinds[word] != nil:
			c.do(word)
		default:
			c.do(kind, credential(c.room, people[person]).ID)
		}
	}
}
