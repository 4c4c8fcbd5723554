package meeting

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A decisionCase is a room, somebody who asks to join it, and the answer.
type decisionCase struct {
	name    string
	room    Room
	request JoinRequest
	want    Answer
	reason  Reason
}

func checkDecisions(t *testing.T, cases []decisionCase) {
	t.Helper()
	for _, c := range cases {
		d := c.room.Decide(c.request, seatOne, nine)
		if d.Answer != c.want || d.Reason != c.reason {
			t.Errorf("%s: answer %d %q; want %d %q", c.name, d.Answer, d.Reason, c.want, c.reason)
		}
	}
}

// Changes of a request: to the seat that somebody has, and to what they show.
func isWaiting(k *JoinRequest)  { k.HasSeat, k.IsWaiting = true, true }
func wasIn(k *JoinRequest)      { k.HasSeat = true }
func isApproved(k *JoinRequest) { k.HasSeat, k.Approved = true, true }
func wasMoved(k *JoinRequest)   { k.HasSeat, k.IsWaiting, k.NeedsApproval = true, true, true }
func noPasscode(k *JoinRequest) { k.Passcode = "" }
func wrongCode(k *JoinRequest)  { k.Passcode = "open12" }

func from(client Identity) func(*JoinRequest) { return func(k *JoinRequest) { k.Client = client } }

func comesFor(v Target) func(*JoinRequest) { return func(k *JoinRequest) { k.Target = v } }

func startsIn(d time.Duration) func(*JoinRequest) {
	return func(k *JoinRequest) { k.NextStart = nine.Add(d) }
}

func TestDecideOrdinaryRoom(t *testing.T) {
	idle, open := adasRoom(), live(adasRoom(), Target{})
	client := clientIdentity("sitting", "192.0.2.1")
	denied := with(open, func(r *Room) { r.Live.Denied = []Identity{dave.identity(), client} })
	checkDecisions(t, []decisionCase{
		{"a guest before the host", idle, requestOf(guest), WaitsForHost, ""},
		{"a guest while it is live", open, requestOf(guest), Admits, ""},
		{"a colleague while it is live", open, requestOf(dave), Admits, ""},
		{"an alternative host opens it", idle, requestOf(bob, noPasscode), Admits, ""},
		{"a poll after the host came", open, requestOf(guest, isWaiting, noPasscode), Admits, ""},
		{"a denied user", denied, requestOf(dave), Refuses, Denied},
		{"a guest from the address of a denied one", denied, requestOf(guest, from(client)), Refuses, Denied},
		{"a signed-in user from there", denied, requestOf(erin, from(client)), Admits, ""},
		{"a guest from there who has a seat", denied, requestOf(guest, from(client), wasIn), Admits, ""},
	})
}

func TestDecideJoinBeforeHost(t *testing.T) {
	early := with(adasRoom(), func(r *Room) { r.Settings.JoinBeforeHost = true })
	windowed := with(early, func(r *Room) { r.Kind, r.Settings.JoinBeforeHostWindow = MeetingRoom, 10*time.Minute })
	personal := with(windowed, func(r *Room) { r.Kind = Personal })
	guestsWait := with(early, func(r *Room) { r.Settings.WaitingRoom = WaitGuests })
	distrusted := with(early, func(r *Room) { r.Live.DistrustedUntil = nine.Add(1) })
	checkDecisions(t, []decisionCase{
		{"at any time", early, requestOf(guest), Admits, ""},
		{"before its window", windowed, requestOf(guest, startsIn(15*time.Minute)), WaitsForHost, ""},
		{"in its window", windowed, requestOf(guest, startsIn(10*time.Minute)), Admits, ""},
		{"after its start", windowed, requestOf(guest, startsIn(-time.Minute)), Admits, ""},
		{"no fixed time", windowed, requestOf(guest), Admits, ""},
		{"personal room, before the window", personal, requestOf(guest, startsIn(15*time.Minute)), WaitsForHost, ""},
		{"personal room, for no meeting", personal, requestOf(guest), Admits, ""},
		{"I8: never past the waiting room", guestsWait, requestOf(erin), WaitsForHost, ""},
		{"somebody whom the waiting room does not hold", guestsWait, requestOf(dave), Admits, ""},
		{"I13: never by a distrusted passcode", distrusted, requestOf(guest), WaitsForHost, ""},
	})
}

