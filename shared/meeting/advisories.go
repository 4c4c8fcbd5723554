package meeting

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Advisory is information that a client should show to its user (I16). It never blocks.
type Advisory struct {
	Code    string
	Message string // one sentence
	Action  string // what the user can do
}

// Buffer is the time that should be between meetings in one personal room, because participants of one have the number
// of the other.
const Buffer = 15 * time.Minute

const (
	nearby   = 100 // meetings, and occurrences of each, among which close ones are searched
	maxNamed = 10  // names in one advisory; advisories of one kind
)

// advise returns the advisories on the meeting for its host (I16). For a meeting in the personal room it makes two
// reads in parallel.
func (t *core) advise(ctx context.Context, p Planned) ([]Advisory, error) {
	notes := p.Room.Advisories(t.env.Now())
	if !p.Meeting.UsePMI {
		return notes, nil
	}
	var meetings, invitees []Advisory
	err := together(ctx,
		func(ctx context.Context) (err error) { meetings, err = t.adviseOnClose(ctx, p); return err },
		func(ctx context.Context) (err error) { invitees, err = t.adviseOnInvitees(ctx, p.Meeting); return err })
	return slices.Concat(meetings, invitees, notes), err
}

// openDoor returns an advisory if everybody who knows the number may join.
func openDoor(p Settings) []Advisory {
	if p.Passcode != "" || p.WaitingRoom.On() {
		return nil
	}
	return []Advisory{{
		Code:    "open_door",
		Message: "The room has neither a passcode nor a waiting room: everybody who may join enters without a host's approval.",
		Action:  "Set a passcode or turn the waiting room on before the first guest comes.",
	}}
}

// adviseOnClose names the meetings in the same personal room that are less than Buffer apart from this one, and the
// live one.
func (t *core) adviseOnClose(ctx context.Context, p Planned) ([]Advisory, error) {
	now := t.env.Now()
	held := p.Meeting.Occurrences(now, nearby)
	if len(held) == 0 {
		return nil, nil
	}
	notes := p.afterLive(held[0], now)
	others, err := t.inPersonalRoomFrom(ctx, p.Meeting.Host, held[0].Start.Add(-Buffer))
	for _, other := range others {
		if other.ID == p.Meeting.ID {
			continue
		}
		if a, b, near := closeTogether(held, other.Occurrences(held[0].Start.Add(-Buffer), nearby)); near && len(notes) < maxNamed {
			notes = append(notes, tooClose(p.Meeting, a, other, b))
		}
	}
	return notes, err
}

// inPersonalRoomFrom returns the meetings in the personal room among the host's next ones that are not over before the
// time.
func (t *core) inPersonalRoomFrom(ctx context.Context, host User, from time.Time) ([]Meeting, error) {
	next, _, err := t.store.Agenda(ctx, host, from, "", nearby)
	return slices.DeleteFunc(next, func(m Meeting) bool { return !m.UsePMI }), err
}

// personalRoom returns the user's personal room, and the advisories on starting it now.
func (t *core) personalRoom(ctx context.Context, p Profile) (r Room, notes []Advisory, err error) {
	now := t.env.Now()
	var meetings []Meeting
	err = together(ctx,
		func(ctx context.Context) (err error) { r, err = t.roomOf(ctx, p); return err },
		func(ctx context.Context) (err error) {
			meetings, err = t.inPersonalRoomFrom(ctx, p.User, now.Add(-Buffer))
			return err
		})
	return r, append(adviseOnStart(meetings, p, now), r.Advisories(now)...), err
}

// adviseOnStart names the meetings that begin or end less than Buffer from now, when the personal room is started.
func adviseOnStart(meetings []Meeting, p Profile, now time.Time) (notes []Advisory) {
	clock := Meeting{Timezone: p.Timezone}.clock
	for _, m := range meetings {
		_, o, near := closeTogether([]Occurrence{{Start: now}}, m.Occurrences(now.Add(-Buffer), nearby))
		if !near || len(notes) == maxNamed {
			continue
		}
		verb, at := "begins", o.Start
		if !o.Start.After(now) {
			verb, at = "ends", o.End()
		}
		notes = append(notes, backToBack("Start in a room of its own, unless this is that meeting.",
			"%s %s at %s in the personal room that is started now", m.named(), verb, clock(at)))
	}
	return notes
}

