package meeting

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"testing/synctest"
	"time"
)

var (
	errLost    = errors.New("no answer")
	errCrashed = errors.New("crashed")
)

// An actor is one client of the door, and what they do there, one deed after the other.
type actor struct {
	name   string
	caller Caller
	room   Number        // that they come to, if not the one of the scene
	skew   time.Duration // how far the clocks are ahead that serve them
	does   func(*cue)
}

// A deed is one call of a use case, and what came of it.
type deed struct {
	Kind string
	Back Credential // of the seat that they come back to
	Out  []SeatID   // whom a host means

	Read     string // the sitting that it read first
	ReadOpen bool   // that went on
	waited   string // who waited on the roll that it read first

	Fault    Reason // why it was refused
	Failed   string // the error that it returned, if that is no Fault
	State    State
	Seat     SeatID
	Present  []SeatID // the roster
	Arriving int
	Seq      int64 // of the room that was returned with it
}

func (d deed) ok() bool { return d.Fault == "" && d.Failed == "" }

// A process carries out what an actor does. It stops before each call on storage until that is answered.
type process struct {
	actor *actor
	play  *stage
	mu    sync.Mutex
	asked []*pending
	now   time.Duration // of the last answer
	looks bool          // at the clock, since then
	dead  bool
	over  bool
	drawn uint64
	doing deed
	done  []deed
}

type pending struct {
	ask
	reply chan answer
}

func (p *process) ask(a ask) answer {
	p.mu.Lock()
	if p.dead {
		p.mu.Unlock()
		return answer{err: errCrashed}
	}
	w := &pending{a, make(chan answer, 1)}
	p.asked = append(p.asked, w)
	p.mu.Unlock()
	return <-w.reply
}

func (p *process) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks = true
	return nine.Add(p.now + p.actor.skew)
}

// Read is chance, the same in every run.
func (p *process) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range b {
		p.drawn++
		b[i] = sha256.Sum256(binary.AppendUvarint([]byte(p.actor.name), p.drawn))[0]
	}
	return len(b), nil
}

func (p *process) pause(_ context.Context, d time.Duration) { p.ask(waits(d)) }

// tell gives the answer to the one who asked.
func (p *process) tell(key string, a answer, now time.Duration) {
	p.mu.Lock()
	i := slices.IndexFunc(p.asked, func(w *pending) bool { return w.key == key })
	w := p.asked[i]
	p.asked = slices.Delete(p.asked, i, i+1)
	p.now, p.looks = now, false
	p.mu.Unlock()
	w.reply <- a
	synctest.Wait()
}

func (p *process) kill() {
	p.mu.Lock()
	p.dead = true
	asked := p.asked
	p.asked = nil
	p.mu.Unlock()
	for _, w := range asked {
		w.reply <- answer{err: errCrashed}
	}
	synctest.Wait()
}

// storage is the Store of a process. What no rule at the door asks for is answered aside.
type storage struct {
	Store
	p *process
}

func (s storage) Room(_ context.Context, n Number) (Room, error) {
	a := s.p.ask(reads("Room", roomAt(n), func(s *shelf) any { return s.room(n) }))
	r, _ := a.value.(Room)
	s.p.mu.Lock()
	if d := &s.p.doing; d.Read == "" && r.Enterable() {
		d.Read, d.ReadOpen = r.Live.Instance, r.Live.Open
	}
	s.p.mu.Unlock()
	return r, a.err
}

func (s storage) ApplyTransition(_ context.Context, n Number, t Transition) (Room, error) {
	a := s.p.ask(turns(n, t))
	r, _ := a.value.(Room)
	return r, a.err
}

func (s storage) Seat(_ context.Context, id SeatID) (Seat, error) {
	a := s.p.ask(reads("Seat", seatAt(id), func(s *shelf) any { return s.seat(id) }))
	seat, _ := a.value.(Seat)
	return seat, a.err
}

func (s storage) Roster(_ context.Context, instance string) (Roster, error) {
	a := s.p.ask(readsRoll(instance))
	l, _ := a.value.(Roster)
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if d := &s.p.doing; d.waited == "" {
		d.waited = "those: "
		for _, seat := range l.filter(func(s Seat) bool { return s.State == Waiting }) {
			d.waited += string(seat.ID) + " "
		}
	}
	return slices.Clone(l), a.err
}

func (s storage) TakeSeat(_ context.Context, seat Seat) (Seat, error) {
	a := s.p.ask(writesSeat("TakeSeat", seat, 0))
	now, _ := a.value.(Seat)
	return now, a.err
}

func (s storage) ChangeSeat(_ context.Context, seat Seat) (Seat, error) {
	a := s.p.ask(writesSeat("ChangeSeat", seat, seat.Version))
	now, _ := a.value.(Seat)
	return now, a.err
}

func (s storage) Profile(_ context.Context, u User) (Profile, error) {
	a := s.p.ask(reads("Profile", profileAt(u), func(s *shelf) any { return stored[Profile](s, profileAt(u)) }))
	p, _ := a.value.(Profile)
	return p, a.err
}

func (s storage) Save(_ context.Context, changes ...Change) error { return s.p.ask(saves(changes)).err }

func (s storage) Spent(context.Context, string, time.Time) (Spent, error)   { return Spent{}, nil }
func (s storage) SpendWait(context.Context, string, time.Time) (int, error) { return 0, nil }
func (s storage) Spend(context.Context, string, time.Time) (int, error)     { return 1, nil }
func (s storage) Meeting(context.Context, User, Number) (Meeting, error)    { return Meeting{}, nil }
func (s storage) Agenda(context.Context, User, time.Time, string, int) ([]Meeting, string, error) {
	return nil, "", nil
}
func (s storage) SaveInstance(context.Context, InstanceRecord) error { return nil }
func (s storage) SaveContacts(context.Context, User, []Identity, time.Time, time.Time) error {
	return nil
}