func TestI7LockRefusesJoins(t *testing.T) {
	locked := with(live(adasRoom(), Target{}), func(r *Room) { r.Live.Locked = true })
	autoLocked := with(live(adasRoom(), Target{}), func(r *Room) {
		r.Settings.AutoLock, r.Live.OpenedAt = time.Minute, nine.Add(-time.Minute)
	})
	unlocked, _ := Transition{Instance: "sitting", Lock: new(false)}.Apply(autoLocked)
	checkDecisions(t, []decisionCase{
		{"a new join", locked, requestOf(guest), Refuses, Locked},
		{"an alternative host", locked, requestOf(bob), Refuses, Locked},
		{"somebody who left, or whose lease ended", locked, requestOf(guest, wasIn), Refuses, Locked},
		{"somebody who waited before", locked, requestOf(guest, isWaiting), WaitsForApproval, ""},
		{"somebody approved whose lease ended", locked, requestOf(guest, isApproved), WaitsForApproval, ""},
		{"locked by itself", autoLocked, requestOf(guest), Refuses, Locked},
		{"unlocked since", unlocked, requestOf(guest), Admits, ""},
	})
}

func TestI8WaitingRoomHolds(t *testing.T) {
	open := live(adasRoom(), Target{})
	everyone := with(open, func(r *Room) { r.Settings.WaitingRoom = WaitEveryone })
	guestsWait := with(open, func(r *Room) { r.Settings.WaitingRoom = WaitGuests })
	moved := with(open, func(r *Room) { r.Live.NeedApproval = []Identity{dave.identity()} })
	checkDecisions(t, []decisionCase{
		{"a new join", everyone, requestOf(guest), WaitsForApproval, ""},
		{"a colleague", everyone, requestOf(dave), WaitsForApproval, ""},
		{"a poll", everyone, requestOf(guest, isWaiting), WaitsForApproval, ""},
		{"somebody who was in before", everyone, requestOf(guest, wasIn), WaitsForApproval, ""},
		{"somebody approved", everyone, requestOf(guest, isApproved), Admits, ""},
		{"an alternative host", everyone, requestOf(bob), Admits, ""},
		{"a colleague, if guests wait", guestsWait, requestOf(dave), Admits, ""},
		{"a user of another account, if guests wait", guestsWait, requestOf(erin), WaitsForApproval, ""},
		{"a guest, if guests wait", guestsWait, requestOf(guest), WaitsForApproval, ""},
		{"somebody moved there, though it is off", open, requestOf(guest, wasMoved), WaitsForApproval, ""},
		{"a user who was moved and joins again", moved, requestOf(dave), WaitsForApproval, ""},
		{"a host moved there", open, requestOf(bob, wasMoved), WaitsForApproval, ""},
	})
}

func TestI10RemovedIsRefused(t *testing.T) {
	removed := with(live(adasRoom(), Target{}), func(r *Room) {
		r.Live.Removed = []Identity{dave.identity(), bob.identity(), requestOf(guest).Identity}
	})
	checkDecisions(t, []decisionCase{
		{"a user, whatever the seat", removed, requestOf(dave), Refuses, Removed},
		{"an alternative host", removed, requestOf(bob), Refuses, Removed},
		{"the seat of a guest", removed, requestOf(guest), Refuses, Removed},
		{"though approved", removed, requestOf(dave, isApproved), Refuses, Removed},
		{"somebody else", removed, requestOf(erin), Admits, ""},
		{"the next instance", live(ended(removed), Target{}), requestOf(dave), Admits, ""},
	})
}

func TestI12FullRoomIsRecounted(t *testing.T) {
	full := with(live(adasRoom(), Target{}), func(r *Room) { r.Live.Seated = 2 })
	checkDecisions(t, []decisionCase{
		{"a new join", full, requestOf(guest), SeemsFull, Full},
		{"an alternative host", full, requestOf(bob), SeemsFull, Full},
		{"somebody approved", full, requestOf(guest, isApproved), SeemsFull, Full},
	})
}

