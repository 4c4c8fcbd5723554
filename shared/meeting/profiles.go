package meeting

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Profiles is where users see and edit who they are and what their room is like.
type Profiles struct{ *Turnstile }

// View is the profile of who.
func (s *Profiles) View(ctx context.Context, c Caller, who string) (Profile, error) {
	return s.findUser(ctx, c, who, AdminReadsUsers)
}

// Room is the personal room of who, and their profile.
func (s *Profiles) Room(ctx context.Context, c Caller, who string) (Profile, Room, error) {
	p, err := s.View(ctx, c, who)
	if err != nil {
		return p, Room{}, err
	}
	r, err := s.Turnstile.Room(ctx, p.PMI)
	return p, r, err
}

// Edit is what a user changes of a profile: what is nil stays.
type Edit struct {
	PMI         *Number
	Link        *Link // "": none any more
	AlwaysPMI   *bool
	SchedulePMI *bool
	Forwarding  *bool
	FirstName   *string
	LastName    *string
	Timezone    *string // IANA name
	Language    *string
	Dept        *string
	HostKey     *string     // 6 digits
	Passthrough Passthrough // added to those stored

	Room *SettingsEdit // of the personal room
}

func (e Edit) of(p Profile) Profile {
	set(&p.AlwaysPMI, e.AlwaysPMI)
	set(&p.SchedulePMI, e.SchedulePMI)
	set(&p.Forwarding, e.Forwarding)
	set(&p.FirstName, e.FirstName)
	set(&p.LastName, e.LastName)
	set(&p.Timezone, e.Timezone)
	set(&p.Language, e.Language)
	set(&p.Dept, e.Dept)
	set(&p.HostKey, e.HostKey)
	set(&p.Link, e.Link)
	if len(e.Passthrough) > 0 {
		p.Passthrough = p.Passthrough.merge(e.Passthrough)
	}
	if e.PMI != nil && *e.PMI != p.PMI {
		p = p.renumbered(*e.PMI)
	}
	return p
}

