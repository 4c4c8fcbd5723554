package meeting

import (
	"cmp"
	"context"
	"slices"
)

// An Action is what a caller wants to do with a room, a meeting or a user.
type Action string

const (
	ViewLive      Action = "view the live room and its roster"
	ChangeLive    Action = "lock, unlock, or change the waiting room"
	DecideOnSeats Action = "admit, deny, remove, move to the waiting room, make host"
	StartMeeting  Action = "start a meeting"
	EndMeeting    Action = "end a meeting"
	AttachMeeting Action = "make the bare instance that of a meeting"
	ViewMeeting   Action = "view a meeting and its invitation"
	ChangeMeeting Action = "change or cancel a meeting"
	ViewAdvice    Action = "hear what concerns other meetings of the host"
	ViewPast      Action = "view past meetings and their participants"

	ViewProfile   Action = "view a profile, the settings and the personal room"
	EditProfile   Action = "edit a profile, the settings and the personal room"
	ListMeetings  Action = "list meetings"
	CreateMeeting Action = "plan a meeting, or start one now"
)

// A Relation is what a caller is to a room, a meeting or a user. They may have several.
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

// permissions says who may do what. Nobody else may, and to them the room, the meeting or the user does not exist. Joining is decided by
// [Room.Decide].
func permissions() map[Action][]Relation {
	return map[Action][]Relation{
		ViewLive:      {Owner, RoomHost, MeetingReader},
		ChangeLive:    {Owner, RoomHost, MeetingWriter},
		DecideOnSeats: {Owner, RoomHost, MeetingWriter},
		StartMeeting:  {Owner, RoomHost, MeetingHost, MeetingWriter},
		EndMeeting:    {Owner, RoomHost, MeetingHost, MeetingWriter},
		AttachMeeting: {Owner, RoomHost, MeetingWriter},
		ViewMeeting:   {Owner, RoomHost, MeetingHost, MeetingReader},
		ChangeMeeting: {Owner, MeetingWriter},
		ViewAdvice:    {Owner, MeetingReader, MeetingWriter},
		ViewPast:      {Owner, MeetingReader},

		ViewProfile:   {Owner, UserReader},
		EditProfile:   {Owner, UserWriter},
		ListMeetings:  {Owner, MeetingReader},
		CreateMeeting: {Owner, MeetingWriter},
	}
}

// allowed reports whether a caller with one of these relations may do it.
func (a Action) allowed(relations []Relation) bool {
	return slices.ContainsFunc(permissions()[a], func(r Relation) bool { return slices.Contains(relations, r) })
}

// relationsTo are what the caller is to the user's things: to the user themselves, or to an account that they administer.
func (c Caller) relationsTo(u User) (relations []Relation) {
	if c.None() || c.Account != u.Account {
		return nil
	}
	if c.User == u {
		relations = append(relations, Owner)
	}
	for scope, relation := range map[string]Relation{
		AdminReadsMeetings: MeetingReader, AdminWritesMeetings: MeetingWriter, AdminReadsUsers: UserReader, AdminWritesUsers: UserWriter,
	} {
		if slices.Contains(c.Scopes, scope) {
			relations = append(relations, relation)
		}
	}
	return relations
}

// allows reports whether the caller, who comes to the room for the meeting, may do this there.
func (r Room) allows(c Caller, t Target, a Action) bool {
	relations := c.relationsTo(r.Owner)
	isHost := !c.None() && c.Account == r.Owner.Account && c.User != r.Owner && !(r.isRemoved(c.User) && a.endsWithRemoval())
	if isHost && r.IsHost(c, t) {
		relations = append(relations, RoomHost)
	}
	if isHost && t.isHostedBy(c) {
		relations = append(relations, MeetingHost)
	}
	return a.allowed(relations)
}

// authorize finds the room at the address, if the caller may do this with it or with the meeting that the address names. To everybody else it
// does not exist: the refusal follows the reads that finding it takes, so it tells nothing.
func (t *core) authorize(ctx context.Context, c Caller, address string, a Action) (Destination, error) {
	found, err := t.resolve(ctx, address, "", noOtherRead)
	if err != nil {
		return found, err
	}
	if !found.Room.Enterable() || !found.Room.allows(c, found.Target, a) {
		return found, cmp.Or(t.padReads(ctx, found), error(noMeeting(address)))
	}
	return found, nil
}

// authorizeLive is authorize for the room as it is now: an instance that is over by the clock is ended.
func (t *core) authorizeLive(ctx context.Context, c Caller, address string, a Action) (Room, error) {
	found, err := t.authorize(ctx, c, address, a)
	if err != nil {
		return found.Room, err
	}
	return t.endIfOver(ctx, found.Room, false)
}

// endsWithRemoval reports whether a host whom somebody removed from the live instance loses the permission for as long as it runs (I10).
// They may still look at their meetings.
func (a Action) endsWithRemoval() bool { return a != ViewMeeting }
