package meeting

import (
	"context"
	"slices"
)

// MaxMutedWaits is how many guests of one network may wait at a time because of their network (I10). More would hide
// the others from the hosts.
const MaxMutedWaits = 3

// mutes reports whether they would wait because of their network, and not because of a decision on themselves.
func (r Room) mutes(k JoinRequest) bool {
	return r.sharesNetwork(k) && !slices.Contains(r.Live.NeedApproval, k.Identity)
}

// checkMutedLimit returns [TooManyWaiting] if the seat does not wait yet, and MaxMutedWaits others of its network do.
// It reads the roster: the limits of waiting seats bound how often.
func (d *Door) checkMutedLimit(ctx context.Context, r Room, seat Seat) error {
	now := d.core.env.Now()
	if seat.in(Waiting, now) {
		return nil
	}
	roster, err := d.core.store.Roster(ctx, r.Live.Instance)
	if err != nil {
		return err
	}
	others := roster.filter(func(s Seat) bool { return s.Muted && s.Client == seat.Client && s.in(Waiting, now) })
	if len(others) < MaxMutedWaits {
		return nil
	}
	no := refuse(TooManyWaiting)
	no.Retry = int(d.core.waitLease().Seconds())
	return no
}

// networkActions returns by network what a host did to people from it: a removal rather than a denial.
func (l Roster) networkActions() map[Identity]HostAction {
	actions := map[Identity]HostAction{}
	for _, s := range l {
		switch {
		case s.Client == Identity{}:
		case s.State == WasRemoved:
			actions[s.Client] = ActionRemove
		case s.State == WasDenied && actions[s.Client] == "":
			actions[s.Client] = ActionDeny
		}
	}
	return actions
}

// SameNetwork returns what a host did to somebody from the network of the guest in the seat: removed or denied them; or
// moved them to the waiting room, if the guest waits for that. It is empty for users, and if a host did nothing there.
func (v RoomView) SameNetwork(s Seat) HostAction {
	switch action := v.networks[s.Client]; {
	case !s.User.None():
		return ""
	case action == "" && s.Muted:
		return ActionMoveToWaitingRoom
	default:
		return action
	}
}
