package meeting

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Schedule has the use cases of planned and past meetings.
type Schedule struct{ core *core }

// Planned is a meeting, and the room in which it is held.
type Planned struct {
	Meeting    Meeting
	Room       Room   // its own, or the host's personal room; only with a number if the caller asked for it
	Target     Target // of a meeting in the personal room
	Live       bool
	Hosts      []string // e-mail addresses of alternative hosts
	Advisories []Advisory

	Occurrence  OccurrenceID // set if the meeting is shown at this occurrence
	Occurrences []Occurrence // of a series: at most ShownOccurrences
}

// ShownOccurrences is the maximal number of occurrences in a view of a series.
const ShownOccurrences = 50

// Create plans a meeting of who. It uses the PMI if the plan says so. A plan without a choice follows the user's
// scheduling option (I6); an instant meeting follows "always use PMI" (I5). A retry with the same Key and Request
// returns the meeting of the first call, and [KeyReused] with another Request (I15).
func (s *Schedule) Create(ctx context.Context, c Caller, who string, plan Plan) (Planned, error) {
	p, err := s.core.findUser(ctx, c, who, CreateMeeting)
	if err != nil {
		return Planned{}, err
	}
	m, err := plan.applyTo(s.newMeeting(p), s.core.env.Now())
	if err != nil {
		return Planned{}, err
	}
	m.UsePMI = p.plannedPMI(m.Type, plan.UsePMI)
	plan.Advisories = slices.Concat(plan.Advisories, p.Rules.bind(&plan, m.kind(), m.Type, p.pmiLock(m.Type)))
	if !m.UsePMI || m.Type != FixedTime {
		return s.create(ctx, c, p, m, plan, slices.Concat(plan.Advisories, plan.timesIgnored(m.Type)))
	}
	if plan.UsePMI != nil && *plan.UsePMI {
		return Planned{}, seriesInPersonalRoom()
	}
	m.UsePMI = false
	return s.create(ctx, c, p, m, plan, append(slices.Concat(plan.Advisories, plan.timesIgnored(m.Type)), Advisory{
		Code:    "pmi_not_used",
		Message: "This user schedules with the PMI, but a series at fixed times has a number of its own.",
		Action:  "To recur in the personal room, use type 3, which has no fixed time.",
	}))
}

func (s *Schedule) newMeeting(p Profile) Meeting {
	return Meeting{Host: p.User, HostEmail: p.Email, Type: Scheduled, Topic: p.meetingTopic(), Timezone: p.Timezone,
		Duration: DefaultDuration, CreatedAt: s.core.env.Now()}
}

func (s *Schedule) create(
	ctx context.Context, c Caller, p Profile, m Meeting, plan Plan, notes []Advisory,
) (_ Planned, err error) {
	var room Room
	if m.UsePMI {
		if m.Type == Instant {
			return s.instantInPersonalRoom(ctx, c, p, plan)
		}
		if room, err = s.core.roomOf(ctx, p); err != nil {
			return Planned{}, err
		}
	}
	more, settings, err := s.settingsFor(m, nil, room, plan)
	if err != nil {
		return Planned{}, err
	}
	if err := s.core.markUsed(ctx, room); err != nil {
		return Planned{}, err
	}
	notes = append(notes, more...)
	made, repeated, err := s.makeInviting(ctx, c, m, settings, plan)
	switch {
	case err != nil:
		return Planned{}, err
	case repeated && !made.Exists(): // the first request used the PMI, by an option that was changed since
		return s.instantInPersonalRoom(ctx, c, p, plan)
	case repeated:
		return s.Changed(ctx, c, string(made.ID), notes)
	case !m.UsePMI:
		room, err = s.core.store.Room(ctx, made.ID)
		room.Rules = p.Rules
	}
	if err != nil {
		return Planned{}, err
	}
	return s.show(ctx, c, Planned{
		Meeting: made, Room: room, Target: made.room(settings, "").target(), Hosts: settings.AlternativeHosts,
		Advisories: notes,
	})
}

// settingsFor returns the settings of a new room of the meeting's number, by the plan. In the personal room these are
// the alternative hosts only; the advisories tell which settings of the plan are ignored there.
func (s *Schedule) settingsFor(m Meeting, hosts []string, personal Room, plan Plan) ([]Advisory, Settings, error) {
	if m.UsePMI {
		set(&hosts, plan.Settings.AlternativeHosts)
		plan.Settings.AlternativeHosts = nil // they are used
		return plan.Settings.ignoredInPersonalRoom(personal.Settings), Settings{AlternativeHosts: hosts}, nil
	}
	settings, err := DefaultSettings(s.core.env.Random)
	if err != nil {
		return nil, settings, err
	}
	settings.AlternativeHosts = hosts
	var notes []Advisory
	if plan.NoPasscode {
		settings.Passcode = ""
		notes = plan.Settings.guard(settings)
	}
	settings, err = plan.Settings.applyTo(settings)
	return notes, settings, err
}

