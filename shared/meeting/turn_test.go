package meeting

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestATurnIsMadeOnlyIfItsGuardsHold(t *testing.T) {
	idle, open := adasRoom(), live(adasRoom(), forA)
	full := with(open, func(r *Room) { r.Gate.Seated = 2 })
	epoch, seq := open.Gate.Epoch, open.Gate.Seq
	other := int64(99)
	for _, c := range []struct {
		name string
		turn Turn
		room Room
		want bool
	}{
		{"the sitting that it is about", Turn{Instance: "sitting"}, open, true},
		{"another sitting", Turn{Instance: "next"}, open, false},
		{"no host decided meanwhile", Turn{Instance: "sitting", Epoch: &epoch}, open, true},
		{"one did", Turn{Instance: "sitting", Epoch: &other}, open, false},
		{"nobody passed meanwhile", Turn{Instance: "sitting", Seq: &seq}, open, true},
		{"somebody did", Turn{Instance: "sitting", Seq: &other}, open, false},
		{"the meeting that sits", Turn{Instance: "sitting", Sits: &forA.Sat}, open, true},
		{"another one does", Turn{Instance: "sitting", Sits: &Sat{ID: forA.ID, Topic: "Another"}}, open, false},
		{"none does", Turn{Instance: "sitting", Sits: &Sat{}}, open, false},
		{"live, open", Turn{Instance: "sitting", Live: true}, open, true},
		{"live, idle", Turn{Instance: "sitting", Live: true}, idle, false},
		{"idle, idle", Turn{Instance: "sitting", Idle: true}, idle, true},
		{"idle, open", Turn{Instance: "sitting", Idle: true}, open, false},
		{"two free seats", Turn{Instance: "sitting", Free: 2, Capacity: 2}, open, true},
		{"two of three", Turn{Instance: "sitting", Free: 3, Capacity: 2}, open, false},
		{"none is free", Turn{Instance: "sitting", Free: 1, Capacity: 2}, full, false},
		{"another capacity than was decided on", Turn{Instance: "sitting", Free: 1, Capacity: 9}, open, false},
		{"the owner's needs none", Turn{Instance: "sitting", Pass: 1}, full, true},
		{"a retired number", Turn{}, Room{Kind: Retired}, false},
		{"an alias", Turn{}, Room{Kind: Alias}, false},
		{"nobody's number", Turn{}, Room{}, false},
	} {
		after, made := c.turn.Apply(c.room)
		if made != c.want {
			t.Errorf("%s: %v", c.name, made)
		}
		if !made && !reflect.DeepEqual(after, c.room) {
			t.Errorf("%s: a turn that was not made changed %+v", c.name, after)
		}
	}
}

func TestI7TheEpochCountsWhatHostsDecide(t *testing.T) {
	on := true
	open := live(adasRoom(), Visit{})
	policy := open.Policy
	for name, c := range map[string]struct {
		turn    Turn
		decides bool
	}{
		"a join":           {open.pass(Participant, nine), false},
		"the owner's join": {open.pass(Host, nine), false},
		"a recount":        {Turn{Instance: "sitting", Seated: new(int64)}, false},
		"a lock":           {Turn{Instance: "sitting", Decide: true, Lock: &on}, true},
		"a removal":        {Turn{Instance: "sitting", Decide: true, Remove: []Identity{dave.identity()}}, true},
		"a policy":         {Turn{Instance: "sitting", Decide: true, Policy: &policy}, true},
		"an end":           {open.end("next", nine, 0), true},
	} {
		after, made := c.turn.Apply(open)
		if changed := after.Gate.Epoch != open.Gate.Epoch; !made || changed != c.decides {
			t.Errorf("%s: made %v, epoch changed %v", name, made, changed)
		}
	}
	if idle := adasRoom(); live(idle, Visit{}).Gate.Epoch == idle.Gate.Epoch {
		t.Error("an opening leaves the epoch")
	}
}

