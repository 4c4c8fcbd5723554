package meeting

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func knock(c Caller) JoinRequest {
	k := JoinRequest{Caller: c, Identity: c.identity(), Passcode: "open123"}
	if c.None() {
		k.Identity = identify("seat", string(seatOne))
	}
	return k
}

func (k JoinRequest) by(change func(*JoinRequest)) JoinRequest {
	change(&k)
	return k
}

// A scene is a room and somebody at its door.
type scene struct {
	name   string
	room   Room
	knock  JoinRequest
	want   Verdict
	reason Reason
}

func play(t *testing.T, scenes []scene) {
	t.Helper()
	for _, s := range scenes {
		d := s.room.Decide(s.knock, seatOne, nine)
		if d.Verdict != s.want || d.Reason != s.reason {
			t.Errorf("%s: verdict %d %q; want %d %q", s.name, d.Verdict, d.Reason, s.want, s.reason)
		}
	}
}

func TestTheDoorOfAnOrdinaryRoom(t *testing.T) {
	idle, open := adasRoom(), live(adasRoom(), Target{})
	play(t, []scene{
		{"a guest before the host", idle, knock(guest), WaitsForHost, ""},
		{"a guest while it runs", open, knock(guest), Admits, ""},
		{"a colleague while it runs", open, knock(dave), Admits, ""},
		{"an alternative host opens it", idle, knock(bob).by(func(k *JoinRequest) { k.Passcode = "" }), Admits, ""},
		{"a poll after the host came", open, knock(guest).by(func(k *JoinRequest) { k.HasSeat, k.IsWaiting, k.Passcode = true, true, "" }), Admits, ""},
	})
}

func TestJoinBeforeHost(t *testing.T) {
	early := with(adasRoom(), func(r *Room) { r.Settings.JoinBeforeHost = true })
	windowed := with(early, func(r *Room) { r.Kind, r.Settings.JoinBeforeHostWindow = MeetingRoom, 10*time.Minute })
	personal := with(early, func(r *Room) { r.Settings.JoinBeforeHostWindow = 10 * time.Minute })
	due := func(in time.Duration) JoinRequest {
		return knock(guest).by(func(k *JoinRequest) { k.NextStart = nine.Add(in) })
	}
	play(t, []scene{
		{"at any time", early, knock(guest), Admits, ""},
		{"before its window", windowed, due(15 * time.Minute), WaitsForHost, ""},
		{"in its window", windowed, due(10 * time.Minute), Admits, ""},
		{"after its start", windowed, due(-time.Minute), Admits, ""},
		{"a meeting without a fixed time", windowed, knock(guest), Admits, ""},
		{"in the personal room, before the window of what they come for", personal, due(15 * time.Minute), WaitsForHost, ""},
		{"in the personal room, in that window", personal, due(10 * time.Minute), Admits, ""},
		{"in the personal room, for no meeting", personal, knock(guest), Admits, ""},
		{"I8: never past the waiting room", with(early, func(r *Room) { r.Settings.WaitingRoom = WaitEveryone }), knock(dave), WaitsForHost, ""},
		{"I8: nor past that for guests", with(early, func(r *Room) { r.Settings.WaitingRoom = WaitGuests }), knock(erin), WaitsForHost, ""},
		{"for whom the waiting room is not", with(early, func(r *Room) { r.Settings.WaitingRoom = WaitGuests }), knock(dave), Admits, ""},
		{"I13: nor by a passcode that is not trusted", with(early, func(r *Room) { r.Live.DistrustedUntil = nine.Add(1) }), knock(guest), WaitsForHost, ""},
	})
}

func TestI7TheLockOnTheDoor(t *testing.T) {
	locked := with(live(adasRoom(), Target{}), func(r *Room) { r.Live.Locked = true })
	play(t, []scene{
		{"a newcomer", locked, knock(guest), Refuses, Locked},
		{"an alternative host", locked, knock(bob), Refuses, Locked},
		{"somebody who left, or whose lease ran out", locked, knock(guest).by(func(k *JoinRequest) { k.HasSeat = true }), Refuses, Locked},
		{"somebody who waited before", locked, knock(guest).by(func(k *JoinRequest) { k.HasSeat, k.IsWaiting = true, true }), WaitsForApproval, ""},
		{"somebody approved whose lease ran out", locked, knock(guest).by(func(k *JoinRequest) { k.HasSeat, k.Approved = true, true }), WaitsForApproval, ""},
		{"I11: the owner", locked, knock(ada), Admits, ""},
	})
}

