package meeting

import (
	"context"
	"slices"
	"time"
)

// A Lobby is who waits in a room, and which hosts could let them in.
type Lobby struct {
	Room    Room
	Waiting Roster    // in the order in which they joined: whom no host decided on, and who make no sound
	Hosts   []Profile // the active hosts who are neither in the room nor removed from it
}

// Lobby returns the lobby of the room to the person in the seat; the zero Lobby if the instance of the seat is over. It
// is for the doorbell, and asks no permission.
func (d *Door) Lobby(ctx context.Context, number Number, id SeatID) (Lobby, error) {
	r, err := d.core.store.Room(ctx, number)
	if err != nil || !r.Enterable() || r.Closed != Active || r.Live.Instance != id.Instance() {
		return Lobby{}, err
	}
	v, err := d.view(ctx, r)
	if err != nil {
		return Lobby{}, err
	}
	l := Lobby{Room: r, Waiting: v.Waiting.filter(func(s Seat) bool {
		return !s.Muted && !s.Role.IsHost() && len(s.HostActions) == 0 && v.SameNetwork(s) == ""
	})}
	l.Hosts, err = d.absentHosts(ctx, v, id)
	return l, err
}

// Seat returns the seat of those who wait, and false if it is not among them.
func (l Lobby) Seat(id SeatID) (Seat, bool) {
	i := slices.IndexFunc(l.Waiting, func(s Seat) bool { return s.ID == id })
	if i < 0 {
		return Seat{}, false
	}
	return l.Waiting[i], true
}

// Address is where the hosts find the person: the room or, while it is idle, the meeting that they came for, whose
// alternative hosts are hosts too.
func (l Lobby) Address(s Seat) Number {
	if !l.Room.Live.Open && s.Target.ID != "" {
		return s.Target.ID
	}
	return l.Room.Number
}

// absentHosts returns the hosts for the person in the seat who are not in the room: the owner, the alternative hosts of
// the room, and those of the meeting that the person came for.
func (d *Door) absentHosts(ctx context.Context, v RoomView, id SeatID) (all []Profile, err error) {
	hosts, err := d.hostsFor(ctx, v, id)
	if err != nil {
		return nil, err
	}
	for _, u := range hosts {
		isIn := func(s Seat) bool { return s.User == u }
		if v.Room.isRemoved(u) || slices.ContainsFunc(v.Present, isIn) {
			continue
		}
		p, err := d.core.store.Profile(ctx, u)
		if err != nil {
			return nil, err
		}
		if p.Exists() && p.Status == Active {
			all = append(all, p)
		}
	}
	return all, nil
}

func (d *Door) hostsFor(ctx context.Context, v RoomView, id SeatID) ([]User, error) {
	r, emails := v.Room, slices.Clone(v.Room.Settings.AlternativeHosts)
	i := slices.IndexFunc(v.Waiting, func(s Seat) bool { return s.ID == id })
	if i >= 0 && v.Waiting[i].Target.ID != "" && !r.isLiveForAnother(v.Waiting[i].Target.ID) {
		alias, err := d.core.store.Room(ctx, v.Waiting[i].Target.ID)
		if err != nil {
			return nil, err
		}
		if alias.Owner == r.Owner {
			emails = append(emails, alias.target().Hosts...)
		}
	}
	hosts := []User{r.Owner}
	found, err := each(ctx, emails, func(ctx context.Context, _ int, email string) (User, error) {
		return d.core.store.UserOfEmail(ctx, r.Owner.Account, email)
	})
	for _, u := range found {
		if !u.None() && !slices.Contains(hosts, u) {
			hosts = append(hosts, u)
		}
	}
	return hosts, err
}

// AnnounceHost says to the people who wait that a host comes so long from now, for the instance, whether it runs or is
// the next one. If a host said so before and did not come yet, that stands. It returns [Ended] if the instance is over.
func (d *Door) AnnounceHost(ctx context.Context, c Caller, address, instance string, in time.Duration) error {
	r, err := d.core.authorizeLive(ctx, c, address, ChangeLive)
	if err != nil {
		return err
	}
	_, _, err = d.core.applyAgain(ctx, r, func(r Room) (*Transition, error) {
		now := d.core.env.Now()
		switch {
		case r.Live.Instance != instance:
			return nil, refuse(Ended)
		case now.Before(r.Live.HostComesAt):
			return nil, nil
		}
		return &Transition{Instance: instance, Epoch: &r.Live.Epoch, HostDecision: true, HostComesAt: new(now.Add(in))}, nil
	})
	return err
}

// HostComesAt returns when a host comes who said so; zero if nobody did, or if the time is over.
func (r Room) HostComesAt(now time.Time) time.Time {
	if now.Before(r.Live.HostComesAt) {
		return r.Live.HostComesAt
	}
	return time.Time{}
}

// WallClock returns the time of the day in the user's time zone, "22:05".
func (p Profile) WallClock(at time.Time) string { return at.In(storedZone(p.Timezone)).Format("15:04") }
