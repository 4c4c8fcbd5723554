package rules

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
	"personal-rooms/shared/table"
)

// A world is a table with Ada's personal room, the use cases on it, and everybody whom a script names.
type world struct {
	*testkit.Edge

	t       testing.TB
	mu      sync.Mutex
	faults  *dynamoproxy.Faults // of the use cases
	plain   meeting.Store       // without faults, for the world's own reads
	table   string
	people  map[string]*person
	numbers map[string]meeting.Number // of meetings, by their names in the script
	passes  map[string]meeting.MadePass
	tapped  map[string]string // the uuids of the instances that a host tapped "next" in, by key
	uuids   []string          // in the order in which the script met them

	app        secret.Text      // the token of the last app
	refusal    *meeting.Refusal // the last one
	advisories []meeting.Advisory
}

// A person is somebody on one device.
type person struct {
	caller  meeting.Caller
	name    string // in the script, and on the roster
	address string // where the seat is
	seat    meeting.Credential
	before  meeting.Credential // the seat that they held before this one
	last    meeting.Admission

	connected meeting.MediaIdentity // to the media server; empty: not at all
}

// mediaIdentity is that of the connection, or of the last answer.
func (p *person) mediaIdentity() meeting.MediaIdentity {
	return cmp.Or(p.connected, p.last.Seat.MediaIdentity())
}

const owner = "ada"

func newWorld(t testing.TB) *world {
	t.Helper()
	return worldWith(t, &dynamoproxy.Meter{})
}

// worldWith is a new world whose requests to storage are counted.
func worldWith(t testing.TB, meter *dynamoproxy.Meter) *world {
	t.Helper()
	w := &world{t: t, faults: &dynamoproxy.Faults{}, people: map[string]*person{}, numbers: map[string]meeting.Number{},
		passes: map[string]meeting.MadePass{}, tapped: map[string]string{}}
	wrap := func(next http.RoundTripper) http.RoundTripper { return w.faults.Wrap(meter.Wrap(next)) }
	client, name := dynamotest.Table(t, dynamotest.Transport(wrap))
	w.table, w.plain = name, table.New(dynamotest.Client(t), name)
	w.Edge = testkit.New(t, table.New(client, name), func(meeting.Store, meeting.Env) []api.Route { return nil })
	_, _, err := w.Profiles().Room(t.Context(), w.who(owner).caller, "me") // makes the profile and the room
	w.must(err)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// who is the person of that name. "bob's phone" is another device of Bob's.
func (w *world) who(name string) *person {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.people[name]; p != nil {
		return p
	}
	p := &person{name: name, caller: callerOf(name)}
	if user, _, isDevice := strings.Cut(name, "'s "); isDevice {
		p.caller = callerOf(user)
	}
	p.caller.IssuedAt = w.Clock.Now()
	w.people[name] = p
	return p
}

// callerOf gives the cast of doc.go what a token says of them. All others are guests, at one address.
func callerOf(name string) meeting.Caller {
	user := meeting.Caller{
		User: meeting.User{Account: testkit.Account, ID: name}, Email: name + "@example.com",
		Name: strings.ToUpper(name[:1]) + name[1:], Address: "192.0.2.7",
	}
	switch name {
	case owner, "bob", "cy", "dan":
	case "root":
		user.Scopes = []string{
			meeting.AdminReadsUsers, meeting.AdminWritesUsers, meeting.AdminReadsMeetings, meeting.AdminWritesMeetings,
		}
	case "eve":
		user.Account, user.Email = "other", "eve@other.org"
	case "mallory":
		user.Account, user.Email = "other", "bob@example.com"
	default:
		return meeting.Caller{Address: "198.51.100.9"}
	}
	return user
}

// room is Ada's personal room as it is stored.
func (w *world) room() meeting.Room { return w.roomOf(w.who(owner).caller.User) }

func (w *world) roomOf(u meeting.User) meeting.Room {
	p, err := w.plain.Profile(w.t.Context(), u)
	w.must(err)
	return w.stored(p.PMI)
}

func (w *world) stored(n meeting.Number) meeting.Room {
	r, err := w.plain.Room(w.t.Context(), n)
	w.must(err)
	return r
}

// number is what a script's name of a place stands for: "the room", a meeting, or the address itself.
func (w *world) number(place string) string {
	if place == "" || place == "the room" {
		return w.room().Number.String()
	}
	if n, known := w.numbers[place]; known {
		return n.String()
	}
	return place
}

// destination is the room behind a place, if it is one of this script; else Ada's.
func (w *world) destination(place string) meeting.Room {
	n, known := w.numbers[place]
	if !known {
		return w.room()
	}
	switch r := w.stored(n); r.Kind {
	case meeting.MeetingRoom, meeting.Personal:
		return r
	case meeting.Alias:
		return w.roomOf(r.Owner)
	case meeting.Released:
	}
	return w.room()
}

// view is Ada's room as its hosts see it.
func (w *world) view() meeting.RoomView {
	view, err := meeting.NewDoor(w.plain, w.Env).RoomState(w.t.Context(), w.who(owner).caller, w.number("the room"))
	w.must(err)
	return view
}

// The first words of the results of what was not done.
const (
	refused = "refused"
	failed  = "failed"
)

// result is what came of an action that answers with nothing else: "ok", "refused locked", "failed".
func (w *world) result(err error) string {
	reason := meeting.ReasonOf(err)
	switch {
	case err == nil:
		return "ok"
	case reason == "":
		return failed
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refusal, _ = errors.AsType[*meeting.Refusal](err)
	return fmt.Sprint(refused, " ", reason)
}
