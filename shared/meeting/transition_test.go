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
	full := with(open, func(r *Room) { r.Live.Seated = 2 })
	epoch, seq := open.Live.Epoch, open.Live.AdmissionSeq
	other := int64(99)
	for _, c := range []struct {
		name string
		turn Transition
		room Room
		want bool
	}{
		{"the sitting that it is about", Transition{Instance: "sitting"}, open, true},
		{"another sitting", Transition{Instance: "next"}, open, false},
		{"no host decided meanwhile", Transition{Instance: "sitting", Epoch: &epoch}, open, true},
		{"one did", Transition{Instance: "sitting", Epoch: &other}, open, false},
		{"nobody passed meanwhile", Transition{Instance: "sitting", Seq: &seq}, open, true},
		{"somebody did", Transition{Instance: "sitting", Seq: &other}, open, false},
		{"the meeting that sits", Transition{Instance: "sitting", ForMeeting: &forA.MeetingRef}, open, true},
		{"another one does", Transition{Instance: "sitting", ForMeeting: &MeetingRef{ID: forA.ID, Topic: "Another"}}, open, false},
		{"none does", Transition{Instance: "sitting", ForMeeting: &MeetingRef{}}, open, false},
		{"live, open", Transition{Instance: "sitting", Live: true}, open, true},
		{"live, idle", Transition{Instance: "sitting", Live: true}, idle, false},
		{"idle, idle", Transition{Instance: "sitting", Idle: true}, idle, true},
		{"idle, open", Transition{Instance: "sitting", Idle: true}, open, false},
		{"two free seats", Transition{Instance: "sitting", Seats: 2, Capacity: 2}, open, true},
		{"two of three", Transition{Instance: "sitting", Seats: 3, Capacity: 2}, open, false},
		{"none is free", Transition{Instance: "sitting", Seats: 1, Capacity: 2}, full, false},
		{"another capacity than was decided on", Transition{Instance: "sitting", Seats: 1, Capacity: 9}, open, false},
		{"the owner's needs none", Transition{Instance: "sitting", Admissions: 1}, full, true},
		{"a retired number", Transition{}, Room{Kind: Retired}, false},
		{"an alias", Transition{}, Room{Kind: Alias}, false},
		{"nobody's number", Transition{}, Room{}, false},
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
	open := live(adasRoom(), Target{})
	policy := open.Settings
	for name, c := range map[string]struct {
		turn    Transition
		decides bool
	}{
		"a join":           {open.admission(Participant, nine), false},
		"the owner's join": {open.admission(Host, nine), false},
		"a recount":        {Transition{Instance: "sitting", SetSeated: new(int64)}, false},
		"a lock":           {Transition{Instance: "sitting", HostDecision: true, Lock: &on}, true},
		"a removal":        {Transition{Instance: "sitting", HostDecision: true, Remove: []Identity{dave.identity()}}, true},
		"a policy":         {Transition{Instance: "sitting", HostDecision: true, Settings: &policy}, true},
		"an end":           {open.ending("next", nine, 0), true},
	} {
		after, made := c.turn.Apply(open)
		if changed := after.Live.Epoch != open.Live.Epoch; !made || changed != c.decides {
			t.Errorf("%s: made %v, epoch changed %v", name, made, changed)
		}
	}
	if idle := adasRoom(); live(idle, Target{}).Live.Epoch == idle.Live.Epoch {
		t.Error("an opening leaves the epoch")
	}
}

func TestI10TheNextSittingStartsClean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRoom(t)
		end := r.ending("next", nine, time.Hour)
		after, made := end.Apply(r)
		switch {
		case made != (r.Enterable() && r.Live.Open):
			t.Fatalf("made %v", made)
		case !made:
			return
		case r.Ephemeral:
			if want := r.Retire(nine, time.Hour); !reflect.DeepEqual(after, want) {
				t.Fatalf("what is fleeting became %+v", after)
			}
			return
		}
		want := r
		want.Live = LiveState{Instance: "next", Epoch: r.Live.Epoch + 1, DistrustedUntil: r.Live.DistrustedUntil}
		if !reflect.DeepEqual(after, want) {
			t.Fatalf("left %+v", after)
		}
		if _, again := end.Apply(live(after, Target{})); again {
			t.Fatal("a retry ended the next sitting")
		}
	})
}

func TestI17AnEndOfAnEmptySittingLosesToAnArrival(t *testing.T) {
	open := live(adasRoom(), Target{})
	end := open.ending("next", nine, 0)
	end.Seq = &open.Live.AdmissionSeq
	arrived, _ := open.admission(Participant, nine).Apply(open)
	if _, made := end.Apply(arrived); made {
		t.Error("it threw somebody out")
	}
}

func TestI17AnEndHoldsWhateverPeopleDoButNotWhenAnotherMeetingSits(t *testing.T) {
	open := live(adasRoom(), Target{})
	end := open.ending("next", nine, 0)
	for name, c := range map[string]struct {
		turn Transition
		want bool
	}{
		"somebody passes":               {open.admission(Participant, nine), true},
		"a host locks the door":         {Transition{Instance: "sitting", HostDecision: true, Lock: new(true)}, true},
		"a meeting takes the room over": {Transition{Instance: "sitting", HostDecision: true, AttachMeeting: &forA.MeetingRef}, false},
	} {
		after, made := c.turn.Apply(open)
		if _, ended := end.Apply(after); !made || ended != c.want {
			t.Errorf("%s: made %v, ended %v", name, made, ended)
		}
	}
}

