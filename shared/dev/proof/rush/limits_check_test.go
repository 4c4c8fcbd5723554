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

// A partition that is asked for more than it may serve, for three seconds, serves what is documented and the tenth of a second that it kept.
func TestAPartitionServesSoMuchASecond(t *testing.T) {
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

func TestLittleOfWhatWasNotUsedIsKept(t *testing.T) {
	start := time.Unix(0, 0)
	b, served := newBucket(writesASecond, start), 0
	for b.take(unit, start.Add(time.Hour)) {
		served++
	}
	if served != 100 {
		t.Errorf("%d at once after an hour", served)
	}
}

func TestAQueryIsChargedForAllThatItReads(t *testing.T) {
	start := time.Unix(0, 0)
	b := newBucket(readsASecond, start)
	if !b.take(450*unit, start) || b.take(unit, start) {
		t.Error("a query that is begun is served, and what is after it waits")
	}
	if b.take(unit, start.Add(50*time.Millisecond)) || !b.take(unit, start.Add(51*time.Millisecond)) {
		t.Error("150 units that are owed take 50 ms")
	}
}

func TestOnePartitionIsAllOrOneForEachKind(t *testing.T) {
	for _, apart := range []bool{false, true} {
		c := newCloud(apart)
		if room, seat := c.at(roomKey(number)), c.at(seatKey("a.b")); (room != seat) != apart {
			t.Errorf("apart %v: room and seat lie on one partition: %v", apart, room == seat)
		}
		if c.at(seatKey("a.b")) != c.at(sittingKey("a")) {
			t.Error("a sitting's seats lie on one partition")
		}
	}
}

func TestAnItemOfATransactionRefusesOtherWrites(t *testing.T) {
	c := newCloud(false)
	fine := func() error { return nil }
	both := []string{roomKey(number), seatKey("a.b")}
	if err := c.prepare(both, fine); err != nil {
		t.Fatal(err)
	}
	if err := c.write(both[1], fine); !errors.Is(err, errConflict) {
		t.Errorf("a write to its item: %v", err)
	}
	if err := c.prepare([]string{seatKey("a.c"), both[0]}, fine); !errors.Is(err, errConflict) {
		t.Errorf("another transaction: %v", err)
	}
	if err := errors.Join(c.read(both[0], unit, func() {}), c.write(seatKey("a.c"), fine)); err != nil {
		t.Errorf("a read, and a write elsewhere: %v", err)
	}
	c.commit(both, func() {})
	if err := c.write(both[0], fine); err != nil {
		t.Errorf("a write after it: %v", err)
	}
	if c.met != (encounters{conflicts: 2}) {
		t.Errorf("%+v", c.met)
	}
}

func TestATransactionWhoseConditionFailsHoldsNothing(t *testing.T) {
	c := newCloud(false)
	refused := func() error { return meeting.ErrStale }
	if err := c.prepare([]string{"room#1"}, refused); !errors.Is(err, meeting.ErrStale) {
		t.Error(err)
	}
	if len(c.held) > 0 {
		t.Errorf("holds %v", c.held)
	}
}

// A transaction writes each of its items twice.
func TestWhatWritesAreCharged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where no time passes
		c := newCloud(false)
		fine, both := func() error { return nil }, []string{roomKey(number), seatKey("a.b")}
		writes := c.at("").writes
		full := writes.left
		if err := errors.Join(c.write(both[0], fine), c.write(both[1], fine)); err != nil || full-writes.left != 2*unit {
			t.Errorf("two writes leave %d of %d, %v", writes.left, full, err)
		}
		full = writes.left
		err := c.prepare(both, fine)
		c.commit(both, func() {})
		if err != nil || full-writes.left != 4*unit {
			t.Errorf("a transaction leaves %d of %d, %v", writes.left, full, err)
		}
	})
}

func TestWhoeverPassesIsSeatedInBothDesigns(t *testing.T) {
	for _, d := range []design{ours, transaction} {
		o := scene{joins: 3, within: time.Second}.play(t, d, 1)
		if count(o.joins, admitted) != 3 || o.seated != 3 {
			t.Errorf("%s: %+v, %d seated", d.name, o.joins, o.seated)
		}
	}
}

// As the SDK that shared/boot configures: so often, and so long in between.
func TestThrottledRequestsAreSentAgainAsTheSDKDoes(t *testing.T) {
	t.Setenv("AWS_NEW_RETRIES_2026", "true") // as in template.yaml
	sdk := dynamodb.NewFromConfig(boot.Config(func(string) string { return "x" })).Options().Retryer
	if got := sdk.MaxAttempts(); got != ofTheSDK.tries {
		t.Errorf("the SDK tries %d times, and we %d", got, ofTheSDK.tries)
	}
	throttled := &types.ProvisionedThroughputExceededException{}
	for i := range ofTheSDK.tries - 1 {
		longest := time.Duration(0)
		for range 1000 {
			d, err := sdk.RetryDelay(i, throttled)
			if err != nil {
				t.Fatal(err)
			}
			longest = max(longest, d)
		}
		if most := ofTheSDK.pause << i; longest > most || longest < most*9/10 {
			t.Errorf("after try %d the SDK waits up to %v, and we up to %v", i, longest, most)
		}
	}
	for _, err := range []error{&types.TransactionConflictException{}, &types.TransactionCanceledException{}} {
		if sdk.IsErrorRetryable(err) {
			t.Errorf("the SDK tries again after %T", err)
		}
	}
}

func TestConflictsAreSentAgainAsTheTableDoes(t *testing.T) {
	text, err := os.ReadFile("../../table/errors.go")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Join(strings.Fields(string(text)), " ")
	for _, want := range []string{"tries = 6", "firstPause = 20 * time.Millisecond", "rand.N(firstPause<<try)"} {
		if !strings.Contains(words, want) {
			t.Errorf("shared/table has no %q any more: see what it does, and do the same", want)
		}
	}
	if ofTheTable.tries != 6 || ofTheTable.pause != 20*time.Millisecond {
		t.Error("we do otherwise")
	}
}

func TestWhoeverIsThrottledAgainAndAgainIsToldBusy(t *testing.T) {
	for _, c := range []struct {
		err     error
		retries int
	}{{errThrottled, 3}, {errConflict, 5}} {
		synctest.Test(t, func(t *testing.T) {
			cloud := newCloud(false)
			client := newClient(cloud, 1, "guest")
			err := client.send(t.Context(), writing, "write", 0, func() error { return c.err })
			if meeting.ReasonOf(err) != meeting.Busy || cloud.met.retries != c.retries {
				t.Errorf("%v after %d retries", err, cloud.met.retries)
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

// Chance is of the seed alone.
func TestASeedTellsAll(t *testing.T) {
	s := scene{joins: 200, within: 200 * time.Millisecond, locks: 100 * time.Millisecond}
	one, two, three := s.play(t, transaction, 1), s.play(t, transaction, 1), s.play(t, transaction, 2)
	if !slices.Equal(one.joins, two.joins) || one.met != two.met {
		t.Error("the same seed, and another outcome")
	}
	if slices.Equal(one.joins, three.joins) {
		t.Error("another seed, and the same outcome")
	}
}
