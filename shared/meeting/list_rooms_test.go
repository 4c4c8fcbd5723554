package meeting

import "testing"

// A row has the uuid of its meeting, whatever else is behind the numbers by the time of the second read.
func TestI18UUIDOfARow(t *testing.T) {
	host := Profile{User: User{Account: "a", ID: "ada"}, PMI: "5551234321"}
	const own, planned Number = "83123456789", "84123456789"
	alias := Room{Number: planned, Kind: Alias, Owner: host.User, NextUUID: "next"}
	personal := func(owner User, live Number) Room {
		r := Room{Number: host.PMI, Kind: Personal, Owner: owner, Live: LiveState{Instance: "instance", Open: live != ""}}
		if live != "" {
			r.Live.Meeting = MeetingRef{ID: live, UUID: "live " + string(live)}
		}
		return r
	}
	for _, c := range []struct {
		what  string
		id    Number
		rooms []Room
		want  string
	}{
		{"in its own room", own, []Room{{Number: own, Kind: MeetingRoom, Owner: host.User, Live: LiveState{Instance: "instance"}}}, "instance"},
		{"in the idle personal room", planned, []Room{alias, personal(host.User, "")}, "next"},
		{"live in the personal room", planned, []Room{alias, personal(host.User, planned)}, "live " + string(planned)},
		{"while another one is live there", planned, []Room{alias, personal(host.User, own)}, "next"},
		{"while the number went to somebody else", planned, []Room{alias, personal(User{Account: "a", ID: "eve"}, planned)}, "next"},
		{"without the personal room, which it moved into meanwhile", planned, []Room{alias}, "next"},
		{"cancelled meanwhile", own, []Room{{Number: own}}, ""},
	} {
		rooms := map[Number]Room{}
		for _, r := range c.rooms {
			rooms[r.Number] = r
		}
		row := Listed{Meeting: Meeting{ID: c.id, Host: host.User, UsePMI: c.id == planned}}.in(rooms, host)
		if got := row.UUID(); got != c.want {
			t.Errorf("%s: the uuid is %q, want %q", c.what, got, c.want)
		}
	}
}
