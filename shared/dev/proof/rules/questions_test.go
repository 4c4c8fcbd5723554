package rules

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// allQuestions is the second half of the language.
func allQuestions() []command {
	return []command{
		{"the roster", func(w *world, _ arguments) (string, error) {
			return orNone(slices.Concat(w.listed(meeting.Admitted), w.listed(meeting.Waiting))), nil
		}},
		{"who is in", func(w *world, _ arguments) (string, error) { return orNone(w.roster(meeting.Admitted)), nil }},
		{"arriving", func(w *world, _ arguments) (string, error) { return fmt.Sprint(w.view().Arriving), nil }},
		{"the lock", func(w *world, _ arguments) (string, error) {
			return map[bool]string{true: "on", false: "off"}[w.view().Locked], nil
		}},
		{"the waiting room", func(w *world, _ arguments) (string, error) { return string(w.room().Settings.WaitingRoom), nil }},
		{"the denied", func(w *world, _ arguments) (string, error) { return fmt.Sprint(len(w.room().Live.Denied)), nil }},
		{"the time to retry", func(w *world, _ arguments) (string, error) {
			return (time.Duration(w.refusal.Retry) * time.Second).String(), nil
		}},
		{"the faults not met", func(w *world, _ arguments) (string, error) { return fmt.Sprint(w.faults.Pending()), nil }},
		{"the advisories", func(w *world, _ arguments) (string, error) {
			codes := []string{}
			for _, a := range w.advisories {
				codes = append(codes, a.Code)
			}
			return orNone(codes), nil
		}},
		// Of a person.
		{"the role of WHO", func(w *world, a arguments) (string, error) { return string(w.seat(w.who(a["WHO"])).Role), nil }},
		{"the name of WHO", func(w *world, a arguments) (string, error) { return w.seat(w.who(a["WHO"])).Name, nil }},
		{"the meeting of WHO", func(w *world, a arguments) (string, error) {
			return short(w.who(a["WHO"]).last.Room.LiveMeeting().Topic), nil
		}},
		{"the invitation of WHO", func(w *world, a arguments) (string, error) { return w.seat(w.who(a["WHO"])).Target.Topic, nil }},
		{"the seat of WHO", func(w *world, a arguments) (string, error) {
			p := w.who(a["WHO"])
			return sameOrNew(p.before.ID == "" || p.before == p.seat), nil
		}},
		{"the instance of WHO", func(w *world, a arguments) (string, error) {
			p := w.who(a["WHO"])
			return sameOrNew(p.before.ID.Instance() == p.seat.ID.Instance()), nil
		}},
		{"the decisions on WHO", func(w *world, a arguments) (string, error) {
			var all []string
			for _, d := range w.seat(w.who(a["WHO"])).HostActions {
				all = append(all, fmt.Sprint(d.Action, " by ", d.By.ID))
			}
			return orNone(all), nil
		}},
		{"the presence of WHO", func(w *world, a arguments) (string, error) {
			s := w.seat(w.who(a["WHO"]))
			if s.FirstAdmittedAt.IsZero() {
				return "none", nil
			}
			return fmt.Sprintf("%v until %v", s.TimePresent, s.LeftAt.Sub(s.FirstAdmittedAt)), nil
		}},
		{"the contacts of WHO", (*world).contacts},
		// Of places and meetings.
		{"the past instances", (*world).past},
		{"the (?P<LIST>live|previous|scheduled|upcoming) meetings", (*world).list},
		{"PLACE", func(w *world, a arguments) (string, error) {
			r := w.stored(meeting.Number(w.number(a["PLACE"])))
			switch {
			case !r.Enterable():
				return string(r.Kind), nil
			case !r.Live.Open:
				return "idle", nil
			case r.Live.Meeting.ID != "":
				return "live for " + r.Live.Meeting.Topic, nil
			}
			return "live", nil
		}},
	}
}

func (w *world) listed(state meeting.State) (all []string) {
	for _, name := range w.roster(state) {
		all = append(all, fmt.Sprint(name, " ", state))
	}
	return all
}

func sameOrNew(same bool) string {
	if same {
		return "the same"
	}
	return "new"
}

func orNone(all []string) string {
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}

// short is the topic of a meeting; of Ada's personal room, "the room".
func short(topic string) string {
	if topic == "Ada's Personal Meeting Room" {
		return "the room"
	}
	return topic
}

// past is Ada's instances that ended, the latest first: the topic of each, and how long it lasted.
func (w *world) past(arguments) (string, error) {
	ended, _, err := w.plain.PastInstances(w.t.Context(), w.who(owner).caller.User, time.Time{}, w.Clock.Now().Add(time.Hour), "", 100)
	var all []string
	for _, r := range ended {
		all = append(all, fmt.Sprint(short(r.Meeting.Topic), " ", r.EndedAt.Sub(r.OpenedAt)))
	}
	return orNone(all), err
}

// list is the topics of Ada's meetings on a list, in alphabetical order.
func (w *world) list(a arguments) (string, error) {
	listing := meeting.Listing{Type: meeting.ListType(a["LIST"]), Size: meeting.MaxPage}
	if a["LIST"] == "previous" {
		listing.Type = meeting.ListPrevious
	}
	page, err := meeting.NewSchedule(w.plain, w.Env).List(w.t.Context(), w.who(owner).caller, "me", listing)
	var all []string
	for _, row := range page.Rows {
		all = append(all, short(row.Meeting.Topic))
	}
	slices.Sort(all)
	return orNone(all), err
}

// contacts is those of the cast whom the user met, and how long ago.
func (w *world) contacts(a arguments) (string, error) {
	users, ids := []string{"ada", "bob", "cy", "dan", "eve"}, []meeting.Identity{}
	for _, user := range users {
		var id meeting.Identity
		sum := sha256.Sum256([]byte("met\x00" + callerOf(user).Email))
		copy(id[:], sum[:])
		ids = append(ids, id)
	}
	met, err := w.plain.Contacts(w.t.Context(), w.who(a["WHO"]).caller.User, ids)
	var all []string
	for i, user := range users {
		if at, known := met[ids[i]]; known {
			all = append(all, fmt.Sprint(user, " ", w.Clock.Now().Sub(at), " ago"))
		}
	}
	return orNone(all), err
}
