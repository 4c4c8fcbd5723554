package meeting

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Schedule is where hosts plan meetings, see, change and cancel what they planned, and look back at what was held.
type Schedule struct{ *Turnstile }

// Planned is a meeting, and the room that it is held in.
type Planned struct {
	Meeting    Meeting
	Room       Room // its own, or the host's personal room; without a number where the caller did not ask for it
	Live       bool // it sits now
	Hosts      []string
	Advisories []Advisory

	Occurrence  OccurrenceID // if the meeting is shown as it is at one occurrence
	Occurrences []Occurrence // of a series: at most ShownOccurrences
}

// ShownOccurrences is how many occurrences a view of a series has at most.
const ShownOccurrences = 50

// Create plans a meeting of who. It is in the personal room if the plan says so; where the plan is silent, the user's scheduling
// option decides for a scheduled meeting (I6), "always use PMI" for an instant one (I5).
func (s *Schedule) Create(ctx context.Context, c Caller, who string, plan Plan) (Planned, error) {
	p, err := s.findUser(ctx, c, who, AdminWritesMeetings)
	if err != nil {
		return Planned{}, err
	}
	m, err := plan.applyTo(s.blank(p), s.Now())
	if err != nil {
		return Planned{}, err
	}
	if m.UsePMI = p.plannedPMI(m.Type, plan.UsePMI); !m.UsePMI {
		return s.inOwnRoom(ctx, c, p, m, plan, nil)
	}
	if m.Type != FixedTime {
		return s.inPersonalRoom(ctx, c, p, m, plan)
	}
	if plan.UsePMI != nil {
		return Planned{}, seriesInPersonalRoom()
	}
	m.UsePMI = false
	return s.inOwnRoom(ctx, c, p, m, plan, []Advisory{{
		Code:    "pmi_not_used",
		Message: "This user schedules with the PMI, but a series at fixed times has a number of its own.",
		Action:  "To recur in the personal room, use type 3, which has no fixed time.",
	}})
}

func (s *Schedule) blank(p Profile) Meeting {
	return Meeting{Host: p.User, HostEmail: p.Email, Type: Scheduled, Topic: p.Name() + "'s Meeting", Timezone: p.Timezone,
		Duration: DefaultDuration, CreatedAt: s.Now()}
}

func (s *Schedule) inPersonalRoom(ctx context.Context, c Caller, p Profile, m Meeting, plan Plan) (Planned, error) {
	if m.Type == Instant {
		return s.personalInstant(ctx, c, p, plan)
	}
	room, err := s.Room(ctx, p.PMI)
	if err != nil {
		return Planned{}, err
	}
	notes, err := plan.Settings.ignoredInPersonalRoom(room.Settings)
	if err != nil {
		return Planned{}, err
	}
	var policy Settings
	set(&policy.AlternativeHosts, plan.Settings.AlternativeHosts)
	m, again, err := s.make(ctx, creation{Meeting: m, Settings: policy, By: c.User, Key: plan.Key, KeyLife: plan.KeyLife, Request: plan.Request})
	switch {
	case err != nil:
		return Planned{}, err
	case again:
		return s.made(ctx, c, m, notes)
	}
	return s.show(ctx, c, Planned{Meeting: m, Room: room, Hosts: policy.AlternativeHosts, Advisories: notes})
}

func (s *Schedule) inOwnRoom(ctx context.Context, c Caller, p Profile, m Meeting, plan Plan, notes []Advisory) (Planned, error) {
	policy, err := DefaultSettings(s.Random)
	if err == nil {
		policy, err = plan.Settings.applyTo(policy)
	}
	if err != nil {
		return Planned{}, err
	}
	made, again, err := s.make(ctx, creation{Meeting: m, Settings: policy, By: c.User, Key: plan.Key, KeyLife: plan.KeyLife, Request: plan.Request})
	switch {
	case err != nil:
		return Planned{}, err
	case again && !made.Exists(): // a retry, after the user's choice was changed
		return s.inPersonalRoom(ctx, c, p, m, plan)
	case again:
		return s.made(ctx, c, made, notes)
	}
	room, err := s.Room(ctx, made.ID)
	if err != nil {
		return Planned{}, err
	}
	return s.show(ctx, c, Planned{Meeting: made, Room: room, Hosts: policy.AlternativeHosts, Advisories: notes})
}

// personalInstant is an instant meeting in the personal room: it makes nothing, but its key is remembered (I15).
func (s *Schedule) personalInstant(ctx context.Context, c Caller, p Profile, plan Plan) (Planned, error) {
	room, beside, err := s.personalRoom(ctx, p)
	if err != nil {
		return Planned{}, err
	}
	notes, err := plan.Settings.ignoredInPersonalRoom(room.Settings)
	if err != nil {
		return Planned{}, err
	}
	known, err := s.saveIdempotency(ctx, IdempotencyRecord{By: c.User, Key: plan.Key, Request: plan.Request})
	if err != nil {
		return Planned{}, err
	}
	if known.Meeting.Exists() { // a retry, after the user's choice was changed
		return s.made(ctx, c, known.Meeting, nil)
	}
	view := PersonalView(p, room, s.Now())
	view.Meeting.Type, view.Advisories = Instant, slices.Concat(notes, beside)
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
	return s.Changed(ctx, c, string(m.ID), notes)
}

