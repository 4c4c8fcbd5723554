package rules

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
)

// roomQuestions are the lines that look at Ada's room, at a person, and at what was answered.
func roomQuestions() []command {
	return []command{
		{"the roster", func(c call) string {
			return list(append(c.on(meeting.Admitted), c.on(meeting.Waiting)...), func(s meeting.Seat) string {
				return fmt.Sprint(s.Name, " ", s.State)
			})
		}},
		{"who is in", func(c call) string {
			return list(c.on(meeting.Admitted), func(s meeting.Seat) string { return s.Name })
		}},
		{"arriving", func(c call) string { return strconv.Itoa(c.view().Arriving) }},
		{"the lock", func(c call) string { return map[bool]string{true: "on", false: "off"}[c.view().Locked] }},
		{"the waiting room", func(c call) string { return string(c.governed().SettingsNow().WaitingRoom) }},
		{"the waiting room of the settings", func(c call) string { return string(c.room().Settings.WaitingRoom) }},
		{"the state of the passcode", func(c call) string {
			return map[bool]string{true: "distrusted", false: "trusted"}[c.view().Attacked]
		}},
		{"the denied", func(c call) string { return strconv.Itoa(len(c.room().Live.Denied)) }},
		// Of a person.
		{"the role of WHO", func(c call) string { return string(c.seat().Role) }},
		{"the guests of the network of WHO who came before", func(c call) string {
			return strconv.Itoa(c.view().NetworkPlace(c.seat()).Rank)
		}},
		{"how many wait", func(c call) string { return strconv.Itoa(len(c.on(meeting.Waiting))) }},
		{"the mark of WHO", func(c call) string { return cmp.Or(string(c.view().SameNetwork(c.seat())), "none") }},
		{"the lease of WHO", func(c call) string { return c.seat().Lease.Sub(c.Clock.Now()).String() }},
		{"the pause of WHO", func(c call) string { return c.person().last.AskAgain.String() }},
		{"the invitation of WHO", func(c call) string { return c.seat().Target.Topic }},
		{"the message for WHO", func(c call) string { return cmp.Or(c.person().last.Room.Live.Message, "none") }},
		{"when the host comes, for WHO", func(c call) string {
			if at := c.person().last.HostComesAt; !at.IsZero() {
				return "in " + at.Sub(c.Clock.Now()).String()
			}
			return "unknown"
		}},
		{"the meeting of WHO", func(c call) string { return short(c.person().last.Room.LiveMeeting().Topic) }},
		{"the host of WHO", func(c call) string { return c.person().last.Room.Owner.ID }},
		{"the seat of WHO", func(c call) string { // compared with the one that the person held before it
			p := c.person()
			return sameOrNew(p.before.ID == "" || p.before == p.seat)
		}},
		{"the instance of WHO", func(c call) string {
			return sameOrNew(c.person().before.ID.Instance() == c.person().seat.ID.Instance())
		}},
		{"the decisions on WHO", func(c call) string {
			return list(c.seat().HostActions, func(d meeting.HostActionRecord) string {
				return fmt.Sprint(d.Action, " by ", d.By.ID)
			})
		}},
		{"the presence of WHO", call.presence},
		{"the contacts of WHO", call.contacts},
		// Of what was answered, and of the faults that were planned.
		{"the time to retry", func(c call) string { return (time.Duration(c.refusal.Retry) * time.Second).String() }},
		{"the refused fields", func(c call) string {
			return list(c.refusal.Fields, func(f meeting.Field) string { return f.Name })
		}},
		{"the advisories", call.advisoryCodes},
		{"the faults not met", func(c call) string { return strconv.Itoa(c.faults.Pending()) }},
		{"the life of KIND", call.life},
		{"PLACE", call.state},
	}
}

// meetingQuestions are the lines that look at meetings.
func meetingQuestions() []command {
	return []command{
		{"the past instances", call.past},
		{"the live instances", call.live},
		{"the LIST meetings", func(c call) string { return list(slices.Sorted(slices.Values(c.rows())), same) }},
		{"the list of LIST meetings[ from FROM][ before BEFORE][ in ZONE]", func(c call) string {
			return list(c.rows(), same)
		}},
		{"the advice", call.advice},
		{"the advisories on NAME[ for WHO]", func(c call) string {
			c.advisories = c.planned().Advisories
			return c.advisoryCodes()
		}},
		{"the number of NAME", func(c call) string { // compared with the one that the name had before
			return sameOrNew(c.numbers[c.arg("NAME")] == c.numbers[numberBefore])
		}},
		{"the occurrences of NAME", func(c call) string {
			return list(c.planned().Occurrences, func(o meeting.Occurrence) string {
				return map[bool]string{true: "no "}[o.Cancelled] + o.Start.Format("Jan 2 15:04")
			})
		}},
		{"the FIELD of NAME", call.field},
	}
}

// list is the texts of all in one line.
func list[T any](all []T, text func(T) string) string {
	var texts []string
	for _, one := range all {
		texts = append(texts, text(one))
	}
	if len(texts) == 0 {
		return "none"
	}
	return strings.Join(texts, ", ")
}

func same(text string) string { return text }

func sameOrNew(same bool) string { return map[bool]string{true: "the same", false: "new"}[same] }

// short is the topic of a meeting; of Ada's personal room, "the room".
func short(topic string) string {
	if topic == "Ada's Personal Meeting Room" {
		return "the room"
	}
	return topic
}

