package doorbell

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"personal-rooms/shared/meeting"
)

// Times of a ring.
const (
	// foldTime is how long after a ring the next one of the instance comes at the earliest. Everybody who began to wait
	// meanwhile is in that one. It doubles with each ring in a row, up to longestFold: no host answers them.
	foldTime = 20 * time.Second
	// longestFold ends before a ring is late.
	longestFold = 4 * time.Minute
	// calm is how long nobody rings until the next ring is the first of a row again.
	calm = 30 * time.Minute
	// lateAfter is when a ring has lost its use: nobody is rung for somebody who began to wait so long ago.
	lateAfter = 5 * time.Minute
	// retryConflict is when a ring that met another one is tried again.
	retryConflict = time.Second
	// consolePause is how long a ring waits if all hosts with devices have the console open: one of them may close it.
	consolePause = time.Minute
	// sameWait is how long after a ring devices do not ring again for somebody who left and rejoined.
	sameWait = 5 * time.Minute
)

// A Visitor is somebody who began to wait, as it stands in the queue.
type Visitor struct {
	Room meeting.Number `json:"room"`
	Seat meeting.SeatID `json:"seat"`
	At   time.Time      `json:"at"`
}

// VisitorOf returns the visitor that a change of an item is; false if it is none. Somebody who waits
// again in their seat, and a guest who makes no sound because of their network, never ring.
func VisitorOf(before, after any, at time.Time) (Visitor, bool) {
	seat, isSeat := after.(meeting.Seat)
	if !isSeat || before != nil || seat.State != meeting.Waiting || seat.Muted || seat.Role.IsHost() {
		return Visitor{}, false
	}
	return Visitor{Room: seat.Context.Room, Seat: seat.ID, At: at}, seat.Context.Room != ""
}

// late reports whether it is too late to ring.
func (v Visitor) late(now time.Time) bool { return !now.Before(v.At.Add(lateAfter)) }

// A Ring is the last ring in an instance.
type Ring struct {
	Instance string
	At       time.Time
	By       meeting.SeatID // who began to wait: if the function stops in the middle, the same visitor rings again
	Rung     []string       // for whom devices rang and who waits, by person and meeting: another meeting has other hosts
	InARow   int            // the rings before it, while nobody was admitted
	Admitted int64          // how many were admitted to the instance by then
	Version  int64          // of the item, for conditional writes; 0: not stored
}

// fold returns how long after the ring the next one comes at the earliest.
func (r Ring) fold() time.Duration { return min(foldTime<<min(r.InARow, 8), longestFold) }

// follow returns the ring after this one, when so many are admitted. Somebody who is admitted ends a row; a pause
// of [calm] ends a row, too.
func (r Ring) follow(by meeting.SeatID, now time.Time, admitted int64) Ring {
	next := Ring{Instance: by.Instance(), At: now, By: by, Admitted: admitted, Version: r.Version}
	if admitted == r.Admitted && now.Before(r.At.Add(calm)) {
		next.InARow = r.InARow + 1
	}
	return next
}

// A Notice is what a device shows: the name of who began to wait, and how many wait in all.
type Notice struct {
	Address meeting.Number `json:"room"` // where the hosts find them
	Seat    meeting.SeatID `json:"seat"`
	Name    string         `json:"name"`
	Count   int            `json:"count"`
	Topic   string         `json:"topic"` // of the room
	Live    bool           `json:"live"`  // the meeting runs: a host may admit them
}

// Text says who waits, in English, such as "Charles and 3 others are waiting".
func (n Notice) Text() string {
	switch n.Count {
	case 1:
		return n.Name + " is waiting"
	case 2:
		return n.Name + " and one more are waiting"
	}
	return fmt.Sprintf("%s and %d others are waiting", n.Name, n.Count-1)
}

// A Notification is a notice for one device. As JSON it names the device only.
type Notification struct {
	Visitor

	User   meeting.User `json:"user"`
	ID     string       `json:"device"`
	Notice Notice       `json:"notice"`
	Device Device       `json:"-"`
}

// Consoles knows who has the console of a room open.
type Consoles interface {
	// ConsoleOpen reports whether the user has a console of the room open.
	ConsoleOpen(ctx context.Context, room meeting.Number, u meeting.User) (bool, error)
}

// Waiting has what the bell asks of the door. *meeting.Door is one.
type Waiting interface {
	Lobby(ctx context.Context, room meeting.Number, seat meeting.SeatID) (meeting.Lobby, error)
}

// A Bell decides which devices ring.
type Bell struct {
	door     Waiting
	store    Store
	consoles Consoles // nil: nobody knows
	env      meeting.Env
}

// NewBell makes the bell.
func NewBell(door Waiting, store Store, consoles Consoles, env meeting.Env) *Bell {
	return &Bell{door, store, consoles, env}
}

// A TooEarly error says when to ring for a visitor.
type TooEarly struct{ Until time.Time }

func (*TooEarly) Error() string { return "the doorbell rang a moment ago" }

