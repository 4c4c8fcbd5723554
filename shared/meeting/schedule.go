package meeting

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Schedule is where hosts plan meetings, and see, change and cancel what they planned.
type Schedule struct{ *Turnstile }

// Planned is a meeting, and the room that it is held in.
type Planned struct {
	Meeting    Meeting
	Room       Room // its own, or the host's personal room; without a number where the caller did not ask for it
	Live       bool // it sits now
	Hosts      []string
	Advisories []Advisory
}

// Create plans a meeting of who. It is in the personal room if the plan says so; where the plan is silent, the user's scheduling
// option decides for a scheduled meeting (I6), "always use PMI" for an instant one (I5).
func (s *Schedule) Create(ctx context.Context, c Caller, who string, plan Plan) (Planned, error) {
	p, err := s.person(ctx, c, who, AdminWritesMeetings)
	if err != nil {
		return Planned{}, err
	}
	m, err := plan.of(s.blank(p), s.Now())
	if err != nil {
		return Planned{}, err
	}
	if m.UsePMI = p.plannedPMI(m.Type, plan.UsePMI); m.UsePMI {
		return s.inPersonalRoom(ctx, c, p, m, plan)
	}
	return s.inOwnRoom(ctx, c, p, m, plan)
}

func (s *Schedule) blank(p Profile) Meeting {
	return Meeting{Host: p.User, HostEmail: p.Email, Type: Scheduled, Topic: p.Name() + "'s Meeting", Timezone: p.Timezone,
		Duration: DefaultDuration, CreatedAt: s.Now()}
}

func (s *Schedule) inPersonalRoom(ctx context.Context, c Caller, p Profile, m Meeting, plan Plan) (Planned, error) {
	room, err := s.Room(ctx, p.PMI)
	if err != nil {
		return Planned{}, err
	}
	notes, err := plan.Door.barred(room.Policy)
	if err != nil {
		return Planned{}, err
	}
	if m.Type == Instant {
		return s.personalInstant(ctx, c, p, room, plan, notes)
	}
	var policy Policy
	set(&policy.AlternativeHosts, plan.Door.AlternativeHosts)
	m, again, err := s.make(ctx, creation{Meeting: m, Policy: policy, By: c.User, Key: plan.Key, Request: plan.Request})
	if again {
		return s.made(ctx, c, m, notes)
	}
	return Planned{Meeting: m, Room: room, Hosts: policy.AlternativeHosts, Advisories: notes}, err
}

func (s *Schedule) inOwnRoom(ctx context.Context, c Caller, p Profile, m Meeting, plan Plan) (Planned, error) {
	policy, err := DefaultPolicy(s.Random)
	if err == nil {
		policy, err = plan.Door.of(policy)
	}
	if err != nil {
		return Planned{}, err
	}
	made, again, err := s.make(ctx, creation{Meeting: m, Policy: policy, By: c.User, Key: plan.Key, Request: plan.Request})
	switch {
	case err != nil:
		return Planned{}, err
	case again && !made.Exists(): // a retry, after the user's choice was changed
		return s.inPersonalRoom(ctx, c, p, m, plan)
	case again:
		return s.made(ctx, c, made, nil)
	}
	room, err := s.Room(ctx, made.ID)
	return Planned{Meeting: made, Room: room, Hosts: policy.AlternativeHosts}, err
}

// personalInstant is an instant meeting in the personal room: it makes nothing, but its key is remembered (I15).
func (s *Schedule) personalInstant(ctx context.Context, c Caller, p Profile, room Room, plan Plan, notes []Advisory) (Planned, error) {
	known, err := s.remember(ctx, Record{By: c.User, Key: plan.Key, Request: plan.Request})
	if err != nil {
		return Planned{}, err
	}
	if known.Meeting.Exists() { // a retry, after the user's choice was changed
		return s.made(ctx, c, known.Meeting, nil)
	}
	view := PersonalView(p, room, s.Now())
	view.Meeting.Type, view.Advisories = Instant, notes
	if plan.UsePMI == nil || !*plan.UsePMI {
		view.Advisories = append(view.Advisories, Advisory{
			Code:    "pmi_used",
			Message: `This user always uses the PMI for instant meetings, so this one is in the personal room.`,
			Action:  `Turn "always use PMI" off to start in a room of its own.`,
		})
	}
	return view, nil
}

// made is the meeting that the same request made before, as it is now (I15).
func (s *Schedule) made(ctx context.Context, c Caller, m Meeting, notes []Advisory) (Planned, error) {
	p, err := s.load(ctx, c, string(m.ID), AdminWritesMeetings, func(r Room, _ Visit) bool { return r.Owner == m.Host })
	p.Advisories = notes
	return p, err
}

// A creation is a meeting to be made, with its number and its room, in one step.
type creation struct {
	Meeting Meeting
	Policy  Policy
	By      User
	Key     string
	Request Identity
}