// closeTogether returns the first two occurrences that are less than Buffer apart; false if there are none.
func closeTogether(these, those []Occurrence) (a, b Occurrence, near bool) {
	for _, a := range these {
		for _, b := range those {
			if !a.Cancelled && !b.Cancelled && a.Start.Before(b.End().Add(Buffer)) && b.Start.Before(a.End().Add(Buffer)) {
				return a, b, true
			}
		}
	}
	return a, b, false
}

func tooClose(m Meeting, a Occurrence, other Meeting, b Occurrence) Advisory {
	first, second, ends, begins := m, other, a.End(), b.Start
	if b.Start.Before(a.Start) {
		first, second, ends, begins = other, m, b.End(), a.Start
	}
	action := fmt.Sprintf("Leave %d minutes between them, or give one of them a room of its own.", int(Buffer.Minutes()))
	return backToBack(action, "%s ends at %s and %s begins at %s in the same personal room",
		first.named(), m.clock(ends), second.named(), m.clock(begins))
}

func backToBack(action, what string, args ...any) Advisory {
	return Advisory{
		Code: "back_to_back", Message: fmt.Sprintf(what, args...) + ", so people of one may come into the other.", Action: action,
	}
}

// afterLive returns an advisory if the meeting begins soon, and another one is live in its room.
func (p Planned) afterLive(next Occurrence, now time.Time) []Advisory {
	if !p.Room.Live.Open || p.Room.expired(now) || p.Room.Live.Meeting.ID == p.Meeting.ID || next.Start.After(now.Add(Buffer)) {
		return nil
	}
	live := p.Room.LiveMeeting()
	return []Advisory{backToBack("End it in good time, or give the meeting a room of its own.",
		"%s (%s) is live in the same personal room now and %s begins at %s",
		live.Topic, live.ID.Grouped(), p.Meeting.named(), p.Meeting.clock(next.Start))}
}

func (m Meeting) named() string { return fmt.Sprintf("%s (%s)", m.Topic, m.ID.Grouped()) }

func (m Meeting) clock(t time.Time) string { return t.In(m.Zone()).Format("15:04") }

// adviseOnInvitees names the invitees whom the host has not met in the personal room within ContactsKept: they learn
// its permanent number.
func (t *core) adviseOnInvitees(ctx context.Context, m Meeting) ([]Advisory, error) {
	guests := slices.DeleteFunc(slices.Clone(m.Invitees), func(email string) bool { return email == m.HostEmail })
	if len(guests) == 0 {
		return nil, nil
	}
	ids := make([]Identity, len(guests))
	for i, email := range guests {
		ids[i] = contactIdentity(email)
	}
	met, err := t.store.Contacts(ctx, m.Host, ids)
	if err != nil {
		return nil, err
	}
	var strangers []string
	for i, email := range guests {
		if last, ever := met[ids[i]]; !ever || last.Before(t.env.Now().Add(-ContactsKept)) {
			strangers = append(strangers, email)
		}
	}
	if len(strangers) == 0 {
		return nil, nil
	}
	return []Advisory{{
		Code: "unfamiliar_invitees",
		Message: fmt.Sprintf("The host has not met %s in this room in the last %d days, and they will hold its permanent number.",
			enumerate(strangers), int(ContactsKept.Hours()/24)),
		Action: "Give the meeting a room of its own, turn the waiting room on, or send them guest passes in place of the link.",
	}}, nil
}

// enumerate returns the first maxNamed names, and the number of the others.
func enumerate(names []string) string {
	if more := len(names) - maxNamed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamed], ", "), more)
	}
	return strings.Join(names, ", ")
}
