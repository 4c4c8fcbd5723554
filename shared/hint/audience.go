package hint

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"personal-rooms/shared/meeting"
)

// An Audience is whom changes of a room concern: all consoles, and the seats that are named or all of them.
type Audience struct {
	everybody bool
	seats     map[Holder]bool
	over      map[Holder]bool // seats that nobody is in any more, nor waits with
	ended     map[string]bool // instances
}

// Consoles reports whether it is the consoles and nobody else.
func (a *Audience) Consoles() bool { return !a.everybody && len(a.seats) == 0 && len(a.over) == 0 }

// Has reports whether the holder belongs to it.
func (a *Audience) Has(h Holder) bool {
	return a.everybody || a.seats[h] || strings.HasPrefix(string(h), ConsolePrefix)
}

// Over reports whether the holder needs no more hints after this one: they were denied or removed, they left, or their
// instance ended.
func (a *Audience) Over(h Holder) bool { return a.over[h] || a.ended[h.Seat().Instance()] }

// Audiences are those of several changes, by room.
type Audiences map[meeting.Number]*Audience

// Add adds whom a change of a room or of a seat concerns. A seat learns by itself what its own requests changed.
func (all Audiences) Add(before, after any) {
	if seat, isSeat := after.(meeting.Seat); isSeat && seat.Context.Room != "" {
		was, _ := before.(meeting.Seat)
		a := all.of(seat.Context.Room)
		if !slices.Equal(was.HostActions, seat.HostActions) {
			a.seats[Seat(seat.ID)] = true
		}
		if seat.State == meeting.Waiting || seat.State == meeting.Admitted {
			delete(a.over, Seat(seat.ID))
		} else if seat.State != was.State {
			a.over[Seat(seat.ID)] = true
		}
		return
	}
	was, wasRoom := before.(meeting.Room)
	is, isRoom := after.(meeting.Room)
	if !isRoom && !wasRoom {
		return
	}
	a := all.of(cmp.Or(is.Number, was.Number))
	a.everybody = a.everybody || !isRoom || concernsSeats(was, is)
	if was.Live.Instance != "" && was.Live.Instance != is.Live.Instance {
		a.ended[was.Live.Instance] = true
	}
}

func (all Audiences) of(room meeting.Number) *Audience {
	if all[room] == nil {
		all[room] = &Audience{seats: map[Holder]bool{}, over: map[Holder]bool{}, ended: map[string]bool{}}
	}
	return all[room]
}

// concernsSeats reports whether somebody in the room, or who waits for it, hears something else after the change.
func concernsSeats(was, is meeting.Room) bool {
	return was.Kind != is.Kind || was.Topic != is.Topic || was.Closed != is.Closed ||
		was.Live.Open != is.Live.Open || was.Live.Instance != is.Live.Instance || was.Live.Meeting != is.Live.Meeting ||
		was.Live.Locked != is.Live.Locked || was.Live.Message != is.Live.Message || !was.Live.HostComesAt.Equal(is.Live.HostComesAt) ||
		was.Live.WaitingRoom != is.Live.WaitingRoom || !reflect.DeepEqual(was.Settings, is.Settings)
}