// A join that was decided before the lock and comes to the turnstile after it finds another epoch.
func TestI7AJoinDecidedBeforeTheLockCannotCommitAfterIt(t *testing.T) {
	open := live(adasRoom(), Target{})
	decided := open.Decide(knock(guest), seatOne, nine)
	on := true
	locked, _ := Transition{Instance: "sitting", Live: true, HostDecision: true, Lock: &on}.Apply(open)
	if _, passed := decided.Transition.Apply(locked); passed {
		t.Error("passed a locked door")
	}
	if again := locked.Decide(knock(guest), seatOne, nine); again.Reason != Locked {
		t.Errorf("then: %+v", again)
	}
}

func TestI8TheWaitingRoom(t *testing.T) {
	waits := with(live(adasRoom(), Target{}), func(r *Room) { r.Settings.WaitingRoom = WaitEveryone })
	guestsWait := with(waits, func(r *Room) { r.Settings.WaitingRoom = WaitGuests })
	held := knock(guest).by(func(k *JoinRequest) { k.HasSeat, k.IsWaiting, k.NeedsApproval = true, true, true })
	play(t, []scene{
		{"a newcomer", waits, knock(guest), WaitsForApproval, ""},
		{"a poll", waits, knock(guest).by(func(k *JoinRequest) { k.HasSeat, k.IsWaiting = true, true }), WaitsForApproval, ""},
		{"somebody who was in and comes back", waits, knock(guest).by(func(k *JoinRequest) { k.HasSeat = true }), WaitsForApproval, ""},
		{"somebody approved", waits, knock(guest).by(func(k *JoinRequest) { k.HasSeat, k.Approved = true, true }), Admits, ""},
		{"an alternative host", waits, knock(bob), Admits, ""},
		{"a colleague, of a waiting room for guests", guestsWait, knock(dave), Admits, ""},
		{"a stranger, of a waiting room for guests", guestsWait, knock(erin), WaitsForApproval, ""},
		{"somebody put back, though the waiting room is off", live(adasRoom(), Target{}), held, WaitsForApproval, ""},
		{"a host put back", live(adasRoom(), Target{}), knock(bob).by(func(k *JoinRequest) { k.HasSeat, k.IsWaiting, k.NeedsApproval = true, true, true }), WaitsForApproval, ""},
	})
}

// The waiting room is turned on, and the host opens, while somebody is on their way in.
func TestI8RacingTheHostNeverSlipsPast(t *testing.T) {
	idle := with(adasRoom(), func(r *Room) { r.Settings.JoinBeforeHost = true })
	early := idle.Decide(knock(guest), seatOne, nine)
	on := Settings{Passcode: "open123", WaitingRoom: WaitEveryone, Capacity: 2}
	edited, ok := Transition{Instance: "sitting", Epoch: &idle.Live.Epoch, HostDecision: true, Settings: &on}.Apply(idle)
	if !ok {
		t.Fatal("the edit did not commit")
	}
	for name, r := range map[string]Room{"edited": edited, "edited and opened": live(edited, Target{})} {
		if _, passed := early.Transition.Apply(r); passed {
			t.Errorf("%s: passed", name)
		}
	}
	if _, passed := early.Transition.Apply(live(idle, Target{})); passed {
		t.Error("opened a room that was open")
	}
}

func TestI10RemovedMeansOut(t *testing.T) {
	out := func(who ...Identity) Room {
		return with(live(adasRoom(), Target{}), func(r *Room) { r.Live.Removed = who })
	}
	play(t, []scene{
		{"a user, whatever the seat", out(dave.identity()), knock(dave), Refuses, Removed},
		{"an alternative host", out(bob.identity()), knock(bob), Refuses, Removed},
		{"a guest's seat", out(knock(guest).Identity), knock(guest), Refuses, Removed},
		{"though approved", out(dave.identity()), knock(dave).by(func(k *JoinRequest) { k.HasSeat, k.Approved = true, true }), Refuses, Removed},
		{"I13: not without the passcode", out(dave.identity()), knock(dave).by(func(k *JoinRequest) { k.Passcode = "" }), Refuses, NoMeeting},
		{"somebody else", out(dave.identity()), knock(erin), Admits, ""},
		{"the next sitting", live(ended(out(dave.identity())), Target{}), knock(dave), Admits, ""},
	})
}

