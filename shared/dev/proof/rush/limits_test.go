package rush

import (
	"context"
	"errors"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// The limits of a partition, and how much unused capacity it keeps.
const (
	writesASecond = 1000
	readsASecond  = 3000
	kept          = 100 * time.Millisecond
)

var (
	errThrottled = errors.New("throttled")
	errConflict  = errors.New("transaction conflict")
)

// A retryPolicy says how often a request is sent while it is refused, and how long the first pause is at most. Each
// next one is twice as long.
type retryPolicy struct {
	refusal error
	tries   int
	pause   time.Duration
}

var (
	sdkRetries   = retryPolicy{errThrottled, 4, time.Second}
	tableRetries = retryPolicy{errConflict, 6, 20 * time.Millisecond}
)

// How long requests take.
const (
	readMedian  = 3 * time.Millisecond
	readP99     = 12 * time.Millisecond
	writeMedian = 5 * time.Millisecond
	writeP99    = 20 * time.Millisecond
	perMegabyte = 50 * time.Millisecond // of a query, besides
)

// Sizes in bytes.
const (
	seatBytes = 500
	readUnit  = 4 << 10
	megabyte  = 1 << 20
)

// A charge is billionths of a unit: a unit a second is one a nanosecond.
type charge int64

const unit charge = 1e9

// A bucket is the capacity that a partition has left.
type bucket struct {
	rate charge // a nanosecond
	left charge
	at   time.Time
}

func newBucket(rate charge, now time.Time) *bucket {
	return &bucket{rate: rate, left: rate * charge(kept), at: now}
}

// take takes so much, if anything is left: the cost of a query is known when it is done.
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

// A latency is how long requests take.
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

// A randomness draws for one client, and for each of its requests apart: what others do meanwhile changes nothing.
type randomness struct {
	seed   uint64
	client string
	drawn  map[string]uint64
}

func (c *randomness) of(what string) *rand.Rand {
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
