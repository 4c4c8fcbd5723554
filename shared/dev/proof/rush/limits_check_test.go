package rush

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/boot"
)

// A partition that is asked for too much for three seconds serves what is documented, and the tenth of a second that
// it kept. A query is charged for all that it reads.
func TestAPartitionServesItsLimit(t *testing.T) {
	start := time.Unix(0, 0)
	for _, a := range []access{reading, writing} {
		b, served := newBucket(a.rate, start), charge(0)
		for at := time.Duration(0); at <= 3*time.Second; at += 100 * time.Microsecond {
			if b.take(unit, start.Add(at)) {
				served++
			}
		}
		if want := 3*a.rate + a.rate/10; served != want {
			t.Errorf("%d units a second: %d in three seconds, want %d", a.rate, served, want)
		}
	}
	b := newBucket(reading.rate, start)
	if !b.take(450*unit, start) || b.take(unit, start) {
		t.Error("a query that has begun is served, and the next request waits")
	}
	if b.take(unit, start.Add(50*time.Millisecond)) || !b.take(unit, start.Add(51*time.Millisecond)) {
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

func TestLatenciesAreAsStated(t *testing.T) {
	for _, a := range []access{reading, writing} {
		r, took := rand.New(rand.NewPCG(1, 1)), make([]time.Duration, 100_000)
		for i := range took {
			took[i] = a.draw(r)
		}
		slices.Sort(took)
		median, p99 := took[len(took)/2], took[len(took)*99/100]
		if (median-a.median).Abs() > a.median/50 || (p99-a.p99).Abs() > a.p99/50 {
			t.Errorf("%+v drawn: %v, %v", a, median, p99)
		}
	}
}
