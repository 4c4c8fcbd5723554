package meeting

import (
	"time"

	"pgregory.net/rapid"
)

// The people and things of the domain's tests. Ada owns the room 555 123 4321, in which two of her meetings can be
// held.
var (
	nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

	ada   = member("ada")   // the owner
	bob   = member("bob")   // alternative host of her room
	carol = member("carol") // alternative host of the meeting A
	dave  = member("dave")  // a colleague
	erin  = Caller{User: User{"globex", "erin"}, Email: "erin@globex.example"}
	guest = Caller{}

	forA = Target{MeetingRef: MeetingRef{ID: "83000000001", Topic: "A"}, Hosts: []string{carol.Email}}
	forB = Target{MeetingRef: MeetingRef{ID: "83000000002", Topic: "B"}, Hosts: []string{dave.Email}}
)

const seatOne SeatID = "sitting.one"

// The networks that guests come from.
var office, cafe = clientIdentity("sitting", "198.51.100.1"), clientIdentity("sitting", "198.51.100.2")

func member(id string) Caller { return Caller{User: User{"acme", id}, Email: id + "@acme.example"} }

// adasRoom is idle. It has a passcode, and two seats beside the owner's.
func adasRoom() Room {
	return Room{
		Number: "5551234321", Kind: Personal, Owner: ada.User, Topic: "Ada's room",
		Settings: Settings{
			Passcode: "open123", WaitingRoom: WaitNobody, Capacity: 2, AlternativeHosts: []string{bob.Email},
		},
		Live: LiveState{Instance: "sitting"},
	}
}

// live returns the room, opened at nine for the meeting, with nobody in it.
func live(r Room, v Target) Room {
	open, ok := r.opening(v, "", Host, nine).Apply(r)
	if !ok {
		panic("the room cannot be opened")
	}
	return open
}

func with(r Room, change func(*Room)) Room {
	change(&r)
	return r
}

// requestOf returns the caller's request to join, with the right passcode and without a seat.
func requestOf(c Caller, changes ...func(*JoinRequest)) JoinRequest {
	k := JoinRequest{Caller: c, Identity: c.identity(), Passcode: "open123"}
	if c.None() {
		k.Identity = identify("seat", string(seatOne))
	}
	for _, change := range changes {
		change(&k)
	}
	return k
}

// seated returns an admitted seat of a participant, with its admission numbers.
func seated(id string, seqs ...int64) Seat {
	return Seat{
		ID: SeatID("sitting." + id), State: Admitted, Role: Participant, AdmissionSeqs: seqs, AdmittedAt: nine,
		Lease: nine.Add(DefaultLease),
	}
}

func as(s Seat, state State) Seat {
	s.State = state
	return s
}

func anyRoom(t *rapid.T) Room {
	people := []Identity{
		ada.identity(), bob.identity(), carol.identity(), dave.identity(), erin.identity(), requestOf(guest).Identity,
		office, passIdentity,
	}
	some := func(name string) []Identity {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(people), 0, 2, rapid.ID).Draw(t, name)
	}
	kinds := []Kind{Personal, Personal, Personal, MeetingRoom, MeetingRoom, Alias, Released, ""}
	r := Room{
		Number: "5551234321", Owner: ada.User, Topic: "Ada's room", Kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
		Settings: Settings{
			Passcode:             rapid.SampledFrom([]string{"open123", "open123", ""}).Draw(t, "passcode"),
			WaitingRoom:          rapid.SampledFrom([]WaitingRoom{WaitNobody, WaitEveryone, WaitGuests}).Draw(t, "waits"),
			JoinBeforeHost:       rapid.Bool().Draw(t, "join before host"),
			JoinBeforeHostWindow: rapid.SampledFrom([]time.Duration{0, 10 * time.Minute}).Draw(t, "window"),
			SignedInOnly:         rapid.Bool().Draw(t, "sign in"),
			Domains:              rapid.SampledFrom([][]string{nil, nil, {"acme.example"}}).Draw(t, "domains"),
			Capacity:             rapid.IntRange(1, 4).Draw(t, "capacity"),
			AlternativeHosts:     rapid.SampledFrom([][]string{nil, {bob.Email}}).Draw(t, "alternative hosts"),
		},
		Live:      LiveState{Instance: "sitting", Epoch: rapid.Int64Range(0, 9).Draw(t, "epoch")},
		Ephemeral: rapid.Bool().Draw(t, "ephemeral"),
	}
	distrust := []time.Time{{}, nine.Add(-time.Hour), nine.Add(time.Hour)}
	r.Live.DistrustedUntil = rapid.SampledFrom(distrust).Draw(t, "distrusted until")
	if !r.Enterable() || rapid.Bool().Draw(t, "idle") {
		return r
	}
	r = live(r, rapid.SampledFrom([]Target{{}, forA, forB}).Draw(t, "live for"))
	r.Live.Locked = rapid.Bool().Draw(t, "locked")
	r.Live.Seated = rapid.Int64Range(0, int64(r.Settings.Capacity)).Draw(t, "seated")
	r.Live.AdmissionSeq = r.Live.Seated + rapid.Int64Range(0, 3).Draw(t, "more admissions")
	r.Live.Removed, r.Live.Hosts = some("removed"), append(r.Live.Hosts, some("hosts")...)
	r.Live.NeedApproval, r.Live.Denied = some("need approval"), some("denied")
	r.Live.HoldGuests, r.Live.HoldEverybody = rapid.Bool().Draw(t, "hold guests"), rapid.Bool().Draw(t, "hold all")
	return r
}

func anyJoinRequest(t *rapid.T) JoinRequest {
	k := requestOf(rapid.SampledFrom([]Caller{ada, bob, carol, dave, erin, guest}).Draw(t, "caller"))
	k.Target = rapid.SampledFrom([]Target{{}, forA, forB}).Draw(t, "target")
	k.Passcode = rapid.SampledFrom([]string{"open123", "open123", "open12", ""}).Draw(t, "shown")
	k.NextStart = rapid.SampledFrom([]time.Time{{}, nine.Add(time.Hour), nine}).Draw(t, "starts")
	k.Client = rapid.SampledFrom([]Identity{office, cafe}).Draw(t, "from")
	if k.HasSeat = rapid.Bool().Draw(t, "has a seat"); k.HasSeat {
		k.IsWaiting, k.Approved = rapid.Bool().Draw(t, "waits"), rapid.Bool().Draw(t, "approved")
		k.NeedsApproval = rapid.Bool().Draw(t, "needs approval")
		k.SeatClient = rapid.SampledFrom([]Identity{office, cafe}).Draw(t, "seat from")
		k.Reconnects = !k.IsWaiting && rapid.Bool().Draw(t, "reconnects")
	}
	if rapid.IntRange(0, 3).Draw(t, "by a pass") == 0 {
		k.Pass, k.Trusted = Pass{ID: "pass", SkipsWaitingRoom: rapid.Bool().Draw(t, "skips the waiting room")}, true
		if k.Caller.None() {
			k.Identity = passIdentity
		}
	}
	return k
}
