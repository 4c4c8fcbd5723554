package rush

import (
	"errors"
	"math"
	"math/rand/v2"
	"time"
)

var errThrottled = errors.New("throttled")

// The SDK sends a throttled request so often. The first pause is so long at most, each next one twice as long.
const (
	tries      = 4
	firstPause = time.Second
)

// kept is for how long a partition keeps the capacity that is not used.
const kept = 100 * time.Millisecond

// An access is a way to use a partition: how many units a second it serves, and how long a request takes.
type access struct {
	name        string
	rate        charge
	median, p99 time.Duration
}

var (
	reading = access{"read", 3000, 3 * time.Millisecond, 12 * time.Millisecond}
	writing = access{"write", 1000, 5 * time.Millisecond, 20 * time.Millisecond}
)

// deviations is how far p99 of a normal distribution lies from its median.
const deviations = 2.3263478740408408

// draw returns how long a request takes.
func (a access) draw(r *rand.Rand) time.Duration {
	sigma := math.Log(float64(a.p99)/float64(a.median)) / deviations
	return time.Duration(float64(a.median) * math.Exp(sigma*r.NormFloat64()))
}

// A charge is billionths of a unit: a unit a second is one a nanosecond.
type charge int64

const unit charge = 1e9

// A bucket is the capacity that a partition has left for an access.
type bucket struct {
	rate charge // a nanosecond
	left charge
	at   time.Time
}

func newBucket(rate charge, now time.Time) *bucket {
	return &bucket{rate: rate, left: rate * charge(kept), at: now}
}

// take takes the cost, if anything is left: the cost of a query is known when it is done.
func (b *bucket) take(cost charge, now time.Time) bool {
	b.left = min(b.rate*charge(kept), b.left+b.rate*charge(now.Sub(b.at)))
	b.at = now
	if b.left < min(cost, unit) {
		return false
	}
	b.left -= cost
	return true
}
