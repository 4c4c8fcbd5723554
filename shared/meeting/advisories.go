package meeting

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Advisory informs of what a client should tell its user (I16). It never blocks.
type Advisory struct {
	Code    string
	Message string // one sentence
	Action  string // what to do about it
}

// Buffer is how far apart meetings in one personal room should be: people of one hold the number of the other.
const Buffer = 15 * time.Minute

const (
	nearby = 100 // meetings of the host that are looked at for those close to one
	named  = 10  // things that one advisory names at most
)

// advise is what the host should know of the meeting (I16). It takes two reads, side by side, and only where it is in the personal room.
func (t *Turnstile) advise(ctx context.Context, p Planned) ([]Advisory, error) {
	notes := openDoor(p.Room.Settings)
	if !p.Meeting.UsePMI {
		return notes, nil
	}
	var crowd, strangers []Advisory
	err := together(ctx,
		func(ctx context.Context) (err error) { crowd, err = t.backToBack(ctx, p); return err },
		func(ctx context.Context) (err error) { strangers, err = t.unfamiliar(ctx, p.Meeting); return err })
	return append(append(crowd, strangers...), notes...), err
}

// openDoor is about a room into which everybody comes who finds its number.
func openDoor(p Settings) []Advisory {
	if p.Passcode != "" || p.WaitingRoom.On() {
		return nil
	}
	return []Advisory{{
		Code:    "open_door",
		Message: "The room has neither a passcode nor a waiting room: whoever may come in at all comes in without asking.",
		Action:  "Set a passcode or turn the waiting room on before the first guest comes.",
	}}
}

// backToBack names the meetings in the same personal room that are less than Buffer apart from this one, and what sits there now.
func (t *Turnstile) backToBack(ctx context.Context, p Planned) ([]Advisory, error) {
	now := t.Now()
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
		if a, b, near := closeTogether(held, other.Occurrences(held[0].Start.Add(-Buffer), nearby)); near && len(notes) < named {
			notes = append(notes, tooClose(p.Meeting, a, other, b))
		}
	}
	return notes, err
}

// inPersonalRoomFrom are the host's next meetings in the personal room, of those that are not over before the time.
func (t *Turnstile) inPersonalRoomFrom(ctx context.Context, host User, from time.Time) ([]Meeting, error) {
	next, _, err := t.Agenda(ctx, host, from, "", nearby)
	return slices.DeleteFunc(next, func(m Meeting) bool { return !m.UsePMI }), err
}

// personalRoom is the user's personal room, and what they should know if they start it now.
func (t *Turnstile) personalRoom(ctx context.Context, p Profile) (r Room, notes []Advisory, err error) {
	now := t.Now()
	var meetings []Meeting
	err = together(ctx,
		func(ctx context.Context) (err error) { r, err = t.Room(ctx, p.PMI); return err },
		func(ctx context.Context) (err error) {
			meetings, err = t.inPersonalRoomFrom(ctx, p.User, now.Add(-Buffer))
			return err
		})
	return r, append(adviseOnStart(meetings, p, now), openDoor(r.Settings)...), err
}

// adviseOnStart is about a start of the personal room, now: it names those of its meetings that begin or end less than Buffer from now.
func adviseOnStart(meetings []Meeting, p Profile, now time.Time) (notes []Advisory) {
	clock := Meeting{Timezone: p.Timezone}.clock
	for _, m := range meetings {
		_, o, near := closeTogether([]Occurrence{{Start: now}}, m.Occurrences(now.Add(-Buffer), nearby))
		if !near || len(notes) == named {
			continue
		}
		verb, at := "begins", o.Start
		if !o.Start.After(now) {
			verb, at = "ends", o.End()
		}
		notes = append(notes, Advisory{
			Code: "back_to_back",
			Message: fmt.Sprintf("%s %s at %s in the personal room that is started now, so people of one may come into the other.",
				m.named(), verb, clock(at)),
			Action: "Start in a room of its own, unless this is that meeting.",
		})
	}
	return notes
}

// closeTogether is the first occurrence of each that are less than Buffer apart, if there are such.
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
	return Advisory{
		Code: "back_to_back",
		Message: fmt.Sprintf("%s ends at %s and %s begins at %s in the same personal room, so people of one may come into the other.",
			first.named(), m.clock(ends), second.named(), m.clock(begins)),
		Action: fmt.Sprintf("Leave %d minutes between them, or give one of them a room of its own.", int(Buffer.Minutes())),
	}
}

// afterLive is about a meeting that begins while another one sits, or just after.
func (p Planned) afterLive(next Occurrence, now time.Time) []Advisory {
	if !p.Room.Live.Open || p.Room.expired(now) || p.Room.Live.Meeting.ID == p.Meeting.ID || next.Start.After(now.Add(Buffer)) {
		return nil
	}
	sat := p.Room.LiveMeeting()
	return []Advisory{{
		Code: "back_to_back",
		Message: fmt.Sprintf("%s (%s) sits in the same personal room now and %s begins at %s, so people of one may come into the other.",
			sat.Topic, sat.ID.Grouped(), p.Meeting.named(), p.Meeting.clock(next.Start)),
		Action: "End it in good time, or give the meeting a room of its own.",
	}}
}

func (m Meeting) named() string { return fmt.Sprintf("%s (%s)", m.Topic, m.ID.Grouped()) }

// clock is the time on the clocks of the meeting's zone.
func (m Meeting) clock(t time.Time) string { return t.In(m.zone()).Format("15:04") }

// unfamiliar names the invitees whom the host has not met in the personal room lately: they will hold its permanent number.
func (t *Turnstile) unfamiliar(ctx context.Context, m Meeting) ([]Advisory, error) {
	var guests []string
	for _, email := range m.Invitees {
		if email != m.HostEmail {
			guests = append(guests, email)
		}
	}
	if len(guests) == 0 {
		return nil, nil
	}
	ids := make([]Identity, len(guests))
	for i, email := range guests {
		ids[i] = contactIdentity(email)
	}
	met, err := t.Contacts(ctx, m.Host, ids)
	if err != nil {
		return nil, err
	}
	var strangers []string
	for i, email := range guests {
		if last, ever := met[ids[i]]; !ever || last.Before(t.Now().Add(-ContactsKept)) {
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
		Action: "Give the meeting a room of its own, or turn the waiting room on.",
	}}, nil
}

// enumerate is the first of the names, and how many more there are.
func enumerate(names []string) string {
	if more := len(names) - named; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:named], ", "), more)
	}
	return strings.Join(names, ", ")
}