func TestI17AnInstantMeetingsNumberDiesWithIt(t *testing.T) {
	m := Meeting{ID: "83000000003", Host: ada.User, Type: Instant, Topic: "Now"}
	over := ended(live(m.room(adasRoom().Settings, "sitting"), Target{}))
	if over.Kind != Retired || over.Number != m.ID || over.Owner != ada.User {
		t.Errorf("%+v", over)
	}
}

func TestAnOpeningSaysWhatItIsFor(t *testing.T) {
	idle := adasRoom()
	later := nine.Add(time.Minute)
	by, ok := idle.opening(forA, seatOne, AlternativeHost, later).Apply(idle)
	want := LiveState{
		Instance: "sitting", Open: true, Epoch: 1, Meeting: forA.MeetingRef, Opener: seatOne, OpenedAt: later, AdmittedAt: later,
		Seated: 1, AdmissionSeq: 1, Hosts: []Identity{emailIdentity("acme", carol.Email)},
	}
	if !ok || !reflect.DeepEqual(by.Live, want) {
		t.Errorf("with a host in it: %+v", by.Live)
	}
	want.Opener, want.Seated, want.AdmissionSeq = "", 0, 0
	if empty, ok := idle.opening(forA, "", Host, later).Apply(idle); !ok || !reflect.DeepEqual(empty.Live, want) {
		t.Errorf("with nobody in it: %+v", empty.Live)
	}
	want.Opener, want.AdmissionSeq = seatOne, 1
	if owner, ok := idle.opening(forA, seatOne, Host, later).Apply(idle); !ok || !reflect.DeepEqual(owner.Live, want) {
		t.Errorf("I11: with the owner in it, who takes no seat of the capacity: %+v", owner.Live)
	}
}

func TestATurnLeavesTheRoomThatItWasReadFrom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := with(live(adasRoom(), forA), func(r *Room) {
			r.Live.Removed = append(make([]Identity, 0, 8), dave.identity())
			r.Live.Hosts = append(make([]Identity, 0, 8), bob.identity())
		})
		before := with(r, func(r *Room) {
			r.Live.Removed, r.Live.Hosts = slices.Clone(r.Live.Removed), slices.Clone(r.Live.Hosts)
		})
		more := rapid.SliceOfN(rapid.SampledFrom([]Identity{dave.identity(), bob.identity(), erin.identity()}), 0, 4).Draw(t, "more")
		one, _ := Transition{Instance: "sitting", Remove: more, MakeHosts: more}.Apply(r)
		two, _ := Transition{Instance: "sitting", Remove: []Identity{ada.identity()}}.Apply(r)
		if !reflect.DeepEqual(r, before) || slices.Contains(one.Live.Removed, ada.identity()) || len(two.Live.Removed) != 2 {
			t.Fatalf("the turns share memory: %v %v", one.Live.Removed, two.Live.Removed)
		}
		for _, id := range more {
			if !slices.Contains(one.Live.Removed, id) || !slices.Contains(one.Live.Hosts, id) {
				t.Fatal("somebody is missing")
			}
		}
	})
}

// I12: people come, go and vanish, answers are lost, and whoever finds the room full counts.
func TestI12CapacityWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := live(adasRoom(), Target{})
		r.Settings.Capacity = rapid.IntRange(1, 3).Draw(t, "capacity")
		roll, now := Roster{}, nine
		var inFlight []Seat
		land := func(i int) {
			roll = append(roll, inFlight[i])
			inFlight = slices.Delete(inFlight, i, i+1)
		}
		t.Repeat(map[string]func(*rapid.T){
			"join": func(t *rapid.T) {
				who := rapid.SampledFrom([]Caller{ada, bob, dave, erin, guest}).Draw(t, "who")
				d := r.Decide(knock(who), seatOne, now)
				after, passed := d.Transition.Apply(r)
				if d.Verdict != Admits || !passed {
					return
				}
				r = after
				seat := Seat{ID: seatOne, Role: d.Role, User: who.User}.admitted(r.Live.AdmissionSeq, now, DefaultLease)
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
				seated := roll.seatsTaken(r.Live, now)
				r, _ = Transition{Instance: "sitting", Seq: &r.Live.AdmissionSeq, Live: true, SetSeated: &seated, RecountedAt: now}.Apply(r)
			},
			"wait": func(t *rapid.T) {
				// Nobody is in flight for longer than a function may run.
				for len(inFlight) > 0 {
					land(0)
				}
				now = now.Add(rapid.SampledFrom([]time.Duration{time.Second, ArrivalTimeout, DefaultLease, DefaultLease + leaseGrace}).Draw(t, "for"))
			},
			"": func(t *rapid.T) {
				in := roll.present(now).filter(func(s Seat) bool { return s.Role != Host })
				flying := Roster(inFlight).filter(func(s Seat) bool { return s.Role != Host })
				if people := len(in) + len(flying); people > r.Settings.Capacity {
					t.Fatalf("%d people on %d seats", people, r.Settings.Capacity)
				}
			},
		})
		now = now.Add(DefaultLease + leaseGrace)
		if seated := roll.seatsTaken(r.Live, now); seated != 0 {
			t.Fatalf("%d seats are lost for good", seated)
		}
	})
}
