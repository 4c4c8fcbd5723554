package rush

import (
	"context"
	"errors"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// What a partition serves a second, and how much of what was not used it keeps.
const (
	writesASecond = 1000
	readsASecond  = 3000
	kept          = 100 * time.Millisecond
)

var (
	errThrottled = errors.New("throttled")
	errConflict  = errors.New("transaction conflict")
)

// A patience is how often a request is sent in all while it is refused, and how long the first pause is at most: each next one is twice as
// long.
type patience struct {
	refusal error
	tries   int
	pause   time.Duration
}

var (
	ofTheSDK   = patience{errThrottled, 4, time.Second}
	ofTheTable = patience{errConflict, 6, 20 * time.Millisecond}
)

// How long requests take.
const (
	readMedian  = 3 * time.Millisecond
	readP99     = 12 * time.Millisecond
	writeMedian = 5 * time.Millisecond
	writeP99    = 20 * time.Millisecond
	perMegabyte = 50 * time.Millisecond // of a query, besides
)

// What things measure.
const (
	seatBytes = 500
	readUnit  = 4 << 10
	megabyte  = 1 << 20
)

// A charge is billionths of a unit: a unit a second is one a nanosecond.
type charge int64

const unit charge = 1e9

// A bucket is what a partition has left to serve.
type bucket struct {
	rate charge // a nanosecond
	left charge
	at   time.Time
}

func newBucket(rate charge, now time.Time) *bucket {
	return &bucket{rate: rate, left: rate * charge(kept), at: now}
}

// take takes so much, if anything is left: a query is told what it costs when it is done.
func (b *bucket) take(c charge, now time.Time) bool {
	b.left = min(b.rate*charge(kept), b.left+b.rate*charge(now.Sub(b.at)))
	b.at = now
	if b.left < min(c, unit) {
		return false
	}
	b.left -= c
	return true
}

// owe takes so much, whatever is left.
func (b *bucket) owe(c charge) { b.left -= c }

// A latency is how long requests of a kind take.
type latency struct{ median, p99 time.Duration }

var (
	reading = latency{readMedian, readP99}
	writing = latency{writeMedian, writeP99}
)

// deviations is how far p99 of a normal distribution lies from its median.
const deviations = 2.3263478740408408

func (l latency) draw(r *rand.Rand) time.Duration {
	sigma := math.Log(float64(l.p99)/float64(l.median)) / deviations
	return time.Duration(float64(l.median) * math.Exp(sigma*r.NormFloat64()))
}

// A chance draws for one client, for each request apart: what others do meanwhile changes nothing.
type chance struct {
	seed   uint64
	client string
	drawn  map[string]uint64
}

func (c *chance) of(what string) *rand.Rand {
	name := fnv.New64a()
	_, _ = name.Write([]byte(c.client + "\x00" + what))
	c.drawn[what]++
	return rand.New(rand.NewPCG(c.seed, name.Sum64()+c.drawn[what]))
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