func TestI13PasscodeComesFirst(t *testing.T) {
	open := live(adasRoom(), Target{})
	retired := adasRoom().Retire(nine, time.Hour)
	distrusted := with(open, func(r *Room) { r.Live.DistrustedUntil = nine.Add(time.Minute) })
	signedIn := with(open, func(r *Room) { r.Settings.SignedInOnly = true })
	domain := with(signedIn, func(r *Room) { r.Settings.Domains = []string{"acme.example"} })
	emptyDomain := with(signedIn, func(r *Room) { r.Settings.Domains = []string{""} })
	unverified := Caller{User: User{"acme", "frank"}}
	checkDecisions(t, []decisionCase{
		{"nobody's number", Room{Number: "5551234322"}, requestOf(guest), Refuses, NoMeeting},
		{"a retired number", retired, requestOf(guest), Refuses, NoMeeting},
		{"a retired number, its owner", retired, requestOf(ada), Refuses, NoMeeting},
		{"a wrong passcode", open, requestOf(guest, wrongCode), Refuses, NoMeeting},
		{"a wrong one, and not signed in", signedIn, requestOf(guest, wrongCode), Refuses, NoMeeting},
		{"past it: not signed in", signedIn, requestOf(guest), Refuses, SignInRequired},
		{"past it: an allowed domain", domain, requestOf(dave), Admits, ""},
		{"past it: another domain", domain, requestOf(erin), Refuses, WrongDomain},
		{"past it: no verified address", emptyDomain, requestOf(unverified), Refuses, WrongDomain},
		{"an alternative host needs none", open, requestOf(bob, wrongCode), Admits, ""},
		{"distrusted: it leads to the waiting room", distrusted, requestOf(guest), WaitsForApproval, ""},
		{"distrusted: somebody who was in", distrusted, requestOf(guest, wasIn, noPasscode), Admits, ""},
		{"distrusted: an alternative host", distrusted, requestOf(bob), Admits, ""},
		{"trusted again", with(open, func(r *Room) { r.Live.DistrustedUntil = nine }), requestOf(guest), Admits, ""},
	})
}

func TestI18OneInstanceOneMeeting(t *testing.T) {
	a := live(adasRoom(), forA)
	checkDecisions(t, []decisionCase{
		{"a guest of A", a, requestOf(guest, comesFor(forA)), Admits, ""},
		{"a guest of B", a, requestOf(guest, comesFor(forB)), WaitsForHost, ""},
		{"a host of B", a, requestOf(dave, comesFor(forB)), WaitsForHost, ""},
		{"a guest of B whom a host approved", a, requestOf(guest, comesFor(forB), isApproved), Admits, ""},
		{"the bare number", a, requestOf(guest), Admits, ""},
		{"a guest of B, live for no meeting", live(adasRoom(), Target{}), requestOf(guest, comesFor(forB)), Admits, ""},
	})
}

func TestI17EndsByTheClock(t *testing.T) {
	open := live(adasRoom(), Target{})
	late, _ := open.admission(Participant, nine.Add(MaxInstanceTime-1)).Apply(open)
	for _, c := range []struct {
		room               Room
		after              time.Duration
		abandoned, expired bool
	}{
		{open, AbandonedAfter - 1, false, false},
		{open, AbandonedAfter, true, false},
		{open, MaxInstanceTime - 1, true, false},
		{open, MaxInstanceTime, true, true},
		{late, MaxInstanceTime, false, true},
		{adasRoom(), 10 * MaxInstanceTime, false, false},
	} {
		now := nine.Add(c.after)
		if a, x := c.room.maybeAbandoned(now), c.room.expired(now); a != c.abandoned || x != c.expired {
			t.Errorf("after %v: abandoned %v, expired %v", c.after, a, x)
		}
	}
}

