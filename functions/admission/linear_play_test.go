package main

import (
	"context"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// A house is a table with a room for each seed, and the way to it.
type house struct {
	t        *testing.T
	endpoint string
	table    string
	plain    *dynamodb.Client
	courier  courier
	wraps    func(meeting.Store) meeting.Store // into a wrong one; nil: as it is
}

func newHouse(t *testing.T) *house {
	t.Helper()
	client, name := dynamotest.Table(t)
	return &house{t: t, endpoint: dynamotest.Endpoint(t), table: name, plain: client, courier: newCourier(t)}
}

// large is a capacity that nobody meets.
const large = 100

// A play is one history in the making.
type play struct {
	t        testing.TB
	director *director
	history  *history
	room     string
	passcode string
	strict   bool          // the hosts remove and deny, and those come again
	took     time.Duration // of the bubble's time
}

func (h *house) owner(seed int) string { return "ada-" + strconv.Itoa(seed) }

// chanceOf is what is random in a history, for one purpose.
func chanceOf(seed int, purpose string) *rand.Rand {
	var key [32]byte
	copy(key[:], fmt.Sprintf("%d %s", seed, purpose))
	return rand.New(rand.NewChaCha8(key))
}

// furnish makes the room of the seed.
func (h *house) furnish(seed int) *play {
	h.t.Helper()
	chance := chanceOf(seed, "room")
	p := &play{t: h.t, history: &history{seed: seed, rules: rules{
		waiting:  []meeting.WaitingRoom{meeting.WaitNobody, meeting.WaitEveryone, meeting.WaitGuests}[chance.IntN(3)],
		early:    chance.IntN(4) == 0,
		capacity: []int{large, large, 2}[chance.IntN(3)],
	}}}
	p.strict = chance.IntN(3) == 0
	edge := testkit.New(h.t, table.New(h.plain, h.table), func(meeting.Store, meeting.Env) []api.Route { return nil },
		func(e *meeting.Env) { e.Random = testkit.Random(fmt.Sprint("number of ", seed)) })
	profiles, ada := edge.Profiles(), caller(h.owner(seed))
	_, _, err := profiles.Room(h.t.Context(), ada, "me")
	if err == nil {
		r := p.history.rules
		err = profiles.Edit(h.t.Context(), ada, "me", meeting.Edit{Room: &meeting.SettingsEdit{
			WaitingRoom: &r.waiting, JoinBeforeHost: &r.early, Capacity: &r.capacity}})
	}
	_, room, again := profiles.Room(h.t.Context(), ada, "me")
	if err != nil || again != nil {
		h.t.Fatal(err, again)
	}
	p.history.room = room.Number
	p.room, p.passcode = room.Number.String(), room.Settings.Passcode
	return p
}

// play is the history of the seed.
func (h *house) play(seed int) *play {
	h.t.Helper()
	p := h.furnish(seed)
	chance := chanceOf(seed, "schedule")
	p.director = &director{courier: h.courier, chance: chance, crashes: mostCrashes, bold: chance.IntN(3) > 0,
		rate: []float64{0, usualFaults, usualFaults, usualFaults / 3}[chance.IntN(4)]}
	synctest.Test(h.t, func(t *testing.T) {
		p.t = t
		p.director.began = time.Now()
		h.perform(t, p)
		p.took = time.Since(p.director.began)
	})
	p.t = h.t
	return p
}

func (h *house) perform(t *testing.T, p *play) {
	t.Helper()
	cast := make([]*player, len(players))
	for i := range players {
		cast[i] = h.player(t, p, i)
	}
	var left atomic.Int64
	left.Store(int64(len(cast)))
	for _, who := range cast {
		go func() {
			defer left.Add(-1)
			who.goes()
		}()
	}
	p.director.direct(func() bool { return left.Load() == 0 })
	p.director.settle()
	p.director.rate = 0
	left.Store(1)
	go func() {
		defer left.Add(-1)
		cast[0].acts = hostActs
		cast[0].roster()
	}()
	p.director.direct(func() bool { return left.Load() == 0 })
}

// player has a client of their own, for nothing in it may be shared between bubbles.
func (h *house) player(t *testing.T, p *play, index int) *player {
	t.Helper()
	options := dynamodblocal.NewClient(h.endpoint, p.director).Options()
	client := dynamodb.New(options, func(o *dynamodb.Options) { o.Retryer = patient() })
	var store meeting.Store = table.New(client, h.table)
	if h.wraps != nil {
		store = h.wraps(store)
	}
	base := testkit.NewClock().Now()
	edge := testkit.New(t, store,
		func(store meeting.Store, env meeting.Env) []api.Route {
			return routes(meeting.NewDoor(store, env), nil, "")
		},
		func(e *meeting.Env) {
			e.Now, e.Pause = func() time.Time { return p.director.now(base) }, pause
			e.Random = testkit.Random(fmt.Sprint(p.history.seed, " ", index))
		})
	who := &player{index: index, edge: edge, play: p, user: h.owner(p.history.seed), chance: chanceOf(p.history.seed, fmt.Sprint("player ", index))}
	switch name := strings.TrimSuffix(players[index].name, "'"); {
	case players[index].guest:
		who.client = edge.Guest().From(fmt.Sprint("198.51.100.", index))
	case who.hosts():
		who.client = edge.As(who.user)
	default:
		who.client = edge.As(name)
	}
	return who
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// patient is how the SDK tries again, at times that are not chance.
func patient() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.RateLimiter = 4, ratelimit.None
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 5 * time.Millisecond, nil })
	})
}

