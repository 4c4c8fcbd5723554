package rush

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"testing"
	"time"
)

var write = flag.Bool("write", false, "write burst.txt and burst.svg anew")

// seeds is how often each scene is played, with another seed each time.
const seeds = 3

// A show is a scene in a design, and what came of it in each seed.
type show struct {
	scene    scene
	design   design
	must     []rule
	outcomes []outcome
}

// A rule is what must hold of an outcome.
type rule func(*testing.T, outcome)

// programme is all that is played.
func programme() []*show {
	rush := scene{name: "1,000 join within 10 s, 400 of them in the first second; the host locks at 5 s", joins: 1000,
		within: 10 * time.Second, spike: 400, locks: 5 * time.Second}
	second := scene{name: "1,000 join within 1 s; the host locks at 0.9 s; apart", joins: 1000, within: time.Second,
		locks: 900 * time.Millisecond, apart: true}
	crowded := scene{name: "1,000 join within 1 s", joins: 1000, within: time.Second}
	beside := scene{name: "1,000 join within 10 s, 400 of them in the first second, beside 1,000 renewals within 30 s", joins: 1000,
		within: 10 * time.Second, spike: 400, renewals: 1000}
	knocks := scene{name: "300 knock within 10 s; the host admits all at 12 s", joins: 300, within: 10 * time.Second, spike: 120,
		admits: 12 * time.Second}
	return []*show{
		{scene: rush, design: ours, must: []rule{nobodyGivesUp, joinsAreQuick, theLockIsQuick, theLockHolds}},
		{scene: rush, design: transaction, must: []rule{theLockHolds, meetsItself}},
		{scene: second, design: ours, must: []rule{nobodyGivesUp, joinsAreQuick, theLockIsQuick, theLockHolds}},
		{scene: second, design: transaction, must: []rule{theLockHolds, meetsItself}},
		{scene: crowded, design: ours, must: []rule{isThrottled}},
		{scene: beside, design: ours, must: []rule{nobodyGivesUp, joinsAreQuick, everybodyIsIn}},
		{scene: beside, design: transaction, must: []rule{meetsItself}},
		{scene: knocks, design: ours, must: []rule{nobodyGivesUp, joinsAreQuick, everybodyIsIn}},
	}
}

// What a rush must not do to a room, and what it does to one with a transaction at its gate. The numbers are those of virtual time: they
// are the same on a busy machine.
func TestARush(t *testing.T) {
	shows := programme()
	t.Run("is played", func(t *testing.T) {
		for _, s := range shows {
			t.Run(s.design.name+": "+s.scene.name, func(t *testing.T) {
				t.Parallel()
				for seed := range uint64(seeds) {
					o := s.scene.play(t, s.design, seed)
					for _, holds := range s.must {
						holds(t, o)
					}
					s.outcomes = append(s.outcomes, o)
				}
			})
		}
	})
	if !t.Failed() {
		checked(t, "burst.txt", table(shows))
		checked(t, "burst.svg", plot(shows[:2]))
	}
}

// checked compares what was made with what is checked in.
func checked(t *testing.T, name string, made []byte) {
	t.Helper()
	if *write {
		if err := os.WriteFile(name, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	there, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(there, made) {
		t.Errorf("%s is not what comes out by now: look at what changed, then write it anew as doc.go says", name)
	}
}

func nobodyGivesUp(t *testing.T, o outcome) {
	t.Helper()
	if n := count(slices.Concat(o.joins, o.renewals, o.host), gaveUp); n > 0 {
		t.Errorf("%d gave up", n)
	}
}

func joinsAreQuick(t *testing.T, o outcome) {
	t.Helper()
	if p99 := percentile(o.joins, 99); p99 >= time.Second {
		t.Errorf("p99 of a join is %v", p99)
	}
}

func theLockIsQuick(t *testing.T, o outcome) {
	t.Helper()
	if took := percentile(o.host, 100); took >= 100*time.Millisecond {
		t.Errorf("the lock took %v", took)
	}
}

// theLockHolds is I7: whoever comes after the lock was answered is not let in.
func theLockHolds(t *testing.T, o outcome) {
	t.Helper()
	if late := o.late(); len(late) > 0 {
		t.Errorf("the lock %v was answered, and then were let in %v", o.host, late)
	}
	if let := count(o.joins, admitted); let > o.seated {
		t.Errorf("%d were let in, and %d are seated", let, o.seated)
	}
}

func everybodyIsIn(t *testing.T, o outcome) {
	t.Helper()
	if o.seated != len(o.joins) {
		t.Errorf("%d of %d are in", o.seated, len(o.joins))
	}
}

func isThrottled(t *testing.T, o outcome) {
	t.Helper()
	if o.met.throttled == 0 {
		t.Error("nothing was throttled")
	}
}

func meetsItself(t *testing.T, o outcome) {
	t.Helper()
	if o.met.conflicts == 0 {
		t.Error("no transaction met another")
	}
}
