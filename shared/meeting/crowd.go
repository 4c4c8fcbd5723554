package meeting

import (
	"cmp"
	"context"
	"math"
	"net/netip"
)

// Limits of waiting (I8). Signed-in people have their own, so that no crowd of guests hides them from the hosts.
const (
	MaxClientWaits   = 50  // new waiting seats of one client in one instance, per window
	maxClientReturns = 200 // of one client to waiting seats, in the same way
	MaxGuestWaits    = 500 // guests who wait at a time, in a room of ordinary size
)

func (r Room) maxGuestWaits() int { return max(MaxGuestWaits, 2*r.Settings.Capacity) }

// network returns the network of so many bits around the guest's IPv6 address; false for everybody else.
func (c Caller) network(bits int) (string, bool) {
	own, err := netip.ParsePrefix(c.Address)
	if !c.None() || err != nil || !own.Addr().Is6() {
		return "", false
	}
	prefix, _ := own.Addr().Prefix(bits) // of an IPv6 address: cannot fail
	return prefix.String(), true
}

// around returns the network of so many bits around the guest's IPv6 address, as an identity in the instance; zero for
// everybody else.
func (c Caller) around(bits int, instance string) Identity {
	network, found := c.network(bits)
	if !found {
		return Identity{}
	}
	return clientIdentity(instance, network)
}

// networks returns the networks that a guest joined from, the widest first: IPv6 /48, /56 and /64, or thrice the IPv4
// address.
func (s Seat) networks() [3]Identity {
	return [3]Identity{cmp.Or(s.Block, s.Client), cmp.Or(s.Site, s.Client), s.Client}
}

// checkWaitLimit counts that the person begins to wait with the seat. It returns [TooManyWaiting] if their client did
// so too often, or if too many guests wait and nobody is displaced by them.
func (d *Door) checkWaitLimit(ctx context.Context, r Room, c Caller, s Seat) error {
	instance := "sitting#" + r.Live.Instance
	type limit struct {
		scope string
		most  int
	}
	limits := []limit{{instance + "#" + c.budgetScope(), MaxClientWaits}}
	if s.Exists() {
		limits[0] = limit{limits[0].scope + "#again", maxClientReturns}
	}
	if c.None() {
		limits = append(limits, limit{instance, math.MaxInt})
	}
	if block := c.around(48, r.Live.Instance); block != (Identity{}) {
		limits = append(limits, limit{instance + "#block#" + block.text(), 2 * r.maxGuestWaits()})
	}
	began, err := each(ctx, limits, func(ctx context.Context, _ int, l limit) (int, error) {
		return d.core.store.SpendWait(ctx, l.scope, d.core.budgetWindow(), 1)
	})
	if err != nil {
		return err
	}
	for i, l := range limits {
		if began[i] > l.most {
			return d.core.untilNextWindow(TooManyWaiting)
		}
	}
	if !c.None() {
		return nil
	}
	if s.Exists() { // it makes the roster no longer
		began[0] = 0
	}
	return d.joinCrowd(ctx, r, s, began[0], began[1])
}

// joinCrowd displaces guests for one who begins to wait, if too many wait. In this window, ofClient new seats of their
// client and began guests have begun to wait, this one included. It reads the roster only if the limit may be reached:
// the first guest in a window also counts those who wait since the last one.
func (d *Door) joinCrowd(ctx context.Context, r Room, s Seat, ofClient, began int) error {
	most := r.maxGuestWaits()
	if began != 1 && began <= most {
		return nil
	}
	roster, err := d.core.store.Roster(ctx, r.Live.Instance)
	if err != nil {
		return err
	}
	now := d.core.env.Now()
	guests := roster.filter(func(o Seat) bool { return o.User.None() && o.ID != s.ID })
	waiting := guests.in(Waiting, now).sortedByJoin()
	if began == 1 && len(waiting) > 0 {
		_, err = d.core.store.SpendWait(ctx, "sitting#"+r.Live.Instance, d.core.budgetWindow(), len(waiting))
	}
	if err != nil {
		return err
	}
	if ofClient > clientShare(most, len(guests)) {
		return d.core.untilNextWindow(TooManyWaiting)
	}
	displaced, ok := waiting.displaced(s, most)
	if !ok {
		no := refuse(TooManyWaiting)
		no.Retry = int(d.core.waitLease().Seconds())
		return no
	}
	return d.updateSeats(ctx, displaced, &Result{}, Waiting, func(_ int, was Seat) (Seat, bool) {
		return was.left(now), was.State == Waiting
	})
}

// clientShare returns how often a client may begin to wait in a window where the roster has so many guests. With more
// than may wait at a time it shrinks, to 1: so many networks do not make the roster long by coming and going.
func clientShare(most, guests int) int {
	return max(1, MaxClientWaits*most/max(most, guests))
}

// displaced returns which of the waiting guests a newcomer displaces, so that they are at most so many: the newest one
// of the network with the most. It returns false if that is the newcomer's own network.
func (l Roster) displaced(newcomer Seat, most int) (all Roster, ok bool) {
	for len(l) >= most {
		one, ok := l.displacedOne(newcomer)
		if !ok {
			return nil, false
		}
		all, l = append(all, one), l.except(Roster{one})
	}
	return all, true
}

// displacedOne compares the widest networks first, and then the smaller ones in the one that has the most. Of networks
// with as many, it is the one of the newest guest. The roster is in the order of joining.
func (l Roster) displacedOne(newcomer Seat) (newest Seat, found bool) {
	own := newcomer.networks()
	isOwn := true
	for i := range own {
		count := map[Identity]int{}
		var largest Identity
		for _, s := range l {
			n := s.networks()[i]
			if count[n]++; count[n] >= count[largest] {
				largest = n
			}
		}
		if isOwn = isOwn && count[own[i]]+1 >= count[largest]; isOwn {
			largest = own[i]
		}
		l = l.filter(func(s Seat) bool { return s.networks()[i] == largest })
	}
	if isOwn {
		return Seat{}, false
	}
	return l[len(l)-1], true
}

// A NetworkPlace says where a guest stands among those of the same network, the widest that is counted.
type NetworkPlace struct {
	Network int // the networks of the instance are counted from 1, in the order in which they came; 0: a user, or unknown
	Rank    int // so many of the network joined before, whatever became of them
}

// networkPlaces returns the places of the guests in the roster, which is in the order of joining.
func (l Roster) networkPlaces() map[SeatID]NetworkPlace {
	places, numbers, count := map[SeatID]NetworkPlace{}, map[Identity]int{}, map[Identity]int{}
	for _, s := range l {
		network := s.networks()[0]
		if !s.User.None() || network == (Identity{}) {
			continue
		}
		if numbers[network] == 0 {
			numbers[network] = len(numbers) + 1
		}
		places[s.ID] = NetworkPlace{numbers[network], count[network]}
		count[network]++
	}
	return places
}

// NetworkPlace returns the place of the seat among those of the same network.
func (v RoomView) NetworkPlace(s Seat) NetworkPlace { return v.places[s.ID] }