var _ http.RoundTripper = (*director)(nil)

// checkLimit is how long the check of one history may take.
const checkLimit = 30 * time.Second

// check is what is wrong with the history, and whether that is proven; "" if some order of its steps explains all answers.
func (h *history) check(limit time.Duration) (wrong string, proven bool) {
	s := scriptOf(h)
	var initial world
	seed := maphash.MakeSeed()
	model := porcupine.NondeterministicModel{
		Init:  func() []any { return []any{initial} },
		Step:  func(state, input, _ any) []any { return after(state, input) },
		Equal: func(a, b any) bool { return a == b },
		Hash:  func(state any) uint64 { return maphash.Comparable(seed, state) },
		DescribeOperation: func(input, _ any) string {
			st, _ := input.(*step)
			return players[st.deed.player].name + " " + st.what
		},
	}
	if porcupine.CheckOperationsTimeout(model.ToModel(), s.operations(true), limit/10) == porcupine.Ok {
		return "", false
	}
	result, info := porcupine.CheckOperationsVerbose(model.ToModel(), s.operations(false), limit)
	switch result {
	case porcupine.Ok:
		return "", false
	case porcupine.Unknown:
		return fmt.Sprintf("the check took longer than %v\n%v", limit, h), false
	case porcupine.Illegal:
	}
	return fmt.Sprintf("no order of what was done explains the answers\n%v\n%s", h, furthest(s, info)), true
}

// operations are the steps as porcupine takes them. If each is narrow, those that are writes were made when the wire saw them: an order of
// these is one of the wide ones too, and found much sooner.
func (s *script) operations(narrow bool) []porcupine.Operation {
	all := make([]porcupine.Operation, len(s.steps))
	for i := range s.steps {
		st := &s.steps[i]
		all[i] = porcupine.Operation{ClientId: st.deed.player, Input: st, Call: st.call, Return: st.ret}
		if narrow && st.at > st.call && st.at <= st.ret {
			all[i].Call, all[i].Return = st.at, st.at
		}
	}
	return all
}

func after(state, input any) []any {
	st, _ := input.(*step)
	w, _ := state.(world)
	worlds := st.does(w)
	all := make([]any, len(worlds))
	for i := range worlds {
		all[i] = worlds[i]
	}
	return all
}

// furthest is the longest order that was found, and what does not fit behind it.
func furthest(s *script, info porcupine.LinearizationInfo) string {
	var longest []porcupine.Operation
	for _, orders := range info.PartialLinearizationsOperations() {
		for _, order := range orders {
			if len(order) > len(longest) {
				longest = order
			}
		}
	}
	placed := map[any]bool{}
	var b strings.Builder
	fmt.Fprintf(&b, "the longest order that explains some of them:\n")
	for _, o := range longest {
		st, _ := o.Input.(*step)
		placed[st] = true
		fmt.Fprintf(&b, "  %-6s %s (%s, %d–%d)\n", players[st.deed.player].name, st.what, st.deed.kind, st.call/2, st.ret/2)
	}
	fmt.Fprintf(&b, "what has no place in it:\n")
	for i := range s.steps {
		if st := &s.steps[i]; !placed[st] {
			fmt.Fprintf(&b, "  %-6s %s (%s, %d–%d)\n", players[st.deed.player].name, st.what, st.deed.kind, st.call/2, st.ret/2)
		}
	}
	return b.String()
}
