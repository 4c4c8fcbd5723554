package meeting

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
)

// Profiles has the use cases of profiles and personal rooms.
type Profiles struct{ core *core }

// View returns the profile of who: see [core.findUser].
func (s *Profiles) View(ctx context.Context, c Caller, who string) (Profile, error) {
	return s.core.findUser(ctx, c, who, ViewProfile)
}

// Room returns the profile of who, and their personal room.
func (s *Profiles) Room(ctx context.Context, c Caller, who string) (Profile, Room, error) {
	p, err := s.View(ctx, c, who)
	if err != nil {
		return p, Room{}, err
	}
	r, err := s.core.roomOf(ctx, p)
	return p, r, err
}

// An Edit is the changes of a profile. A nil field stays as it is.
type Edit struct {
	PMI         *Number
	Link        *Link // "": remove it
	AlwaysPMI   *bool
	SchedulePMI *bool
	Forwarding  *bool
	FirstName   *string
	LastName    *string
	Timezone    *string // IANA name
	Language    *string
	Dept        *string
	HostKey     *string     // 6 digits
	Passthrough Passthrough // added to the stored ones
	Unstored    Passthrough // values that Passthrough need not keep: answers show them if nothing is stored

	Room *SettingsEdit // of the personal room
}

// applyTo returns the edited profile, which does not know yet what it released.
func (e Edit) applyTo(p Profile) Profile {
	set(&p.AlwaysPMI, e.AlwaysPMI)
	set(&p.SchedulePMI, e.SchedulePMI)
	set(&p.Forwarding, e.Forwarding)
	set(&p.FirstName, e.FirstName)
	set(&p.LastName, e.LastName)
	set(&p.Timezone, e.Timezone)
	set(&p.Language, e.Language)
	set(&p.Dept, e.Dept)
	set(&p.HostKey, e.HostKey)
	set(&p.PMI, e.PMI)
	set(&p.Link, e.Link)
	if len(e.Passthrough) > 0 {
		p.Passthrough = p.Passthrough.Merge(e.Passthrough).diff(e.Unstored)
	}
	return p
}

// claims reports whether the edit gives the profile another number or link.
func (e Edit) claims(p Profile) bool {
	to := e.applyTo(p)
	return to.PMI != p.PMI || to.Link != "" && to.Link.Key() != p.Link.Key()
}

