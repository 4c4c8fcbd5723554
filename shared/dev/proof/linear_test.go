package proof

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
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
	mutantSeeds = 150 // until a mutant must be found
	lanes       = 4   // histories at once, as far as -parallel allows: each waits for DynamoDB most of the time
	usualFaults = 0.12
)

// Half of the histories go on when every lease of the first round has ended: while the instance waits for those who
// were in, or when it is over. In a round no lease ends, and nobody who is arriving counts as abandoned.
const (
	stillOpen = 106 * time.Second
	over      = 140 * time.Second
	roundTime = 14 * time.Second
)

// A lab is a table with a room for each seed.
type lab struct {
	endpoint string
	table    string
	rooms    *table.Table
	relay    relay
	mutant   *mutant
}

func newLab(t *testing.T) *lab {
	t.Helper()
	client, name := dynamotest.Table(t)
	return &lab{endpoint: dynamotest.Endpoint(t), table: name, rooms: table.New(client, name), relay: newRelay(t)}
}

// run returns the history of the seed.
func (l *lab) run(t *testing.T, seed int) *history {
	t.Helper()
	h := &history{seed: seed, mutant: l.mutant, makers: map[meeting.SeatID]*invocation{}}
	h.drawRoom()
	actors := h.actors()
	l.store(t, h)
	random := randomOf(seed, "schedule")
	s := &scheduler{relay: l.relay, random: random, crashes: mostCrashes, uneven: random.IntN(3) > 0}
	s.rate = []float64{0, usualFaults, usualFaults, usualFaults / 3}[random.IntN(4)]
	h.scheduler = s
	synctest.Test(t, func(*testing.T) {
		s.began = time.Now()
		var participants []*participant
		for i, a := range actors {
			participants = append(participants, l.participant(h, i, a))
		}
		if h.lapse > 0 {
			h.round(t, participants, beforeLapse)
			pause(context.Background(), h.lapse-time.Since(s.began))
			h.lapsed = 2 * s.step.Load()
		}
		h.round(t, participants, hostActs)
		s.rate = 0
		s.run(func() { participants[0].do("roster") })
	})
	return h
}

// round lets all participants act until each has performed so many operations, and all writes have arrived.
func (h *history) round(t *testing.T, participants []*participant, most int) {
	t.Helper()
	began := time.Now()
	var acts []func()
	for _, p := range participants {
		acts = append(acts, func() { p.act(most) })
	}
	h.scheduler.run(acts...)
	h.scheduler.settle()
	if took := time.Since(began); took >= roundTime {
		t.Errorf("a round of seed %d took %v", h.seed, took)
	}
}

