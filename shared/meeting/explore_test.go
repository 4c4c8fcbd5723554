package meeting

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The explorer walks every interleaving of a few people who do things at one room at once, and checks the rules of the door
// everywhere. It drives the real use cases.
//
// A step is one call on storage, which is atomic: a turn of the turnstile means what Turn.Apply says, a seat is stored over the version
// that it names, a read is consistent. Between two steps of an operation anybody else may do any number of theirs. What the rules at the
// door do not ask for (budgets, planned meetings, records of sittings) is answered beside, and a pause is a step that lasts pauseLength.
//
// Beside the steps there is what goes wrong, as often as the scene says:
//   - an operation crashes, after any of its steps;
//   - the answer to a write is lost: it took effect, and its caller gets an error;
//   - no answer comes: its caller gets an error, and it takes effect at any later time, or never;
//   - it is sent again, since its answer was lost, and meets its own work, or what others made of that;
//   - it echoes: it was sent twice and answered once, and the other one takes effect at any later time, or never.
//
// And time passes, in steps that the scene names. After each answer an operation may rest until the next of them, so that it decides
// by the clock on what it read earlier.
//
// It is assumed: no operation lives longer than timeLimit, the limit of a function, nor does a write of its own land later than that; the
// clock of each operation is ahead or behind by the skew of its actor, at most 2 s; storage knows the last write of an item when it is sent
// again, and a transaction whenever it is.
//
// All that an operation does follows from the answers and the times that it got. So each history of answers is run once, in a process that
// stops before each call on storage, and a state is what is stored, the time, and how far each history is. Each state is visited once.
//
// What breaks a rule is told with its schedule, the steps that led there, which explore can follow again. The mutants are doors with one
// thing wrong: each must break a rule.

const (
	timeLimit   = 10 * time.Second
	pauseLength = 2 * time.Second
)

// A stage is a room, the people in it, and those who do something there.
type stage struct {
	name   string
	room   Room
	seats  []Seat
	owner  Profile // stored, if there is a scene with it
	cast   []*actor
	ticks  []time.Duration
	faults int // how often something goes wrong
	mutant *mutant
}

// A part is how far an actor is.
type part struct {
	at     *history
	rests  *rest         // until the next tick
	begun  bool          // the deed under way asked something already
	since  time.Duration // when it did
	before [4]uint32     // the deeds that had returned when the actor's own began
	resent *straggler    // the ask that was sent already, and its answer was lost
}

type rest struct {
	asked *ask
	said  answer
}

// A straggler is a write that was sent, and may land later.
type straggler struct {
	*ask
	by      int
	doing   deed
	until   time.Duration
	said    answer
	made    bool // once, already
	covered bool // others wrote after it
}

// A moment is a state of a scene.
type moment struct {
	shelf    *shelf
	clock    time.Duration
	ticked   int
	faults   int
	parts    []part
	late     []straggler
	deserted string // the sittings that ended because nobody was in
}

// An explorer walks one stage.
type explorer struct {
	*stagehand
	seen     map[string]float64 // how many paths lead on from there
	closed   map[string]bool    // the ends that were looked at
	schedule []way
	follows  []string // none: every way
	broken   string   // the rule, and how
}

// explore walks all of the stage, or only as the schedule says; it ends where a rule is broken.
func explore(t *testing.T, play stage, schedule []string) (x *explorer, paths float64) {
	t.Helper()
	x = &explorer{
		stagehand: &stagehand{catalogue: newCatalogue(), play: &play, begun: map[*actor]*history{}, ends: map[string]*history{}},
		seen:      map[string]float64{}, closed: map[string]bool{}, follows: schedule,
	}
	synctest.Test(t, func(*testing.T) {
		paths = x.visit(x.opening())
		x.sendHome()
	})
	return x, paths
}

// path is the schedule as it can be followed.
func (x *explorer) path() (names []string) {
	for _, w := range x.schedule {
		names = append(names, w.String())
	}
	return names
}

func (x *explorer) opening() *moment {
	things := []*item{x.item(roomAt(x.play.room.Number), x.play.room)}
	for _, s := range x.play.seats {
		things = append(things, x.item(seatAt(s.ID), s))
	}
	if p := x.play.owner; p.Exists() {
		things = append(things, x.item(profileAt(p.User), p))
	}
	slices.SortFunc(things, func(a, b *item) int { return strings.Compare(a.key, b.key) })
	m := &moment{faults: x.play.faults, shelf: x.shelf(things)}
	for _, a := range x.play.cast {
		m.parts = append(m.parts, part{at: x.begin(a, 0)})
	}
	return m
}

// key tells states apart.
func (x *explorer) key(m *moment) string {
	b := make([]byte, 0, 64)
	add := func(n int) { b = binary.AppendVarint(b, int64(n)) }
	add(m.shelf.id)
	add(int(m.clock / time.Millisecond))
	add(m.ticked)
	add(m.faults)
	add(x.word(m.deserted))
	for i := range m.parts {
		p := &m.parts[i]
		add(p.at.id)
		for k := range min(len(p.at.done)+1, 4) {
			add(int(p.before[k]))
		}
		if p.begun {
			add(-1)
			add(int(p.since / time.Millisecond))
		}
		if p.rests != nil {
			add(-2)
			add(p.rests.asked.id)
			add(p.rests.said.id)
		}
		if p.resent != nil {
			add(-3)
			add(p.resent.id)
			add(p.resent.said.id)
			add(bit(p.resent.covered))
		}
	}
	for _, e := range m.late {
		add(-4)
		add(e.id)
		add(e.by)
		add(2*bit(e.made) + bit(e.covered))
		add(int(e.until / time.Millisecond))
	}
	return string(b)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// visit is how many paths lead on from the moment. It looks at each once.
func (x *explorer) visit(m *moment) (paths float64) {
	key := x.key(m)
	if known, is := x.seen[key]; is && len(x.follows) == 0 {
		return known
	}
	x.check(m)
	if m.over() && x.broken == "" {
		x.afterwards(m)
		paths++
	}
	for _, w := range x.ways(m) {
		if x.broken != "" {
			return paths
		}
		if !x.goes(w) {
			continue
		}
		next := *m
		next.parts, next.late = slices.Clone(m.parts), slices.Clone(m.late)
		x.schedule = append(x.schedule, w)
		x.take(&next, w)
		paths += x.visit(&next)
		if x.broken == "" {
			x.schedule = x.schedule[:len(x.schedule)-1]
		}
	}
	x.seen[key] = paths
	return paths
}

// goes reports whether the way is to be taken: every way, or the one that is next on the schedule.
func (x *explorer) goes(w way) bool {
	n := len(x.schedule)
	return len(x.follows) == 0 || n < len(x.follows) && x.follows[n] == w.String()
}

// over reports whether nobody does anything any more.
func (m *moment) over() bool {
	return !slices.ContainsFunc(m.parts, func(p part) bool { return !p.at.over })
}
