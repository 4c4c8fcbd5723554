package meeting

import (
	"context"
	"net/netip"
	"slices"
)

// Limits of waiting (I13), per window. When as many guests wait as may, those of the network with the most make place.
const (
	MaxClientWaits = 50   // new waiting seats of one client in one instance
	MaxBlockWaits  = 1000 // of an IPv6 /48
	MaxGuestWaits  = 500  // of all guests at a time, in a room of ordinary size
)

// around returns the networks around an IPv6 /64, its /56 and its /48; none around an IPv4 address.
func around(address string) (site, block string) {
	network, err := netip.ParsePrefix(address)
	if err != nil || !network.Addr().Is6() {
		return "", ""
	}
	wide, _ := network.Addr().Prefix(56) // of an IPv6 address: cannot fail
	wider, _ := network.Addr().Prefix(48)
	return wide.String(), wider.String()
}

// from returns the seat of somebody at the address.
func (s Seat) from(instance, address string) Seat {
	s.Client = clientIdentity(instance, address)
	if site, block := around(address); block != "" {
		s.Site, s.Block = clientIdentity(instance, site), clientIdentity(instance, block)
	}
	return s
}

// networkAt returns the network of the seat: the widest one at level 0, the client's own at the last.
func (s Seat) networkAt(level int) Identity {
	if network := []Identity{s.Block, s.Site, s.Client}[level]; network != (Identity{}) {
		return network
	}
	return s.Client
}

// networkLevels is the number of levels of networkAt.
const networkLevels = 3

// displacedBy returns the seat that makes place for another guest: the newest of the network with the most seats, if
// that has at least two more than the guest's own. Where the guest's own is the largest, the networks within it are
// compared.
func (l Roster) displacedBy(guest Seat) (newest Seat, found bool) {
	for level := range networkLevels {
		sizes := map[Identity]int{}
		for _, s := range l {
			sizes[s.networkAt(level)]++
		}
		own := guest.networkAt(level)
		largest := own
		for network, n := range sizes {
			if n > sizes[largest] {
				largest = network
			}
		}
		l = l.filter(func(s Seat) bool { return s.networkAt(level) == largest })
		if largest != own {
			return l.newest(), sizes[largest] > sizes[own]+1
		}
	}
	return Seat{}, false
}

func (l Roster) newest() Seat {
	return slices.MaxFunc(l, func(a, b Seat) int { return a.JoinedAt.Compare(b.JoinedAt) })
}

// makePlace lets somebody of the largest network leave the waiting room if as many guests wait as may, or else returns
// [TooManyWaiting]. It reads the roster.
func (d *Door) makePlace(ctx context.Context, r Room, guest Seat) error {
	roster, err := d.core.store.Roster(ctx, r.Live.Instance)
	if err != nil {
		return err
	}
	now := d.core.env.Now()
	_, guests := roster.in(Waiting, now).split()
	if len(guests) < maxWaiting(r) {
		return nil
	}
	newest, found := guests.displacedBy(guest)
	if !found {
		return d.core.untilNextWindow(TooManyWaiting)
	}
	_, err = d.updateSeat(ctx, newest, func(was Seat) (Seat, bool) { return was.left(now), was.State == Waiting })
	return err
}

func maxWaiting(r Room) int { return max(MaxGuestWaits, 2*r.Settings.Capacity) }

// crowded is how many guests wait before the list of those who wait is ordered by their networks.
const crowded = 30

// turns returns for each seat how many of its network are before it, if many guests wait; zero for the others. Ordered
// by that, the list begins with one of each network, however many come from one of them.
func (l Roster) turns() map[SeatID]int {
	_, guests := l.split()
	if len(guests) <= crowded {
		return nil
	}
	before, turns := map[Identity]int{}, map[SeatID]int{}
	for _, s := range guests {
		network := s.networkAt(0)
		turns[s.ID] = before[network]
		before[network]++
	}
	return turns
}

// networkNumbers numbers the networks of the guests from 1, in the order of the roster. An address can be found from its
// hash; a number tells nothing but which guests are neighbours.
func (l Roster) networkNumbers() map[Identity]int {
	numbers := map[Identity]int{}
	_, guests := l.split()
	for _, s := range guests {
		if network := s.networkAt(0); network != (Identity{}) && numbers[network] == 0 {
			numbers[network] = len(numbers) + 1
		}
	}
	return numbers
}
