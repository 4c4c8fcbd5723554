package attack

import (
	"net/url"
	"testing"

	"personal-rooms/shared/dev/testkit"
)

const (
	me       = "/v2/users/me"
	ownRoom  = me + "/personal_meeting_room"
	meetings = me + "/meetings"

	wrong = "000000" // no room of the tests has this passcode
)

// A room is a user's personal room.
type room struct {
	owner                   client
	number, passcode, token string // the token is the pwd of the link
}

// newRoom returns the personal room of a new user, idle, with the settings.
func newRoom(t *testing.T, settings fields) room {
	t.Helper()
	r := room{owner: user(t, "")}
	if settings != nil {
		r.owner.do("PATCH", ownRoom, settings).Want(t, 204)
	}
	seen := r.owner.do("GET", ownRoom, nil).Want(t, 200)
	link, err := url.Parse(seen.Text(t, "join_url"))
	testkit.Must(t, err)
	r.number, r.passcode, r.token = seen.Text(t, "number"), seen.Text(t, "passcode"), link.Query().Get("pwd")
	return r
}

// liveRoom returns a room with its owner in it.
func liveRoom(t *testing.T, settings fields) room {
	t.Helper()
	r := newRoom(t, settings)
	r.joins(r.owner, "admitted")
	return r
}

// A seat is a client's place in a room.
type seat struct {
	client
	path, id, secret string
}

func (c client) seats(number string) string {
	if c.token == "" {
		return "/v2/live_meetings/" + number + "/guests"
	}
	return "/v2/live_meetings/" + number + "/participants"
}

func (c client) ask(number, passcode string) testkit.Answer {
	c.t.Helper()
	return c.do("POST", c.seats(number), fields{"display_name": "Sam", "passcode": passcode})
}

// joins returns the seat of a client who joins by the passcode with this outcome.
func (r room) joins(c client, want string) seat {
	c.t.Helper()
	return r.seat(c, c.ask(r.number, r.passcode), want)
}

// seat returns the seat of a client who got the answer. It ends the test unless that has the outcome.
func (r room) seat(c client, a testkit.Answer, want string) seat {
	c.t.Helper()
	expect(c.t, a, want)
	return seat{c, c.seats(r.number), a.Text(c.t, "seat.id"), a.Text(c.t, "seat.secret")}
}

func (s seat) poll() testkit.Answer {
	s.t.Helper()
	return s.do("POST", s.path, fields{"seat": fields{"id": s.id, "secret": s.secret}})
}

func (s seat) leave() testkit.Answer {
	s.t.Helper()
	return s.do("DELETE", s.path+"/"+s.id, nil, "X-Seat-Secret", s.secret)
}

// set changes the live state.
func (r room) set(change fields) testkit.Answer {
	r.owner.t.Helper()
	return r.owner.do("PATCH", "/v2/live_meetings/"+r.number, change)
}

// decide makes a decision of the owner on each of the seats.
func (r room) decide(action string, seats ...seat) testkit.Answer {
	r.owner.t.Helper()
	ids := make([]string, len(seats))
	for i, s := range seats {
		ids[i] = s.id
	}
	return r.owner.do("PUT", "/v2/live_meetings/"+r.number+"/participants/status",
		fields{"action": action, "participant_ids": ids})
}

// mark returns what the roster says of the network of the seat. It ends the test if its first page lacks the seat.
func (r room) mark(s seat) string {
	s.t.Helper()
	var page struct {
		Participants []struct {
			ID   string
			Mark string `json:"same_network_as"`
		}
	}
	r.owner.do("GET", "/v2/live_meetings/"+r.number+"/participants", nil).Want(s.t, 200).Into(s.t, &page)
	for _, p := range page.Participants {
		if p.ID == s.id {
			return p.Mark
		}
	}
	s.t.Fatalf("the first page of the roster lacks %s", s.id)
	return ""
}

// guess sends n wrong passcodes, 20 from each new address.
func (r room) guess(n int) {
	r.owner.t.Helper()
	for i, attacker := 0, r.owner; i < n; i++ {
		if i%20 == 0 {
			attacker = guest(r.owner.t)
		}
		expect(r.owner.t, attacker.ask(r.number, wrong), "meeting_not_found")
	}
}
