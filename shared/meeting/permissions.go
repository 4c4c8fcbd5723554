package meeting

import (
	"cmp"
	"context"
	"slices"
)

// An Action is done by a caller with a room, a meeting or a user.
type Action string

const (
	ViewLive      Action = "view the live room and its roster"
	ChangeLive    Action = "lock, unlock, or change the waiting room"
	DecideOnSeats Action = "admit, deny, remove, move to the waiting room, make host"
	StartMeeting  Action = "start a meeting"
	EndMeeting    Action = "end a meeting"
	AttachMeeting Action = "make the bare instance that of a meeting"
	StartNext     Action = "end the live instance and start the next meeting"
	ViewMeeting   Action = "view a meeting and its invitation"
	ChangeMeeting Action = "change or cancel a meeting"
	ViewAdvice    Action = "view what concerns other meetings of the host"
	ViewPast      Action = "view past meetings and their participants"

	ViewProfile   Action = "view a profile, the settings and the personal room"
	EditProfile   Action = "edit a profile, the settings and the personal room"
	ManageUsers   Action = "create a user"
	ListUsers     Action = "list the users of the account"
	ManagePasses  Action = "make, list and revoke guest passes" //nolint:gosec // it is no credential
	ListMeetings  Action = "list meetings"
	CreateMeeting Action = "plan a meeting, or start one now"
)

// A Relation ties a caller to a room, a meeting or a user. One caller may have several.
type Relation string

const (
	Owner         Relation = "owner"               // of the room; the user themselves
	RoomHost      Relation = "host of the room"    // an alternative host of the room, or a host of the live instance
	MeetingHost   Relation = "host of the meeting" // an alternative host of the meeting that the address names
	MeetingReader Relation = "admin: " + AdminReadsMeetings
	MeetingWriter Relation = "admin: " + AdminWritesMeetings
	UserReader    Relation = "admin: " + AdminReadsUsers
	UserWriter    Relation = "admin: " + AdminWritesUsers
)

// permissions says who may do what. For everybody else the room, the meeting or the user does not exist. Joining is
// not in the table: see [Room.Decide].
func permissions() map[Action][]Relation {
	return map[Action][]Relation{
		ViewLive:      {Owner, RoomHost, MeetingReader},
		ChangeLive:    {Owner, RoomHost, MeetingWriter},
		DecideOnSeats: {Owner, RoomHost, MeetingWriter},
		StartMeeting:  {Owner, RoomHost, MeetingHost, MeetingWriter},
		EndMeeting:    {Owner, RoomHost, MeetingHost, MeetingWriter},
		AttachMeeting: {Owner, RoomHost, MeetingWriter},
		StartNext:     {Owner, RoomHost, MeetingWriter},
		ViewMeeting:   {Owner, RoomHost, MeetingHost, MeetingReader},
		ChangeMeeting: {Owner, MeetingWriter},
		ViewAdvice:    {Owner, MeetingReader, MeetingWriter},
		ViewPast:      {Owner, MeetingReader},

		ViewProfile:   {Owner, UserReader},
		EditProfile:   {Owner, UserWriter},
		ManagePasses:  {Owner, UserWriter},
		ManageUsers:   {UserWriter},
		ListUsers:     {UserReader},
		ListMeetings:  {Owner, MeetingReader},
		CreateMeeting: {Owner, MeetingWriter},
	}
}

func (a Action) allowed(relations []Relation) bool {
	return slices.ContainsFunc(permissions()[a], func(r Relation) bool { return slices.Contains(relations, r) })
}

// relationsTo returns the relations of the caller to the user and to the user's rooms and meetings: themselves, or an
// admin of their account.
func (c Caller) relationsTo(u User) (relations []Relation) {
	if c.None() || c.Account != u.Account {
		return nil
	}
	if c.User == u {
		relations = append(relations, Owner)
	}
	for _, scope := range c.Scopes {
		relations = append(relations, Relation("admin: "+scope))
	}
	return relations
}

// allows reports whether the caller, who names the target meeting, may do this with the room. A host who was removed
// from the live instance may only view meetings while it runs (I10). The rooms of an inactive user exist for admins
// only.
func (r Room) allows(c Caller, t Target, a Action) bool {
	relations := c.relationsTo(r.Owner)
	if r.Closed == Inactive {
		return a.allowed(slices.DeleteFunc(relations, func(is Relation) bool { return is == Owner }))
	}
	mayHost := !c.None() && c.Account == r.Owner.Account && c.User != r.Owner
	if mayHost && (a == ViewMeeting || !r.isRemoved(c.User)) {
		if r.IsHost(c, t) {
			relations = append(relations, RoomHost)
		}
		if t.isHostedBy(c) {
			relations = append(relations, MeetingHost)
		}
	}
	return a.allowed(relations)
}

// authorize returns the room at the address if the caller may do this with it, or with the meeting that the address
// names. For everybody else it returns [NoMeeting] after the reads that finding a room takes, or [TooManyGuesses].
func (t *core) authorize(
	ctx context.Context, c Caller, address string, a Action, otherReads ...func(context.Context) error,
) (Destination, error) {
	var rules AccountRules
	found, err := t.resolve(ctx, address, "", append(otherReads, t.readRules(c.Account, &rules))...)
	if err != nil {
		return found, err
	}
	if !found.Room.Enterable() || !found.Room.allows(c, found.Target, a) {
		return found, cmp.Or(t.padReads(ctx, found), t.spendLookup(ctx, c, found, a), error(noMeeting(address)))
	}
	if err := t.checkHost(ctx, c, found.Room.Owner, a); err != nil {
		return found, err
	}
	found.Room, err = t.govern(ctx, found.Room, rules) // reads nothing: who is allowed is of the same account
	return found, err
}

// authorizeLive is authorize, and ends an instance that is over.
func (t *core) authorizeLive(ctx context.Context, c Caller, address string, a Action) (Room, error) {
	found, err := t.authorize(ctx, c, address, a)
	if err != nil {
		return found.Room, err
	}
	return t.endIfOver(ctx, found.Room)
}
