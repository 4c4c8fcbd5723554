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

func scenarios() []*scenario {
	return []*scenario{
		{
			name:  "1,000 join within 10 s, 400 of them in the first second; the host locks at 5 s",
			joins: 1000, within: 10 * time.Second, spike: 400, locks: 5 * time.Second,
		},
		{
			name:  "1,000 join within 1 s; the host locks at 0.9 s; apart",
			joins: 1000, within: time.Second, locks: 900 * time.Millisecond, apart: true,
		},
		{
			name:  "1,000 join within 1 s",
			joins: 1000, within: time.Second, crowded: true,
		},
		{
			name:  "1,000 join within 10 s, 400 of them in the first second, beside 1,000 renewals within 30 s",
			joins: 1000, within: 10 * time.Second, spike: 400, renewals: 1000,
		},
		{
			name:  "300 ask to join within 10 s; the host admits all at 12 s",
			joins: 300, within: 10 * time.Second, spike: 120, admits: 12 * time.Second,
		},
	}
}

// TestARush measures many joins at one room. The numbers are of virtual time: they are the same on a busy machine, and
// a seed gives the same ones everywhere.
func TestARush(t *testing.T) {
	all := scenarios()
	t.Run("runs", func(t *testing.T) {
		for _, s := range all {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				for seed := range uint64(seeds) {
					o := s.run(t, seed)
					s.judge(t, o)
					s.outcomes = append(s.outcomes, o)
				}
			})
		}
	})
	if !t.Failed() {
		compare(t, "burst.txt", report(all))
		compare(t, "burst.svg", all[0].plot())
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

// judge checks what must hold of an outcome. A crowded room only throttles.
func (s *scenario) judge(t *testing.T, o outcome) {
	t.Helper()
	if n := count(slices.Concat(o.joins, o.renewals, o.host), gaveUp); n > 0 && !s.crowded {
		t.Errorf("%d gave up", n)
	}
	switch p99 := percentile(o.joins, 99); {
	case s.crowded && o.throttled == 0:
		t.Error("nothing was throttled")
	case !s.crowded && p99 >= time.Second:
		t.Errorf("p99 of a join is %v", p99)
	case s.locks > 0:
		o.judgeLock(t)
	case !s.crowded && o.seated != len(o.joins):
		t.Errorf("%d of %d are in", o.seated, len(o.joins))
	}
}

// judgeLock checks that the lock is fast, and that nobody is admitted who joins after it returned (I7).
func (o outcome) judgeLock(t *testing.T) {
	t.Helper()
	lock := o.host[0]
	if lock.took >= 100*time.Millisecond {
		t.Errorf("the lock took %v", lock.took)
	}
	for _, c := range o.joins {
		if c.at > lock.at+lock.took && c.result == admitted {
			t.Errorf("the lock %v had returned, and %v was admitted", lock, c)
		}
	}
	if n := count(o.joins, admitted); n > o.seated {
		t.Errorf("%d were admitted, and %d are seated", n, o.seated)
	}
}
