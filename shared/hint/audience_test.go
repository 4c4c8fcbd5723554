package hint_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
)

// Whom a change concerns: the seat on which a host decided, everybody in the room or who waits for it, and each time
// the consoles. Who needs no more hints is marked.
func TestWhomAChangeConcerns(t *testing.T) {
	const number = meeting.Number("5551234321")
	waits := meeting.Seat{ID: "i-1.sam", State: meeting.Waiting, Context: meeting.SeatContext{Room: number}}
	admitted, joined, promoted := waits, waits, waits
	admitted.State, admitted.HostActions = meeting.Admitted, []meeting.HostActionRecord{{Action: meeting.ActionAdmit}}
	joined.State = meeting.Admitted
	left, denied, removed := joined, waits, joined
	left.State = meeting.Left
	denied.State, denied.HostActions = meeting.WasDenied, []meeting.HostActionRecord{{Action: meeting.ActionDeny}}
	removed.State, removed.HostActions = meeting.WasRemoved, []meeting.HostActionRecord{{Action: meeting.ActionRemove}}
	promoted.Role, promoted.HostActions = meeting.AlternativeHost, []meeting.HostActionRecord{{Action: meeting.ActionMakeHost}}
	idle := meeting.Room{Number: number, Kind: meeting.Personal, Live: meeting.LiveState{Instance: "i-1"}}
	change := func(edit func(*meeting.Room)) meeting.Room {
		r := idle
		edit(&r)
		return r
	}
	for name, c := range map[string]struct {
		before, after any
		want          string
	}{
		"somebody waits":         {nil, waits, "ada"},
		"a host admits":          {waits, admitted, "ada sam"},
		"they come in by asking": {waits, joined, "ada"},
		"they are made host":     {waits, promoted, "ada sam"},
		"they are denied":        {waits, denied, "ada sam (over)"},
		"they are removed":       {joined, removed, "ada sam (over)"},
		"they change after that": {removed, removed, "ada"},
		"they leave":             {joined, left, "ada sam (over, no hint)"},
		"they return":            {left, joined, "ada"},
		"a seat of no room":      {nil, meeting.Seat{ID: "i-1.sam"}, ""},
		"start":                  {idle, change(func(r *meeting.Room) { r.Live.Open = true }), "ada bea sam"},
		"end":                    {idle, change(func(r *meeting.Room) { r.Live.Instance = "i-2" }), "ada bea (over) sam (over)"},
		"message":                {idle, change(func(r *meeting.Room) { r.Live.Message = "Soon" }), "ada bea sam"},
		"a host comes":           {idle, change(func(r *meeting.Room) { r.Live.HostComesAt = time.UnixMilli(1) }), "ada bea sam"},
		"waiting room":           {idle, change(func(r *meeting.Room) { r.Live.WaitingRoom = meeting.WaitEveryone }), "ada bea sam"},
		"settings":               {idle, change(func(r *meeting.Room) { r.Settings.JoinBeforeHost = true }), "ada bea sam"},
		"lock":                   {idle, change(func(r *meeting.Room) { r.Live.Locked = true }), "ada bea sam"},
		"closed":                 {idle, change(func(r *meeting.Room) { r.Closed = meeting.Inactive }), "ada bea sam"},
		"released":               {idle, meeting.Room{Number: number, Kind: meeting.Released}, "ada bea (over) sam (over)"},
		"deleted":                {idle, nil, "ada bea (over) sam (over)"},
		"somebody is removed":    {idle, change(func(r *meeting.Room) { r.Live.Removed = []meeting.Identity{{1}} }), "ada"},
		"a meeting":              {nil, meeting.Meeting{}, ""},
	} {
		all := hint.Audiences{}
		all.Add(c.before, c.after)
		var got []string
		if a := all[number]; a != nil {
			for who, holder := range map[string]hint.Holder{"ada": hint.Console(meeting.User{Account: "acme", ID: "ada"}),
				"bea": hint.Seat("i-1.bea"), "sam": hint.Seat("i-1.sam")} {
				switch {
				case a.Has(holder) && a.Over(holder):
					got = append(got, who+" (over)")
				case a.Over(holder):
					got = append(got, who+" (over, no hint)")
				case a.Has(holder):
					got = append(got, who)
				}
			}
			testkit.Equal(t, name+": only consoles", a.Consoles(), c.want == "ada")
		}
		slices.Sort(got)
		testkit.Equal(t, name, strings.Join(got, " "), c.want)
	}
}

// Changes of one batch add up.
func TestAudiencesAddUp(t *testing.T) {
	all := hint.Audiences{}
	for _, id := range []meeting.SeatID{"i-1.sam", "i-1.bea"} {
		seat := meeting.Seat{ID: id, Context: meeting.SeatContext{Room: "1"}, HostActions: []meeting.HostActionRecord{{}}}
		all.Add(nil, seat)
		seat.Context.Room = "2"
		all.Add(seat, seat)
	}
	first, second := all["1"], all["2"]
	testkit.Equal(t, "seats of the first room", first.Has(hint.Seat("i-1.sam")) && first.Has(hint.Seat("i-1.bea")), true)
	testkit.Equal(t, "another seat", first.Has(hint.Seat("i-1.cy")), false)
	testkit.Equal(t, "only consoles of the second room", second.Consoles(), true)
	sam := meeting.Seat{ID: "i-1.sam", State: meeting.Left, Context: meeting.SeatContext{Room: "3"}}
	all.Add(nil, sam)
	testkit.Equal(t, "who left", all["3"].Over(hint.Seat(sam.ID)), true)
	sam.State = meeting.Admitted
	all.Add(nil, sam)
	testkit.Equal(t, "who returned since", all["3"].Over(hint.Seat(sam.ID)), false)
}