func TestI10TheNextSittingStartsClean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRoom(t)
		end := r.end("next", nine, time.Hour)
		after, made := end.Apply(r)
		switch {
		case made != (r.Enterable() && r.Gate.Open):
			t.Fatalf("made %v", made)
		case !made:
			return
		case r.Fleeting:
			if want := r.Retire(nine, time.Hour); !reflect.DeepEqual(after, want) {
				t.Fatalf("what is fleeting became %+v", after)
			}
			return
		}
		want := r
		want.Gate = Gate{Instance: "next", Epoch: r.Gate.Epoch + 1, DistrustUntil: r.Gate.DistrustUntil}
		if !reflect.DeepEqual(after, want) {
			t.Fatalf("left %+v", after)
		}
		if _, again := end.Apply(live(after, Visit{})); again {
			t.Fatal("a retry ended the next sitting")
		}
	})
}

func TestI17AnEndOfAnEmptySittingLosesToAnArrival(t *testing.T) {
	open := live(adasRoom(), Visit{})
	end := open.end("next", nine, 0)
	end.Seq = &open.Gate.Seq
	arrived, _ := open.pass(Participant, nine).Apply(open)
	if _, made := end.Apply(arrived); made {
		t.Error("it threw somebody out")
	}
}

func TestI17AnEndHoldsWhateverPeopleDoButNotWhenAnotherMeetingSits(t *testing.T) {
	open := live(adasRoom(), Visit{})
	end := open.end("next", nine, 0)
	for name, c := range map[string]struct {
		turn Turn
		want bool
	}{
		"somebody passes":               {open.pass(Participant, nine), true},
		"a host locks the door":         {Turn{Instance: "sitting", Decide: true, Lock: new(true)}, true},
		"a meeting takes the room over": {Turn{Instance: "sitting", Decide: true, Adopt: &forA.Sat}, false},
	} {
		after, made := c.turn.Apply(open)
		if _, ended := end.Apply(after); !made || ended != c.want {
			t.Errorf("%s: made %v, ended %v", name, made, ended)
		}
	}
}

func TestI17AnInstantMeetingsNumberDiesWithIt(t *testing.T) {
	m := Meeting{ID: "83000000003", Host: ada.User, Type: Instant, Topic: "Now"}
	over := ended(live(m.room(adasRoom().Policy, "sitting"), Visit{}))
	if over.Kind != Retired || over.Number != m.ID || over.Owner != ada.User {
		t.Errorf("%+v", over)
	}
}

func TestAnOpeningSaysWhatItIsFor(t *testing.T) {
	idle := adasRoom()
	later := nine.Add(time.Minute)
	by, ok := idle.open(forA, seatOne, AlternativeHost, later).Apply(idle)
	want := Gate{
		Instance: "sitting", Open: true, Epoch: 1, Meeting: forA.Sat, Opener: seatOne, OpenedAt: later, AdmittedAt: later,
		Seated: 1, Seq: 1, Hosts: []Identity{emailIdentity("acme", carol.Email)},
	}
	if !ok || !reflect.DeepEqual(by.Gate, want) {
		t.Errorf("with a host in it: %+v", by.Gate)
	}
	want.Opener, want.Seated, want.Seq = "", 0, 0
	if empty, ok := idle.open(forA, "", Host, later).Apply(idle); !ok || !reflect.DeepEqual(empty.Gate, want) {
		t.Errorf("with nobody in it: %+v", empty.Gate)
	}
	want.Opener, want.Seq = seatOne, 1
	if owner, ok := idle.open(forA, seatOne, Host, later).Apply(idle); !ok || !reflect.DeepEqual(owner.Gate, want) {
		t.Errorf("I11: with the owner in it, who takes no seat of the capacity: %+v", owner.Gate)
	}
}

