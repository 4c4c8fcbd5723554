package main

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
)

// A director lets one request after the other go to DynamoDB, chosen by chance of the seed among all that are on their way, and decides
// what goes wrong with it. While none is on its way, time passes.
type director struct {
	courier courier
	chance  *rand.Rand
	rate    float64 // of faults
	bold    bool    // some go much faster than others
	crashes int     // how many operations may still be cut off

	step    atomic.Int64
	began   time.Time
	weights map[int]int // of the players

	mu      sync.Mutex
	serial  int
	waiting []*parcel
}

type deedKey struct{}

// tick is how long the director waits for somebody who pauses: longer than any of the pauses that are cut by chance, for the order in
// which those end is not the seed's.
const tick = 150 * time.Millisecond

// RoundTrip holds the request until the director has decided.
func (d *director) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	doing, _ := ctx.Value(deedKey{}).(*deed)
	p, err := parcelOf(r, doing)
	if err != nil {
		return nil, err
	}
	d.hold(p)
	select {
	case fault := <-p.answer:
		return fault(nil, r)
	case <-ctx.Done():
		d.mu.Lock()
		defer d.mu.Unlock()
		p.gone = true
		return nil, ctx.Err()
	}
}

func (d *director) hold(p *parcel) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.serial++
	p.serial = d.serial
	d.waiting = append(d.waiting, p)
}

// direct goes on until the players are done.
func (d *director) direct(done func() bool) {
	for {
		synctest.Wait()
		if done() {
			return
		}
		p := d.choose()
		if p == nil {
			timer := time.NewTimer(tick)
			<-timer.C
			continue
		}
		d.step.Add(1)
		d.release(p)
	}
}

// choose takes one of those on their way; nil if there is none.
func (d *director) choose() *parcel {
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.SortFunc(d.waiting, (*parcel).compare)
	d.waiting = slices.DeleteFunc(d.waiting, func(p *parcel) bool {
		fresh := p.gone && !p.copied
		p.copied = p.copied || p.gone
		return fresh && (!p.writes() || d.chance.IntN(2) == 0) // it never left, or is lost
	})
	if len(d.waiting) == 0 || !slices.ContainsFunc(d.waiting, func(p *parcel) bool { return !p.copied }) && d.chance.IntN(4) > 0 {
		return nil
	}
	i := d.pick()
	p := d.waiting[i]
	d.waiting = slices.Delete(d.waiting, i, i+1)
	return p
}

// pick is the place of one of those waiting.
func (d *director) pick() int {
	if !d.bold {
		return d.chance.IntN(len(d.waiting))
	}
	if d.weights == nil || d.chance.IntN(12) == 0 {
		d.weights = map[int]int{}
		for i := range players {
			d.weights[i] = []int{1, 6, 60}[d.chance.IntN(3)]
		}
	}
	total := 0
	for _, p := range d.waiting {
		total += d.weights[p.deed.player]
	}
	at := d.chance.IntN(total)
	for i, p := range d.waiting {
		if at -= d.weights[p.deed.player]; at < 0 {
			return i
		}
	}
	return 0
}

// release delivers the parcel, or makes something go wrong with it.
func (d *director) release(p *parcel) {
	switch {
	case p.copied:
		d.deliver(p)
	case d.chance.Float64() >= d.rate:
		p.answer <- d.deliver(p).as()
	default:
		d.harm(p)
	}
}

// harms are what may go wrong with a request. Those that concern writes only are told by name.
var harms = map[string]func(*director, *parcel){
	"throttled": func(_ *director, p *parcel) { p.answer <- dynamoproxy.Throttle },
	"broken":    func(_ *director, p *parcel) { p.answer <- dynamoproxy.Break },
	"late":      func(d *director, p *parcel) { d.again(p); p.answer <- late },
	"lost":      func(d *director, p *parcel) { d.deliver(p); p.answer <- lost },
	"twice":     func(d *director, p *parcel) { fault := d.deliver(p).as(); d.again(p); p.answer <- fault },
	"conflict":  func(_ *director, p *parcel) { p.answer <- dynamoproxy.Conflict },
	"crash":     (*director).crash,
}

func (d *director) harm(p *parcel) {
	names := slices.Sorted(maps.Keys(harms))
	name := names[d.chance.IntN(len(names))]
	switch {
	case !p.writes() && (name == "lost" || name == "twice" || name == "conflict"), name == "crash" && d.crashes == 0:
		p.answer <- d.deliver(p).as()
		return
	}
	p.deed.met = append(p.deed.met, name+" "+p.operation)
	harms[name](d, p)
}

// crash cuts the operation off: what it asked for last was done, or will be, or never.
func (d *director) crash(p *parcel) {
	d.crashes--
	switch d.chance.IntN(3) {
	case 0:
		d.deliver(p)
	case 1:
		d.again(p)
	}
	p.deed.crashed = true
	p.deed.cancel()
}

// again keeps a copy of a write on its way. Nobody waits for the answer.
func (d *director) again(p *parcel) {
	if !p.writes() {
		return
	}
	copied := *p
	copied.copied, copied.answer = true, nil
	d.hold(&copied)
}

// deliver hands the parcel to DynamoDB, and remembers what it changed there.
func (d *director) deliver(p *parcel) reply {
	r := d.courier.carry(p.letter)
	p.deed.history.mu.Lock()
	defer p.deed.history.mu.Unlock()
	p.deed.until = 2 * d.step.Load()
	if r.status != http.StatusOK || !p.writes() {
		return r
	}
	if p.gate() {
		p.deed.turns++
		p.deed.turnedAt = append(p.deed.turnedAt, p.deed.until)
	}
	if id := p.seat(); id != "" {
		p.deed.rows[id]++
		p.deed.wroteAt[id] = append(p.deed.wroteAt[id], p.deed.until)
	}
	return r
}

// settle delivers what is still on its way, or loses it.
func (d *director) settle() {
	d.mu.Lock()
	rest := d.waiting
	d.waiting = nil
	d.mu.Unlock()
	slices.SortFunc(rest, (*parcel).compare)
	for _, p := range rest {
		if p.writes() && d.chance.IntN(2) == 0 {
			d.step.Add(1)
			d.deliver(p)
		}
	}
}

// now is the time that the operations see: how long one paused is not the seed's.
func (d *director) now(base time.Time) time.Time {
	return base.Add(time.Since(d.began).Truncate(tick))
}