func TestI10AJoinDecidedBeforeTheRemovalCannotCommitAfterIt(t *testing.T) {
	open := live(adasRoom(), Target{})
	decided := open.Decide(knock(dave), seatOne, nine)
	removed, _ := Transition{Instance: "sitting", Live: true, HostDecision: true, Remove: []Identity{dave.identity()}}.Apply(open)
	if _, passed := decided.Transition.Apply(removed); passed {
		t.Error("passed after the removal")
	}
}

func TestI11TheOwnerIsNeverLockedOut(t *testing.T) {
	worst := with(live(adasRoom(), forA), func(r *Room) {
		r.Settings.WaitingRoom, r.Settings.SignedInOnly, r.Settings.Domains = WaitEveryone, true, []string{"globex.example"}
		r.Live.Locked, r.Live.Seated, r.Live.DistrustedUntil = true, 99, nine.Add(time.Hour)
		r.Live.Removed = []Identity{ada.identity()}
	})
	play(t, []scene{
		{"locked, full, of another domain and distrusted", worst, knock(ada).by(func(k *JoinRequest) { k.Passcode, k.Target = "", forB }), Admits, ""},
		{"idle", adasRoom(), knock(ada).by(func(k *JoinRequest) { k.Passcode = "" }), Admits, ""},
	})
	if seats := (Roster{{ID: seatOne, Role: Host}}); ReasonOf(refuseOwner(seats)) != IsOwner {
		t.Error("the owner can be removed, denied or made to wait")
	}
}

func TestI12AFullRoom(t *testing.T) {
	full := with(live(adasRoom(), Target{}), func(r *Room) { r.Live.Seated = 2 })
	play(t, []scene{
		{"a newcomer", full, knock(guest), SeemsFull, Full},
		{"an alternative host", full, knock(bob), SeemsFull, Full},
		{"somebody approved", full, knock(guest).by(func(k *JoinRequest) { k.HasSeat, k.Approved = true, true }), SeemsFull, Full},
		{"I11: the owner", full, knock(ada), Admits, ""},
		{"I13: without the passcode", full, knock(guest).by(func(k *JoinRequest) { k.Passcode = "?" }), Refuses, NoMeeting},
	})
}

func TestI13ThePasscodeComesFirst(t *testing.T) {
	distrusted := with(live(adasRoom(), Target{}), func(r *Room) { r.Live.DistrustedUntil = nine.Add(time.Minute) })
	signedIn := with(live(adasRoom(), Target{}), func(r *Room) { r.Settings.SignedInOnly = true })
	domain := with(signedIn, func(r *Room) { r.Settings.Domains = []string{"acme.example"} })
	anyDomain := with(signedIn, func(r *Room) { r.Settings.Domains = []string{""} })
	unverified := Caller{User: User{"acme", "frank"}}
	wrong := func(k *JoinRequest) { k.Passcode = "open12" }
	play(t, []scene{
		{"nobody's number", Room{Number: "5551234322"}, knock(guest), Refuses, NoMeeting},
		{"a retired number", adasRoom().Retire(nine, time.Hour), knock(guest), Refuses, NoMeeting},
		{"a retired number, its owner", adasRoom().Retire(nine, time.Hour), knock(ada), Refuses, NoMeeting},
		{"an alias, which is no room", Room{Number: forA.ID, Kind: Alias, Owner: ada.User}, knock(guest), Refuses, NoMeeting},
		{"a wrong passcode", live(adasRoom(), Target{}), knock(guest).by(wrong), Refuses, NoMeeting},
		{"a wrong one of somebody who may not come in", signedIn, knock(guest).by(wrong), Refuses, NoMeeting},
		{"past it: sign in", signedIn, knock(guest), Refuses, SignInRequired},
		{"past it: an allowed domain", domain, knock(dave), Admits, ""},
		{"past it: another domain", domain, knock(erin), Refuses, WrongDomain},
		{"past it: no verified address", anyDomain, knock(unverified), Refuses, WrongDomain},
		{"an alternative host needs none", live(adasRoom(), Target{}), knock(bob).by(wrong), Admits, ""},
		{"under attack: the right one leads to the waiting room", distrusted, knock(guest), WaitsForApproval, ""},
		{"under attack: who held a seat before", distrusted, knock(guest).by(func(k *JoinRequest) { k.HasSeat, k.Passcode = true, "" }), Admits, ""},
		{"under attack: an alternative host", distrusted, knock(bob), Admits, ""},
		{"when the attack is over", with(distrusted, func(r *Room) { r.Live.DistrustedUntil = nine }), knock(guest), Admits, ""},
	})
}