func TestATurnLeavesTheRoomThatItWasReadFrom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := with(live(adasRoom(), forA), func(r *Room) {
			r.Gate.Removed = append(make([]Identity, 0, 8), dave.identity())
			r.Gate.Hosts = append(make([]Identity, 0, 8), bob.identity())
		})
		before := with(r, func(r *Room) {
			r.Gate.Removed, r.Gate.Hosts = slices.Clone(r.Gate.Removed), slices.Clone(r.Gate.Hosts)
		})
		more := rapid.SliceOfN(rapid.SampledFrom([]Identity{dave.identity(), bob.identity(), erin.identity()}), 0, 4).Draw(t, "more")
		one, _ := Turn{Instance: "sitting", Remove: more, Hosts: more}.Apply(r)
		two, _ := Turn{Instance: "sitting", Remove: []Identity{ada.identity()}}.Apply(r)
		if !reflect.DeepEqual(r, before) || slices.Contains(one.Gate.Removed, ada.identity()) || len(two.Gate.Removed) != 2 {
			t.Fatalf("the turns share memory: %v %v", one.Gate.Removed, two.Gate.Removed)
		}
		for _, id := range more {
			if !slices.Contains(one.Gate.Removed, id) || !slices.Contains(one.Gate.Hosts, id) {
				t.Fatal("somebody is missing")
			}
		}
	})
}

// I12: people come, go and vanish, answers are lost, and whoever finds the room full counts.
func TestI12CapacityWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := live(adasRoom(), Visit{})
		r.Policy.Capacity = rapid.IntRange(1, 3).Draw(t, "capacity")
		roll, now := Roll{}, nine
		var inFlight []Seat
		land := func(i int) {
			roll = append(roll, inFlight[i])
			inFlight = slices.Delete(inFlight, i, i+1)
		}
		t.Repeat(map[string]func(*rapid.T){
			"join": func(t *rapid.T) {
				who := rapid.SampledFrom([]Caller{ada, bob, dave, erin, guest}).Draw(t, "who")
				d := r.Decide(knock(who), seatOne, now)
				after, passed := d.Turn.Apply(r)
				if d.Verdict != Admits || !passed {
					return
				}
				r = after
				seat := Seat{ID: seatOne, Role: d.Role, User: who.User}.passed(r.Gate.Seq, now, DefaultLease)
				if !rapid.Bool().Draw(t, "crashes") {
					inFlight = append(inFlight, seat)
				}
			},
			"land": func(t *rapid.T) {
				if len(inFlight) > 0 {
					land(rapid.IntRange(0, len(inFlight)-1).Draw(t, "which"))
				}
			},
			"leave": func(t *rapid.T) {
				if len(roll) > 0 {
					roll[rapid.IntRange(0, len(roll)-1).Draw(t, "who")].State = Left
				}
			},
			"renew": func(*rapid.T) {
				for i, s := range roll {
					if s.renewable(now) {
						roll[i].Lease = now.Add(DefaultLease)
					}
				}
			},
			"recount": func(*rapid.T) {
				seated := roll.seated(r.Gate, now)
				r, _ = Turn{Instance: "sitting", Seq: &r.Gate.Seq, Live: true, Seated: &seated, RecountedAt: now}.Apply(r)
			},
			"wait": func(t *rapid.T) {
				// Nobody is in flight for longer than a function may run.
				for len(inFlight) > 0 {
					land(0)
				}
				now = now.Add(rapid.SampledFrom([]time.Duration{time.Second, Flight, DefaultLease, DefaultLease + grace}).Draw(t, "for"))
			},
			"": func(t *rapid.T) {
				in := roll.present(now).only(func(s Seat) bool { return s.Role != Host })
				flying := Roll(inFlight).only(func(s Seat) bool { return s.Role != Host })
				if people := len(in) + len(flying); people > r.Policy.Capacity {
					t.Fatalf("%d people on %d seats", people, r.Policy.Capacity)
				}
			},
		})
		now = now.Add(DefaultLease + grace)
		if seated := roll.seated(r.Gate, now); seated != 0 {
			t.Fatalf("%d seats are lost for good", seated)
		}
	})
}
