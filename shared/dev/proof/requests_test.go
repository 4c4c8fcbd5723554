package proof

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// An answer is what storage answers to a request.
type answer struct {
	id    int
	text  string // equal answers to the same request have equal texts
	value any
	err   error
}

// A request is one call of a [meeting.Store], as the model understands it: it takes effect at one instant.
type request struct {
	id     int
	name   string                                    // in schedules
	key    string                                    // equal requests have equal keys
	writes []string                                  // the keys of the items that it writes
	token  bool                                      // storage recognises it: it takes effect only once
	pause  bool                                      // no call of the store, but a pause
	effect func(*state, *catalogue) (*state, answer) // what it does
}

func readItem(name, key string, value func(*state) any) request {
	return request{name: name, key: name + " " + key, effect: func(s *state, _ *catalogue) (*state, answer) {
		return s, answer{text: s.item(key).text(), value: value(s)}
	}}
}

func readRoster(instance string) request {
	return request{name: "Roster", key: "Roster " + instance, effect: func(s *state, _ *catalogue) (*state, answer) {
		var text strings.Builder
		roster := s.roster(instance)
		for _, seat := range roster {
			text.WriteString(s.item(seatKey(seat.ID)).text() + " ")
		}
		return s, answer{text: text.String(), value: roster}
	}}
}

// applyTransition is the request whose meaning is [meeting.Transition.Apply].
func applyTransition(n meeting.Number, t meeting.Transition) request {
	key := roomKey(n)
	t.Epoch, t.Seq, t.ForMeeting, t.Distrust = copied(t.Epoch), copied(t.Seq), copied(t.ForMeeting), copied(t.Distrust)
	return request{
		name: "Transition" + fields(t), key: "Transition " + key + encoded(t), writes: []string{key},
		effect: func(s *state, c *catalogue) (*state, answer) {
			after, done := t.Apply(s.room(n))
			if !done {
				return s, answer{text: "stale " + s.item(key).text(), value: after, err: meeting.ErrStale}
			}
			s = c.put(s, key, after)
			return s, answer{text: s.item(key).text(), value: after}
		},
	}
}

// copied returns a pointer that its sender, who may go on before the request takes effect, does not hold.
func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

// fields names what the transition sets.
func fields(t meeting.Transition) (text string) {
	v := reflect.ValueOf(t)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			text += " " + v.Type().Field(i).Name
		}
	}
	return text
}

// writeSeat stores the seat over the version; 0: if there is none.
func writeSeat(name string, seat meeting.Seat, over int64) request {
	key := seatKey(seat.ID)
	seat.Version = over + 1
	return request{
		name: name + " " + string(seat.State), key: name + " " + encoded(seat), writes: []string{key},
		effect: func(s *state, c *catalogue) (*state, answer) {
			if found := s.seat(seat.ID); found.Version != over {
				return s, answer{text: "stale " + s.item(key).text(), value: found, err: meeting.ErrStale}
			}
			s = c.put(s, key, seat)
			return s, answer{text: s.item(key).text(), value: seat}
		},
	}
}

// save makes the changes in one step.
func save(changes []meeting.Change) request {
	r := request{name: "Save", key: "Save", token: len(changes) > 1}
	var puts []put
	for _, c := range changes {
		puts = append(puts, asPut(c))
		r.key += fmt.Sprintf(" %T %s", c, encoded(c))
		r.writes = append(r.writes, puts[len(puts)-1].key)
	}
	r.effect = func(s *state, c *catalogue) (*state, answer) {
		after := s
		for i, p := range puts {
			if !p.possible(s) {
				return s, answer{text: fmt.Sprint("conflict ", i), err: &meeting.Conflict{Change: changes[i]}}
			}
			after = c.put(after, p.key, p.value)
		}
		return after, answer{text: "saved"}
	}
	return r
}

// A put is what a change stores, and when.
type put struct {
	key      string
	value    any
	possible func(*state) bool
}

// asPut knows those changes that a new number makes.
func asPut(c meeting.Change) put {
	switch c := c.(type) {
	case meeting.ClaimRoom:
		return put{roomKey(c.Room.Number), c.Room, func(s *state) bool {
			return s.room(c.Room.Number).Claimable(c.Room.Owner, c.Now)
		}}
	case meeting.ReplaceRoom:
		return put{roomKey(c.Before.Number), c.After, func(s *state) bool {
			now, was := s.room(c.Before.Number), c.Before
			return now.Kind == was.Kind && !now.Live.Open &&
				now.Live.Instance == was.Live.Instance && now.Live.Epoch == was.Live.Epoch
		}}
	case meeting.PutProfile:
		key, was := profileKey(c.Profile.User), c.Profile.Version
		c.Profile.Version++
		return put{key, c.Profile, func(s *state) bool { return stored[meeting.Profile](s, key).Version == was }}
	}
	panic(fmt.Sprintf("no scenario makes a %T", c))
}

// again returns the answer to a write that is sent again, and meets what it wrote.
func (r *request) again(s *state) answer {
	found := s.item(r.writes[0])
	return answer{text: found.text(), value: found.value}
}

// pauseFor is the pause of an operation, during which time passes for everybody.
func pauseFor(d time.Duration) request {
	effect := func(s *state, _ *catalogue) (*state, answer) { return s, answer{text: "waited"} }
	return request{name: "pauses", key: "pause " + d.String(), pause: true, effect: effect}
}

// overlaps reports whether both requests write one of the same items.
func (r *request) overlaps(other *request) bool {
	return slices.ContainsFunc(r.writes, func(key string) bool { return slices.Contains(other.writes, key) })
}