// make gives the meeting a number of its own and stores it. The same key and request meet the meeting that they made, again (I15).
func (t *Turnstile) make(ctx context.Context, cr creation) (made Meeting, again bool, err error) {
	m := cr.Meeting
	for range tries {
		if m.ID, err = GenerateID(t.Random); err != nil {
			return m, false, err
		}
		instance, err := t.newInstance()
		if err != nil {
			return m, false, err
		}
		changes := []Change{ClaimRoom{Room: m.room(cr.Policy, instance), Now: t.Now()}, PutMeeting{m}}
		stored := m
		stored.Version++
		rec := Record{By: cr.By, Key: cr.Key, Request: cr.Request, Meeting: stored, Expires: t.Now().Add(RecordLife)}
		if cr.Key != "" {
			changes = append(changes, PutRecord{rec})
		}
		err = t.Save(ctx, changes...)
		var conflict *Conflict
		if !errors.As(err, &conflict) {
			return stored, false, err
		}
		if _, repeated := conflict.Change.(PutRecord); repeated {
			known, err := t.recall(ctx, rec)
			return known.Meeting, err == nil, err
		}
	}
	return m, false, busy()
}

// Get is the meeting of the number, for its hosts; the PMI itself is shown as a meeting of the type PersonalRoom.
func (s *Schedule) Get(ctx context.Context, c Caller, number string) (Planned, error) {
	return s.load(ctx, c, number, AdminReadsMeetings, func(r Room, v Visit) bool { return r.MayStart(c, v) })
}

// load is the meeting of the number and its room, for those whom allowed lets see it.
func (s *Schedule) load(ctx context.Context, c Caller, number, scope string, allowed func(Room, Visit) bool) (Planned, error) {
	id, err := ParseNumber(number)
	if err != nil {
		return Planned{}, noMeeting(number)
	}
	var m Meeting
	spot, err := s.find(ctx, number, "", func(ctx context.Context) (err error) { m, err = s.Meeting(ctx, c.User, id); return err })
	if err != nil {
		return Planned{}, err
	}
	r := spot.Room
	if !r.Enterable() || !allowed(r, spot.Visit) && !s.administers(c, r.Owner, scope) {
		return Planned{}, noMeeting(number)
	}
	if id == r.Number && r.Kind == Personal {
		p, err := s.Profile(ctx, r.Owner)
		return PersonalView(p, r, s.Now()), err
	}
	if r.Owner != c.User {
		if m, err = s.Meeting(ctx, r.Owner, id); err != nil {
			return Planned{}, err
		}
	}
	if !m.Exists() {
		return Planned{}, noMeeting(number)
	}
	hosts := spot.Visit.Hosts
	if !m.UsePMI {
		hosts = r.Policy.AlternativeHosts
	}
	return Planned{Meeting: m, Room: r, Live: m.sits(r, s.Now()), Hosts: hosts}, nil
}

// sits reports whether the meeting, or the personal room that is shown as one, is live in the room.
func (m Meeting) sits(r Room, now time.Time) bool {
	return r.Gate.Open && !r.expired(now) && (!m.UsePMI || r.Gate.Meeting.ID == m.ID)
}

// PersonalView shows a personal room as a meeting.
func PersonalView(p Profile, r Room, now time.Time) Planned {
	return Planned{
		Meeting: Meeting{ID: r.Number, Host: r.Owner, HostEmail: p.Email, Type: PersonalRoom, Topic: r.Topic, Timezone: p.Timezone,
			CreatedAt: p.CreatedAt},
		Room: r, Live: r.Gate.Open && !r.expired(now), Hosts: r.Policy.AlternativeHosts,
	}
}

// own is the meeting of the number and its room, settled, for those who may change it: its host, and admins.
func (s *Schedule) own(ctx context.Context, c Caller, number string) (Planned, error) {
	p, err := s.load(ctx, c, number, AdminWritesMeetings, func(r Room, _ Visit) bool { return r.Owner == c.User })
	if err != nil {
		return p, err
	}
	p.Room, err = s.settle(ctx, p.Room, true)
	if err == nil && !p.Room.Enterable() { // it was fleeting
		err = noMeeting(number)
	}
	p.Live = p.Meeting.sits(p.Room, s.Now())
	return p, err
}

// Change changes what the plan names. A meeting moves between its own and the personal room only while it does not sit.
func (s *Schedule) Change(ctx context.Context, c Caller, number string, plan Plan) ([]Advisory, error) {
	for range tries {
		was, err := s.own(ctx, c, number)
		if err != nil {
			return nil, err
		}
		if was.Meeting.Type == PersonalRoom {
			return nil, RefuseField("meetingId", "This is a PMI. Edit the personal room instead: PATCH /v2/users/me/personal_meeting_room.")
		}
		notes, err := s.change(ctx, was, plan)
		if !errors.Is(err, ErrStale) {
			return notes, err
		}
	}
	return nil, busy()
}

