package rush

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"testing"
	"time"
)

var write = flag.Bool("write", false, "write burst.txt and burst.svg again")

// seeds is how often each scenario runs, with another seed each time.
const seeds = 3

// An experiment is a scenario in a design, and its outcome for each seed.
type experiment struct {
	scenario scenario
	design   design
	checks   []check
	outcomes []outcome
}

// A check says what must hold of an outcome.
type check func(*testing.T, outcome)

func experiments() []*experiment {
	rush := scenario{
		name:  "1,000 join within 10 s, 400 of them in the first second; the host locks at 5 s",
		joins: 1000, within: 10 * time.Second, spike: 400, locks: 5 * time.Second,
	}
	second := scenario{
		name:  "1,000 join within 1 s; the host locks at 0.9 s; apart",
		joins: 1000, within: time.Second, locks: 900 * time.Millisecond, apart: true,
	}
	crowded := scenario{name: "1,000 join within 1 s", joins: 1000, within: time.Second}
	beside := scenario{
		name:  "1,000 join within 10 s, 400 of them in the first second, beside 1,000 renewals within 30 s",
		joins: 1000, within: 10 * time.Second, spike: 400, renewals: 1000,
	}
	waitingRoom := scenario{
		name:  "300 ask to join within 10 s; the host admits all at 12 s",
		joins: 300, within: 10 * time.Second, spike: 120, admits: 12 * time.Second,
	}
	return []*experiment{
		{scenario: rush, design: ours, checks: []check{nobodyGivesUp, joinsAreFast, theLockIsFast, theLockHolds}},
		{scenario: rush, design: transaction, checks: []check{theLockHolds, conflicts}},
		{scenario: second, design: ours, checks: []check{nobodyGivesUp, joinsAreFast, theLockIsFast, theLockHolds}},
		{scenario: second, design: transaction, checks: []check{theLockHolds, conflicts}},
		{scenario: crowded, design: ours, checks: []check{isThrottled}},
		{scenario: beside, design: ours, checks: []check{nobodyGivesUp, joinsAreFast, everybodyIsIn}},
		{scenario: beside, design: transaction, checks: []check{conflicts}},
		{scenario: waitingRoom, design: ours, checks: []check{nobodyGivesUp, joinsAreFast, everybodyIsIn}},
	}
}

// TestARush measures many joins at one room, in our design and in one with a transaction for each admission. The
// numbers are of virtual time: they are the same on a busy machine, and a seed gives the same ones everywhere.
func TestARush(t *testing.T) {
	all := experiments()
	t.Run("runs", func(t *testing.T) {
		for _, e := range all {
			t.Run(e.design.name+": "+e.scenario.name, func(t *testing.T) {
				t.Parallel()
				for seed := range uint64(seeds) {
					o := e.scenario.run(t, e.design, seed)
					for _, holds := range e.checks {
						holds(t, o)
					}
					e.outcomes = append(e.outcomes, o)
				}
			})
		}
	})
	if !t.Failed() {
		compare(t, "burst.txt", report(all))
		compare(t, "burst.svg", plot(all[:2]))
	}
}

// compare compares the content with the file that is checked in.
func compare(t *testing.T, name string, content []byte) {
	t.Helper()
	if *write {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	checkedIn, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(checkedIn, content) {
		t.Errorf("%s differs from what is measured now: look at the change, then write it again as doc.go says", name)
	}
}

func nobodyGivesUp(t *testing.T, o outcome) {
	t.Helper()
	if n := count(slices.Concat(o.joins, o.renewals, o.host), gaveUp); n > 0 {
		t.Errorf("%d gave up", n)
	}
}

func joinsAreFast(t *testing.T, o outcome) {
	t.Helper()
	if p99 := percentile(o.joins, 99); p99 >= time.Second {
		t.Errorf("p99 of a join is %v", p99)
	}
}

func theLockIsFast(t *testing.T, o outcome) {
	t.Helper()
	if took := percentile(o.host, 100); took >= 100*time.Millisecond {
		t.Errorf("the lock took %v", took)
	}
}

// theLockHolds: nobody is admitted who joins after the lock returned (I7).
func theLockHolds(t *testing.T, o outcome) {
	t.Helper()
	lock := o.host[0]
	for _, c := range o.joins {
		if lock.result == admitted && c.at > lock.at+lock.took && c.result == admitted {
			t.Errorf("the lock %v had returned, and %v was admitted", lock, c)
		}
	}
	if n := count(o.joins, admitted); n > o.seated {
		t.Errorf("%d were admitted, and %d are seated", n, o.seated)
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

func conflicts(t *testing.T, o outcome) {
	t.Helper()
	if o.met.conflicts == 0 {
		t.Error("no transaction met another one")
	}
}
