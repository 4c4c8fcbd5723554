package hint

import (
	"context"
	"errors"
	"slices"
	"time"

	"personal-rooms/shared/meeting"
)

// Slots is how many connections a holder has at most: some tabs, and those that were lost and are not yet closed.
const Slots = 4

const (
	// connectionLife is how long a connection is stored: API Gateway closes each after two hours.
	connectionLife = 2*time.Hour + 5*time.Minute
	// shortest is how long a connection lasts at least before another one may replace it.
	shortest = 10 * time.Second
)

// A Connection is an open WebSocket in one of the slots of its holder.
type Connection struct {
	Subject

	Slot     int
	ID       string // that the WebSocket server gave it
	OpenedAt time.Time
	Expires  time.Time
}

// A Store keeps the open connections.
type Store interface {
	// PutConnection stores the connection in its slot: over the one that is given; or, if that is zero, if the slot is
	// free or its connection expired before OpenedAt. Otherwise it returns [meeting.ErrStale] and the one that is
	// stored.
	PutConnection(ctx context.Context, c, over Connection) (Connection, error)
	// ConnectionsOf returns the connections of one holder.
	ConnectionsOf(context.Context, Subject) ([]Connection, error)
	// DropConnection deletes the connection, unless another one is in its slot by now.
	DropConnection(context.Context, Connection) error
}

// A Server is the WebSocket server.
type Server interface {
	// Disconnect closes the connection. One that is closed already is no error.
	Disconnect(ctx context.Context, id string) error
}

// Connections opens and closes connections.
type Connections struct {
	store  Store
	server Server
	now    func() time.Time
}

// NewConnections returns the connections in the store.
func NewConnections(store Store, server Server, now func() time.Time) *Connections {
	return &Connections{store: store, server: server, now: now}
}

// ErrTooMany is the error of a connection when the holder has opened [Slots] within seconds.
var ErrTooMany = errors.New("hint: too many connections were opened within seconds")

// Open stores a connection in the first free slot, by one write in the usual case. If there is none, it replaces the
// oldest connection and closes that.
func (c *Connections) Open(ctx context.Context, s Subject, id string) error {
	now := c.now()
	opened := Connection{Subject: s, ID: id, OpenedAt: now, Expires: now.Add(connectionLife)}
	var others []Connection
	for opened.Slot = range Slots {
		other, err := c.store.PutConnection(ctx, opened, Connection{})
		if !errors.Is(err, meeting.ErrStale) {
			return err
		}
		others = append(others, other)
	}
	return c.replaceOldest(ctx, opened, others)
}

func (c *Connections) replaceOldest(ctx context.Context, opened Connection, others []Connection) error {
	oldest := slices.MinFunc(others, func(a, b Connection) int { return a.OpenedAt.Compare(b.OpenedAt) })
	if opened.OpenedAt.Sub(oldest.OpenedAt) < shortest {
		return ErrTooMany
	}
	opened.Slot = oldest.Slot
	_, err := c.store.PutConnection(ctx, opened, oldest)
	if errors.Is(err, meeting.ErrStale) {
		return ErrTooMany
	}
	if err == nil {
		_ = c.server.Disconnect(ctx, oldest.ID) // one that stays open gets no hints, and its client asks by itself
	}
	return err
}

// Close deletes a connection that ended. It reports whether the holder has no other one.
func (c *Connections) Close(ctx context.Context, s Subject, id string) (last bool, err error) {
	all, err := c.store.ConnectionsOf(ctx, s)
	for _, one := range all {
		if one.ID == id {
			err = c.store.DropConnection(ctx, one)
		}
	}
	return !slices.ContainsFunc(all, func(o Connection) bool { return o.ID != id && o.Expires.After(c.now()) }), err
}

// ConsoleOpen reports whether the user has a console of the room open.
func (c *Connections) ConsoleOpen(ctx context.Context, room meeting.Number, u meeting.User) (bool, error) {
	open, err := c.store.ConnectionsOf(ctx, Subject{room, Console(u)})
	return slices.ContainsFunc(open, func(o Connection) bool { return o.Expires.After(c.now()) }), err
}