// guard turns the waiting room on for everyone, with an advisory, if the settings after the edit would admit everybody
// who finds the number.
func (e *SettingsEdit) guard(p Settings) []Advisory {
	if p.with(*e).Check() == nil {
		return nil
	}
	e.WaitingRoom, e.WaitingRoomOn = new(WaitEveryone), nil
	return []Advisory{{
		Code:    "waiting_room_turned_on",
		Message: "The meeting has no passcode, so everyone waits until a host admits them.",
		Action:  "To let people in without a host, give the meeting a passcode, or let only signed-in people join.",
	}}
}

// instantInPersonalRoom returns the personal room as an instant meeting. It stores nothing but the idempotency key
// (I15).
func (s *Schedule) instantInPersonalRoom(ctx context.Context, c Caller, p Profile, plan Plan) (Planned, error) {
	room, advice, err := s.core.personalRoom(ctx, p)
	if err != nil {
		return Planned{}, err
	}
	notes := plan.Settings.ignoredInPersonalRoom(room.Settings)
	if err := s.core.markUsed(ctx, room); err != nil {
		return Planned{}, err
	}
	known, err := s.core.saveIdempotency(ctx, IdempotencyRecord{By: c.User, Key: plan.Key, Request: plan.Request})
	if err != nil {
		return Planned{}, err
	}
	if known.Meeting.Exists() { // the first request made a meeting, by an option that was changed since
		return s.Changed(ctx, c, string(known.Meeting.ID), nil)
	}
	view := PersonalView(p, room, s.core.env.Now())
	notes = append(plan.topicIgnored(view), notes...)
	view.Meeting.Type, view.Advisories = Instant, slices.Concat(plan.Advisories, notes, advice)
	if plan.UsePMI == nil || !*plan.UsePMI {
		view.Advisories = append(view.Advisories, Advisory{
			Code:    "pmi_used",
			Message: `This user always uses the PMI for instant meetings, so this one is in the personal room.`,
			Action:  `Turn "always use PMI" off to start in a room of its own.`,
		})
	}
	return view, nil
}

// Changed returns the meeting of the number as it is now, with the advisories, for callers who may change it: others
// get [NoMeeting].
func (s *Schedule) Changed(ctx context.Context, c Caller, number string, notes []Advisory) (Planned, error) {
	p, err := s.load(ctx, c, number, ChangeMeeting)
	if err != nil {
		return p, err
	}
	p.Advisories = notes
	return s.show(ctx, c, p)
}

// show adds to the view the advisories for the caller, and the occurrences from now on. Only the host and admins get
// advice on other meetings of the host.
func (s *Schedule) show(ctx context.Context, c Caller, p Planned) (Planned, error) {
	notes := p.Room.Advisories(s.core.env.Now())
	var err error
	if ViewAdvice.allowed(c.relationsTo(p.Meeting.Host)) {
		notes, err = s.core.advise(ctx, p)
	}
	p.Advisories = append(p.Advisories, notes...)
	if p.Meeting.Series != nil {
		p.Occurrences = p.Meeting.Occurrences(s.core.env.Now(), ShownOccurrences)
	}
	return p, err
}

// make stores the meeting under a new number, with its room, in one transaction. Of the plan it takes the idempotency
// key: for a repeated request it returns the meeting of the first one (I15), which does not exist if that one used the
// PMI.
func (t *core) make(
	ctx context.Context, c Caller, m Meeting, settings Settings, plan Plan,
) (made Meeting, repeated bool, err error) {
	for range tries {
		if m.ID, err = GenerateID(t.env.Random); err != nil {
			return m, false, err
		}
		instance, err := t.env.newInstance()
		if err != nil {
			return m, false, err
		}
		room, err := t.env.withLinkKey(m.room(settings, instance))
		if err != nil {
			return m, false, err
		}
		changes := []Change{ClaimRoom{Room: room, Now: t.env.Now()}, PutMeeting{m}}
		stored := m
		stored.Version++
		rec := IdempotencyRecord{By: c.User, Key: plan.Key, Request: plan.Request, Meeting: stored,
			Expires: t.env.Now().Add(cmp.Or(plan.KeyLife, IdempotencyLife))}
		if plan.Key != "" {
			changes = append(changes, PutIdempotencyRecord{Record: rec, Now: t.env.Now()})
		}
		err = t.store.Save(ctx, changes...)
		switch impossible(err).(type) {
		case nil:
			if err == nil {
				err = t.recheckHost(ctx, stored)
			}
			return stored, false, err
		case PutIdempotencyRecord:
			return t.madeBefore(ctx, rec)
		}
	}
	return m, false, refuse(Busy)
}

