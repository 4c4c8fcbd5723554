package rules

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
)

// list is the words in one line.
func list(all []string) string {
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

func onOrOff(on bool) string { return map[bool]string{true: "on", false: "off"}[on] }

// meeting is the one that the person saw in their last admission.
func (w *world) meeting(a arguments) string {
	return short(w.who(a["WHO"]).last.Room.LiveMeeting().Topic)
}

// retryAfter is the time of the last refusal.
func (w *world) retryAfter(arguments) string {
	return (time.Duration(w.refusal.Retry) * time.Second).String()
}

// names are those on the roster in the state, in alphabetical order.
func (w *world) names(state meeting.State) (all []string) {
	view := w.view()
	for _, s := range slices.Concat(view.Present, view.Waiting) {
		if s.State == state {
			all = append(all, s.Name)
		}
	}
	slices.Sort(all)
	return all
}

// roster is everybody, those who are in first.
func (w *world) roster(arguments) string {
	var all []string
	for _, state := range []meeting.State{meeting.Admitted, meeting.Waiting} {
		for _, name := range w.names(state) {
			all = append(all, fmt.Sprint(name, " ", state))
		}
	}
	return list(all)
}

// sameSeat compares the seat with the one that the person held before it.
func (w *world) sameSeat(a arguments) string {
	p := w.who(a["WHO"])
	return sameOrNew(p.before.ID == "" || p.before == p.seat)
}

func (w *world) sameInstance(a arguments) string {
	p := w.who(a["WHO"])
	return sameOrNew(p.before.ID.Instance() == p.seat.ID.Instance())
}

func sameOrNew(same bool) string { return map[bool]string{true: "the same", false: "new"}[same] }

// decisions are those of hosts on the person's seat.
func (w *world) decisions(a arguments) string {
	var all []string
	for _, d := range w.seat(a).HostActions {
		all = append(all, fmt.Sprint(d.Action, " by ", d.By.ID))
	}
	return list(all)
}

// presence is how long the person was in, and how long after their first admission they left.
func (w *world) presence(a arguments) string {
	s := w.seat(a)
	if s.FirstAdmittedAt.IsZero() {
		return "none"
	}
	return fmt.Sprintf("%v until %v", s.TimePresent, s.LeftAt.Sub(s.FirstAdmittedAt))
}

func (w *world) advisoryCodes(arguments) string {
	var codes []string
	for _, a := range w.advisories {
		codes = append(codes, a.Code)
	}
	return list(codes)
}

// contacts are those of the cast whom the user met, and how long ago.
func (w *world) contacts(a arguments) string {
	users, ids := []string{owner, "bob", "cy", "dan", "eve"}, make([]meeting.Identity, 5)
	for i, user := range users {
		sum := sha256.Sum256([]byte("met\x00" + callerOf(user).Email))
		copy(ids[i][:], sum[:])
	}
	met, err := w.plain.Contacts(w.t.Context(), w.who(a["WHO"]).caller.User, ids)
	w.must(err)
	var all []string
	for i, user := range users {
		if at, known := met[ids[i]]; known {
			all = append(all, fmt.Sprint(user, " ", w.Clock.Now().Sub(at), " ago"))
		}
	}
	return list(all)
}

// past are Ada's instances that ended, the latest first: the topic of each, and how long it lasted.
func (w *world) past(arguments) string {
	ada, until := w.who(owner).caller.User, w.Clock.Now().Add(time.Second)
	ended, _, err := w.plain.PastInstances(w.t.Context(), ada, time.Time{}, until, "", meeting.MaxPage)
	w.must(err)
	var all []string
	for _, r := range ended {
		all = append(all, fmt.Sprint(short(r.Meeting.Topic), " ", r.EndedAt.Sub(r.OpenedAt)))
	}
	return list(all)
}

// list is the topics of Ada's meetings on a list, in alphabetical order.
func (w *world) list(a arguments) string {
	listing := meeting.Listing{Type: meeting.ListType(a["LIST"]), Size: meeting.MaxPage}
	if a["LIST"] == "previous" {
		listing.Type = meeting.ListPrevious
	}
	page, err := meeting.NewSchedule(w.plain, w.Env).List(w.t.Context(), w.who(owner).caller, "me", listing)
	w.must(err)
	var all []string
	for _, row := range page.Rows {
		all = append(all, short(row.Meeting.Topic))
	}
	slices.Sort(all)
	return list(all)
}

// state is how the place stands: live, live for a meeting, idle, or what its number is if that is no room.
func (w *world) state(a arguments) string {
	switch r := w.stored(meeting.Number(w.number(a["PLACE"]))); {
	case !r.Enterable():
		return string(r.Kind)
	case !r.Live.Open:
		return "idle"
	case r.Live.Meeting.ID != "":
		return "live for " + r.Live.Meeting.Topic
	}
	return "live"
}

// life is how long the items of the kind are kept, in whole minutes from now, the shortest first: 0s is for ever.
func (w *world) life(a arguments) string {
	all, err := dynamotest.Client(w.t).Scan(w.t.Context(), &dynamodb.ScanInput{TableName: &w.table})
	w.must(err)
	var lives []time.Duration
	for _, attributes := range all.Items {
		var item struct {
			Type string `dynamodbav:"type"`
			TTL  int64  `dynamodbav:"ttl"`
		}
		w.must(attributevalue.UnmarshalMap(attributes, &item))
		switch {
		case item.Type == a["KIND"] && item.TTL == 0:
			lives = append(lives, 0)
		case item.Type == a["KIND"]:
			lives = append(lives, time.Unix(item.TTL, 0).Sub(w.Clock.Now()).Truncate(time.Minute))
		}
	}
	slices.Sort(lives)
	return strings.Trim(fmt.Sprint(lives), "[]")
}
