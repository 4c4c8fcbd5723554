package proof

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

const (
	usualSeeds  = 30  // histories, if SEEDS is not set; CI and `make soak` set it. SEED runs that one only
	enoughSeeds = 200 // to see each kind of step
	mutantSeeds = 150 // until a mutant must be found
	lanes       = 4   // histories at once, as far as -parallel allows: each waits for DynamoDB most of the time
	usualFaults = 0.12
)

// A lab is a table with a room for each seed.
type lab struct {
	endpoint string
	table    string
	plain    *dynamodb.Client
	relay    relay
	mutant   *mutant
}

func newLab(t *testing.T) *lab {
	t.Helper()
	client, name := dynamotest.Table(t)
	return &lab{endpoint: dynamotest.Endpoint(t), table: name, plain: client, relay: newRelay(t)}
}

// A run makes the history of one seed.
type run struct {
	history   *history
	scheduler *scheduler
	mutant    *mutant
	strict    bool // the hosts remove and deny, and those join again
}

// run returns the history of the seed.
func (l *lab) run(t *testing.T, seed int) *history {
	t.Helper()
	r := &run{history: &history{seed: seed, makers: map[meeting.SeatID]*invocation{}}, mutant: l.mutant}
	l.makeRoom(t, r)
	random := randomOf(seed, "schedule")
	r.scheduler = &scheduler{relay: l.relay, random: random, crashes: mostCrashes, uneven: random.IntN(3) > 0,
		rate: []float64{0, usualFaults, usualFaults, usualFaults / 3}[random.IntN(4)]}
	synctest.Test(t, func(*testing.T) {
		s := r.scheduler
		s.began = time.Now()
		participants := make([]*participant, len(devices))
		acts := make([]func(), len(devices))
		for i := range devices {
			participants[i] = l.participant(r, i)
			acts[i] = participants[i].act
		}
		s.run(acts...)
		s.settle()
		s.rate = 0
		participants[0].acts = hostActs
		s.run(func() { participants[0].roster() })
		if took := time.Since(s.began); took >= meeting.ArrivalTimeout {
			t.Errorf("seed %d took %v, in which somebody who is arriving may be given up", seed, took)
		}
	})
	return r.history
}

// makeRoom makes the room of the seed. Its owner is ada, by another id for each seed.
func (l *lab) makeRoom(t *testing.T, r *run) {
	t.Helper()
	random := randomOf(r.history.seed, "room")
	waitingRooms := []meeting.WaitingRoom{meeting.WaitNobody, meeting.WaitEveryone, meeting.WaitGuests}
	settings := meeting.SettingsEdit{
		WaitingRoom:    &waitingRooms[random.IntN(len(waitingRooms))],
		JoinBeforeHost: new(random.IntN(4) == 0),
		Capacity:       new([]int{large, large, 2}[random.IntN(3)]),
	}
	r.strict = random.IntN(3) == 0
	env := meeting.Env{Now: func() time.Time { return nine }}
	env.Random = testkit.Random(fmt.Sprint("number of ", r.history.seed))
	profiles, owner := meeting.NewProfiles(table.New(l.plain, l.table), env), ada
	owner.ID += fmt.Sprint("-", r.history.seed)
	if _, _, err := profiles.Room(t.Context(), owner, "me"); err != nil {
		t.Fatal(err)
	}
	if err := profiles.Edit(t.Context(), owner, "me", meeting.Edit{Room: &settings}); err != nil {
		t.Fatal(err)
	}
	_, room, err := profiles.Room(t.Context(), owner, "me")
	if err != nil {
		t.Fatal(err)
	}
	r.history.room = room
}

// participant has a client of its own, for nothing in it may be shared between bubbles.
func (l *lab) participant(r *run, index int) *participant {
	seed := r.history.seed
	options := dynamodblocal.NewClient(l.endpoint, r.scheduler).Options()
	store := table.New(dynamodb.New(options, func(o *dynamodb.Options) { o.Retryer = steadyRetries() }), l.table)
	p := &participant{
		index: index, run: r, store: store,
		random: randomOf(seed, fmt.Sprint("participant ", index)), entropy: testkit.Random(fmt.Sprint(seed, " ", index)),
	}
	room := r.history.room
	caller := (&invocation{device: index, history: r.history}).actor().caller
	p.client = &client{caller: caller, number: room.Number, passcode: room.Settings.Passcode, perform: p.perform}
	return p
}

// steadyRetries retries as the SDK does, after pauses that are not random.
func steadyRetries() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.RateLimiter = 4, ratelimit.None
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) {
			return 5 * time.Millisecond, nil
		})
	})
}

func numberFrom(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q; want a number", variable, text)
	}
	return n
}

// Hosts, users and guests act at one room at once, by the real use cases on DynamoDB Local, while requests to it are
// delayed, lost, sent twice and refused, and operations are cut off. All rules hold, and all answers can be explained
// by steps that were each made at one instant.
func TestTheDoorIsLinearizable(t *testing.T) {
	t.Parallel()
	last := numberFrom(t, "SEEDS", usualSeeds)
	first := numberFrom(t, "SEED", 1)
	if os.Getenv("SEED") != "" {
		last = first
	}
	t.Logf("seeds from %d to %d; SEED=n runs one of them again", first, last)
	var mu sync.Mutex
	seen := tally{}
	t.Cleanup(func() {
		t.Log(seen)
		if missing := seen.missing(); last-first >= enoughSeeds && !t.Failed() && len(missing) > 0 {
			t.Errorf("there was no %q", missing)
		}
	})
	for lane := range lanes {
		t.Run(strconv.Itoa(lane), func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			for seed := first + lane; seed <= last && !t.Failed(); seed += lanes {
				h := l.run(t, seed)
				if wrong := h.check(); wrong != "" {
					t.Errorf("%s\nSEED=%d runs this again", wrong, seed)
				} else if first == last {
					t.Log(h)
				}
				if seed%500 == 0 {
					fmt.Fprintln(os.Stderr, "seed", seed)
				}
				mu.Lock()
				seen.add(h)
				mu.Unlock()
			}
		})
	}
}

