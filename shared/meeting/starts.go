package meeting

import (
	"context"
	"fmt"
)

// Starts starts and ends meetings.
type Starts struct {
	core *core
	door *Door
}

// An InstantStart is one tap on "New Meeting".
type InstantStart struct {
	UsePMI  *bool  // nil: as the profile says (I5)
	Topic   string // of a room of its own; "" for a default
	Name    string // of the host, that others see
	Key     string // Idempotency-Key, or ""
	Request Identity
}

// A Start is the answer to an instant start.
type Start struct {
	Meeting    Meeting // zero for the personal room itself
	Profile    Profile // of the host
	Room       Room
	Admission  *Admission // of the host; nil if an admin started it for them
	Opened     bool       // this start opened the room
	Advisories []Advisory
}

// Planned returns the meeting that was started, as meetings are shown: the personal room itself as an instant one.
func (st Start) Planned() Planned {
	if st.Meeting.Exists() {
		return Planned{
			Meeting: st.Meeting, Room: st.Room, Live: st.Room.Live.Open, Hosts: st.Room.Settings.AlternativeHosts,
		}
	}
	view := PersonalView(st.Profile, st.Room, st.Room.Live.OpenedAt)
	view.Meeting.Type, view.Advisories = Instant, st.Advisories
	return view
}

// Instant starts a meeting of who, now: in their personal room if they say so or always do (I5), else in a room of its
// own whose number is released with it. A personal room that is live stays as it is. The host is admitted in the same
// step. It returns [PMIRequired] for a room of its own where the user always uses the PMI.
func (s *Starts) Instant(ctx context.Context, c Caller, who string, q InstantStart) (Start, error) {
	p, err := s.core.findUser(ctx, c, who, CreateMeeting)
	if err != nil {
		return Start{}, err
	}
	if lock := p.pmiLock(Instant); lock != nil && !*lock && q.UsePMI != nil && *q.UsePMI {
		return Start{}, refuse(SettingLocked,
			Field{Name: "use_pmi", Message: "given true; the admins of the account allow only false"})
	}
	if p.AlwaysUsesPMI() && q.UsePMI != nil && !*q.UsePMI {
		return Start{}, refuse(PMIRequired,
			Field{Name: "use_pmi", Message: `given false; with "always use PMI" on, only true is allowed`})
	}
	if p.instantPMI(q.UsePMI) {
		return s.inPersonalRoom(ctx, c, p, q)
	}
	return s.inOwnRoom(ctx, c, p, q)
}

func (s *Starts) inPersonalRoom(ctx context.Context, c Caller, p Profile, q InstantStart) (Start, error) {
	r, notes, err := s.core.personalRoom(ctx, p)
	if err != nil {
		return Start{}, err
	}
	if r, err = s.core.endIfOver(ctx, r); err != nil {
		return Start{}, err
	}
	record, err := s.core.saveIdempotency(ctx, IdempotencyRecord{
		By: c.User, Key: q.Key, Request: q.Request, Instance: r.Live.Instance,
	})
	switch {
	case err != nil:
		return Start{}, err
	case record.Meeting.Exists(): // a retry, after the user's choice was changed
		return s.inRoomOf(ctx, c, p, record.Meeting, q)
	case record.Instance != r.Live.Instance:
		return Start{}, refuse(Ended)
	}
	return s.openWithHost(ctx, c, Start{Profile: p, Room: r, Advisories: notes}, q)
}

func (s *Starts) inOwnRoom(ctx context.Context, c Caller, p Profile, q InstantStart) (Start, error) {
	settings, err := DefaultSettings(s.core.env.Random)
	if err != nil {
		return Start{}, err
	}
	m := Meeting{
		Host: p.User, HostEmail: p.Email, Type: Instant, Topic: q.Topic, Timezone: p.Timezone, CreatedAt: s.core.env.Now(),
	}
	if m.Topic == "" {
		m.Topic = p.meetingTopic()
	}
	made, _, err := s.core.make(ctx, c, m, settings, Plan{Key: q.Key, Request: q.Request})
	if err != nil {
		return Start{}, err
	}
	if !made.Exists() { // a retry, after the user's choice was changed
		return s.inPersonalRoom(ctx, c, p, q)
	}
	return s.inRoomOf(ctx, c, p, made, q)
}

func (s *Starts) inRoomOf(ctx context.Context, c Caller, p Profile, made Meeting, q InstantStart) (Start, error) {
	r, err := s.core.store.Room(ctx, made.ID)
	r.Rules = p.Rules
	if err == nil && !r.Enterable() { // a retry after it ended
		err = refuse(Ended)
	}
	if err != nil {
		return Start{}, err
	}
	st, err := s.openWithHost(ctx, c, Start{Meeting: made, Profile: p, Room: r}, q)
	st.Opened = true // a retry too
	return st, err
}

