package proof

import (
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The walk visits every interleaving of a few actors at one room, and checks the rules everywhere.
//
// A step is one request to storage, which is atomic. Between two steps of an operation, others may take any number of
// theirs. What no rule of the door depends on (budgets, planned meetings, records of instances) has a constant
// answer, and a pause is a step that lasts pauseLength.
//
// A scenario says how many faults may happen:
//   - an operation crashes, after any of its steps;
//   - the answer to a write is lost: it took effect, and its caller gets an error;
//   - no answer: its caller gets an error, and the write takes effect at any later time, or never;
//   - it is sent again, since its answer was lost, and meets its own work, or what others made of that;
//   - it is sent twice and answered once, and the second one takes effect at any later time, or never.
//
// Time passes in ticks that the scenario names. An answer may be delayed until the next tick, so that its operation
// decides by the clock on what it read earlier.
//
// It is assumed that no operation lives longer than timeLimit, the limit of a function, and that no write of it takes
// effect later; that the clock of an operation is ahead or behind by the skew of its actor, at most 2 s; and that
// storage recognises the last write of an item when it is sent again, and a transaction always.
//
// An operation depends on nothing but its answers and their times. So each sequence of answers is run once, by a
// process that stops before each request, and a point of the walk is what is stored, the time, and the progress of
// each actor. Each point is visited once. What breaks a rule is reported with its schedule: the steps that led there.

const (
	timeLimit   = 10 * time.Second
	pauseLength = 2 * time.Second
)

// A position is where an actor stands.
type position struct {
	at      *progress
	delayed *lateWrite    // an answer that is on its way
	begun   bool          // the operation that runs has sent a request
	since   time.Duration // when it did
	before  [4]uint64     // for each operation, which others had returned when it began
	resent  *lateWrite    // the request that was sent already, and its answer was lost
}

// A lateWrite was sent, and may take effect later.
type lateWrite struct {
	*request
	by      int
	doing   operation
	until   time.Duration
	got     answer
	made    bool // once already
	covered bool // others wrote the items after it
}

// A point is a point of the walk.
type point struct {
	scenario *scenario
	state    *state
	clock    time.Duration
	ticked   int
	faults   int
	actors   []position
	late     []lateWrite
	emptied  string // the instances that ended since nobody was in
}

// A walker walks one scenario.
type walker struct {
	catalogue
	*rules
	scenario *scenario
	launched []*process
	count    int                  // of progresses
	ends     map[string]*progress // of actors that do nothing more
	seen     map[string]bool      // points, and their ends
	schedule []step
}

// explore walks the whole scenario. It ends where a rule is broken.
func explore(t *testing.T, s *scenario) *walker {
	t.Helper()
	w := &walker{
		catalogue: newCatalogue(), scenario: s, rules: &rules{room: s.room, owner: s.owner},
		ends: map[string]*progress{}, seen: map[string]bool{},
	}
	synctest.Test(t, func(*testing.T) {
		m := &point{scenario: s, faults: s.faults, state: w.initial(s.room, s.seats, s.owner)}
		for _, a := range s.actors {
			m.actors = append(m.actors, position{at: w.record(w.launch(a), nil)})
		}
		w.visit(m)
		for _, p := range w.launched {
			p.kill()
		}
	})
	return w
}

// String returns how many points there are, which rule is broken, and the schedule that leads there.
func (w *walker) String() string {
	text := fmt.Sprintf("%d points; %s", len(w.seen), w.broken)
	for _, s := range w.schedule {
		text += "\n" + s.String()
	}
	return text
}

// key returns a text that only equal points share.
func (w *walker) key(m *point) string {
	b := make([]byte, 0, 64)
	add := func(numbers ...int) {
		for _, n := range numbers {
			b = binary.AppendVarint(b, int64(n))
		}
	}
	add(m.state.id, int(m.clock), m.ticked, m.faults, w.number(m.emptied))
	for i := range m.actors {
		p := &m.actors[i]
		add(p.at.id)
		for k := range min(len(p.at.done)+1, 4) {
			add(int(p.before[k]))
		}
		if p.begun {
			add(-1, int(p.since))
		}
		if p.delayed != nil {
			add(-2, p.delayed.request.id, p.delayed.got.id)
		}
		if p.resent != nil {
			add(-3, p.resent.id, p.resent.got.id, bit(p.resent.covered))
		}
	}
	for _, l := range m.late {
		add(-4, l.id, l.by, 2*bit(l.made)+bit(l.covered), int(l.until))
	}
	return string(b)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// visit goes on from the point, once, until a rule is broken.
func (w *walker) visit(m *point) {
	key := w.key(m)
	if w.seen[key] {
		return
	}
	w.seen[key] = true
	w.judge(m)
	if m.over() && w.broken == "" {
		w.afterwards(m)
	}
	for _, s := range w.steps(m) {
		if w.broken != "" {
			return
		}
		next := *m
		next.actors, next.late = slices.Clone(m.actors), slices.Clone(m.late)
		w.schedule = append(w.schedule, s)
		s.take(&next)
		w.visit(&next)
		if w.broken == "" {
			w.schedule = w.schedule[:len(w.schedule)-1]
		}
	}
}

// over reports whether nobody does anything more.
func (m *point) over() bool {
	return !slices.ContainsFunc(m.actors, func(p position) bool { return !p.at.over })
}

func (m *point) now() time.Time { return nine.Add(m.clock) }

func (m *point) stored() (s *state, emptied string) { return m.state, m.emptied }

func (m *point) each(visit func(record)) {
	for i := range m.actors {
		p, actor := &m.actors[i], m.scenario.actors[i]
		for k := range p.at.done {
			n := min(k, 3)
			o := &p.at.done[k]
			visit(record{operation: o, number: 4*i + n, actor: actor, before: p.before[n], returned: true})
		}
		if p.begun {
			visit(record{operation: &p.at.doing, number: 4*i + 3, actor: actor})
		}
	}
}

// afterwards checks what must hold when everybody is gone: no seat is lost for good, and the room is the owner's
// (I12, I17). A newcomer ends the empty instance, and may wait for the host.
func (w *walker) afterwards(m *point) {
	later := *m
	later.actors, later.late, later.clock = nil, nil, m.clock+150*time.Second
	key := w.key(&later)
	if w.seen[key] {
		return
	}
	w.seen[key] = true
	r := later.state.liveRoom()
	if r.Live.Open && !waitingRoom(r).On() {
		if r.Live.Locked {
			w.alone(&later, actor{name: "the host, afterwards", caller: ada, script: "unlock"})
		}
		if o := w.alone(&later, actor{name: "a newcomer", script: "join"}); o.State != admitted && !o.forHost {
			w.breaks("I12: everybody is gone, and a newcomer is not let in: %s%s%s", o.State, o.Reason, o.Failed)
		}
	}
	later.clock += 10 * time.Minute
	o := w.alone(&later, actor{name: "the owner, afterwards", caller: ada, script: "join"})
	w.judgeOwner(&o)
	if o.State != admitted || r.Live.Open && o.Got.ID.Instance() == r.Live.Instance {
		w.breaks("I17: the owner joins an abandoned instance, or none: %s%s%s", o.State, o.Reason, o.Failed)
	}
}

// alone returns the last operation of the actor, while nobody else does anything.
func (w *walker) alone(m *point, a actor) operation {
	p := launch(&a, m.state.liveRoom(), w.scenario.mutant, m.clock)
	for len(p.pending) > 0 {
		q := p.pending[0].request
		var got answer
		m.state, got = q.effect(m.state, &w.catalogue)
		p.answer(q.key, got, m.clock)
	}
	return p.done[len(p.done)-1]
}

// TestEveryInterleaving walks all scenarios; the long ones where SOAK is set, and some of them under the race detector,
// which slows the walk down.
func TestEveryInterleaving(t *testing.T) {
	t.Parallel()
	all := scenarios(idleRoom())
	for i, name := range slices.Sorted(maps.Keys(all)) {
		if s := all[name]; s.long && os.Getenv("SOAK") == "" || testing.Short() && i%4 > 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if w := explore(t, all[name]); w.broken != "" {
				t.Error(w)
			}
		})
	}
}

func TestMutantsBreakARuleOnTheWalk(t *testing.T) {
	t.Parallel()
	for _, m := range mutants {
		if m.scenario == "" {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := scenarios(idleRoom())[m.scenario]
			s.mutant = &m
			w := explore(t, s)
			if w.broken == "" || !strings.Contains(w.broken, m.rule) {
				t.Fatalf("survives: %v; want %s", w, m.rule)
			}
			t.Log(w)
		})
	}
}