func TestMutantsAreNotLinearizable(t *testing.T) {
	t.Parallel()
	for _, m := range mutants {
		if m.seed == 0 {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.mutant = &m
			for seed := m.seed; seed < m.seed+mutantSeeds; seed++ { // a change of the code makes a seed another history
				if wrong := l.run(t, seed).check(); wrong != "" {
					t.Logf("found at seed %d: %s", seed, wrong)
					return
				}
			}
			t.Errorf("not found by %d seeds", mutantSeeds)
		})
	}
}

func TestOneSeedIsOneHistory(t *testing.T) {
	t.Parallel()
	seeds := min(12, numberFrom(t, "SEEDS", 3))
	var texts [2][]string
	for i := range texts {
		l := newLab(t)
		for seed := 1; seed <= seeds; seed++ {
			h := l.run(t, seed)
			h.check()
			texts[i] = append(texts[i], h.String())
		}
	}
	for i := range texts[0] {
		if texts[0][i] != texts[1][i] {
			t.Errorf("run twice, seed %d is\n%s\nand\n%s", i+1, texts[0][i], texts[1][i])
		}
	}
}

// A tally counts operations by their answers, and faults.
type tally map[string]int

func (c tally) add(h *history) {
	c["histories"]++
	for _, v := range h.invocations {
		c["operations"]++
		switch {
		case v.crashed:
			c[v.Kind+" cut off"]++
		case v.unknown():
			c[v.Kind+" unknown"]++
		case v.forHost:
			c[v.Kind+" waiting for host"]++
		default:
			c[strings.TrimSpace(fmt.Sprint(v.Kind, " ", v.Reason, v.State))]++
		}
		if len(v.skipped) > 0 {
			c[v.Kind+" with skipped"]++
		}
		for _, met := range v.faults {
			name, _, _ := strings.Cut(met, " ")
			c["fault "+name]++
		}
	}
}

func (c tally) String() string {
	var b strings.Builder
	for what, n := range c {
		fmt.Fprintf(&b, "\n%8d  %s", n, what)
	}
	lines := strings.Split(b.String(), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// usual are the answers and the faults without which histories show too little.
var usual = []string{
	"join admitted", "join waiting", "join waiting for host", "join locked", "join removed", "join denied", "join full",
	"poll admitted", "poll waiting", "poll waiting for host", "poll locked", "poll removed", "poll denied",
	"poll ended", "leave", "lock", "unlock", "lock room_idle", "start", "end", "admit", "admit with skipped",
	"deny", "remove", "roster",
	"fault lost", "fault twice", "fault late", "fault throttled", "fault conflict", "fault broken", "fault crash",
	"join cut off", "admit cut off", "remove cut off", "lock cut off",
}

func (c tally) missing() (all []string) {
	for _, what := range usual {
		if c[what] == 0 {
			all = append(all, what)
		}
	}
	return all
}

// forgeries are answers that nobody got. Each must be found in some history.
var forgeries = map[string]func(*invocation) bool{
	"a roster forgets a participant": func(v *invocation) bool {
		is := len(v.Present) > 0 && v.Arriving == 0
		v.Present = v.Present[min(1, len(v.Present)):]
		return is
	},
	"a roster forgets somebody who waits": func(v *invocation) bool {
		is := len(v.waits) > 0
		v.waits = nil
		return is
	},
	"a roster forgets those arriving": func(v *invocation) bool {
		is := v.Arriving > 0
		v.Arriving = 0
		return is
	},
	"an admission is answered as waiting": func(v *invocation) bool {
		is := v.State == admitted
		v.State = waiting
		return is
	},
	"an admission is refused as locked": func(v *invocation) bool {
		is := v.State == admitted
		v.State, v.Got, v.Reason = "", meeting.Credential{}, meeting.Locked
		return is
	},
	"a poll finds the instance ended": func(v *invocation) bool {
		is := v.Kind == "poll" && v.State != ""
		v.State, v.Reason = "", meeting.Ended
		return is
	},
	"an admission of all leaves out somebody": func(v *invocation) bool {
		is := v.Kind == "admit" && len(v.applied) > 0 && len(v.Targets) == 0
		v.applied = v.applied[:max(0, len(v.applied)-1)]
		return is
	},
	"a host finds an open room idle": func(v *invocation) bool {
		is := v.decides() && v.succeeded()
		v.Reason = meeting.RoomIdle
		return is
	},
}

func TestForgedAnswersAreNotExplained(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	found := map[string]bool{}
	for seed := 1; seed <= 12 && len(found) < len(forgeries); seed++ {
		h := l.run(t, seed)
		if wrong := h.check(); wrong != "" {
			t.Fatal(wrong)
		}
		for name, forge := range forgeries {
			for i := 0; i < len(h.invocations) && !found[name]; i++ {
				if h.finds(h.invocations[i], forge) {
					found[name] = true
				}
			}
		}
	}
	for name := range forgeries {
		if !found[name] {
			t.Errorf("not found: %s", name)
		}
	}
}

// finds reports whether the check finds the forged answer of one operation.
func (h *history) finds(v *invocation, forge func(*invocation) bool) bool {
	was := v.operation
	defer func() { v.operation = was }()
	v.operation = new(*was)
	return !v.unknown() && forge(v) && h.explain() != ""
}
