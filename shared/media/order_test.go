package media_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

func TestOrdersOf(t *testing.T) {
	seat := func(s meeting.State) meeting.Seat { return meeting.Seat{ID: "instance.sam", State: s} }
	room := func(instance string, open bool) meeting.Room {
		return meeting.Room{Kind: meeting.Personal, Live: meeting.LiveState{Instance: instance, Open: open}}
	}
	sam, all := []media.Order{{Room: "instance", Participant: "instance.sam"}}, []media.Order{{Room: "instance"}}
	for _, c := range []struct {
		what          string
		before, after any
		want          []media.Order
	}{
		{"removed", seat(meeting.Admitted), seat(meeting.WasRemoved), sam},
		{"moved to the waiting room", seat(meeting.Admitted), seat(meeting.Waiting), sam},
		{"left", seat(meeting.Admitted), seat(meeting.Left), nil},
		{"admitted", seat(meeting.Waiting), seat(meeting.Admitted), nil},
		{"removed from the waiting room", seat(meeting.Waiting), seat(meeting.WasRemoved), nil},
		{"new", nil, seat(meeting.Admitted), nil},
		{"deleted", seat(meeting.Admitted), nil, nil},
		{"ended", room("instance", true), room("next", false), all},
		{"ended and retired", room("instance", true), meeting.Room{Kind: meeting.Retired}, all},
		{"ended and opened again", room("instance", true), room("next", true), all},
		{"still live", room("instance", true), room("instance", true), nil},
		{"opened", room("instance", false), room("instance", true), nil},
		{"of a meeting", meeting.Meeting{}, nil, nil},
	} {
		if d := cmp.Diff(c.want, media.OrdersOf(c.before, c.after)); d != "" {
			t.Errorf("%s: %s", c.what, d)
		}
	}
}