// A cue is how the script of an actor calls the use cases.
type cue struct{ *process }

func (c *cue) perform(d deed, run func(context.Context, *Starts, *deed) error) deed {
	c.mu.Lock()
	c.doing = d
	dead := c.dead
	c.mu.Unlock()
	if dead {
		return d
	}
	var store Store = storage{p: c.process}
	clock := c.Now
	if m := c.play.mutant; m != nil {
		store, clock = m.around(d, store, clock)
	}
	starts := &Starts{&Door{&Turnstile{Store: store, Env: Env{Now: clock, Random: c, Pause: c.pause}}}}
	err := run(context.Background(), starts, &d)
	c.mu.Lock()
	defer c.mu.Unlock()
	d.Read, d.ReadOpen = c.doing.Read, c.doing.ReadOpen
	if d.Fault = ReasonOf(err); err != nil && d.Fault == "" {
		d.Failed = err.Error()
	}
	c.doing = deed{}
	c.done = append(c.done, d)
	return d
}

func (c *cue) enter(kind string, j JoinInput) Credential {
	var t Credential
	j.Address, j.Passcode = cmp.Or(j.Address, c.address()), c.play.room.Settings.Passcode
	c.perform(deed{Kind: kind, Back: j.Seat}, func(ctx context.Context, s *Starts, d *deed) error {
		a, err := s.Join(ctx, c.actor.caller, j)
		d.State, d.Seat, d.Seq = a.State, a.Seat.ID, a.Room.Live.AdmissionSeq
		t = Credential{a.Seat.ID, a.Secret}
		if err != nil {
			d.State, d.Seat = "", ""
		}
		return err
	})
	return t
}

func (c *cue) address() string { return string(cmp.Or(c.actor.room, c.play.room.Number)) }

func (c *cue) join() Credential             { return c.enter("join", JoinInput{}) }
func (c *cue) joinBy(key string) Credential { return c.enter("join by a key", JoinInput{Key: key}) }
func (c *cue) joinAt(n Number) Credential {
	return c.enter("join elsewhere", JoinInput{Address: string(n)})
}
func (c *cue) poll(t Credential) {
	if t.ID != "" {
		c.enter("poll", JoinInput{Seat: t})
	}
}

func (c *cue) leave(t Credential) {
	if t.ID == "" {
		return
	}
	c.perform(deed{Kind: "leave", Back: t}, func(ctx context.Context, s *Starts, _ *deed) error {
		return s.Leave(ctx, c.actor.caller, c.address(), t)
	})
}

func (c *cue) lock()                     { c.set("lock", LiveEdit{Locked: new(true)}) }
func (c *cue) unlock()                   { c.set("unlock", LiveEdit{Locked: new(false)}) }
func (c *cue) waitingRoom(w WaitingRoom) { c.set("waiting room", LiveEdit{WaitingRoom: &w}) }

func (c *cue) set(kind string, e LiveEdit) {
	c.perform(deed{Kind: kind}, func(ctx context.Context, s *Starts, d *deed) error {
		v, err := s.UpdateLive(ctx, c.actor.caller, c.address(), e)
		d.Arriving, d.Seq = v.Arriving, v.Room.Live.AdmissionSeq
		for _, s := range v.Present {
			d.Present = append(d.Present, s.ID)
		}
		return err
	})
}

type ruled func(*Door, context.Context, Caller, string, Selection) (Result, error)

func (c *cue) admit(seats ...SeatID)   { c.rule("admit", (*Door).Admit, seats) }
func (c *cue) admitAll()               { c.rule("admit", (*Door).Admit, nil) }
func (c *cue) deny(seats ...SeatID)    { c.rule("deny", (*Door).Deny, seats) }
func (c *cue) putBack(seats ...SeatID) { c.rule("put back", (*Door).MoveToWaitingRoom, seats) }
func (c *cue) remove(seats ...SeatID)  { c.rule("remove", (*Door).Remove, seats) }

func (c *cue) rule(kind string, by ruled, seats []SeatID) {
	c.perform(deed{Kind: kind, Out: seats}, func(ctx context.Context, s *Starts, _ *deed) error {
		_, err := by(s.Door, ctx, c.actor.caller, c.address(), Selection{IDs: seats, All: len(seats) == 0})
		return err
	})
}

func (c *cue) start() {
	c.perform(deed{Kind: "start"}, func(ctx context.Context, s *Starts, _ *deed) error {
		return s.Start(ctx, c.actor.caller, c.address())
	})
}

func (c *cue) end() {
	c.perform(deed{Kind: "end"}, func(ctx context.Context, s *Starts, _ *deed) error {
		return s.End(ctx, c.actor.caller, c.address())
	})
}

func (c *cue) instant() {
	c.perform(deed{Kind: "instant"}, func(ctx context.Context, s *Starts, d *deed) error {
		started, err := s.Instant(ctx, c.actor.caller, "me", InstantStart{UsePMI: new(true)})
		if a := started.Admission; err == nil && a != nil {
			d.State, d.Seat = a.State, a.Seat.ID
		}
		return err
	})
}

func (c *cue) renumber(n Number) {
	c.perform(deed{Kind: "renumber"}, func(ctx context.Context, s *Starts, _ *deed) error {
		return (&Profiles{s.Turnstile}).Edit(ctx, c.actor.caller, "me", Edit{PMI: &n})
	})
}