func (s *Schedule) change(ctx context.Context, was Planned, plan Plan) ([]Advisory, error) {
	to, err := plan.of(was.Meeting, s.Now())
	if err != nil {
		return nil, err
	}
	if (to.Type == Instant) != (was.Meeting.Type == Instant) {
		return nil, RefuseField("type", "An instant meeting stays one, and no other becomes one.")
	}
	if set(&to.UsePMI, plan.UsePMI); to.Type == Instant && to.UsePMI {
		return nil, RefuseField("settings.use_pmi", "An instant meeting that was made cannot move. Start the personal room instead.")
	}
	if !to.UsePMI && !was.Meeting.UsePMI {
		return nil, s.refurnish(ctx, was, to, plan)
	}
	return s.rehouse(ctx, was, to, plan)
}

// refurnish changes a meeting that stays in its own room: in one step while that is idle. In a live room, its door and its name
// follow in a write of their own.
func (s *Schedule) refurnish(ctx context.Context, was Planned, to Meeting, plan Plan) error {
	r := was.Room
	policy, err := plan.Door.of(r.Policy)
	if err != nil {
		return err
	}
	if plan.Door == (PolicyEdit{}) && to.Topic == r.Topic && to.Start.Equal(r.Starts) {
		return s.saveMeeting(ctx, PutMeeting{to})
	}
	if !r.Gate.Open {
		after := r
		after.Policy, after.Topic, after.Starts = policy, to.Topic, to.Start
		after.Gate.Epoch++
		return s.saveMeeting(ctx, PutMeeting{to}, ReplaceRoom{Before: r, After: after})
	}
	if err := s.saveMeeting(ctx, PutMeeting{to}); err != nil {
		return err
	}
	_, err = s.furnish(ctx, r, Furniture{Policy: &plan.Door, Topic: &to.Topic, Starts: &to.Start})
	return err
}

// rehouse changes a meeting in the personal room, or one that moves into it or out of it.
func (s *Schedule) rehouse(ctx context.Context, was Planned, to Meeting, plan Plan) ([]Advisory, error) {
	if was.Live && to.UsePMI != was.Meeting.UsePMI {
		return nil, liveMeeting(was)
	}
	policy := Policy{AlternativeHosts: was.Hosts}
	if !to.UsePMI {
		var err error
		if policy, err = DefaultPolicy(s.Random); err != nil {
			return nil, err
		}
		policy.AlternativeHosts = was.Hosts
	}
	notes, policy, err := s.doorOf(ctx, was, to, plan, policy)
	if err != nil {
		return nil, err
	}
	instance, err := s.newInstance()
	if err != nil {
		return nil, err
	}
	after := to.room(policy, instance)
	return notes, s.saveMeeting(ctx, ReplaceRoom{Before: was.claim(), After: after}, PutMeeting{to})
}

// doorOf is the policy of what stands behind the meeting's number after the plan.
func (s *Schedule) doorOf(ctx context.Context, was Planned, to Meeting, plan Plan, policy Policy) ([]Advisory, Policy, error) {
	if !to.UsePMI {
		policy, err := plan.Door.of(policy)
		return nil, policy, err
	}
	personal := was.Room
	if !was.Meeting.UsePMI {
		p, err := s.Profile(ctx, to.Host)
		if err != nil {
			return nil, policy, err
		}
		if personal, err = s.Room(ctx, p.PMI); err != nil {
			return nil, policy, err
		}
	}
	notes, err := plan.Door.barred(personal.Policy)
	set(&policy.AlternativeHosts, plan.Door.AlternativeHosts)
	return notes, policy, err
}

// claim is what stands behind the meeting's number.
func (p Planned) claim() Room {
	if p.Meeting.UsePMI {
		return Room{Number: p.Meeting.ID, Kind: Alias, Owner: p.Meeting.Host}
	}
	return p.Room
}

func (s *Schedule) saveMeeting(ctx context.Context, changes ...Change) error {
	err := s.Save(ctx, changes...)
	if _, ok := errors.AsType[*Conflict](err); ok {
		return ErrStale
	}
	return err
}

func liveMeeting(p Planned) *Fault {
	return Refuse(RoomLive, fmt.Sprintf("%s (%s) is live: end it first.", p.Meeting.Topic, p.Meeting.ID.Grouped()))
}

// Cancel deletes the meeting and releases its number. A live one is refused, and so is the personal room itself.
func (s *Schedule) Cancel(ctx context.Context, c Caller, number string) error {
	for range tries {
		p, err := s.own(ctx, c, number)
		if err != nil {
			return err
		}
		if p.Meeting.Type == PersonalRoom {
			return Refuse(DeletePMI, "A personal room cannot be deleted. Change its number instead.")
		}
		if p.Live {
			return liveMeeting(p)
		}
		claim := p.claim()
		err = s.saveMeeting(ctx, ReplaceRoom{Before: claim, After: claim.Retire(s.Now(), s.Terms.Quarantine)}, DropMeeting{p.Meeting})
		if !errors.Is(err, ErrStale) {
			return err
		}
	}
	return busy()
}