func TestI13GuessBudgets(t *testing.T) {
	at := nine.Add(GuessWindow - 90*time.Second)
	door := &core{env: Env{Now: func() time.Time { return at }}}
	if err := door.checkGuesses(ClientGuesses - 1); err != nil {
		t.Errorf("one guess is left: %v", err)
	}
	refused, ok := errors.AsType[*Refusal](door.checkGuesses(ClientGuesses))
	if !ok || refused.Reason != TooManyGuesses || refused.Retry < 90 || refused.Retry > 91 {
		t.Errorf("it is spent: %+v; want a retry when the window is over", refused)
	}
	elsewhere := func(c Caller) Caller { c.Address = "192.0.2.1"; return c }
	if ada.budgetScope() == erin.budgetScope() || guest.budgetScope() == elsewhere(guest).budgetScope() {
		t.Error("two callers share a budget")
	}
	if ada.budgetScope() != elsewhere(ada).budgetScope() {
		t.Error("the budget of a user depends on their address")
	}
}

func TestDecideKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, k := anyRoom(t), anyJoinRequest(t)
		d := r.Decide(k, seatOne, nine)
		owner, host := k.Caller.User == ada.User, r.IsHost(k.Caller, k.Target)
		past := r.Enterable() && (host || k.HasSeat || r.Settings.Passcode == "" || k.Passcode == r.Settings.Passcode)
		admitted := d.Answer == Admits
		needsApproval := k.NeedsApproval || slices.Contains(r.Live.NeedApproval, k.Identity) ||
			!host && r.Settings.waitingRoomHolds(r.Owner.Account, k.Caller.User)
		ownMeeting := k.Target.ID == "" || !r.Live.Open || r.Live.Meeting.ID == "" || r.Live.Meeting.ID == k.Target.ID

		must := func(rule string, holds bool) {
			if !holds {
				t.Fatalf("%s: %+v", rule, d)
			}
		}
		must("I13: one refusal for all who are not past the passcode", past || reflect.DeepEqual(d, refuseJoin(NoMeeting)))
		must("I13: and for nobody else", !past || d.Reason != NoMeeting)
		must("I9: no transition without admission", admitted || reflect.DeepEqual(d.Transition, Transition{}))
		must("a refusal has a reason", (d.Reason != "") == (d.Answer == Refuses || d.Answer == SeemsFull))
		must("I11: the owner comes in, and takes no seat", !owner || !r.Enterable() || admitted && d.Transition.Seats == 0)
		must("I10: removed people do not", owner || !admitted || !slices.Contains(r.Live.Removed, k.Identity))
		must("denied people do not", host || !admitted || k.HasSeat || !slices.Contains(r.Live.Denied, k.Identity))
		must("I7: nobody else passes the lock", owner || !admitted || !r.Live.Locked)
		must("I8: only approval passes the waiting room", owner || !admitted || !needsApproval || k.Approved && r.Live.Open ||
			host && !r.Live.Open)
		must("I18: one meeting", host || !admitted || k.Approved || ownMeeting)
		must("I12: nobody else is admitted to a full room",
			!admitted || owner || !r.Live.Open || r.Live.Seated < int64(r.Settings.Capacity))
		if !admitted {
			return
		}
		after, applied := d.Transition.Apply(r)
		must("the transition can be applied to the room that was decided on", applied)
		must("it admits one person", after.Live.Open && after.Live.AdmissionSeq == r.Live.AdmissionSeq+1)
		must("I12: within the capacity", after.Live.Seated <= int64(r.Settings.Capacity))
		must("I7: a join leaves the epoch", r.Live.Open == (after.Live.Epoch == r.Live.Epoch))

		decided, _ := Transition{Instance: r.Live.Instance, HostDecision: true}.Apply(r)
		_, applied = d.Transition.Apply(decided)
		must("I7, I8, I10: it cannot be applied after a host's decision", !applied)
		byPasscode := !owner && !host && r.Settings.Passcode != "" && (!k.HasSeat || k.IsWaiting && !k.Approved)
		distrusted, _ := Transition{Instance: r.Live.Instance, DistrustUntil: nine.Add(2 * time.Hour)}.Apply(r)
		_, applied = d.Transition.Apply(distrusted)
		must("I13: nor once the passcode that it depends on is distrusted", applied == !byPasscode)
	})
}