// touchesProfile reports whether the edit has more than settings of the room.
func (e Edit) touchesProfile() bool {
	passthrough := len(e.Passthrough) > 0
	e.Room, e.Passthrough, e.Unstored = nil, nil, nil
	return passthrough || !reflect.DeepEqual(e, Edit{})
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// Edit changes the profile of who, all of it or nothing. A released number or link is quarantined (I2); the new number
// and the new link belong to the user alone (I1, I4). Edit returns [NumberTaken] or [LinkTaken] if they are not free,
// which costs a guess of the caller, and [TooManyGuesses] without one (I13); [TooManyChanges] after MaxRenames on a
// day; and [RoomLive] for a new number while the room is live. The settings of a live room change in a second write.
func (s *Profiles) Edit(ctx context.Context, c Caller, who string, e Edit) error {
	_, err := s.change(ctx, c, who, e)
	return err
}

// edited is the result of an edit: the profile, and the room before and after it, if it touched the room.
type edited struct {
	profile       Profile
	before, after Room
}

func (s *Profiles) change(ctx context.Context, c Caller, who string, e Edit) (edited, error) {
	if err := s.checkEdit(ctx, c, e); err != nil {
		return edited{}, err
	}
	for range tries {
		p, err := s.core.findUser(ctx, c, who, EditProfile)
		if err != nil {
			return edited{}, err
		}
		if done, err := s.editCounted(ctx, c, p, e); !errors.Is(err, ErrStale) {
			return done, err
		}
	}
	return edited{}, refuse(Busy)
}

// checkEdit refuses a bad time zone, and without a write a new number or link of a caller whose guesses are spent.
func (s *Profiles) checkEdit(ctx context.Context, c Caller, e Edit) error {
	if e.Timezone != nil {
		if err := CheckTimezone(*e.Timezone); err != nil {
			return RefuseField("timezone", err.Error())
		}
	}
	if e.PMI == nil && (e.Link == nil || *e.Link == "") {
		return nil
	}
	spent, err := s.core.store.Spent(ctx, c.budgetScope(), s.core.budgetWindow())
	if err != nil || spent.mayDrain(s.core.env.Now()) {
		return err
	}
	return s.core.checkGuesses(spent.Guesses)
}

// editCounted edits the profile. An edit that claims a number or a link takes a guess of the caller before, and gives
// it back unless that is somebody's (I13). It returns [TooManyGuesses] if they have none left.
func (s *Profiles) editCounted(ctx context.Context, c Caller, p Profile, e Edit) (edited, error) {
	if !e.claims(p) {
		return s.edit(ctx, c, p, e)
	}
	place, err := s.core.takeClaim(ctx, c)
	if err != nil {
		return edited{}, err
	}
	done, err := s.edit(ctx, c, p, e)
	if r := ReasonOf(err); r == NumberTaken || r == LinkTaken {
		return done, err
	}
	return done, cmp.Or(err, s.core.store.ReturnPlace(ctx, place))
}

func (s *Profiles) edit(ctx context.Context, c Caller, p Profile, e Edit) (edited, error) {
	to := e.applyTo(p)
	done := edited{profile: to}
	if err := cmp.Or(p.checkEdit(e), p.Rules.checkEdit(e.Room, Room{Kind: Personal}), to.Passthrough.checkSize()); err != nil {
		return done, err
	}
	to, err := s.core.countRenames(p, to)
	if err != nil {
		return done, err
	}
	entries, err := s.core.auditEdit(c, p, to, e)
	if err != nil {
		return done, err
	}
	links, to, err := s.changeLink(ctx, p, to)
	if err != nil {
		return done, err
	}
	links = append(links, entries...)
	if e.Room == nil && to.PMI == p.PMI && to.RoomTopic() == p.RoomTopic() {
		return done, s.save(ctx, append(links, PutProfile{to}))
	}
	room, err := s.core.roomOf(ctx, p)
	if err == nil && to.PMI != p.PMI {
		room, err = s.requireIdle(ctx, room)
	}
	if err != nil {
		return done, err
	}
	done.before = room
	settings, err := e.Room.applyTo(room.Settings)
	switch {
	case err != nil:
		return done, err
	case e.touchesProfile() && !room.Live.Open:
		var rooms []Change
		if rooms, to, done.after, err = s.moveRoom(ctx, room, p, to, settings); err != nil {
			return done, err
		}
		return done, s.save(ctx, slices.Concat(links, []Change{PutProfile{to}}, rooms))
	case e.touchesProfile():
		entries = slices.Concat(links, []Change{PutProfile{to}})
	}
	if err := s.save(ctx, entries); err != nil {
		return done, err
	}
	change := RoomEdit{Settings: e.Room}
	if to.RoomTopic() != p.RoomTopic() {
		change.Topic = new(to.RoomTopic())
	}
	done.after, err = s.core.editRoom(ctx, room, change)
	return done, err
}

// requireIdle ends an instance that is over. It returns [RoomLive] if the room is still live.
func (s *Profiles) requireIdle(ctx context.Context, room Room) (Room, error) {
	room, err := s.core.endIfOver(ctx, room)
	if err == nil && room.Live.Open {
		err = Refuse(RoomLive, "The personal room is live: end it before you change its number.")
	}
	return room, err
}

// moveRoom returns the changes that give the idle room the number, the topic and the settings of the profile; the
// profile that knows the number which it released; and the room after the changes.
func (s *Profiles) moveRoom(
	ctx context.Context, room Room, p, to Profile, settings Settings,
) (changes []Change, after Profile, next Room, err error) {
	if next, err = s.core.env.withSettings(room, settings); err != nil {
		return nil, to, next, err
	}
	next.Number, next.Topic = to.PMI, to.RoomTopic()
	next.Live.Epoch++
	if to.PMI == room.Number {
		return []Change{ReplaceRoom{Before: room, After: next}}, to, next, nil
	}
	instance, err := s.core.env.nextInstance(room.Live)
	if err != nil {
		return nil, to, next, err
	}
	now := s.core.env.Now()
	next.ClaimedAt, next.Used = now, p.had(to.PMI)
	next.Live = LiveState{Instance: instance, DistrustedUntil: next.Live.DistrustedUntil}
	changes, to, err = s.releaseNumber(ctx, room, to)
	return append(changes, ClaimRoom{Room: next, Now: now}), to, next, err
}

// save stores the changes of an edit. It returns [ErrStale] if the edit must be tried again on the current profile.
func (s *Profiles) save(ctx context.Context, changes []Change) error {
	err := s.core.store.Save(ctx, changes...)
	c := impossible(err)
	if c == nil {
		return err
	}
	return taken(c)
}

// taken returns the refusal of a change that was not possible: [ErrStale], unless it claims what is not free.
func taken(c Change) error {
	switch c := c.(type) {
	case ClaimRoom:
		return &Refusal{Reason: NumberTaken, Message: fmt.Sprintf("%s is not free.", c.Room.Number.Grouped()),
			Fields: []Field{{Name: "pmi", Message: "This number is somebody's, or was until lately. Choose another one."}}}
	case ClaimLink:
		return &Refusal{Reason: LinkTaken, Message: fmt.Sprintf("%s is not free.", c.Link),
			Fields: []Field{{Name: "vanity_name", Message: "This name is somebody's, or was until lately. Choose another one."}}}
	}
	return ErrStale
}

// EditRoom changes the personal room of who. It returns the room if it has a new passcode, else nil. A new passcode
// outdates invitations that were sent; an advisory names the next meetings of that kind.
func (s *Profiles) EditRoom(ctx context.Context, c Caller, who string, e Edit) (*Planned, error) {
	if e.Room != nil && e.Room.NewPasscode {
		code, err := GeneratePasscode(s.core.env.Random)
		if err != nil {
			return nil, err
		}
		e.Room.Passcode = &code
	}
	done, err := s.change(ctx, c, who, e)
	if code := done.after.Settings.Passcode; err != nil || code == "" || code == done.before.Settings.Passcode {
		return nil, err
	}
	view := PersonalView(done.profile, done.after, s.core.env.Now())
	outdated, err := s.adviseOnPasscode(ctx, done.profile)
	view.Advisories = append(view.Room.Advisories(s.core.env.Now()), outdated...)
	return &view, err
}

func (s *Profiles) adviseOnPasscode(ctx context.Context, p Profile) ([]Advisory, error) {
	planned, err := s.core.inPersonalRoomFrom(ctx, p.User, s.core.env.Now())
	if err != nil || len(planned) == 0 {
		return nil, err
	}
	names := make([]string, len(planned))
	for i, m := range planned {
		names[i] = m.named()
	}
	return []Advisory{{
		Code:    "invitations_outdated",
		Message: "Invitations sent for these meetings carry the old passcode: " + strings.Join(names, "; ") + ".",
		Action:  "Send their invitations again.",
	}}, nil
}

// Availability tells whether a number or a link is taken, and which ones are free. A quarantined one is taken, but
// for its last owner.
type Availability struct {
	Existed     bool
	Yours       bool     // it exists, and is the caller's own
	Suggestions []string // at most Suggestions; none if it is free, or the caller's own
}

// Suggestions is the number of alternatives in an Availability.
const Suggestions = 3

// NumberFree tells whether the number could be the caller's PMI. It spends a guess (I13).
func (s *Profiles) NumberFree(ctx context.Context, c Caller, n Number) (Availability, error) {
	return checkFree(ctx, s.core, c, n, suggestNumbers, func(ctx context.Context, n Number) (free, own bool, err error) {
		r, err := s.core.store.Room(ctx, n)
		return r.Claimable(c.User, s.core.env.Now()), r.Kind == Personal && r.Owner == c.User, err
	})
}

// LinkFree tells whether the link could be the caller's. It spends a guess (I13).
func (s *Profiles) LinkFree(ctx context.Context, c Caller, l Link) (Availability, error) {
	return checkFree(ctx, s.core, c, l, suggestLinks, func(ctx context.Context, l Link) (free, own bool, err error) {
		claim, err := s.core.store.LinkClaim(ctx, l)
		return claim.Claimable(c.User, s.core.env.Now()), claim.User == c.User && !claim.isReleased(), err
	})
}

// checkFree spends a guess. If the candidate is neither free nor the caller's own, it returns the first free
// suggestions.
func checkFree[T ~string](ctx context.Context, t *core, c Caller, candidate T, suggest func(T, io.Reader, int) ([]T, error),
	look func(context.Context, T) (free, own bool, err error),
) (found Availability, err error) {
	if err := t.spendQuestion(ctx, c); err != nil {
		return found, err
	}
	free, own, err := look(ctx, candidate)
	if err != nil {
		return found, err
	}
	found = Availability{Existed: own || !free, Yours: own}
	if free || own {
		return found, nil
	}
	near, err := suggest(candidate, t.env.Random, 4*Suggestions)
	for _, s := range near {
		if err != nil || len(found.Suggestions) == Suggestions {
			break
		}
		if free, _, err = look(ctx, s); free {
			found.Suggestions = append(found.Suggestions, string(s))
		}
	}
	return found, err
}

// spendQuestion spends a guess of the caller, who is signed in. It returns [UserInactive] if they are inactive.
func (t *core) spendQuestion(ctx context.Context, c Caller) error {
	return together(ctx,
		func(ctx context.Context) error { return t.spendProbe(ctx, c) },
		func(ctx context.Context) error { return CheckActive(ctx, t.store, c) })
}

// spendProbe spends a guess of the caller. It returns [TooManyGuesses] if they had none left.
func (t *core) spendProbe(ctx context.Context, c Caller) error {
	spent, err := t.store.Spend(ctx, c.budgetScope(), t.budgetWindow())
	if err != nil {
		return err
	}
	return t.checkGuesses(spent - 1)
}
