package proof

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// A passStep is a join by a pass with a key, which stands for the seat; or the revocation of the pass, without a key.
type passStep struct{ key string }

// A passState is a pass in the model.
type passState struct {
	left    int
	seats   string // the keys of the seats that were taken, as text: porcupine compares states
	revoked bool
}

// passModel is what a pass means: so many seats are taken by it, each once, and none after it was revoked.
func passModel(limit int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return passState{left: limit} },
		Step: func(state, input, output any) (bool, any) {
			s, _ := state.(passState)
			step, _ := input.(passStep)
			admitted, _ := output.(bool)
			taken := seatsOf(s.seats)
			switch {
			case step.key == "":
				s.revoked = true
				return admitted, s
			case s.revoked || !taken[step.key] && s.left == 0:
				return !admitted, s
			case !taken[step.key]:
				s.left, s.seats = s.left-1, s.seats+step.key
			}
			return admitted, s
		},
	}
}

// seatsOf returns the keys, each a character, in the text.
func seatsOf(text string) map[string]bool {
	all := map[string]bool{}
	for _, r := range text {
		all[string(r)] = true
	}
	return all
}

// passLabSeeds is how many passes are used in one room: it has space for their guests.
const passLabSeeds = 30

// A passLab is Ada's room, which she is in, on a table.
type passLab struct {
	*testkit.Edge

	room string
}

func newPassLab(t *testing.T, wrap func(meeting.Store) meeting.Store) *passLab {
	t.Helper()
	l := &passLab{Edge: testkit.New(t, wrap(table.New(dynamotest.Table(t))), func(meeting.Store, meeting.Env) []api.Route { return nil })}
	_, r, err := l.Profiles().Room(t.Context(), ada, "me")
	testkit.Must(t, err)
	l.room = r.Number.String()
	_, err = l.Door().Join(t.Context(), ada, meeting.JoinInput{Address: l.room})
	testkit.Must(t, err)
	return l
}

// run lets guests join by one pass at once, some with the same key, while it is revoked. It returns what they heard.
func (l *passLab) run(t *testing.T, seed, limit int) (all []porcupine.Operation) {
	t.Helper()
	made, err := l.Profiles().MakePass(t.Context(), ada, "me", meeting.PassPlan{Name: fmt.Sprint("guest ", seed), Limit: &limit})
	testkit.Must(t, err)
	var clock atomic.Int64
	var acting sync.WaitGroup
	var mu sync.Mutex
	act := func(client int, step passStep, do func(context.Context) error) {
		acting.Go(func() {
			call := clock.Add(1)
			err := do(t.Context())
			ret := clock.Add(1)
			if err != nil && meeting.ReasonOf(err) != meeting.NoMeeting {
				t.Errorf("%v: %v", step, err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, porcupine.Operation{ClientId: client, Input: step, Call: call, Output: err == nil, Return: ret})
		})
	}
	random := randomOf(seed, "passes")
	revoker := random.IntN(12)
	for i := range 12 {
		if i == revoker {
			act(i, passStep{}, func(ctx context.Context) error {
				return l.Profiles().RevokePass(ctx, ada, "me", made.Pass.ID)
			})
			continue
		}
		key := string(rune('a' + random.IntN(6)))
		guest := meeting.Caller{Address: fmt.Sprint("203.0.113.", i)}
		act(i, passStep{key}, func(ctx context.Context) error {
			_, err := l.Door().Join(ctx, guest, meeting.JoinInput{
				Address: l.room, Name: key, Pass: made.Token, Key: fmt.Sprint(seed, key), Request: meeting.Fingerprint("join"),
			})
			return err
		})
		if i%4 == 3 { // what returned by now comes before the rest
			acting.Wait()
		}
	}
	acting.Wait()
	return all
}

func linearizable(limit int, all []porcupine.Operation) bool {
	return porcupine.CheckOperationsTimeout(passModel(limit), all, checkTime) == porcupine.Ok
}

func TestI15UsesOfAPassAreExactAndNoneFollowsItsRevocation(t *testing.T) {
	t.Parallel()
	var l *passLab
	for seed := range numberFrom(t, "SEEDS", usualSeeds) {
		if seed%passLabSeeds == 0 {
			l = newPassLab(t, func(s meeting.Store) meeting.Store { return s })
		}
		limit := 1 + seed%3
		if all := l.run(t, seed, limit); !linearizable(limit, all) {
			t.Fatalf("seed %d, %d uses: no order explains %v", seed, limit, all)
		}
	}
}

// Mutants of the storage of passes.
type (
	unlimited struct{ meeting.Store } // counts no use
	forgetful struct {                // knows a revoked pass from memory
		meeting.Store

		passes *sync.Map
	}
)

func (unlimited) UsePass(context.Context, meeting.Pass, meeting.Identity, time.Time) error {
	return nil
}

func (f forgetful) Pass(ctx context.Context, owner meeting.User, id string) (meeting.Pass, error) {
	p, err := f.Store.Pass(ctx, owner, id)
	if known, _ := f.passes.LoadOrStore(id, p); !p.Exists() {
		p, _ = known.(meeting.Pass)
	}
	return p, err
}

func (f forgetful) UsePass(ctx context.Context, p meeting.Pass, seat meeting.Identity, now time.Time) error {
	if err := f.Store.UsePass(ctx, p, seat, now); err != nil && p.State(now) != meeting.PassUsable {
		return err
	}
	return nil
}

func TestMutantsOfPassesAreNotLinearizable(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(meeting.Store) meeting.Store{
		"no use is counted":           func(s meeting.Store) meeting.Store { return unlimited{s} },
		"a revoked pass is in memory": func(s meeting.Store) meeting.Store { return forgetful{s, &sync.Map{}} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newPassLab(t, wrap)
			for seed := range passLabSeeds {
				if limit := 1 + seed%3; !linearizable(limit, l.run(t, seed, limit)) {
					return
				}
			}
			t.Errorf("not found by %d seeds", passLabSeeds)
		})
	}
}
