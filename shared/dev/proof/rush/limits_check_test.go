package rush

import (
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/meeting"
)

// A partition that is asked for too much for three seconds serves what is documented, and the tenth of a second that
// it kept.
func TestAPartitionServesItsLimit(t *testing.T) {
	for _, rate := range []charge{readsASecond, writesASecond} {
		start := time.Unix(0, 0)
		b, served := newBucket(rate, start), charge(0)
		for at := time.Duration(0); at <= 3*time.Second; at += 100 * time.Microsecond {
			if b.take(unit, start.Add(at)) {
				served++
			}
		}
		if want := 3*rate + rate/10; served != want {
			t.Errorf("%d units a second: %d in three seconds, want %d", rate, served, want)
		}
	}
}

func TestAQueryIsChargedForAllItReads(t *testing.T) {
	start := time.Unix(0, 0)
	b := newBucket(readsASecond, start)
	if !b.take(450*unit, start) || b.take(unit, start) {
		t.Error("a query that has begun is served, and the next request waits")
	}
	if b.take(unit, start.Add(50*time.Millisecond)) || !b.take(unit, start.Add(51*time.Millisecond)) {
		t.Error("it takes 50 ms to repay 150 units")
	}
}

// A transaction refuses other writes of its items until it commits, and writes each item twice.
func TestATransactionHoldsItsItems(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where no time passes
		db, ok := newDatabase(false), func() error { return nil }
		both := []string{roomKey(number), seatKey("a.b")}
		err := db.prepare(both, func() error { return meeting.ErrStale })
		if !errors.Is(err, meeting.ErrStale) || len(db.held) > 0 {
			t.Errorf("a condition that fails: %v, and holds %v", err, db.held)
		}
		full := db.at("").writes.left
		if err := db.prepare(both, ok); err != nil {
			t.Fatal(err)
		}
		if err := db.write(both[1], ok); !errors.Is(err, errConflict) {
			t.Errorf("a write to its item: %v", err)
		}
		if err := db.prepare([]string{seatKey("a.c"), both[0]}, ok); !errors.Is(err, errConflict) {
			t.Errorf("another transaction: %v", err)
		}
		if err := errors.Join(db.read(both[0], unit, func() {}), db.write(seatKey("a.c"), ok)); err != nil {
			t.Errorf("a read, and a write elsewhere: %v", err)
		}
		db.commit(both, func() {})
		if err := db.write(both[0], ok); err != nil || full-db.at("").writes.left != 6*unit {
			t.Errorf("a write after it: %v, and %d units are left of %d", err, db.at("").writes.left, full)
		}
		if db.met != (counters{conflicts: 2}) {
			t.Errorf("%+v", db.met)
		}
	})
}

// The pauses and the number of tries are those of the SDK as shared/boot configures it.
func TestThrottledRequestsAreRetriedAsBySDK(t *testing.T) {
	t.Setenv("AWS_NEW_RETRIES_2026", "true") // as in template.yaml
	sdk := dynamodb.NewFromConfig(boot.Config(func(string) string { return "x" })).Options().Retryer
	if got := sdk.MaxAttempts(); got != sdkRetries.tries {
		t.Errorf("the SDK tries %d times, and we %d", got, sdkRetries.tries)
	}
	for i := range sdkRetries.tries - 1 {
		longest := time.Duration(0)
		for range 1000 {
			d, err := sdk.RetryDelay(i, &types.ProvisionedThroughputExceededException{})
			if err != nil {
				t.Fatal(err)
			}
			longest = max(longest, d)
		}
		if most := sdkRetries.pause << i; longest > most || longest < most*9/10 {
			t.Errorf("after try %d the SDK waits up to %v, and we up to %v", i, longest, most)
		}
	}
	for _, err := range []error{&types.TransactionConflictException{}, &types.TransactionCanceledException{}} {
		if sdk.IsErrorRetryable(err) {
			t.Errorf("the SDK retries after %T", err)
		}
	}
}

func TestConflictsAreRetriedAsByTable(t *testing.T) {
	text, err := os.ReadFile("../../../table/errors.go")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Join(strings.Fields(string(text)), " ")
	for _, want := range []string{"tries = 6", "firstPause = 20 * time.Millisecond", "rand.N(firstPause<<try)"} {
		if !strings.Contains(words, want) {
			t.Errorf("shared/table has no %q any more: see what it does, and do the same", want)
		}
	}
	if tableRetries.tries != 6 || tableRetries.pause != 20*time.Millisecond {
		t.Error("this package retries differently")
	}
}

func TestRetriesEndAsBusy(t *testing.T) {
	for _, c := range []struct {
		err     error
		retries int
	}{{errThrottled, 3}, {errConflict, 5}} {
		synctest.Test(t, func(t *testing.T) {
			db := newDatabase(false)
			err := newClient(db, 1, "guest").send(t.Context(), writing, "write", 0, func() error { return c.err })
			if meeting.ReasonOf(err) != meeting.Busy || db.met.retries != c.retries {
				t.Errorf("%v after %d retries", err, db.met.retries)
			}
		})
	}
}

func TestLatenciesAreAsStated(t *testing.T) {
	for _, l := range []latency{reading, writing} {
		r, took := rand.New(rand.NewPCG(1, 1)), make([]time.Duration, 100_000)
		for i := range took {
			took[i] = l.draw(r)
		}
		slices.Sort(took)
		median, p99 := took[len(took)/2], took[len(took)*99/100]
		if (median-l.median).Abs() > l.median/50 || (p99-l.p99).Abs() > l.p99/50 {
			t.Errorf("%+v drawn: %v, %v", l, median, p99)
		}
	}
}
