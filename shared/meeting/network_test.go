package meeting

import (
	"fmt"
	"testing"
)

// seatsOf returns an admitted seat of a guest from a network of their own, and one of a user from elsewhere.
func seatsOf(i int) Roster {
	one, two := seated(fmt.Sprint("guest", i)), seated(fmt.Sprint("user", i))
	one.Client, two.Client = clientIdentity("sitting", fmt.Sprint(i)), clientIdentity("sitting", fmt.Sprint("user", i))
	two.User = User{"globex", fmt.Sprint("user", i)}
	return Roster{one, two}
}

// Hosts decide on more people than a room remembers. None of them comes in again without an approval, and the room's
// item stays bounded.
func TestI10AFullListForgetsNobody(t *testing.T) {
	r := live(with(adasRoom(), func(r *Room) { r.Settings.Capacity = 100 }), Target{})
	const people = 2 * MaxRemoved
	decisions := []func(Room, Roster) Transition{Room.removal, Room.denial, Room.approvalNeeded}
	for i := range people {
		by := decisions[i%len(decisions)](r, seatsOf(i))
		by.Instance = r.Live.Instance
		r, _ = by.Apply(r)
	}
	for i := range people {
		for _, s := range seatsOf(i) {
			k := requestOf(Caller{User: s.User})
			k.Client = s.Client
			if d := r.Decide(k, seatOne, nine); d.Answer == Admits {
				t.Fatalf("%s comes in again: %+v", s.ID, d)
			}
		}
	}
	if g := r.Live; len(g.Removed) > MaxRemoved || max(len(g.Denied), len(g.NeedApproval)) > MaxRemembered {
		t.Errorf("%d, %d and %d people are remembered", len(g.Removed), len(g.Denied), len(g.NeedApproval))
	}
}

// A host who is removed or moved to the waiting room would come in as a host, if the room forgot that.
func TestI10AFullListForgetsNoHost(t *testing.T) {
	many := make([]Identity, MaxRemoved)
	for i := range many {
		many[i] = identify(fmt.Sprint(i))
	}
	r := with(live(adasRoom(), Target{}), func(r *Room) { r.Live.Removed, r.Live.NeedApproval = many, many })
	bobs := seated("bob")
	bobs.User, bobs.Role = bob.User, AlternativeHost
	for decision, by := range map[string]Transition{"removed": r.removal(Roster{bobs}), "moved": r.approvalNeeded(Roster{bobs})} {
		by.Instance = r.Live.Instance
		after, _ := by.Apply(r)
		if d := after.Decide(requestOf(bob), seatOne, nine); d.Answer == Admits {
			t.Errorf("%s, and comes in again: %+v", decision, d)
		}
	}
}

// One address with many seats takes one entry of the list.
func TestANetworkIsRememberedOnce(t *testing.T) {
	var crowd Roster
	for i := range 2 * MaxRemembered {
		s := seated(fmt.Sprint(i))
		s.Client = office
		crowd = append(crowd, s)
	}
	by := live(adasRoom(), Target{}).denial(crowd)
	if len(by.Deny) != 1 || by.HoldGuests || by.HoldEverybody {
		t.Errorf("denied: %+v", by)
	}
}

func TestTheMadeHostsOfAnInstanceAreBounded(t *testing.T) {
	r := live(adasRoom(), Target{})
	for i := range MaxRemembered {
		by, err := r.madeHosts("x", []Identity{identify("user", fmt.Sprint(i))})
		if err != nil {
			t.Fatalf("host %d: %v", i+1, err)
		}
		r.Live.Hosts = union(r.Live.Hosts, by.MakeHosts)
	}
	if _, err := r.madeHosts("x", r.Live.Hosts[:1]); err != nil {
		t.Errorf("a host again: %v", err)
	}
	if _, err := r.madeHosts("x", []Identity{identify("user", "more")}); ReasonOf(err) != Invalid {
		t.Errorf("one more: %v", err)
	}
}