// on are those on the roster in the state, in alphabetical order.
func (c call) on(state meeting.State) []meeting.Seat {
	view := c.view()
	all := slices.DeleteFunc(slices.Concat(view.Present, view.Waiting), func(s meeting.Seat) bool {
		return s.State != state
	})
	slices.SortFunc(all, func(a, b meeting.Seat) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// seat is the person's seat as it is stored.
func (c call) seat() meeting.Seat {
	s, err := c.plain.Seat(c.ctx(), c.person().seat.ID)
	c.must(err)
	return s
}

// presence is how long the person was in, and how long after their first admission they left.
func (c call) presence() string {
	s := c.seat()
	if s.FirstAdmittedAt.IsZero() {
		return "none"
	}
	return fmt.Sprintf("%v until %v", s.TimePresent, s.LeftAt.Sub(s.FirstAdmittedAt))
}

func (c call) advisoryCodes() string {
	return list(c.advisories, func(a meeting.Advisory) string { return a.Code })
}

// contacts are those of the cast whom the user met, and how long ago.
func (c call) contacts() string {
	var users []string
	for _, user := range []string{owner, "bob", "cy", "dan", "eve"} {
		met := meeting.Identity{}
		sum := sha256.Sum256([]byte("met\x00" + callerOf(user).Email))
		copy(met[:], sum[:])
		times, err := c.plain.Contacts(c.ctx(), c.by().User, []meeting.Identity{met})
		c.must(err)
		if at, known := times[met]; known {
			users = append(users, fmt.Sprint(user, " ", c.Clock.Now().Sub(at), " ago"))
		}
	}
	return list(users, same)
}

// past are Ada's instances that ended, the latest first: the topic of each, and how long it lasted.
func (c call) past() string {
	until := c.Clock.Now().Add(time.Second)
	ended, _, err := c.plain.PastInstances(c.ctx(), c.who(owner).caller.User, time.Time{}, until, "", meeting.MaxPage)
	c.must(err)
	return list(ended, func(r meeting.InstanceRecord) string {
		return fmt.Sprint(short(r.Meeting.Topic), " ", r.EndedAt.Sub(r.OpenedAt))
	})
}

// live is how many instances of Ada are stored as live, whether they are over or not.
func (c call) live() string {
	until := c.Clock.Now().Add(time.Second)
	all, _, err := c.plain.LiveInstances(c.ctx(), c.who(owner).caller.User, time.Time{}, until, "", meeting.MaxPage)
	c.must(err)
	return strconv.Itoa(len(all))
}

// rows are the topics of Ada's list, in the time from a day or an instant on, before another one. An occurrence is
// shown with its start and duration.
func (c call) rows() (all []string) {
	listing := meeting.Listing{
		Type: meeting.ListType(c.arg("LIST")), Page: meeting.PageQuery{Size: meeting.MaxPage}, Timezone: c.arg("ZONE"),
		From: clientTime(c.arg("FROM")), To: clientTime(c.arg("BEFORE")),
	}
	if listing.Type == "previous" {
		listing.Type = meeting.ListPrevious
	}
	page, err := meeting.NewSchedule(c.plain, c.Env).List(c.ctx(), c.who(owner).caller, "me", listing)
	c.must(err)
	for _, row := range page.Rows {
		text := short(row.Meeting.Topic)
		if row.Occurrence != "" {
			text += fmt.Sprint(row.Meeting.Start.Format(" Jan 2 15:04 "), row.Meeting.Duration)
		}
		all = append(all, text)
	}
	return all
}

func clientTime(text string) *meeting.ClientTime {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return &meeting.ClientTime{Time: day, Local: true}
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return &meeting.ClientTime{Time: at}
	}
	return nil
}

// advice is the beginning of the last advisory, with the names of meetings instead of their numbers.
func (c call) advice() string {
	if len(c.advisories) == 0 {
		return "none"
	}
	text, _, _ := strings.Cut(c.advisories[0].Message, " in ")
	for name, n := range c.numbers {
		if name != numberBefore {
			text = strings.ReplaceAll(text, n.Grouped(), name)
		}
	}
	return strings.ReplaceAll(text, c.room().Number.Grouped(), "the room")
}

// planned is the meeting as the user sees it; without a user, as Ada does.
func (c call) planned() meeting.Planned {
	user := c.who(owner)
	if c.arg("WHO") != "" {
		user = c.person()
	}
	p, err := meeting.NewSchedule(c.plain, c.Env).Get(c.ctx(), user.caller, c.at())
	c.must(err)
	return p
}

// field is a field of the meeting.
func (c call) field() string {
	p := c.planned()
	switch c.arg("FIELD") {
	case "topic":
		return p.Meeting.Topic
	case "agenda":
		return p.Meeting.Agenda
	case "hosts":
		return list(p.Hosts, same)
	case "duration":
		return p.Meeting.Duration.String()
	case "room":
		return string(p.Room.Kind)
	}
	return unknown + " there is no such field"
}

// state is how the place stands: live, live for a meeting, idle, or what its number is if that is no room.
func (c call) state() string {
	switch r := c.stored(meeting.Number(c.at())); {
	case r.Kind == meeting.Released && c.Clock.Now().Before(r.Expires):
		return "quarantined"
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
func (c call) life() string {
	all, err := dynamotest.Client(c.t).Scan(c.ctx(), &dynamodb.ScanInput{TableName: &c.table})
	c.must(err)
	var lives []time.Duration
	for _, attributes := range all.Items {
		var item struct {
			Type string `dynamodbav:"type"`
			TTL  int64  `dynamodbav:"ttl"`
		}
		c.must(attributevalue.UnmarshalMap(attributes, &item))
		switch {
		case item.Type == c.arg("KIND") && item.TTL == 0:
			lives = append(lives, 0)
		case item.Type == c.arg("KIND"):
			lives = append(lives, time.Unix(item.TTL, 0).Sub(c.Clock.Now()).Truncate(time.Minute))
		}
	}
	slices.Sort(lives)
	return strings.Trim(fmt.Sprint(lives), "[]")
}
