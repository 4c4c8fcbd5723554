package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"personal-rooms/shared/meeting"
)

// A deed is one operation of a player's, what was answered, and what is known of it on the wire.
type deed struct {
	id     int
	player int
	kind   string
	target []string // the seats that it is about
	call   int64    // after how many deliveries it was asked, and answered: twice that, and one more for a call
	ret    int64

	status int
	reason string
	body   struct {
		State string
		Seat  struct{ ID, Secret string }

		Participants []seen
		Missed       []seen
		Arriving     int
		Admitted     int
		Waiting      int
	}

	cancel  context.CancelFunc
	crashed bool
	met     []string       // what went wrong
	until   int64          // when the last of its requests was delivered
	turns   int            // how often it wrote the room's item
	rows    map[string]int // and the seats

	turnedAt []int64 // when that was
	wroteAt  map[string][]int64

	history *history
}

// seen is somebody in an answer.
type seen struct{ ID, State string }

// unknown reports whether nobody can tell from the answer what the operation did.
func (d *deed) unknown() bool { return d.crashed || d.status >= 500 }

// idle reports whether it changed nothing.
func (d *deed) idle() bool { return d.turns == 0 && len(d.rows) == 0 }

// seat is the one that the deed is about, or that it made; "" if there is none.
func (d *deed) seat() string {
	if len(d.target) > 0 {
		return d.target[0]
	}
	for id := range d.rows {
		return id
	}
	return ""
}

// over is when the operation had its last effect.
func (d *deed) over() int64 { return max(d.ret, d.until) }

func (d *deed) name(seat string) string { return d.history.name(seat) }

func (d *deed) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%4d–%-4d %-6s %s", d.call/2, d.ret/2, players[d.player].name, d.kind)
	for _, id := range d.target {
		fmt.Fprintf(&b, " %s", d.name(id))
	}
	if d.kind == "join" {
		fmt.Fprintf(&b, " as %s", d.label())
	}
	fmt.Fprintf(&b, " → %s", d.answer())
	if d.turns > 0 || len(d.rows) > 0 {
		fmt.Fprintf(&b, "   wrote the gate %d times, seats%s", d.turns, d.seats())
	}
	if late := d.until; late > d.ret {
		fmt.Fprintf(&b, " until %d", late/2)
	}
	if len(d.met) > 0 {
		fmt.Fprintf(&b, "   met %s", strings.Join(d.met, ", "))
	}
	return b.String()
}

func (d *deed) seats() (s string) {
	for _, id := range slices.Sorted(mapKeys(d.rows)) {
		s += fmt.Sprintf(" %s×%d", d.name(id), d.rows[id])
	}
	return cmp.Or(s, " none")
}

func mapKeys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (d *deed) label() string { return fmt.Sprintf("%s#%d", players[d.player].name, d.id) }

func (d *deed) answer() string {
	if d.crashed {
		return "cut off"
	}
	said := fmt.Sprintf("%d %s%s", d.status, d.reason, d.body.State)
	if d.kind == "lock" || d.kind == "unlock" {
		said += fmt.Sprintf("%d in, %d wait, %d arriving", d.body.Admitted, d.body.Waiting, d.body.Arriving)
	}
	for _, p := range d.body.Participants {
		said += fmt.Sprintf(" %s:%s", d.name(p.ID), p.State)
	}
	for _, p := range d.body.Missed {
		said += fmt.Sprintf(" missed %s:%s", d.name(p.ID), p.State)
	}
	if d.kind == "roster" {
		said += fmt.Sprintf(" arriving %d", d.body.Arriving)
	}
	return said
}

// A history is what the players did at one room, whose rules are these.
type history struct {
	seed  int
	rules rules
	room  meeting.Number

	mu    sync.Mutex
	deeds []*deed
}

// rules are what of the room's policy makes a difference, and whether anything went wrong on the way.
type rules struct {
	waiting  meeting.WaitingRoom
	early    bool // join before host
	capacity int
}

func (h *history) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: waiting room %q, join before host %v, capacity %d\n", h.seed, h.rules.waiting, h.rules.early, h.rules.capacity)
	for _, d := range h.inOrder() {
		fmt.Fprintln(&b, d)
	}
	return b.String()
}

func (h *history) inOrder() []*deed {
	return slices.SortedFunc(slices.Values(h.deeds), func(a, b *deed) int { return cmp.Or(cmp.Compare(a.call, b.call), cmp.Compare(a.id, b.id)) })
}

func (h *history) add(d *deed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d.history = h
	h.deeds = append(h.deeds, d)
}

// owner is the join that made the seat, as the wire tells; nil of what is no seat.
func (h *history) owner(seat string) *deed {
	h.mu.Lock()
	defer h.mu.Unlock()
	if seat == "" {
		return nil
	}
	for _, d := range h.deeds {
		if _, wrote := d.rows[seat]; d.kind == "join" && wrote {
			return d
		}
	}
	return nil
}

// name is the seat as a reader can tell it.
func (h *history) name(seat string) string {
	if d := h.owner(seat); d != nil {
		return d.label()
	}
	return seat
}
