package proof

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"personal-rooms/shared/meeting"
)

// A history is what the devices did at one room, and what storage did for them.
type history struct {
	seed      int
	room      meeting.Room   // as it was at first
	seats     []meeting.Seat // that there were
	lapse     time.Duration  // when it goes on after the leases ended; 0: it is short
	lapsed    int64          // the time when it did
	mutant    *mutant
	scheduler *scheduler

	mu          sync.Mutex
	invocations []*invocation // in the order of their calls
	effects     []effect      // in the order in which storage made them
	makers      map[meeting.SeatID]*invocation

	catalogue          // of the check
	states    []*state // before the first effect, and after each
}

// An invocation is one operation of a device. Its times are how many requests were delivered before: twice that, and
// one more for a call.
type invocation struct {
	*operation
	actor     *actor
	id        int
	device    int
	call, ret int64
	began     time.Time // by the clock
	crashed   bool
	faults    []string
	cancel    context.CancelFunc
	history   *history
}

// An effect is a write that storage made, at the time of its delivery.
type effect struct {
	from   *invocation
	change *request
	at     int64
	now    time.Time // by the clock
}

// unknown reports whether nobody can tell from the answer what the operation did.
func (v *invocation) unknown() bool {
	return v.crashed || v.Failed != "" || v.Reason == meeting.Busy || v.Reason == meeting.Arriving
}

func (h *history) invoke(v *invocation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.invocations = append(h.invocations, v)
}

func (h *history) record(e effect) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.effects = append(h.effects, e)
	if id, isSeat := strings.CutPrefix(e.change.writes[0], "seat "); isSeat && h.makers[meeting.SeatID(id)] == nil {
		h.makers[meeting.SeatID(id)] = e.from
	}
}

// made returns the seat that the operation made; "" if it made none.
func (h *history) made(v *invocation) meeting.SeatID {
	for id, maker := range h.makers {
		if maker == v {
			return id
		}
	}
	return ""
}

// firstAdmission is the time when the operation first admits somebody; if it never does, one after its return.
func (h *history) firstAdmission(v *invocation) int64 {
	for _, e := range h.effects {
		if e.from == v && strings.Contains(e.change.name, "Admissions") {
			return e.at
		}
	}
	return v.ret + 1
}

// String returns the operations, their answers, and their effects.
func (h *history) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: %+v\n", h.seed, h.room.Settings)
	for _, v := range h.invocations {
		fmt.Fprintf(&b, "%4d–%-4d %s\n", v.call/2, v.ret/2, v)
	}
	for _, e := range h.effects {
		fmt.Fprintf(&b, "%4d %s: %s %s\n", e.at/2, e.from.label(), e.change.name, e.change.writes)
	}
	return b.String()
}

func (v *invocation) label() string { return fmt.Sprintf("%s#%d", v.actor.name, v.id) }

func (v *invocation) String() string {
	text := fmt.Sprintf("%s %s %s%v → %s%s%s", v.label(), v.Kind, v.Seat.ID, v.Targets, v.Reason, v.State, v.Failed)
	text += fmt.Sprint(" present", v.Present, " waiting", v.waits, " done", ids(v.applied), " not done", ids(v.skipped))
	return fmt.Sprint(text, " cut off: ", v.crashed, " met ", v.faults)
}

// An instant is what happened until the end of one state: as a timeline of the rules.
type instant struct {
	*history
	state   *state
	clock   time.Time
	until   int64
	emptied string
}

func (i *instant) stored() (s *state, emptied string) { return i.state, i.emptied }

func (i *instant) now() time.Time { return i.clock }

func (i *instant) each(visit func(record)) {
	for n, v := range i.invocations {
		if v.call >= i.until {
			return
		}
		returned := v.ret < i.until && !v.unknown()
		visit(record{operation: v.operation, actor: v.actor, number: n, before: i.before(v), returned: returned})
	}
}

// before is the set of operations that had returned when this one began.
func (h *history) before(v *invocation) (set uint64) {
	for n, other := range h.invocations {
		if other.ret < v.call && !other.unknown() {
			set |= 1 << n
		}
	}
	return set
}