// openWithHost opens the room and admits its host; for an admin who is somebody else, it admits nobody.
func (s *Starts) openWithHost(ctx context.Context, c Caller, st Start, q InstantStart) (Start, error) {
	if c.User != st.Profile.User {
		wasOpen := st.Room.Live.Open
		r, err := s.openRoom(ctx, st.Room, Target{})
		st.Room, st.Opened = r, !wasOpen
		return st, err
	}
	a, err := s.door.join(ctx, st.Room, JoinRequest{Caller: c}, JoinInput{Name: q.Name, Key: q.Key, Request: q.Request})
	st.Admission, st.Room = &a, a.Room
	st.Opened = a.Room.Live.Opener == a.Seat.ID
	return st, err
}

// saveIdempotency stores the record of a start that makes no meeting. If there is one for its key it returns that
// (I15).
func (t *core) saveIdempotency(ctx context.Context, rec IdempotencyRecord) (IdempotencyRecord, error) {
	if rec.Key == "" {
		return rec, nil
	}
	rec.Expires = t.env.Now().Add(IdempotencyLife)
	err := t.store.Save(ctx, PutIdempotencyRecord{Record: rec, Now: t.env.Now()})
	if impossible(err) != nil {
		return t.recallIdempotency(ctx, rec)
	}
	return rec, err
}

// recallIdempotency returns the stored record for the key. It returns [KeyReused] if that is for another request
// (I15).
func (t *core) recallIdempotency(ctx context.Context, rec IdempotencyRecord) (IdempotencyRecord, error) {
	stored, err := t.store.IdempotencyRecord(ctx, rec.By, rec.Key)
	if err == nil && stored.Request != rec.Request {
		err = refuse(KeyReused)
	}
	return stored, err
}

// Start opens the room of a meeting, or the personal room itself if the address is its number. For a meeting that is
// live it has no effect. It returns [RoomInUse] if another meeting is live in the personal room (I18).
func (s *Starts) Start(ctx context.Context, c Caller, address string) error {
	found, err := s.core.authorize(ctx, c, address, StartMeeting)
	if err != nil {
		return err
	}
	r, err := s.core.endIfOver(ctx, found.Room)
	if err != nil {
		return err
	}
	if r, err = s.openRoom(ctx, r, found.Target); err != nil || r.Kind != Personal || found.Target.ID == "" {
		return err
	}
	return s.attachMeeting(ctx, c, r, found.Target)
}

// openRoom opens the room for the meeting and admits nobody. A live room stays as it is, whatever it is live for.
func (s *Starts) openRoom(ctx context.Context, r Room, v Target) (Room, error) {
	owner := r.Owner
	r, opened, err := s.core.applyAgain(ctx, r, func(r Room) (*Transition, error) {
		switch {
		case r.vacated(): // it goes on: the host is about to come
			return Transition{At: s.core.env.Now(), Occupancy: &Occupancy{}}.asDecision(r), nil
		case r.Live.Open:
			return nil, nil
		case !r.Enterable() || r.Owner != owner:
			return nil, refuse(NoMeeting)
		case r.Closed != Active:
			return nil, r.Closed.refusal()
		case r.Rules.closed():
			return nil, refuse(AccountClosed)
		}
		return new(r.opening(v, "", Host, s.core.env.Now())), nil
	})
	if opened && err == nil {
		err = s.core.recordOpened(ctx, r)
	}
	return r, err
}

// attachMeeting makes the live instance that of the meeting (I18): the people who are in stay, and those who join from
// now on join the meeting. It returns [RoomInUse] if the instance is for another meeting; and if it is for none, to
// hosts of the meeting who are no hosts of the room.
func (s *Starts) attachMeeting(ctx context.Context, c Caller, r Room, v Target) error {
	r, attached, err := s.core.applyAgain(ctx, r, func(r Room) (*Transition, error) {
		live := r.Live.Meeting
		switch {
		case !r.Live.Open || live.ID == v.ID:
			return nil, nil
		case live.ID != "":
			return nil, inUse(live)
		case !r.allows(c, Target{}, AttachMeeting):
			return nil, inUse(r.LiveMeeting())
		}
		ref := v.MeetingRef
		ref.UUID = "" // the instance keeps its own
		return Transition{AttachMeeting: &ref, MakeHosts: r.hostIdentities(v)}.asDecision(r), nil
	})
	if attached && err == nil {
		err = s.core.recordOpened(ctx, r)
	}
	return err
}

func inUse(live MeetingRef) *Refusal {
	message := fmt.Sprintf("%s (%s) is live in this personal room. End it first.", live.Topic, live.ID.Grouped())
	return Refuse(RoomInUse, message)
}

// End ends the instance of a meeting, or any instance of the personal room if the address is its number. If the
// meeting is not live it has no effect on what is.
func (s *Starts) End(ctx context.Context, c Caller, address string) error {
	return s.EndInstance(ctx, c, address, "")
}

// EndInstance is End for that instance only. It returns [Ended] if the room is not in it.
func (s *Starts) EndInstance(ctx context.Context, c Caller, address, instance string) error {
	found, err := s.core.authorize(ctx, c, address, EndMeeting)
	if err == nil {
		err = found.Room.checkInstance(instance)
	}
	if err != nil || !found.Room.Live.Open {
		return err
	}
	if id := found.Target.ID; id != "" && id != found.Room.Live.Meeting.ID {
		return nil
	}
	return s.core.endNow(ctx, found.Room)
}
