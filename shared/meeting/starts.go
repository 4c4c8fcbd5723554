package meeting

import (
	"context"
	"fmt"
)

// Starts is where sittings begin and end.
type Starts struct {
	core *core
	door *Door
}

// InstantStart is one tap on "New Meeting".
type InstantStart struct {
	UsePMI  *bool  // nil: as the profile says (I5)
	Topic   string // of a generated room; "" for a default
	Name    string // what others shall see of the host
	Key     string // Idempotency-Key, or ""
	Request Identity
}

// A Start is a sitting that was started, or that ran already.
type Start struct {
	Meeting   Meeting // zero for the personal room itself
	Profile   Profile // the host's
	Room      Room
	Admission *Admission // of the host; nil if an admin started it for them
	Opened    bool       // this start opened the room

	Advisories []Advisory
}

// Planned is the meeting that was started, as meetings are shown: the personal room itself as an instant one.
func (st Start) Planned() Planned {
	if st.Meeting.Exists() {
		return Planned{Meeting: st.Meeting, Room: st.Room, Live: st.Room.Live.Open, Hosts: st.Room.Settings.AlternativeHosts}
	}
	view := PersonalView(st.Profile, st.Room, st.Room.Live.OpenedAt)
	view.Meeting.Type, view.Advisories = Instant, st.Advisories
	return view
}

