package meeting

import (
	"fmt"
	"slices"
)

// Limits of what the live state of a room remembers. Each entry makes its item longer, for which every admission pays.
const (
	MaxRemoved    = 500 // removed people who are signed in, beside the hosts among them
	MaxRemembered = 100 // in each list: guests, networks, and people who were denied or moved to the waiting room
)

// needsApproval reports whether only a host's approval admits them, because of what a host decided in this instance.
func (r Room) needsApproval(k JoinRequest, role Role) bool {
	live := r.Live
	guest := role == Participant && (k.Caller.None() || k.Pass.Exists())
	return k.NeedsApproval || k.isAmong(live.NeedApproval) || r.sharesNetwork(k) ||
		!k.Reconnects && (live.HoldGuests && guest || live.HoldEverybody && role == Participant)
}

// sharesNetwork reports whether they are a guest who is not in, from the network of somebody who was removed, denied or
// moved to the waiting room (I10). People who are signed in are judged by name, and those who come by a pass by that.
func (r Room) sharesNetwork(k JoinRequest) bool {
	isNewGuest := k.Caller.None() && !k.Reconnects && !k.Pass.Exists()
	return isNewGuest && slices.ContainsFunc([]Identity{k.Client, k.SeatClient}, func(network Identity) bool {
		return network != Identity{} &&
			(slices.Contains(r.Live.NeedApproval, network) || slices.Contains(r.Live.Denied, network))
	})
}

// remember returns what is to be added to the list: of the people, who are signed in, until it has so many; and of the
// guests and the networks, until it has MaxRemembered. Those who could be one that is left out need approval for the
// rest of the instance: guests and people with a pass, or everybody. So nobody comes in because a list is full (I10).
func (t *Transition) remember(list []Identity, most int, people, guests []Identity) []Identity {
	people, all := firstNew(list, most, people)
	t.HoldEverybody = t.HoldEverybody || !all
	guests, all = firstNew(slices.Concat(list, people), MaxRemembered, guests)
	t.HoldGuests = t.HoldGuests || !all
	return slices.Concat(people, guests)
}

// firstNew returns those of more that the list lacks, until it has so many; and whether these are all.
func firstNew(list []Identity, most int, more []Identity) ([]Identity, bool) {
	lacks := union(list, more)[len(list):]
	n := min(len(lacks), max(0, most-len(list)))
	return lacks[:n], n == len(lacks)
}

// madeHosts returns the transition that makes the people hosts of this instance. It returns [Invalid] for
// the field if the room would then remember more than MaxRemembered hosts: then nobody is made host.
func (r Room) madeHosts(field string, people []Identity) (Transition, error) {
	hosts := union(r.Live.Hosts, people)
	if len(hosts) > MaxRemembered && len(hosts) > len(r.Live.Hosts) {
		return Transition{}, RefuseField(field,
			fmt.Sprintf("A meeting can have at most %d hosts beside its owner.", MaxRemembered))
	}
	return Transition{MakeHosts: people}, nil
}

// networks returns the networks that the people joined from, as far as they are recorded.
func (l Roster) networks() (all []Identity) {
	for _, s := range l {
		if s.Client != (Identity{}) {
			all = append(all, s.Client)
		}
	}
	return all
}

// split returns the people who are signed in, and the guests.
func (l Roster) split() (people, guests Roster) {
	isGuest := func(s Seat) bool { return s.User.None() }
	return l.filter(func(s Seat) bool { return !isGuest(s) }), l.filter(isGuest)
}

// removal returns the transition that removes the people in the seats. A guest is known by the seat; the networks of
// all are remembered, for who is removed with a token may come again without it.
func (r Room) removal(seats Roster) (t Transition) {
	hosts := seats.filter(func(s Seat) bool { return s.Role.IsHost() })
	people, guests := seats.except(hosts).split()
	t.Remove = t.remember(r.Live.Removed, MaxRemoved, people.identities(), slices.Concat(guests.identities(), seats.passes()))
	t.Remove = append(t.Remove, hosts.identities()...)
	t.RequireApproval = t.remember(r.Live.NeedApproval, MaxRemembered, nil, seats.networks())
	return t
}

// denial returns the transition that denies the people in the seats. A denied guest is known by the row of the seat, or
// by the pass.
func (r Room) denial(seats Roster) (t Transition) {
	people, _ := seats.split()
	known := slices.Concat(seats.passes(), seats.networks())
	t.Deny = t.remember(r.Live.Denied, MaxRemembered, people.identities(), known)
	return t
}

// approvalNeeded returns the transition after which the people in the seats need approval.
func (r Room) approvalNeeded(seats Roster) (t Transition) {
	hosts := seats.filter(func(s Seat) bool { return s.Role.IsHost() })
	people, guests := seats.except(hosts).split()
	known := slices.Concat(guests.identities(), seats.passes(), seats.networks())
	t.RequireApproval = t.remember(r.Live.NeedApproval, MaxRemembered, people.identities(), known)
	t.RequireApproval = append(t.RequireApproval, hosts.identities()...)
	return t
}
