package proof

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// checkTime is how long the check of one history may take.
const checkTime = 30 * time.Second

// A stepOf is one step of an operation: an effect, or an observation.
type stepOf struct {
	invocation *invocation
	what       string
	next       func(*state) (*state, bool)
}

func (s *stepOf) String() string { return s.invocation.label() + " " + s.what }

// check returns what is wrong with the history, or "".
func (h *history) check() string {
	slices.SortFunc(h.invocations, func(a, b *invocation) int {
		return cmp.Or(cmp.Compare(a.call, b.call), cmp.Compare(a.id, b.id))
	})
	h.catalogue = newCatalogue()
	if wrong := cmp.Or(h.judge(), h.explain()); wrong != "" {
		return fmt.Sprintf("%s\n%v", wrong, h)
	}
	return ""
}

// explain looks for an order of all steps that explains every answer: an effect at the time when storage made it, an
// observation at some instant between the call and the return of its operation.
func (h *history) explain() string {
	model := porcupine.Model{
		Init: func() any { return h.states[0] },
		Step: func(current, input, _ any) (bool, any) {
			s, _ := current.(*state)
			step, _ := input.(*stepOf)
			next, is := step.next(s)
			return is, next
		},
	}
	operations := h.operations()
	result, info := porcupine.CheckOperationsVerbose(model, operations, checkTime)
	if result == porcupine.Ok {
		return ""
	}
	return fmt.Sprintf("no order of the steps explains the answers (%s); without a place are %s", result,
		unplaced(operations, info))
}

// judge applies the effects to the model, and returns the rule that is broken, or "".
func (h *history) judge() string {
	r := &rules{room: h.room}
	now := &instant{history: h, state: h.catalogue.initial(h.room, h.seats, r.owner)}
	h.states = []*state{now.state}
	for i, e := range h.effects {
		e.change.id = h.number(fmt.Sprint("effect ", i))
		was := now.state
		after, got := h.do(e.change, was)
		if got.err != nil {
			r.breaks("storage made what the model refuses: %s of %s", e.change.name, e.from.label())
		}
		now.state, now.clock, now.until = after, e.now, h.untilNext(i)
		h.states = append(h.states, after)
		r.judgeChange(change{was, after, now.now(), e.from.actor, e.from.operation}, &now.emptied)
		r.judge(now)
	}
	for _, v := range h.invocations {
		if v.Failed != "" && len(v.faults) == 0 {
			r.breaks("%s failed without a fault", v)
		}
	}
	return r.broken
}

// untilNext is the time of the effect after the i-th.
func (h *history) untilNext(i int) int64 {
	if i+1 < len(h.effects) {
		return h.effects[i+1].at
	}
	return 1 << 40
}

// stateAt is the state at the time.
func (h *history) stateAt(at int64) *state {
	n, _ := slices.BinarySearchFunc(h.effects, at, func(e effect, at int64) int { return cmp.Compare(e.at, at) })
	return h.states[n]
}

// operations are the steps as porcupine takes them.
func (h *history) operations() (all []porcupine.Operation) {
	for i, e := range h.effects {
		step := &stepOf{e.from, e.change.name, func(s *state) (*state, bool) {
			after, _ := h.do(e.change, s)
			return after, s == h.states[i]
		}}
		all = append(all, porcupine.Operation{ClientId: e.from.device, Input: step, Call: e.at, Return: e.at})
	}
	for _, v := range h.invocations {
		for _, o := range h.observations(v) {
			step := &stepOf{v, o.what, func(s *state) (*state, bool) { return s, o.holds(s) }}
			until := cmp.Or(o.until, v.ret)
			all = append(all, porcupine.Operation{ClientId: v.device, Input: step, Call: v.call, Return: until})
		}
	}
	return all
}

// unplaced names the steps that have no place in the longest order that was found.
func unplaced(all []porcupine.Operation, info porcupine.LinearizationInfo) string {
	var longest []porcupine.Operation
	for _, orders := range info.PartialLinearizationsOperations() {
		for _, order := range orders {
			if len(order) > len(longest) {
				longest = order
			}
		}
	}
	var names []string
	for _, o := range all {
		if !slices.ContainsFunc(longest, func(p porcupine.Operation) bool { return p.Input == o.Input }) {
			names = append(names, fmt.Sprint(o.Input))
		}
	}
	return strings.Join(names, ", ")
}