// Instant starts a meeting of who, now: in their personal room if they say so or always do (I5), else in a room of its own whose
// number dies with it. A personal room that is live already is joined as it is. The host takes a seat in the same step.
func (s *Starts) Instant(ctx context.Context, c Caller, who string, q InstantStart) (Start, error) {
	p, err := s.core.findUser(ctx, c, who, CreateMeeting)
	if err != nil {
		return Start{}, err
	}
	if p.AlwaysPMI && q.UsePMI != nil && !*q.UsePMI {
		return Start{}, refuse(PMIRequired, Field{"use_pmi", `given false; with "always use PMI" on, only true is allowed`})
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
	if r, err = s.core.endIfOver(ctx, r, true); err != nil {
		return Start{}, err
	}
	known, err := s.core.saveIdempotency(ctx, IdempotencyRecord{By: c.User, Key: q.Key, Request: q.Request, Instance: r.Live.Instance})
	switch {
	case err != nil:
		return Start{}, err
	case known.Meeting.Exists(): // a retry, after the user's choice was changed
		return s.inRoomOf(ctx, c, p, known.Meeting, q)
	case known.Instance != r.Live.Instance:
		return Start{}, refuse(Ended)
	}
	return s.openWithHost(ctx, c, Start{Profile: p, Room: r, Advisories: notes}, q)
}

func (s *Starts) inOwnRoom(ctx context.Context, c Caller, p Profile, q InstantStart) (Start, error) {
	policy, err := DefaultSettings(s.core.env.Random)
	if err != nil {
		return Start{}, err
	}
	m := Meeting{Host: p.User, HostEmail: p.Email, Type: Instant, Topic: q.Topic, Timezone: p.Timezone, CreatedAt: s.core.env.Now()}
	if m.Topic == "" {
		m.Topic = p.Name() + "'s Meeting"
	}
	made, _, err := s.core.make(ctx, creation{Meeting: m, Settings: policy, By: c.User, Key: q.Key, Request: q.Request})
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

// openWithHost opens the room with its host in it; for an admin who is somebody else, with nobody in it.
func (s *Starts) openWithHost(ctx context.Context, c Caller, st Start, q InstantStart) (Start, error) {
	if c.User != st.Profile.User {
		was := st.Room.Live.Open
		r, err := s.openRoom(ctx, st.Room, Target{})
		st.Room, st.Opened = r, !was
		return st, err
	}
	a, err := s.door.join(ctx, st.Room, JoinRequest{Caller: c}, JoinInput{Name: q.Name, Key: q.Key, Request: q.Request})
	st.Admission, st.Room = &a, a.Room
	st.Opened = a.Room.Live.Opener == a.Seat.ID
	return st, err
}

// saveIdempotency binds an Idempotency-Key to what makes no meeting and is safe to repeat; it is what the key did before, if anything.
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

// recallIdempotency is what the key of the record did before, if it was for the same request (I15).
func (t *core) recallIdempotency(ctx context.Context, rec IdempotencyRecord) (IdempotencyRecord, error) {
	known, err := t.store.IdempotencyRecord(ctx, rec.By, rec.Key)
	if err == nil && known.Request != rec.Request {
		err = refuse(KeyReused)
	}
	return known, err
}

// Start opens the room of a meeting, or the personal room itself if the address is its number. A start of what is live already
// changes nothing; a meeting whose personal room another one sits in is refused (I18).
func (s *Starts) Start(ctx context.Context, c Caller, address string) error {
	spot, err := s.core.authorize(ctx, c, address, StartMeeting)
	if err != nil {
		return err
	}
	r, err := s.core.endIfOver(ctx, spot.Room, true)
	if err != nil {
		return err
	}
	if r, err = s.openRoom(ctx, r, spot.Target); err != nil || r.Kind != Personal || spot.Target.ID == "" {
		return err
	}
	return s.attachMeeting(ctx, c, r, spot.Target)
}

// attachMeeting makes the sitting of the personal room that of the meeting, which its hosts may while it sits for none: those who came stay,
// who comes from now on comes for the meeting (I18). A sitting for another meeting is refused, and so is one for none to those who are
// hosts of the meeting only.
func (s *Starts) attachMeeting(ctx context.Context, c Caller, r Room, v Target) error {
	for range tries {
		sat := r.Live.Meeting
		switch {
		case !r.Live.Open || sat.ID == v.ID:
			return nil
		case sat.ID != "":
			return inUse(sat)
		case !r.allows(c, Target{}, AttachMeeting):
			return inUse(r.LiveMeeting())
		}
		after, done, err := s.core.apply(ctx, r, Transition{Instance: r.Live.Instance, Epoch: &r.Live.Epoch, Live: true, HostDecision: true,
			AttachMeeting: &v.MeetingRef, MakeHosts: r.hostIdentities(v)})
		if err == nil && done {
			err = s.core.recordOpened(ctx, after)
		}
		if err != nil || done {
			return err
		}
		r = after
	}
	return busy()
}

func inUse(sat MeetingRef) *Refusal {
	return Refuse(RoomInUse, fmt.Sprintf("%s (%s) sits in this personal room. End it first.", sat.Topic, sat.ID.Grouped()))
}

// openRoom opens the room for the meeting, with nobody in it yet. A live room stays as it is, whatever sits in it.
func (s *Starts) openRoom(ctx context.Context, r Room, v Target) (Room, error) {
	for range tries {
		if r.Live.Open {
			return r, nil
		}
		after, done, err := s.core.apply(ctx, r, r.opening(v, "", Host, s.core.env.Now()))
		if err == nil && done {
			err = s.core.recordOpened(ctx, after)
		}
		if err != nil || done {
			return after, err
		}
		if !after.Enterable() || after.Owner != r.Owner {
			return after, refuse(NoMeeting)
		}
		r = after
	}
	return r, busy()
}

// End ends the sitting of a meeting, or whatever sits in the personal room if the address is its number. A meeting that does not sit
// is not ended, nor is the one that sits in its place.
func (s *Starts) End(ctx context.Context, c Caller, address string) error {
	return s.EndInstance(ctx, c, address, "")
}

// EndInstance is End for the sitting of that instance; if the room is not in it, Ended.
func (s *Starts) EndInstance(ctx context.Context, c Caller, address, instance string) error {
	spot, err := s.core.authorize(ctx, c, address, EndMeeting)
	if err == nil {
		err = spot.Room.checkInstance(instance)
	}
	if err != nil || !spot.Room.Live.Open {
		return err
	}
	if v := spot.Target.ID; v != "" && v != spot.Room.Live.Meeting.ID {
		return nil
	}
	return s.core.endNow(ctx, spot.Room)
}