// Changed is the meeting of the number as it is now, for those who may change it, and what there is to tell of what they did.
func (s *Schedule) Changed(ctx context.Context, c Caller, number string, notes []Advisory) (Planned, error) {
	p, err := s.load(ctx, c, number, AdminWritesMeetings, func(r Room, _ Target) bool { return r.Owner == c.User })
	if err != nil {
		return p, err
	}
	p.Advisories = notes
	return s.show(ctx, c, p)
}

// show adds to the view what the caller should know, after what they were told already, and the occurrences from now on. What concerns other
// meetings of the host is for the host and admins only.
func (s *Schedule) show(ctx context.Context, c Caller, p Planned) (Planned, error) {
	notes := openDoor(p.Room.Settings)
	var err error
	if c.User == p.Meeting.Host || s.isAdmin(c, p.Meeting.Host, AdminReadsMeetings) || s.isAdmin(c, p.Meeting.Host, AdminWritesMeetings) {
		notes, err = s.advise(ctx, p)
	}
	p.Advisories = append(p.Advisories, notes...)
	if p.Meeting.Series != nil {
		p.Occurrences = p.Meeting.Occurrences(s.Now(), ShownOccurrences)
	}
	return p, err
}

// A creation is a meeting to be made, with its number and its room, in one step.
type creation struct {
	Meeting  Meeting
	Settings Settings
	By       User
	Key      string
	KeyLife  time.Duration // 0: RecordLife
	Request  Identity
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
		changes := []Change{ClaimRoom{Room: m.room(cr.Settings, instance), Now: t.Now()}, PutMeeting{m}}
		stored := m
		stored.Version++
		rec := IdempotencyRecord{By: cr.By, Key: cr.Key, Request: cr.Request, Meeting: stored, Expires: t.Now().Add(cmp.Or(cr.KeyLife, IdempotencyLife))}
		if cr.Key != "" {
			changes = append(changes, PutIdempotencyRecord{Record: rec, Now: t.Now()})
		}
		err = t.Save(ctx, changes...)
		switch impossible(err).(type) {
		case nil:
			return stored, false, err
		case PutIdempotencyRecord: // repeated
			known, err := t.recallIdempotency(ctx, rec)
			return known.Meeting, err == nil, err
		}
	}
	return m, false, busy()
}

// Get is the meeting of the number, for its hosts; the PMI itself is shown as a meeting of the type PersonalRoom.
func (s *Schedule) Get(ctx context.Context, c Caller, number string) (Planned, error) {
	p, err := s.visible(ctx, c, number)
	if err != nil {
		return p, err
	}
	return s.show(ctx, c, p)
}

// visible is the meeting of the number, for those who may start it, and admins.
func (s *Schedule) visible(ctx context.Context, c Caller, number string) (Planned, error) {
	return s.load(ctx, c, number, AdminReadsMeetings, func(r Room, v Target) bool { return r.MayStart(c, v) })
}

// pastWindow is how far back the previous occurrences of a series are shown.
const pastWindow = 2 * 365 * 24 * time.Hour

// Past is the view with occurrences that are over too: of the last two years, at most half of those shown unless fewer are to come.
func (p Planned) Past(now time.Time) Planned {
	if p.Meeting.Series == nil {
		return p
	}
	all := p.Meeting.Occurrences(now.Add(-pastWindow), int(pastWindow/(24*time.Hour))+ShownOccurrences)
	over := slices.IndexFunc(all, func(o Occurrence) bool { return o.End().After(now) })
	if over < 0 {
		over = len(all)
	}
	first := max(0, min(over-ShownOccurrences/2, len(all)-ShownOccurrences))
	p.Occurrences = all[first:min(len(all), first+ShownOccurrences)]
	return p
}

// At is the view of the meeting as it is at one occurrence.
func (p Planned) At(id OccurrenceID) (Planned, error) {
	o, err := p.Meeting.occurrence(id)
	if err != nil {
		return p, err
	}
	p.Occurrence, p.Occurrences = id, nil
	p.Meeting = p.Meeting.At(o)
	return p, nil
}

// load is the meeting of the number and its room, for those whom allowed lets see it.
func (s *Schedule) load(ctx context.Context, c Caller, number, scope string, allowed func(Room, Target) bool) (Planned, error) {
	id, err := ParseNumber(number)
	if err != nil {
		return Planned{}, noMeeting(number)
	}
	var m Meeting
	spot, err := s.resolve(ctx, number, "", func(ctx context.Context) (err error) { m, err = s.Meeting(ctx, c.User, id); return err })
	if err != nil {
		return Planned{}, err
	}
	r := spot.Room
	if !r.Enterable() || !allowed(r, spot.Target) && !s.isAdmin(c, r.Owner, scope) {
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
	hosts := spot.Target.Hosts
	if !m.UsePMI {
		hosts = r.Settings.AlternativeHosts
	}
	return Planned{Meeting: m, Room: r, Live: m.isLiveIn(r, s.Now()), Hosts: hosts}, nil
}

// isLiveIn reports whether the meeting, or the personal room that is shown as one, is live in the room.
func (m Meeting) isLiveIn(r Room, now time.Time) bool {
	return r.Live.Open && !r.expired(now) && (!m.UsePMI || r.Live.Meeting.ID == m.ID)
}

// PersonalView shows a personal room as a meeting.
func PersonalView(p Profile, r Room, now time.Time) Planned {
	return Planned{
		Meeting: Meeting{ID: r.Number, Host: r.Owner, HostEmail: p.Email, Type: PersonalRoom, Topic: r.Topic, Timezone: p.Timezone,
			CreatedAt: p.CreatedAt},
		Room: r, Live: r.Live.Open && !r.expired(now), Hosts: r.Settings.AlternativeHosts,
	}
}