// madeBefore returns the meeting of the first request with the idempotency key: see make.
func (t *core) madeBefore(ctx context.Context, rec IdempotencyRecord) (made Meeting, repeated bool, err error) {
	known, err := t.recallIdempotency(ctx, rec)
	if err == nil && known.Meeting.Exists() {
		err = t.recheckHost(ctx, known.Meeting)
	}
	return known.Meeting, err == nil, err
}

// Get returns the meeting of the number, for its hosts and admins: others get [NoMeeting]. A PMI is shown as a meeting
// of the type PersonalRoom.
func (s *Schedule) Get(ctx context.Context, c Caller, number string) (Planned, error) {
	p, err := s.load(ctx, c, number, ViewMeeting)
	if err != nil {
		return p, err
	}
	return s.show(ctx, c, p)
}

// pastWindow is the time before now of which previous occurrences are shown.
const pastWindow = 2 * 365 * wholeDay

// Past returns the view with occurrences of pastWindow too: at most half of those shown, more only if fewer are to
// come.
func (p Planned) Past(now time.Time) Planned {
	if p.Meeting.Series == nil {
		return p
	}
	all := p.Meeting.Occurrences(now.Add(-pastWindow), int(pastWindow/wholeDay)+ShownOccurrences)
	next := slices.IndexFunc(all, func(o Occurrence) bool { return o.End().After(now) })
	if next < 0 {
		next = len(all)
	}
	first := max(0, min(next-ShownOccurrences/2, len(all)-ShownOccurrences))
	p.Occurrences = all[first:min(len(all), first+ShownOccurrences)]
	return p
}

// At returns the view of the meeting at one occurrence. It refuses an unknown id, naming occurrence_id.
func (p Planned) At(id OccurrenceID) (Planned, error) {
	o, err := p.Meeting.occurrence(id)
	if err != nil {
		return p, err
	}
	p.Occurrence, p.Occurrences = id, nil
	p.Meeting = p.Meeting.At(o)
	return p, nil
}

// load returns the meeting of the number and its room. It returns [NoMeeting] if the caller may not do this with it.
func (s *Schedule) load(ctx context.Context, c Caller, number string, a Action) (Planned, error) {
	id, err := ParseNumber(number)
	if err != nil {
		return Planned{}, noMeeting(number)
	}
	var m Meeting
	readOwn := func(ctx context.Context) (err error) { m, err = s.core.store.Meeting(ctx, c.User, id); return err }
	found, err := s.core.authorize(ctx, c, number, a, readOwn)
	if err != nil {
		return Planned{}, err
	}
	r := found.Room
	if id == r.Number && r.Kind == Personal {
		p, err := s.core.store.Profile(ctx, r.Owner)
		return PersonalView(p, r, s.core.env.Now()), err
	}
	if r.Owner != c.User {
		if m, err = s.core.store.Meeting(ctx, r.Owner, id); err != nil {
			return Planned{}, err
		}
	}
	if !m.Exists() {
		return Planned{}, noMeeting(number)
	}
	hosts := found.Target.Hosts
	if !m.UsePMI {
		hosts = r.Settings.AlternativeHosts
	}
	return Planned{Meeting: m, Room: r, Target: found.Target, Live: m.isLiveIn(r, s.core.env.Now()), Hosts: hosts}, nil
}

// isLiveIn reports whether the meeting, or the personal room that is shown as one, is live in the room.
func (m Meeting) isLiveIn(r Room, now time.Time) bool {
	return r.Live.Open && !r.expired(now) && (!m.UsePMI || r.Live.Meeting.ID == m.ID)
}

// PersonalView returns the personal room as a meeting.
func PersonalView(p Profile, r Room, now time.Time) Planned {
	return Planned{
		Meeting: Meeting{ID: r.Number, Host: r.Owner, HostEmail: p.Email, Type: PersonalRoom, Topic: r.Topic, Timezone: p.Timezone,
			CreatedAt: p.CreatedAt},
		Room: r, Live: Meeting{}.isLiveIn(r, now), Hosts: r.Settings.AlternativeHosts,
	}
}