// store stores the room and the seats as they are at first.
func (l *lab) store(t *testing.T, h *history) {
	t.Helper()
	err := l.rooms.Save(t.Context(), meeting.ClaimRoom{Room: h.room, Now: nine})
	for i := range h.seats {
		if err == nil {
			h.seats[i], err = l.rooms.TakeSeat(t.Context(), h.seats[i])
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// actors returns those of the scenario that the mutant is played in, and makes its room that of the history; else all
// devices.
func (h *history) actors() (all []*actor) {
	if h.mutant != nil && h.mutant.seed == played {
		s := scenarios(h.room)[h.mutant.scenario]
		h.room, h.seats, h.lapse = s.room, s.seats, 0
		return s.actors
	}
	for _, name := range devices {
		person, _, _ := strings.Cut(name, "'")
		all = append(all, &actor{name: name, caller: people[person]})
	}
	return all
}

// drawRoom draws the settings of the room. Each seed has another number in the table.
func (h *history) drawRoom() {
	random := randomOf(h.seed, "room")
	h.room = idleRoom()
	h.room.Number = meeting.Number(fmt.Sprint(5_550_000_000 + h.seed))
	h.room.Live.Instance += fmt.Sprint(h.seed)
	settings := &h.room.Settings
	waitingRooms := []meeting.WaitingRoom{meeting.WaitNobody, meeting.WaitEveryone, meeting.WaitGuests}
	settings.WaitingRoom = waitingRooms[random.IntN(len(waitingRooms))]
	settings.JoinBeforeHost = random.IntN(4) == 0
	settings.Capacity = []int{large, large, 2}[random.IntN(3)]
	h.lapse = []time.Duration{0, 0, stillOpen, over}[random.IntN(4)]
}

// participant has a client of its own, for nothing in it may be shared between bubbles.
func (l *lab) participant(h *history, index int, a *actor) *participant {
	options := dynamodblocal.NewClient(l.endpoint, h.scheduler).Options()
	rooms := table.New(dynamodb.New(options, func(o *dynamodb.Options) { o.Retryer = steadyRetries() }), l.table)
	store := ownBudgets{rooms, fmt.Sprint(h.seed, " ")}
	p := &participant{
		index: index, history: h, store: store, random: randomOf(h.seed, fmt.Sprint("participant ", index)),
		entropy: testkit.Random(fmt.Sprint(h.seed, " ", index)),
	}
	p.client = &client{actor: a, room: h.room, perform: p.perform}
	if a.script != "" {
		p.seat = credential(h.room, a.caller)
	}
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

// numberFrom returns the number in the environment; if there is none, the usual one.
func numberFrom(t *testing.T, variable string, usual int) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv(variable), strconv.Itoa(usual)))
	if err != nil || n < 1 {
		t.Fatalf("%s is no number: %v", variable, err)
	}
	return n
}

// Hosts, users and guests act at one room at once, by the real use cases on DynamoDB Local, while requests to it are
// delayed, lost, sent twice and refused, and operations are cut off. All rules hold, and all answers can be explained
// by steps that were each made at one instant.
func TestTheDoorIsLinearizable(t *testing.T) {
	t.Parallel()
	first, last := numberFrom(t, "SEED", 1), numberFrom(t, "SEEDS", usualSeeds)
	if os.Getenv("SEED") != "" {
		last = first
	}
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
			first := max(1, m.seed)
			for seed := first; seed < first+mutantSeeds; seed++ { // a change of the code makes a seed another history
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
	one, other := newLab(t), newLab(t)
	for seed := 1; seed <= seeds; seed++ {
		a, b := one.run(t, seed), other.run(t, seed)
		if wrong := cmp.Or(a.check(), b.check()); wrong != "" || a.String() != b.String() {
			t.Errorf("run twice, seed %d is\n%s\nand\n%s", seed, a, b)
		}
	}
}

// A forgery changes the answer of an operation to one that nobody got.
type forgery struct {
	name  string
	fits  func(*operation) bool
	forge func(*operation)
}

// forgeries must each be found in some history.
var forgeries = []forgery{
	{"a roster forgets a participant",
		func(o *operation) bool { return len(o.Present) > 0 && o.Arriving == 0 },
		func(o *operation) { o.Present = o.Present[1:] }},
	{"a roster forgets those arriving",
		func(o *operation) bool { return o.Arriving > 0 },
		func(o *operation) { o.Arriving = 0 }},
	{"a roster forgets the mark of a neighbour",
		func(o *operation) bool { return len(o.marks) > 0 && slices.Max(o.marks) != "" },
		func(o *operation) { o.marks = make([]meeting.HostAction, len(o.marks)) }},
	{"an admission is refused as locked",
		func(o *operation) bool { return o.State == admitted },
		func(o *operation) { o.State, o.Got, o.Reason = "", meeting.Credential{}, meeting.Locked }},
	{"a poll finds the instance ended",
		func(o *operation) bool { return o.Kind == "poll" && o.State != "" },
		func(o *operation) { o.State, o.Reason = "", meeting.Ended }},
	{"an admission of all leaves out somebody",
		func(o *operation) bool { return o.Kind == "admit" && len(o.applied) > 0 && len(o.Targets) == 0 },
		func(o *operation) { o.applied = o.applied[1:] }},
	{"a host finds an open room idle",
		func(o *operation) bool { return o.decides() && o.succeeded() },
		func(o *operation) { o.Reason = meeting.RoomIdle }},
}

func TestForgedAnswersAreNotExplained(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	missing := slices.Clone(forgeries)
	for seed := 1; seed <= 12 && len(missing) > 0; seed++ {
		h := l.run(t, seed)
		if wrong := h.check(); wrong != "" {
			t.Fatal(wrong)
		}
		missing = slices.DeleteFunc(missing, func(f forgery) bool { return slices.ContainsFunc(h.invocations, f.isFound) })
	}
	for _, f := range missing {
		t.Errorf("not found: %s", f.name)
	}
}

// isFound reports whether the check finds the forged answer of one operation.
func (f forgery) isFound(v *invocation) bool {
	was := v.operation
	defer func() { v.operation = was }()
	if v.unknown() || !f.fits(was) {
		return false
	}
	v.operation = new(*was)
	f.forge(v.operation)
	return v.history.explain() != ""
}