func TestI13TheGuessBudget(t *testing.T) {
	at := nine.Add(GuessWindow - 90*time.Second)
	door := &Turnstile{Env: Env{Now: func() time.Time { return at }}}
	if err := door.checkGuesses(ClientGuesses - 1); err != nil {
		t.Errorf("one guess is left: %v", err)
	}
	refused, ok := errors.AsType[*Refusal](door.checkGuesses(ClientGuesses))
	if !ok || refused.Reason != TooManyGuesses || refused.Retry < 90 || refused.Retry > 91 {
		t.Errorf("it is spent: %+v; want to try again when the window is over", refused)
	}
	if ada.budgetScope() == erin.budgetScope() || guest.budgetScope() == (Caller{Address: "192.0.2.1"}).budgetScope() {
		t.Error("two callers share a budget")
	}
	if ada.budgetScope() != (Caller{User: ada.User, Address: "192.0.2.1"}).budgetScope() {
		t.Error("a user's budget is of their address")
	}
}

func TestI17ByTheClock(t *testing.T) {
	open := live(adasRoom(), Target{})
	late, _ := open.admission(Participant, nine.Add(MaxInstanceTime-1)).Apply(open)
	if !late.expired(nine.Add(MaxInstanceTime)) || late.maybeAbandoned(nine.Add(MaxInstanceTime)) {
		t.Error("who comes late prolongs the sitting, or is not heard")
	}
	for _, c := range []struct {
		after          time.Duration
		quiet, expired bool
	}{{0, false, false}, {AbandonedAfter - 1, false, false}, {AbandonedAfter, true, false}, {MaxInstanceTime - 1, true, false}, {MaxInstanceTime, true, true}} {
		if q, x := open.maybeAbandoned(nine.Add(c.after)), open.expired(nine.Add(c.after)); q != c.quiet || x != c.expired {
			t.Errorf("after %v: quiet %v, expired %v", c.after, q, x)
		}
	}
	if idle := adasRoom(); idle.maybeAbandoned(nine) || idle.expired(nine) {
		t.Error("an idle room has a sitting")
	}
}

func TestI18OneSittingOneMeeting(t *testing.T) {
	a := live(adasRoom(), forA)
	of := func(v Target) func(*JoinRequest) { return func(k *JoinRequest) { k.Target = v } }
	play(t, []scene{
		{"a guest of A", a, knock(guest).by(of(forA)), Admits, ""},
		{"a guest of B", a, knock(guest).by(of(forB)), WaitsForHost, ""},
		{"a host of B", a, knock(dave).by(of(forB)), WaitsForHost, ""},
		{"a guest of B whom the host let in", a, knock(guest).by(func(k *JoinRequest) { k.Target, k.HasSeat, k.Approved = forB, true, true }), Admits, ""},
		{"the bare number", a, knock(guest), Admits, ""},
		{"a guest of B, when the room was simply opened", live(adasRoom(), Target{}), knock(guest).by(of(forB)), Admits, ""},
	})
	opened := adasRoom().Decide(knock(dave).by(of(forB)), seatOne, nine)
	if r, _ := opened.Transition.Apply(adasRoom()); r.Live.Meeting != forB.MeetingRef || !r.IsHost(dave, Target{}) {
		t.Errorf("a host of B opened %+v", r.Live)
	}
}

// What follows holds for every room and everybody who knocks.

func anyRoom(t *rapid.T) Room {
	people := []Identity{ada.identity(), bob.identity(), carol.identity(), dave.identity(), erin.identity(), knock(guest).Identity}
	some := func(name string) []Identity {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(people), 0, 2, rapid.ID).Draw(t, name)
	}
	r := Room{
		Number: "5551234321", Owner: ada.User, Topic: "Ada's room",
		Kind: rapid.SampledFrom([]Kind{Personal, Personal, Personal, MeetingRoom, MeetingRoom, Alias, Retired, ""}).Draw(t, "kind"),
		Settings: Settings{
			Passcode:             rapid.SampledFrom([]string{"open123", "open123", ""}).Draw(t, "passcode"),
			WaitingRoom:          rapid.SampledFrom([]WaitingRoom{WaitNobody, WaitEveryone, WaitGuests}).Draw(t, "waiting room"),
			JoinBeforeHost:       rapid.Bool().Draw(t, "join before host"),
			JoinBeforeHostWindow: rapid.SampledFrom([]time.Duration{0, 10 * time.Minute}).Draw(t, "window"),
			SignedInOnly:         rapid.Bool().Draw(t, "sign in"),
			Domains:              rapid.SampledFrom([][]string{nil, nil, {"acme.example"}}).Draw(t, "domains"),
			Capacity:             rapid.IntRange(1, 4).Draw(t, "capacity"),
			AlternativeHosts:     rapid.SampledFrom([][]string{nil, {bob.Email}}).Draw(t, "alternative hosts"),
		},
		Live:      LiveState{Instance: "sitting", Epoch: rapid.Int64Range(0, 9).Draw(t, "epoch")},
		Ephemeral: rapid.Bool().Draw(t, "fleeting"),
	}
	r.Live.DistrustedUntil = rapid.SampledFrom([]time.Time{{}, nine.Add(-time.Hour), nine.Add(time.Hour)}).Draw(t, "distrust")
	if !r.Enterable() || rapid.Bool().Draw(t, "idle") {
		return r
	}
	r = live(r, rapid.SampledFrom([]Target{{}, forA, forB}).Draw(t, "sits for"))
	r.Live.Locked = rapid.Bool().Draw(t, "locked")
	r.Live.Seated = rapid.Int64Range(0, int64(r.Settings.Capacity)).Draw(t, "seated")
	r.Live.AdmissionSeq = r.Live.Seated + rapid.Int64Range(0, 3).Draw(t, "more turns")
	r.Live.Removed, r.Live.Hosts = some("removed"), append(r.Live.Hosts, some("hosts")...)
	return r
}

