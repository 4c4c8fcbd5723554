package rush

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/boot"
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

// A partition that is asked for too much for three seconds serves what is documented, and the tenth of a second that
// it kept. A query is served if anything is left: it is charged for all that it reads.
func TestAPartitionServesItsLimit(t *testing.T) {
	start, served := time.Unix(0, 0), charge(0)
	b := &bucket{rate: 3000, left: 300 * unit, at: start}
	for at := time.Duration(0); at <= 3*time.Second; at += 100 * time.Microsecond {
		if b.take(unit, start.Add(at)) {
			served++
		}
	}
	if served != 9300 {
		t.Errorf("3000 units a second: %d in three seconds", served)
	}
	later := start.Add(time.Hour)
	repaid := later.Add(51 * time.Millisecond)
	if !b.take(450*unit, later) || b.take(unit, repaid.Add(-time.Millisecond)) || !b.take(unit, repaid) {
		t.Error("it takes 50 ms to repay 150 units")
	}
}

// The pauses and the number of tries are those of the SDK as shared/boot configures it.
func TestThrottledRequestsAreRetriedAsBySDK(t *testing.T) {
	t.Setenv("AWS_NEW_RETRIES_2026", "true") // as in template.yaml
	sdk := dynamodb.NewFromConfig(boot.Config(func(string) string { return "x" })).Options().Retryer
	if got := sdk.MaxAttempts(); got != tries {
		t.Errorf("the SDK tries %d times, and we %d", got, tries)
	}
	for i := range tries - 1 {
		longest := time.Duration(0)
		for range 1000 {
			d, err := sdk.RetryDelay(i, &types.ProvisionedThroughputExceededException{})
			if err != nil {
				t.Fatal(err)
			}
			longest = max(longest, d)
		}
		if most := firstPause << i; longest > most || longest < most*9/10 {
			t.Errorf("after try %d the SDK waits up to %v, and we up to %v", i, longest, most)
		}
	}
}
