package main

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// Those who play. Each has one device, and does one thing after the other.
var players = []struct {
	name   string
	person int // the same for two devices of one user
	guest  bool
}{
	{"ada", 0, false}, {"ada'", 0, false}, {"bob", 1, false}, {"bob'", 1, false}, {"carol", 2, false}, {"gus", 3, true}, {"gwen", 4, true},
}

const (
	ada          = 0 // the person
	opLimit      = 10 * time.Second
	hostActs     = 8
	guestActs    = 5
	mostRemovals = 3
	mostEnds     = 2
	mostCrashes  = 3
	usualFaults  = 0.12
)

// A player is one of them in one history.
type player struct {
	index   int
	client  *testkit.Client
	edge    *testkit.Edge
	user    string
	chance  *rand.Rand
	play    *play
	seat    struct{ ID, Secret string }
	seen    []string // the seats that the host knows of
	acts    int
	removes int
	ends    int
}

func (p *player) hosts() bool { return players[p.index].person == ada }

// go plays all acts.
func (p *player) goes() {
	acts := guestActs
	if p.hosts() {
		acts = hostActs
	}
	for p.acts = range acts {
		if p.hosts() {
			p.hostAct()
		} else {
			p.guestAct()
		}
	}
}

func (p *player) guestAct() {
	switch n := p.chance.IntN(10); {
	case p.seat.ID == "" || n == 0 || n < 5 && p.play.strict:
		p.join()
	case n < 7:
		p.poll()
	default:
		p.leave()
	}
}

func (p *player) hostAct() {
	switch n := p.chance.IntN(20); {
	case p.acts == 0 && p.index == 0:
		p.begin()
	case p.play.strict && n < 12 && len(p.seen) > 0:
		p.decideOnOne()
	case n < 5 || p.play.strict && n < 12:
		p.roster()
	case n < 8:
		p.set(n < 7)
	case n < 11:
		p.decide("admit", nil)
	case n < 16 && len(p.seen) > 0:
		p.decideOnOne()
	case n == 16 && p.ends < mostEnds:
		p.ends++
		p.end()
	case n == 17:
		p.begin()
	case n == 18 && p.seat.ID != "":
		p.leave()
	default:
		p.set(false)
	}
}

func (p *player) begin() {
	switch n := p.chance.IntN(3); {
	case n == 0:
		p.start()
	case p.seat.ID != "" && n == 1:
		p.poll()
	default:
		p.join()
	}
}

func (p *player) decideOnOne() {
	target := []string{p.seen[p.chance.IntN(len(p.seen))]}
	switch n := p.chance.IntN(5); {
	case n < 2 && p.removes < mostRemovals:
		p.removes++
		p.decide("remove", target)
	case n < 4:
		p.decide("deny", target)
	default:
		p.decide("admit", target)
	}
}

// do is one operation, remembered with its answer.
func (p *player) do(kind string, target []string, call func(context.Context, *deed)) *deed {
	h, director := p.play.history, p.play.director
	ctx, cancel := context.WithTimeout(context.Background(), opLimit)
	defer cancel()
	d := &deed{id: p.acts*len(players) + p.index + 1, player: p.index, kind: kind, target: target, rows: map[string]int{}, wroteAt: map[string][]int64{}, cancel: cancel,
		call: 2*director.step.Load() + 1}
	h.add(d)
	call(context.WithValue(ctx, deedKey{}, d), d)
	d.ret = 2 * director.step.Load()
	return d
}

// ask is a call of the function.
func (p *player) ask(ctx context.Context, d *deed, client *testkit.Client, method, path string, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		p.play.t.Error(err)
	}
	event, found := client.Event(method, "/v2/live_meetings/"+p.play.room+path, string(text)) //nolint:contextcheck // it only names the route
	if !found {
		p.play.t.Errorf("no route for %s %s", method, path)
	}
	response, err := p.edge.API.Handle(dynamoproxy.Watched(ctx), event)
	if err != nil {
		p.play.t.Error(err)
	}
	d.status = response.StatusCode
	if response.Body == "" {
		return
	}
	var refused struct{ Reason string }
	if d.status >= 300 {
		err = json.Unmarshal([]byte(response.Body), &refused)
		d.reason = refused.Reason
	} else {
		err = json.Unmarshal([]byte(response.Body), &d.body)
	}
	if err != nil {
		p.play.t.Errorf("%s: %v", response.Body, err)
	}
}

func (p *player) path() string {
	if players[p.index].guest {
		return "/guests"
	}
	return "/participants"
}

func (p *player) join() {
	d := p.do("join", nil, func(ctx context.Context, d *deed) {
		p.ask(ctx, d, p.client, "POST", p.path(), fields{"display_name": d.label(), "passcode": p.play.passcode})
	})
	p.keep(d)
}

func (p *player) poll() {
	d := p.do("poll", []string{p.seat.ID}, func(ctx context.Context, d *deed) {
		p.ask(ctx, d, p.client, "POST", p.path(), fields{"seat": fields{"id": p.seat.ID, "secret": p.seat.Secret}})
	})
	if d.reason == "ended" || d.reason == "removed" || d.reason == "denied" {
		p.seat.ID = ""
	}
}

// keep remembers the seat, if the answer has reached them.
func (p *player) keep(d *deed) {
	if !d.unknown() && d.status < 300 {
		p.seat = d.body.Seat
	}
}

func (p *player) leave() {
	p.do("leave", []string{p.seat.ID}, func(ctx context.Context, d *deed) {
		p.ask(ctx, d, p.client.With("X-Seat-Secret", p.seat.Secret), "DELETE", p.path()+"/"+p.seat.ID, nil)
	})
}

func (p *player) set(locked bool) {
	kind := map[bool]string{true: "lock", false: "unlock"}[locked]
	p.do(kind, nil, func(ctx context.Context, d *deed) { p.ask(ctx, d, p.client, "PATCH", "", fields{"locked": locked}) })
}

// decide is what the host says on the seats; nil: on all who wait.
func (p *player) decide(action string, target []string) {
	body := fields{"action": action}
	if target != nil {
		body["participant_ids"] = target
	}
	p.do(action, target, func(ctx context.Context, d *deed) { p.ask(ctx, d, p.client, "PUT", "/participants/status", body) })
}

// roster tells the host of seats, which they decide on later.
func (p *player) roster() {
	d := p.do("roster", nil, func(ctx context.Context, d *deed) { p.ask(ctx, d, p.client, "GET", "/participants?page_size=300", nil) })
	if d.unknown() {
		return
	}
	p.seen = nil
	for _, there := range d.body.Participants {
		if owner := p.play.history.owner(there.ID); owner == nil || players[owner.player].person != ada {
			p.seen = append(p.seen, there.ID)
		}
	}
}

func (p *player) end() {
	p.do("end", nil, func(ctx context.Context, d *deed) { d.of(p.starts().End(ctx, caller(p.user), p.play.room)) })
}

func (p *player) start() {
	p.do("start", nil, func(ctx context.Context, d *deed) { d.of(p.starts().Start(ctx, caller(p.user), p.play.room)) })
}

func (p *player) starts() *meeting.Starts {
	return p.edge.Starts()
}

// of is the answer of a use case that another function serves.
func (d *deed) of(err error) {
	fault, refused := errors.AsType[*meeting.Refusal](err)
	switch {
	case err == nil:
		d.status = 204
	case refused && fault.Reason != meeting.Busy:
		d.status, d.reason = 409, string(fault.Reason)
	default:
		d.status = 503
	}
}
