package meeting

import (
	"context"
	"slices"
)

// saveWithHosts makes the changes of a meeting that is held in the personal room. If its alternative hosts change while
// it is live, those of the instance change too: before, so that a crash leaves nobody host whom the meeting does not
// name; and after, if it opened meanwhile. People whom a host made host of the instance stay hosts.
func (s *Schedule) saveWithHosts(ctx context.Context, was Planned, hosts []string, changes ...Change) error {
	id := was.Meeting.ID
	before, now := Target{Hosts: was.Hosts}, Target{MeetingRef: MeetingRef{ID: id}, Hosts: hosts}
	if slices.Equal(before.Hosts, now.Hosts) {
		return s.saveMeeting(ctx, changes...)
	}
	err := s.core.replaceLiveHosts(ctx, was.Room, before, now)
	if err == nil {
		err = s.saveMeeting(ctx, changes...)
	}
	if err != nil {
		return err
	}
	r, err := s.core.store.Room(ctx, was.Room.Number)
	if err != nil {
		return err
	}
	return s.core.replaceLiveHosts(ctx, r, before, now)
}

// replaceLiveHosts replaces the hosts of the meeting in the room, if the meeting is live there.
func (t *core) replaceLiveHosts(ctx context.Context, r Room, was, now Target) error {
	_, _, err := t.applyAgain(ctx, r, func(r Room) (*Transition, error) {
		hosts := r.withHosts(was, now)
		if !r.Live.Open || r.Live.Meeting.ID != now.ID || slices.Equal(hosts, r.Live.Hosts) {
			return nil, nil
		}
		return Transition{ReplaceHosts: &hosts}.asDecision(r), nil
	})
	return err
}

// withHosts returns the hosts of the instance with those of now in place of those of was.
func (r Room) withHosts(was, now Target) []Identity {
	dropped, kept := r.hostIdentities(was), r.hostIdentities(now)
	hosts := slices.DeleteFunc(slices.Clone(r.Live.Hosts), func(id Identity) bool {
		return slices.Contains(dropped, id) && !slices.Contains(kept, id)
	})
	return union(hosts, kept)
}

// role returns the role of the seat by now. If it seems to have changed, it reads the room again, for the seat may be
// newer; and the meeting that they came for, whose hosts are hosts too.
func (b *rejoin) role(ctx context.Context, r Room) (Role, error) {
	s, store := b.seat, b.door.core.store
	k := JoinRequest{Caller: b.caller, Target: Target{MeetingRef: s.Target}}
	if r.role(k) == s.Role {
		return s.Role, nil
	}
	r, err := store.Room(ctx, r.Number)
	var alias Room
	if err == nil && s.Target.ID != "" {
		alias, err = store.Room(ctx, s.Target.ID)
	}
	if err != nil || !r.isLive(s.ID.Instance()) {
		return s.Role, err
	}
	if alias.Owner == r.Owner {
		k.Target.Hosts = alias.target().Hosts
	}
	return r.role(k), nil
}

// wasMadeHost reports whether the people in the seat are hosts, and the seat says that they were made so. A poll may
// give them the role before the decision reaches the seat.
func (s Seat) wasMadeHost() bool {
	return s.Role == AlternativeHost && slices.ContainsFunc(s.HostActions, func(a HostActionRecord) bool {
		return a.Action == ActionMakeHost || a.Action == ActionClaimHost
	})
}
