package meeting

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Changes of a request: to the seat that somebody has, and to what they show.
func isWaiting(k *JoinRequest)  { k.HasSeat, k.IsWaiting = true, true }
func wasIn(k *JoinRequest)      { k.HasSeat = true }
func isApproved(k *JoinRequest) { k.HasSeat, k.Approved = true, true }
func noPasscode(k *JoinRequest) { k.Passcode = "" }

func reconnects(k *JoinRequest) { k.HasSeat, k.Reconnects = true, true }
func fromOffice(k *JoinRequest) { k.Client = office }
func seatOfOffice(k *JoinRequest) {
	k.HasSeat, k.Client, k.SeatClient = true, cafe, office
}

func byPass(k *JoinRequest) { k.Passcode, k.Pass, k.Trusted = "", Pass{ID: "pass"}, true }
func byApprovedPass(k *JoinRequest) {
	byPass(k)
	k.Pass.SkipsWaitingRoom = true
}

func comesFor(v Target) func(*JoinRequest) { return func(k *JoinRequest) { k.Target = v } }

func startsIn(d time.Duration) func(*JoinRequest) {
	return func(k *JoinRequest) { k.NextStart = nine.Add(d) }
}

var passIdentity = SeatPass{ID: "pass"}.identity()

// The scenarios of shared/dev/proof/rules hold each rule in full. These rows are the limits of each condition.
func TestDecide(t *testing.T) {
	idle, open := adasRoom(), live(adasRoom(), Target{})
	early := with(idle, func(r *Room) { r.Settings.JoinBeforeHost = true })
	windowed := with(early, func(r *Room) { r.Kind, r.Settings.JoinBeforeHostWindow = MeetingRoom, 10*time.Minute })
	guestsWait := func(r *Room) { r.Settings.WaitingRoom = WaitGuests }
	distrusted := func(until time.Time) func(*Room) { return func(r *Room) { r.Live.DistrustedUntil = until } }
	locked := with(open, func(r *Room) { r.Live.Locked = true })
	autoLocked := with(open, func(r *Room) { r.Settings.AutoLock, r.Live.OpenedAt = time.Minute, nine.Add(-time.Minute) })
	unlocked, _ := Transition{Instance: "sitting", Lock: new(false)}.Apply(autoLocked)
	emptyDomain := with(open, func(r *Room) { r.Settings.Domains = []string{""} })
	held := with(open, func(r *Room) { r.Live.NeedApproval = []Identity{office} })
	denied := with(open, func(r *Room) { r.Live.Denied = []Identity{office, erin.identity()} })
	full := with(open, func(r *Room) { r.Live.HoldGuests = true })
	fuller := with(open, func(r *Room) { r.Live.HoldEverybody = true })
	a := live(idle, forA)
	for _, c := range []struct {
		name    string
		room    Room
		request JoinRequest
		want    Answer
		reason  Reason
	}{
		{"a guest before the host", idle, requestOf(guest), WaitsForHost, ""},
		{"a poll after the host came", open, requestOf(guest, isWaiting, noPasscode), Admits, ""},
		{"an alternative host needs no passcode", idle, requestOf(bob, noPasscode), Admits, ""},
		{"before the window", windowed, requestOf(guest, startsIn(10*time.Minute+1)), WaitsForHost, ""},
		{"in the window", windowed, requestOf(guest, startsIn(10*time.Minute)), Admits, ""},
		{"no fixed time", windowed, requestOf(guest), Admits, ""},
		{"I8: early, and held by the waiting room", with(early, guestsWait), requestOf(erin), WaitsForHost, ""},
		{"I8: early, and not held", with(early, guestsWait), requestOf(dave), Admits, ""},
		{"I13: early, by a distrusted passcode", with(early, distrusted(nine.Add(1))), requestOf(guest), WaitsForHost, ""},
		{"I13: a distrusted passcode", with(open, distrusted(nine.Add(1))), requestOf(guest), WaitsForApproval, ""},
		{"I13: distrusted, of somebody who was in", with(open, distrusted(nine.Add(1))), requestOf(guest, wasIn), Admits, ""},
		{"I13: trusted again", with(open, distrusted(nine)), requestOf(guest), Admits, ""},
		{"I13: no verified address", emptyDomain, requestOf(Caller{User: User{"acme", "frank"}}), Refuses, WrongDomain},
		{"I7: locked", locked, requestOf(guest, wasIn), Refuses, Locked},
		{"I7: locked, of somebody who waits", locked, requestOf(guest, isWaiting), WaitsForApproval, ""},
		{"I7: locked, of somebody approved", locked, requestOf(guest, isApproved), WaitsForApproval, ""},
		{"I7: locked by itself", autoLocked, requestOf(guest), Refuses, Locked},
		{"I7: unlocked since", unlocked, requestOf(guest), Admits, ""},
		{"I8: a guest, if guests wait", with(open, guestsWait), requestOf(guest), WaitsForApproval, ""},
		{"I8: somebody approved", with(open, guestsWait), requestOf(guest, isApproved), Admits, ""},
		{"I10: a guest from the network of a removed one", held, requestOf(guest, fromOffice), WaitsForApproval, ""},
		{"I10: from another network", held, requestOf(guest), Admits, ""},
		{"I10: with a seat that they left", held, requestOf(guest, fromOffice, wasIn), WaitsForApproval, ""},
		{"I10: with a seat taken there", held, requestOf(guest, seatOfOffice), WaitsForApproval, ""},
		{"I10: who waits there", held, requestOf(guest, fromOffice, isWaiting), WaitsForApproval, ""},
		{"I10: who is in and reconnects", held, requestOf(guest, fromOffice, reconnects), Admits, ""},
		{"I10: whom a host approved", held, requestOf(guest, fromOffice, isApproved), Admits, ""},
		{"I10: a user from there", held, requestOf(erin, fromOffice), Admits, ""},
		{"a guest from the network of a denied one", denied, requestOf(guest, fromOffice), WaitsForApproval, ""},
		{"a user from there", denied, requestOf(dave, fromOffice), Admits, ""},
		{"a denied user", denied, requestOf(erin), Refuses, Denied},
		{"I10: a guest, and the list is full", full, requestOf(guest), WaitsForApproval, ""},
		{"I10: a guest who is in, and it is full", full, requestOf(guest, reconnects), Admits, ""},
		{"I10: a user, and the list of networks is full", full, requestOf(dave), Admits, ""},
		{"I10: a user, and the list of users is full", fuller, requestOf(dave), WaitsForApproval, ""},
		{"I10: a user who is in, and it is full", fuller, requestOf(dave, reconnects), Admits, ""},
		{"I10: a host, and it is full", fuller, requestOf(bob), Admits, ""},
		{"I12: a full room", with(open, func(r *Room) { r.Live.Seated = 2 }), requestOf(guest), SeemsFull, Full},
		{"I13: a pass in place of the passcode", open, requestOf(guest, byPass), Admits, ""},
		{"I13: a pass, and a distrusted passcode", with(open, distrusted(nine.Add(1))), requestOf(guest, byPass), Admits, ""},
		{"I7: a pass, and a lock", locked, requestOf(guest, byApprovedPass), Refuses, Locked},
		{"I8: a pass, and the waiting room", with(open, guestsWait), requestOf(guest, byPass), WaitsForApproval, ""},
		{"I8: a pass that skips it", with(open, guestsWait), requestOf(guest, byApprovedPass), Admits, ""},
		{"I8: early, by a pass that skips it", with(early, guestsWait), requestOf(guest, byApprovedPass), WaitsForHost, ""},
		{"I10: a pass from the network of a removed one", held, requestOf(guest, fromOffice, byPass), Admits, ""},
		{"I10: a pass, and the list is full", full, requestOf(guest, byApprovedPass), WaitsForApproval, ""},
		{"I10: a removed pass", with(open, func(r *Room) { r.Live.Removed = []Identity{passIdentity} }),
			requestOf(erin, byApprovedPass), Refuses, Removed},
		{"I10: a denied pass", with(open, func(r *Room) { r.Live.Denied = []Identity{passIdentity} }),
			requestOf(guest, byApprovedPass), Refuses, Denied},
		{"I12: a pass, and a full room", with(open, func(r *Room) { r.Live.Seated = 2 }), requestOf(guest, byApprovedPass), SeemsFull, Full},
		{"I18: a host of B", a, requestOf(dave, comesFor(forB)), WaitsForHost, ""},
		{"I18: a guest of B whom a host approved", a, requestOf(guest, comesFor(forB), isApproved), Admits, ""},
		{"I18: the bare number", a, requestOf(guest), Admits, ""},
	} {
		d := c.room.Decide(c.request, seatOne, nine)
		if d.Answer != c.want || d.Reason != c.reason {
			t.Errorf("%s: answer %d %q; want %d %q", c.name, d.Answer, d.Reason, c.want, c.reason)
		}
	}
}

func TestDecideKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, k := anyRoom(t), anyJoinRequest(t)
		d := r.Decide(k, seatOne, nine)
		owner, host := k.Caller.User == ada.User, r.IsHost(k.Caller, k.Target)
		past := r.Enterable() && (host || k.HasSeat || k.Pass.Exists() || r.Settings.Passcode == "" || k.Passcode == r.Settings.Passcode)
		admitted := d.Answer == Admits
		listed := slices.Concat(r.Live.NeedApproval, r.Live.Denied)
		named := func(list []Identity) bool {
			return slices.Contains(list, k.Identity) || k.Pass.Exists() && slices.Contains(list, passIdentity)
		}
		sameNetwork := slices.Contains(listed, k.Client) || k.HasSeat && slices.Contains(listed, k.SeatClient)
		needsApproval := k.NeedsApproval || named(r.Live.NeedApproval) ||
			!host && r.Settings.waitingRoomHolds(r.Owner.Account, k.Caller.User) && !k.Pass.SkipsWaitingRoom ||
			!host && !k.Reconnects && r.Live.HoldEverybody ||
			k.Caller.None() && !k.Reconnects && (r.Live.HoldGuests || !k.Pass.Exists() && sameNetwork)
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
		must("I10: removed people do not", owner || !admitted || !named(r.Live.Removed))
		must("denied people do not", host || !admitted || k.HasSeat || !named(r.Live.Denied))
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
		colleague := k.Caller.Account == r.Owner.Account
		byPasscode := !owner && !host && !colleague && !k.Trusted && r.Settings.Passcode != "" && (!k.HasSeat || k.IsWaiting && !k.Approved)
		distrusted, _ := Transition{Instance: r.Live.Instance, DistrustUntil: nine.Add(2 * time.Hour)}.Apply(r)
		_, applied = d.Transition.Apply(distrusted)
		must("I13: nor once the passcode that it depends on is distrusted", applied == !byPasscode)
	})
}
