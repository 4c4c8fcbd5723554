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

	"personal-rooms/shared/meeting"
)

// A scene is what happens at one room, which is open. It is played once for each seed.
type scene struct {
	name     string
	apart    bool // rooms, seats and budgets lie on partitions of their own
	joins    int
	within   time.Duration
	spike    int           // so many of the joins come within the first second
	locks    time.Duration // when the host locks the room; 0: never
	admits   time.Duration // when the host admits all who wait; 0: there is no waiting room
	renewals int           // seats of another sitting, each of which is renewed once within renewing
}

// The rooms, and who is in the other one.
const (
	number   = meeting.Number("5551234567")
	other    = meeting.Number("5557654321")
	passcode = "engine"
	capacity = 1000
	renewing = meeting.DefaultLease / 3
)

var ada = meeting.Caller{User: meeting.User{Account: "acme", ID: "ada"}, Email: "ada@example.com"}

// limit is what a use case has of a function's time.
const limit = 10*time.Second - 500*time.Millisecond

// A design is how those who pass are written.
type design struct {
	name  string
	store func(*client) meeting.Store
}

var (
	ours        = design{"ours", func(c *client) meeting.Store { return c }}
	transaction = design{"a transaction", func(c *client) meeting.Store { return transactor{c} }}
)

// A call is one use case of somebody, and what came of it.
type call struct {
	at, took time.Duration // since the scene began
	end      end
}

// An end is how a call ended.
type end int

const (
	admitted end = iota
	lockedOut
	waiting
	gaveUp // busy, or failed
)

// An outcome is what came of a scene.
type outcome struct {
	joins    []call
	renewals []call
	host     []call // a lock, or an admission of all who wait
	met      encounters
	seated   int // in the room, when all is over
}

// A stage is where a scene is played.
type stage struct {
	scene
	design design
	seed   uint64
	cloud  *cloud
	began  time.Time
	all    sync.WaitGroup
}

// play plays the scene in virtual time.
func (s scene) play(t *testing.T, d design, seed uint64) (o outcome) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		st := &stage{scene: s, design: d, seed: seed, began: time.Now()}
		st.cloud = newCloud(s.apart, st.room(number), st.room(other))
		for i := range s.renewals {
			seat := st.seat(i)
			st.cloud.seats[seat.ID] = seat
		}
		o = outcome{joins: make([]call, s.joins), renewals: make([]call, s.renewals), host: st.host()}
		for i, when := range st.arrivals() {
			st.join(when, fmt.Sprint("guest ", i), &o.joins[i])
		}
		for i := range o.renewals {
			st.renew(i, &o.renewals[i])
		}
		st.all.Wait()
		o.met, o.seated = st.cloud.met, st.seated()
	})
	return o
}

// room is an open room.
func (s *stage) room(n meeting.Number) meeting.Room {
	r := meeting.Room{Number: n, Kind: meeting.Personal, Owner: ada.User,
		Settings: meeting.Settings{Passcode: passcode, WaitingRoom: meeting.WaitNobody, Capacity: capacity},
		Live:     meeting.LiveState{Instance: "sitting-" + string(n), Open: true, Epoch: 1, OpenedAt: s.began, AdmittedAt: s.began},
	}
	if s.admits > 0 {
		r.Settings.WaitingRoom = meeting.WaitEveryone
	}
	return r
}

// seat is one in the other room.
func (s *stage) seat(i int) meeting.Seat {
	secret := fmt.Sprint("seat ", i)
	return meeting.Seat{ID: meeting.SeatID(fmt.Sprintf("sitting-%s.%d", other, i)), State: meeting.Admitted, Role: meeting.Participant,
		Name: secret, Secret: sha256.Sum256([]byte(secret)), Lease: s.began.Add(s.due(i) + meeting.DefaultLease - renewing), Version: 1}
}

// due is when the seat is to be renewed.
func (s *stage) due(i int) time.Duration {
	return renewing * time.Duration(i) / time.Duration(s.renewals)
}

// seated is how many are in the room.
func (s *stage) seated() (n int) {
	for _, seat := range s.cloud.roll("sitting-" + string(number)) {
		if seat.State == meeting.Admitted {
			n++
		}
	}
	return n
}

// door is the one that the client is served by.
func (s *stage) door(name string) *meeting.Door {
	env := meeting.Env{
		Now:    time.Now,
		Random: rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%d %s", s.seed, name))),
		Pause:  func(ctx context.Context, d time.Duration) { _ = wait(ctx, d) },
	}
	return meeting.NewDoor(s.design.store(newClient(s.cloud, s.seed, name)), env)
}

// at makes the call when it is time. The call is complete when all are.
func (s *stage) at(when time.Duration, c *call, do func(context.Context) (end, error)) {
	s.all.Go(func() {
		_ = wait(context.Background(), when)
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		c.at = time.Since(s.began)
		ended, err := do(ctx)
		c.took, c.end = time.Since(s.began)-c.at, ended
		if err != nil {
			c.end = gaveUp
		}
	})
}

// arrivals are when guests come, in order.
func (s *stage) arrivals() []time.Duration {
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

func (s *stage) join(when time.Duration, name string, c *call) {
	door := s.door(name)
	s.at(when, c, func(ctx context.Context) (end, error) {
		return endOf(door.Join(ctx, meeting.Caller{Address: name}, meeting.JoinInput{Address: string(number), Name: name, Passcode: passcode}))
	})
}

func (s *stage) renew(i int, c *call) {
	seat := s.seat(i)
	door, back := s.door(seat.Name), meeting.Credential{ID: seat.ID, Secret: seat.Name}
	s.at(s.due(i), c, func(ctx context.Context) (end, error) {
		return endOf(door.Join(ctx, meeting.Caller{Address: seat.Name}, meeting.JoinInput{Address: string(other), Seat: back}))
	})
}

func endOf(a meeting.Admission, err error) (end, error) {
	switch {
	case meeting.ReasonOf(err) == meeting.Locked:
		return lockedOut, nil
	case a.State == meeting.Waiting:
		return waiting, err
	}
	return admitted, err
}

// host is what the host calls.
func (s *stage) host() []call {
	door, calls := s.door("host"), make([]call, 1)
	switch {
	case s.locks > 0:
		s.at(s.locks, &calls[0], func(ctx context.Context) (end, error) {
			_, err := door.UpdateLive(ctx, ada, string(number), meeting.LiveEdit{Locked: new(true)})
			return admitted, err
		})
	case s.admits > 0:
		s.at(s.admits, &calls[0], func(ctx context.Context) (end, error) {
			_, err := door.Admit(ctx, ada, string(number), meeting.Selection{All: true})
			return admitted, err
		})
	default:
		return nil
	}
	return calls
}

// late is those who began to join after the host's call was answered, and were let in.
func (o outcome) late() (late []call) {
	for _, h := range o.host {
		for _, c := range o.joins {
			if h.end == admitted && c.at > h.at+h.took && c.end == admitted {
				late = append(late, c)
			}
		}
	}
	return late
}

func count(calls []call, e end) (n int) {
	for _, c := range calls {
		if c.end == e {
			n++
		}
	}
	return n
}

// percentile is what so many percent of the calls took at most; 0 if there are none.
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