func anyKnock(t *rapid.T) JoinRequest {
	k := knock(rapid.SampledFrom([]Caller{ada, bob, carol, dave, erin, guest}).Draw(t, "caller"))
	k.Target = rapid.SampledFrom([]Target{{}, forA, forB}).Draw(t, "visit")
	k.Passcode = rapid.SampledFrom([]string{"open123", "open123", "open12", ""}).Draw(t, "shown")
	k.NextStart = rapid.SampledFrom([]time.Time{{}, nine.Add(time.Hour), nine}).Draw(t, "starts")
	if k.HasSeat = rapid.Bool().Draw(t, "known"); k.HasSeat {
		k.IsWaiting, k.NeedsApproval, k.Approved = rapid.Bool().Draw(t, "waits"), rapid.Bool().Draw(t, "held"), rapid.Bool().Draw(t, "approved")
	}
	return k
}

func TestTheDoorWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, k := anyRoom(t), anyKnock(t)
		d := r.Decide(k, seatOne, nine)
		owner, hosts := k.Caller.User == ada.User, r.IsHost(k.Caller, k.Target)
		past := r.Enterable() && (hosts || k.HasSeat || r.Settings.Passcode == "" || k.Passcode == r.Settings.Passcode)
		admitted := d.Verdict == Admits

		must := func(rule string, holds bool) {
			if !holds {
				t.Fatalf("%s: %+v", rule, d)
			}
		}
		must("I13: one refusal for all who are not past the passcode", past || reflect.DeepEqual(d, refuseJoin(NoMeeting)))
		must("I13: and for nobody else", !past || d.Reason != NoMeeting)
		must("I9: who is not admitted gets no turn", admitted || reflect.DeepEqual(d.Transition, Transition{}))
		must("a reason is given with a refusal", (d.Reason != "") == (d.Verdict == Refuses || d.Verdict == SeemsFull))
		must("I11: the owner of a room comes in", !owner || !r.Enterable() || admitted && d.Transition.Seats == 0)
		must("I10: who was removed does not", owner || !admitted || !slices.Contains(r.Live.Removed, k.Identity))
		must("I7: nobody else passes a locked door", owner || !admitted || !r.Live.Locked)
		must("I8: the waiting room is passed by approval only",
			hosts || !admitted || k.Approved && r.Live.Open || !k.NeedsApproval && !r.Settings.waitingRoomHolds(r.Owner.Account, k.Caller.User))
		must("I18: a guest of one meeting is not let into another",
			hosts || !admitted || k.Approved || k.Target.ID == "" || !r.Live.Open || r.Live.Meeting.ID == "" || r.Live.Meeting.ID == k.Target.ID)
		must("I12: a full room fills", !admitted || owner || !r.Live.Open || r.Live.Seated < int64(r.Settings.Capacity))
		if !admitted {
			return
		}
		after, passed := d.Transition.Apply(r)
		must("what was decided about a room can be done to it", passed)
		must("one person passed", after.Live.Open && after.Live.AdmissionSeq == r.Live.AdmissionSeq+1)
		must("I12: never more than the capacity", after.Live.Seated <= int64(r.Settings.Capacity))
		must("the epoch is of hosts", r.Live.Open == (after.Live.Epoch == r.Live.Epoch))
	})
}
