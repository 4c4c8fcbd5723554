package rush

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/meeting"
)

// A scenario is what happens at one room, which is open.
type scenario struct {
	name     string
	crowded  bool // more join than the partition serves
	apart    bool // rooms, seats and budgets are on partitions of their own
	joins    int
	within   time.Duration
	spike    int           // so many of the joins come within the first second
	locks    time.Duration // when the host locks the room; 0: never
	admits   time.Duration // when the host admits all who wait; 0: there is no waiting room
	renewals int           // seats of another instance, each of which is renewed once within renewalTime
	outcomes []outcome     // one for each seed
}

const (
	number      = meeting.Number("5551234567")
	otherNumber = meeting.Number("5557654321") // of the room with the renewals
	passcode    = "engine"
	capacity    = 1000
	renewalTime = 30 * time.Second
	timeLimit   = 10*time.Second - 500*time.Millisecond // of a use case in a function
)

var ada = meeting.Caller{User: meeting.User{Account: "acme", ID: "ada"}, Email: "ada@example.com"}

// A call is one use case and its result.
type call struct {
	at, took time.Duration // since the scenario began
	result   result
}

type result int

const (
	admitted result = iota
	lockedOut
	waiting
	gaveUp // busy, or failed
)

// An outcome is all that happened in a scenario.
type outcome struct {
	joins    []call
	renewals []call
	host     []call // a lock, or an admission of all who wait

	throttled, retries int
	seated             int // in the room at the end
}

// A simulation runs a scenario for one seed.
type simulation struct {
	*scenario
	seed  uint64
	db    *database
	began time.Time
	calls sync.WaitGroup
}

// run runs the scenario in virtual time.
func (s *scenario) run(t *testing.T, seed uint64) (o outcome) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		sim := &simulation{scenario: s, seed: seed, began: time.Now()}
		sim.db = newDatabase(s.apart, sim.room(number), sim.room(otherNumber))
		for i := range s.renewals {
			seat := sim.seat(i)
			sim.db.seats[seat.ID] = seat
		}
		o = outcome{joins: make([]call, s.joins), renewals: make([]call, s.renewals), host: sim.host()}
		for i, when := range sim.arrivals() {
			name := fmt.Sprint("guest ", i)
			j := meeting.JoinInput{Address: string(number), Name: name, Passcode: sim.room(number).LinkPasscode()}
			sim.enter(when, name, j, &o.joins[i])
		}
		for i := range o.renewals {
			seat := sim.seat(i)
			credential := meeting.Credential{ID: seat.ID, Secret: seat.Name}
			j := meeting.JoinInput{Address: string(otherNumber), Seat: credential}
			sim.enter(sim.due(i), seat.Name, j, &o.renewals[i])
		}
		sim.calls.Wait()
		o.throttled, o.retries = sim.db.throttled, sim.db.retries
		for _, seat := range sim.db.roster(instanceOf(number)) {
			if seat.State == meeting.Admitted {
				o.seated++
			}
		}
	})
	return o
}

func instanceOf(n meeting.Number) string { return "instance-" + string(n) }

// room returns an open room.
func (s *simulation) room(n meeting.Number) meeting.Room {
	r := meeting.Room{Number: n, Kind: meeting.Personal, Owner: ada.User, LinkKey: "key",
		Settings: meeting.Settings{Passcode: passcode, WaitingRoom: meeting.WaitNobody, Capacity: capacity},
		Live: meeting.LiveState{
			Instance: instanceOf(n), Open: true, Epoch: 1, OpenedAt: s.began, AdmittedAt: s.began,
		},
	}
	if s.admits > 0 {
		r.Settings.WaitingRoom = meeting.WaitEveryone
	}
	return r
}

// seat returns a seat in the other room.
func (s *simulation) seat(i int) meeting.Seat {
	secret := fmt.Sprint("seat ", i)
	id := meeting.SeatID(fmt.Sprintf("%s.%d", instanceOf(otherNumber), i))
	return meeting.Seat{
		ID: id, State: meeting.Admitted, Role: meeting.Participant, Name: secret, Version: 1,
		Secret: sha256.Sum256([]byte(secret)),
		Lease:  s.began.Add(s.due(i) + meeting.DefaultLease/2),
	}
}

// due is when the seat is to be renewed.
func (s *simulation) due(i int) time.Duration {
	return renewalTime * time.Duration(i) / time.Duration(s.renewals)
}

// at makes the call when it is time, by the use cases as an environment of a function has them. The result is stored
// when all calls are over.
func (s *simulation) at(
	when time.Duration, name string, c *call, do func(context.Context, *meeting.Door) (meeting.State, error),
) {
	store := &client{db: s.db, seed: s.seed, name: name, drawn: map[string]uint64{}}
	door := meeting.NewDoor(store, meeting.Env{
		Now:    time.Now,
		Random: rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%d %s", s.seed, name))),
		Pause:  func(ctx context.Context, d time.Duration) { _ = smithytime.SleepWithContext(ctx, d) },
	})
	s.calls.Go(func() {
		_ = smithytime.SleepWithContext(context.Background(), when)
		ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
		defer cancel()
		c.at = time.Since(s.began)
		state, err := do(ctx, door)
		c.took = time.Since(s.began) - c.at
		switch {
		case meeting.ReasonOf(err) == meeting.Locked:
			c.result = lockedOut
		case err != nil:
			c.result = gaveUp
		case state == meeting.Waiting:
			c.result = waiting
		}
	})
}

// arrivals are when guests join, in order.
func (s *simulation) arrivals() []time.Duration {
	r := rand.New(rand.NewPCG(s.seed, 0))
	times := make([]time.Duration, s.joins)
	for i := range times {
		from, until := time.Duration(0), s.within
		switch {
		case i < s.spike:
			until = time.Second
		case s.spike > 0:
			from = time.Second
		}
		times[i] = from + time.Duration(r.Int64N(int64(until-from)))
	}
	slices.Sort(times)
	return times
}

func (s *simulation) enter(when time.Duration, name string, j meeting.JoinInput, c *call) {
	s.at(when, name, c, func(ctx context.Context, door *meeting.Door) (meeting.State, error) {
		a, err := door.Join(ctx, meeting.Caller{Address: name}, j)
		return a.State, err
	})
}

// host makes the call of the host, if there is one.
func (s *simulation) host() []call {
	if s.locks+s.admits == 0 {
		return nil
	}
	calls := make([]call, 1)
	s.at(s.locks+s.admits, "host", &calls[0], func(ctx context.Context, door *meeting.Door) (meeting.State, error) {
		if s.locks > 0 {
			_, err := door.UpdateLive(ctx, ada, string(number), meeting.LiveEdit{Locked: new(true)})
			return "", err
		}
		_, err := door.Admit(ctx, ada, string(number), meeting.Selection{All: true})
		return "", err
	})
	return calls
}

func count(calls []call, r result) (n int) {
	for _, c := range calls {
		if c.result == r {
			n++
		}
	}
	return n
}

// percentile is how long so many percent of the calls took at most; 0 if there are none.
func percentile(calls []call, p int) time.Duration {
	if len(calls) == 0 {
		return 0
	}
	took := make([]time.Duration, len(calls))
	for i, c := range calls {
		took[i] = c.took
	}
	slices.Sort(took)
	return took[(len(took)*p+99)/100-1]
}