// touchesProfile reports whether more than the room's policy is to change.
func (e Edit) touchesProfile() bool {
	return e.PMI != nil || e.Link != nil || e.AlwaysPMI != nil || e.SchedulePMI != nil || e.Forwarding != nil ||
		e.FirstName != nil || e.LastName != nil || e.Timezone != nil || e.Language != nil || e.Dept != nil ||
		e.HostKey != nil || len(e.Passthrough) > 0
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// Edit changes the profile of who, all of it or nothing: the released number rests (I2), the new one and the new link are theirs
// alone (I1, I4). It refuses a number or a link that is taken, and a new number while the room is live. The caller's guess
// budget pays for every number or link that was not free (I13). While the room is live, its policy follows in a write of its own.
func (s *Profiles) Edit(ctx context.Context, c Caller, who string, e Edit) error {
	_, err := s.change(ctx, c, who, e)
	return err
}

// edited is what an edit made: the profile, and the room before and after it, if it touched the room.
type edited struct {
	profile  Profile
	was, now Room
}

func (s *Profiles) change(ctx context.Context, c Caller, who string, e Edit) (edited, error) {
	if err := s.mayEdit(ctx, c, e); err != nil {
		return edited{}, err
	}
	for range tries {
		p, err := s.findUser(ctx, c, who, AdminWritesUsers)
		if err != nil {
			return edited{}, err
		}
		done, err := s.edit(ctx, p, e)
		if r := ReasonOf(err); r == NumberTaken || r == LinkTaken {
			err = errors.Join(s.spendGuess(ctx, c), err)
		}
		if !errors.Is(err, ErrStale) {
			return done, err
		}
	}
	return edited{}, busy()
}

func (s *Profiles) mayEdit(ctx context.Context, c Caller, e Edit) error {
	if e.Timezone != nil {
		if err := CheckTimezone(*e.Timezone); err != nil {
			return RefuseField("timezone", err.Error())
		}
	}
	if e.PMI != nil || e.Link != nil {
		return s.checkProbes(ctx, c)
	}
	return nil
}

func (s *Profiles) edit(ctx context.Context, p Profile, e Edit) (edited, error) {
	to := e.of(p)
	done := edited{profile: to}
	if to.Passthrough.size() > MaxPassthrough {
		return done, RefuseField("settings", fmt.Sprintf("All settings together take %d bytes; at most %d are kept.", to.Passthrough.size(), MaxPassthrough))
	}
	if e.Room == nil && to.PMI == p.PMI && to.RoomTopic() == p.RoomTopic() {
		return done, s.save(ctx, append(linkChanges(p, to), PutProfile{to}))
	}
	room, err := s.Turnstile.Room(ctx, p.PMI)
	if err == nil && to.PMI != p.PMI {
		room, err = s.requireIdle(ctx, room)
	}
	if err != nil {
		return done, err
	}
	done.was = room
	policy, err := e.Room.applyTo(room.Settings)
	if err != nil {
		return done, err
	}
	if e.touchesProfile() {
		changes := append(linkChanges(p, to), PutProfile{to})
		if !room.Live.Open {
			rooms, next, err := s.moveRoom(room, to, policy)
			if err != nil {
				return done, err
			}
			done.now = next
			return done, s.save(ctx, append(changes, rooms...))
		}
		if err := s.save(ctx, changes); err != nil {
			return done, err
		}
	}
	done.now, err = s.editRoom(ctx, room, RoomEdit{Settings: e.Room, Topic: new(to.RoomTopic())})
	return done, err
}

// linkChanges is the changes by which the personal link follows the profile.
func linkChanges(p, to Profile) (changes []Change) {
	if to.Link.Key() != p.Link.Key() && p.Link != "" {
		changes = append(changes, DropLink{Link: p.Link, User: p.User})
	}
	if to.Link != p.Link && to.Link != "" {
		changes = append(changes, ClaimLink{Link: to.Link, User: p.User})
	}
	return changes
}

// requireIdle is the room, settled; a live one is refused.
func (s *Profiles) requireIdle(ctx context.Context, room Room) (Room, error) {
	room, err := s.endIfOver(ctx, room, true)
	if err == nil && room.Live.Open {
		err = Refuse(RoomLive, "The personal room is live: end it before you change its number.")
	}
	return room, err
}

// moveRoom is the changes by which the idle room follows the profile, to another number or with another policy; and the room then.
func (s *Profiles) moveRoom(room Room, to Profile, policy Settings) ([]Change, Room, error) {
	next := room
	next.Number, next.Topic, next.Settings = to.PMI, to.RoomTopic(), policy
	next.Live.Epoch++
	if to.PMI == room.Number {
		return []Change{ReplaceRoom{Before: room, After: next}}, next, nil
	}
	instance, err := s.newInstance()
	next.Live = LiveState{Instance: instance}
	return []Change{
		ReplaceRoom{Before: room, After: room.Retire(s.Now(), s.Config.Quarantine)},
		ClaimRoom{Room: next, Now: s.Now()},
	}, next, err
}

// save makes the changes of an edit; ErrStale if it must be begun anew.
func (s *Profiles) save(ctx context.Context, changes []Change) error {
	err := s.Save(ctx, changes...)
	switch c := impossible(err).(type) {
	case nil:
		return err
	case ClaimRoom:
		return &Refusal{Reason: NumberTaken, Message: fmt.Sprintf("%s is not free.", c.Room.Number.Grouped()),
			Fields: []Field{{"pmi", "This number is somebody's, or was until lately. Choose another one."}}}
	case ClaimLink:
		return &Refusal{Reason: LinkTaken, Message: fmt.Sprintf("%s is not free.", c.Link),
			Fields: []Field{{"vanity_name", "This name is somebody's. Choose another one."}}}
	}
	return ErrStale
}

// EditRoom changes the personal room of who. If it got another passcode, the room is returned as it then is: that outdates what was
// sent, and the advisory names the upcoming meetings.
func (s *Profiles) EditRoom(ctx context.Context, c Caller, who string, e Edit) (*Planned, error) {
	if e.Room != nil && e.Room.NewPasscode {
		code, err := GeneratePasscode(s.Random)
		if err != nil {
			return nil, err
		}
		e.Room.Passcode = &code
	}
	done, err := s.change(ctx, c, who, e)
	if code := done.now.Settings.Passcode; err != nil || code == "" || code == done.was.Settings.Passcode {
		return nil, err
	}
	view := PersonalView(done.profile, done.now, s.Now())
	view.Advisories, err = s.outdated(ctx, done.profile)
	return &view, err
}

func (s *Profiles) outdated(ctx context.Context, p Profile) ([]Advisory, error) {
	planned, _, err := s.Agenda(ctx, p.User, s.Now(), "", 100)
	if err != nil {
		return nil, err
	}
	var topics []string
	for _, m := range planned {
		if m.UsePMI {
			topics = append(topics, fmt.Sprintf("%s (%s)", m.Topic, m.ID.Grouped()))
		}
	}
	if len(topics) == 0 {
		return nil, nil
	}
	return []Advisory{{
		Code:    "invitations_outdated",
		Message: "Invitations sent for these meetings carry the old passcode: " + strings.Join(topics, "; ") + ".",
		Action:  "Send their invitations again.",
	}}, nil
}

// Availability is whether a number or a link is taken (resting counts as taken), and what to take instead.
type Availability struct {
	Existed     bool
	Suggestions []string
}

// Suggestions is how many alternatives Availability names.
const Suggestions = 3

// NumberFree tells whether the number could be the caller's PMI. It spends a guess (I13).
func (s *Profiles) NumberFree(ctx context.Context, c Caller, n Number) (Availability, error) {
	if err := s.spendProbe(ctx, c); err != nil {
		return Availability{}, err
	}
	r, err := s.Turnstile.Room(ctx, n)
	if err != nil || r.Claimable(c.User, s.Now()) || r.Kind == Personal && r.Owner == c.User {
		return Availability{}, err
	}
	near, err := SuggestNumbers(n, s.Random, 4*Suggestions)
	if err != nil {
		return Availability{}, err
	}
	free, err := freeAmong(ctx, near, func(ctx context.Context, n Number) (bool, error) {
		r, err := s.Turnstile.Room(ctx, n)
		return r.Claimable(c.User, s.Now()), err
	})
	return Availability{Existed: true, Suggestions: free}, err
}

// LinkFree tells whether the link could be the caller's. It spends a guess (I13).
func (s *Profiles) LinkFree(ctx context.Context, c Caller, l Link) (Availability, error) {
	if err := s.spendProbe(ctx, c); err != nil {
		return Availability{}, err
	}
	owner, err := s.UserOfLink(ctx, l)
	if err != nil || owner.None() || owner == c.User {
		return Availability{}, err
	}
	near, err := SuggestLinks(l, s.Random, 4*Suggestions)
	if err != nil {
		return Availability{}, err
	}
	free, err := freeAmong(ctx, near, func(ctx context.Context, l Link) (bool, error) {
		owner, err := s.UserOfLink(ctx, l)
		return owner.None(), err
	})
	return Availability{Existed: true, Suggestions: free}, err
}

// freeAmong is the first few candidates that are free.
func freeAmong[T ~string](ctx context.Context, candidates []T, free func(context.Context, T) (bool, error)) ([]string, error) {
	var found []string
	for _, c := range slices.Compact(candidates) {
		ok, err := free(ctx, c)
		if err != nil || len(found) == Suggestions {
			return found, err
		}
		if ok {
			found = append(found, string(c))
		}
	}
	return found, nil
}

// spendProbe spends a guess for a look at what is free.
func (t *Turnstile) spendProbe(ctx context.Context, c Caller) error {
	spent, err := t.Spend(ctx, c.budgetScope(), t.budgetWindow())
	if err != nil {
		return err
	}
	return t.checkGuesses(spent - 1)
}

func (t *Turnstile) checkProbes(ctx context.Context, c Caller) error {
	spent, err := t.Spent(ctx, c.budgetScope(), t.budgetWindow())
	if err != nil {
		return err
	}
	return t.checkGuesses(spent.Guesses)
}

// CheckTimezone refuses what is not the IANA name of a time zone.
func CheckTimezone(name string) error {
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		return fmt.Errorf("%s is not a time zone; give an IANA name, such as Europe/Berlin", echo(name))
	}
	return nil
}