// includes reports whether the person in the seat is a part of the ring: it rang for them while they waited.
func (r Ring) includes(s meeting.Seat) bool {
	return slices.Contains(r.Rung, ringKey(s)) && s.JoinedAt.Before(r.At.Add(sameWait))
}

// ringKey names the person in the seat and the meeting that they came for, which says who its hosts are.
func ringKey(s meeting.Seat) string { return fmt.Sprintf("%x %s", s.Identity(), s.Target.ID) }

// Notifications returns those for the devices to ring for the visitor; none if it is late, if the person does not wait
// any more, or if they are a part of an earlier ring. It returns a *TooEarly if they are to be a part of the next one,
// or while no other hosts have devices than those with an open console.
func (b *Bell) Notifications(ctx context.Context, v Visitor) ([]Notification, error) {
	if v.late(b.env.Now()) {
		return nil, nil
	}
	lobby, err := b.door.Lobby(ctx, v.Room, v.Seat)
	if err != nil {
		return nil, err
	}
	seat, waits := lobby.Seat(v.Seat)
	if !waits {
		return nil, nil
	}
	devices, atConsole, err := b.devices(ctx, lobby)
	if err == nil && atConsole && len(devices) == 0 {
		err = &TooEarly{b.env.Now().Add(consolePause)}
	}
	if err != nil || len(devices) == 0 {
		return nil, err
	}
	rings, err := b.claim(ctx, v, lobby, seat)
	if err != nil || !rings {
		return nil, err
	}
	notice := Notice{Address: lobby.Address(seat), Seat: seat.ID, Name: seat.Name, Count: len(lobby.Waiting),
		Topic: lobby.Room.Topic, Live: lobby.Room.Live.Open}
	var all []Notification
	for _, d := range devices {
		all = append(all, Notification{Visitor: v, User: d.User, ID: d.ID, Notice: notice, Device: d})
	}
	return all, nil
}

// devices returns the devices of the absent hosts that ring now, and whether others do not because their host has the
// console open.
func (b *Bell) devices(ctx context.Context, l meeting.Lobby) (rings []Device, atConsole bool, err error) {
	now := b.env.Now()
	for _, host := range l.Hosts {
		all, err := b.store.Devices(ctx, host.User)
		if err != nil {
			return nil, false, err
		}
		clock := host.WallClock(now)
		all = slices.DeleteFunc(all, func(d Device) bool {
			return !d.rings(l.Room.Number, clock) || d.Email() != "" && d.Email() != host.Email // the user has another one now
		})
		if len(all) == 0 {
			continue
		}
		open, err := b.consoleOpen(ctx, l.Room.Number, host.User)
		if err != nil {
			return nil, false, err
		}
		if atConsole = atConsole || open; !open {
			rings = append(rings, all...)
		}
	}
	return rings, atConsole, nil
}

func (b *Bell) consoleOpen(ctx context.Context, room meeting.Number, u meeting.User) (bool, error) {
	if b.consoles == nil {
		return false, nil
	}
	return b.consoles.ConsoleOpen(ctx, room, u)
}

// claim reports whether this visitor rings for everybody who waits, and records that. One that was claimed before and
// did not end rings again.
func (b *Bell) claim(ctx context.Context, v Visitor, l meeting.Lobby, seat meeting.Seat) (bool, error) {
	last, err := b.store.LastRing(ctx, v.Seat.Instance())
	now := b.env.Now()
	switch next := last.At.Add(last.fold()); {
	case err != nil:
		return false, err
	case last.By == v.Seat:
		return true, nil
	case last.includes(seat):
		return false, nil
	case now.Before(next):
		return false, &TooEarly{next}
	}
	ring := last.follow(v.Seat, now, l.Room.Live.AdmissionSeq)
	for _, s := range l.Waiting {
		if s.Target.ID == seat.Target.ID || slices.Contains(last.Rung, ringKey(s)) {
			ring.Rung = append(ring.Rung, ringKey(s))
		}
	}
	err = b.store.PutRing(ctx, ring)
	if errors.Is(err, meeting.ErrStale) {
		return false, &TooEarly{now.Add(retryConflict)}
	}
	return err == nil, err
}

// Again returns a notification that failed before, with the device as it is by now; and false if it is too late to send
// it again, if the person does not wait any more, or if the device is gone.
func (b *Bell) Again(ctx context.Context, n Notification) (Notification, bool, error) {
	if n.late(b.env.Now()) {
		return n, false, nil
	}
	lobby, err := b.door.Lobby(ctx, n.Room, n.Seat)
	if err != nil {
		return n, false, err
	}
	if _, waits := lobby.Seat(n.Seat); !waits {
		return n, false, nil
	}
	ringing, _, err := b.devices(ctx, lobby)
	i := slices.IndexFunc(ringing, func(d Device) bool { return d.User == n.User && d.ID == n.ID })
	if err != nil || i < 0 {
		return n, false, err
	}
	n.Device = ringing[i]
	return n, true, nil
}

// Forget deletes a device: its push service says that the subscription is over.
func (b *Bell) Forget(ctx context.Context, d Device) error {
	return b.store.DropDevice(ctx, d.User, d.ID)
}
