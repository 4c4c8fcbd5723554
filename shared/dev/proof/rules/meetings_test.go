package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
)

// meetingActions are the lines that plan, change and look up meetings.
func meetingActions() []command {
	return []command{
		{"WHO plans? NAME as an instant meeting in the (?P<PMI>personal room)[ with HOW]", (*world).planChosen},
		{"WHO plans? NAME as an instant meeting with (?P<OWN>its own) number", (*world).planChosen},
		{"WHO plans? NAME[ in TIME][ with HOW]", (*world).planChosen},
		{"WHO abandons N meetings", (*world).abandon},
		{"WHO changes? NAME to HOW", (*world).change},
		{"WHO cancels? NAME", (*world).cancel},
		{"WHO asks? about the past (?:of PLACE|instance of PERSON)", (*world).askPast},
		{"WHO asks? for the past instances of PLACE", (*world).askInstances},
		{"WHO asks? whether VALUE is free", (*world).askFree},
		{"the storage deletes the room of NAME", (*world).deleteRoom},
	}
}

// meetingQuestions are the lines that look at meetings.
func meetingQuestions() []command {
	return []command{
		{"the refused fields", (*world).refusedFields},
		{"the advice", (*world).advice},
		{"the advisories on NAME[ for WHO]", (*world).advisoriesOn},
		{"the number of NAME", (*world).sameNumber},
		{"the list of LIST meetings[ from FROM][ before BEFORE][ in ZONE]", (*world).listed},
		{"the live instances", (*world).liveInstances},
		{"the occurrences of NAME", (*world).occurrences},
		{"the FIELD of NAME", (*world).field},
	}
}

// The number that a script's name had before its last plan has this name.
const numberBefore = "Before"

// planOf reads the fields of a plan: those of the meeting, or of its settings. The result is empty unless there is an
// unknown field. An idempotency key is not part of the request that it stands for.
func (w *world) planOf(a arguments) (plan meeting.Plan, problem string) {
	options := a.options()
	plan.Key = options["key"]
	delete(options, "key")
	plan.Request = meeting.Fingerprint(fmt.Sprint(options))
	for _, field := range slices.Sorted(maps.Keys(options)) {
		if !setPlan(&plan, field, options[field]) {
			return plan, fmt.Sprint(unknown, " there is no setting ", field)
		}
	}
	return plan, ""
}

// setPlan sets one field. A series is daily, of two days; a number of invitees stands for so many strangers.
func setPlan(plan *meeting.Plan, field, value string) bool {
	n, _ := strconv.Atoi(value)
	switch field {
	case "type":
		plan.Type = new(meeting.Type(n))
		if *plan.Type == meeting.FixedTime {
			daily := meeting.Recurrence{Cycle: meeting.Daily, Interval: 1, Times: 2}
			plan.Recurrence = &meeting.Recurring{Recurrence: daily}
		}
		return n > 0
	case "invitees":
		plan.Invitees = &[]string{}
		for i := range n {
			*plan.Invitees = append(*plan.Invitees, fmt.Sprintf("guest%d@example.com", i))
		}
		if n == 0 {
			*plan.Invitees = strings.Fields(value)
		}
		return true
	}
	return setField(plan, field, value) || setField(&plan.Settings, field, value)
}

// planChosen plans a meeting, with or without a choice of the room.
func (w *world) planChosen(a arguments) string {
	var plan meeting.Plan
	if a["PMI"]+a["OWN"] != "" {
		plan.Type, plan.UsePMI = new(meeting.Instant), new(a["PMI"] != "")
	}
	return w.create(a, plan)
}

// abandon lets the user join so many meetings of their own, each a second after the one before, and never leave them.
func (w *world) abandon(a arguments) string {
	for i := range a.count("N") {
		w.playInFault(fmt.Sprintf("%s plans M%d with its own number; %[1]s joins M%[2]d; wait 1s", a["WHO"], i))
	}
	return "ok"
}

func (w *world) change(a arguments) string {
	plan, problem := w.planOf(a)
	if problem != "" {
		return problem
	}
	notes, err := w.Schedule().Change(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["NAME"]), plan)
	w.advisories = notes
	return w.result(err)
}

func (w *world) cancel(a arguments) string {
	_, err := w.Schedule().Cancel(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["NAME"]))
	return w.result(err)
}

// askPast returns how long the last instance of the number lasted, or the instance in which the person was.
func (w *world) askPast(a arguments) string {
	address := w.number(a["PLACE"])
	if a["PERSON"] != "" {
		address = w.who(a["PERSON"]).seat.ID.Instance()
	}
	past, err := w.Schedule().PastMeeting(w.t.Context(), w.who(a["WHO"]).caller, address)
	if err != nil {
		return w.result(err)
	}
	return fmt.Sprint("ended after ", past.Record.EndedAt.Sub(past.Record.OpenedAt))
}

func (w *world) askInstances(a arguments) string {
	all, _, err := w.Schedule().Instances(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["PLACE"]), meeting.MaxPage, "")
	if err != nil {
		return w.result(err)
	}
	return strconv.Itoa(len(all))
}

// askFree asks for a number, or for a personal link.
func (w *world) askFree(a arguments) string {
	profiles, user := w.Profiles(), w.who(a["WHO"]).caller
	var found meeting.Availability
	n, err := meeting.ParsePMI(w.number(a["VALUE"]))
	if err == nil {
		found, err = profiles.NumberFree(w.t.Context(), user, n)
	} else {
		found, err = profiles.LinkFree(w.t.Context(), user, meeting.Link(a["VALUE"]))
	}
	switch {
	case err != nil:
		return w.result(err)
	case found.Existed:
		return fmt.Sprintf("taken, with %d suggestions", len(found.Suggestions))
	}
	return "free"
}

// deleteRoom does what DynamoDB does some time after an item expired.
func (w *world) deleteRoom(a arguments) string {
	key := map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "ROOM#" + w.number(a["NAME"])},
		"sk": &types.AttributeValueMemberS{Value: "ROOM"},
	}
	_, err := dynamotest.Client(w.t).DeleteItem(w.t.Context(), &dynamodb.DeleteItemInput{TableName: &w.table, Key: key})
	return w.result(err)
}

func (w *world) refusedFields(arguments) string {
	var all []string
	for _, f := range w.refusal.Fields {
		all = append(all, f.Name)
	}
	return list(all)
}

// advice is the beginning of the last advisory, with the names of meetings instead of their numbers.
func (w *world) advice(arguments) string {
	if len(w.advisories) == 0 {
		return "none"
	}
	text, _, _ := strings.Cut(w.advisories[0].Message, " in ")
	for name, n := range w.numbers {
		if name != numberBefore {
			text = strings.ReplaceAll(text, n.Grouped(), name)
		}
	}
	return strings.ReplaceAll(text, w.room().Number.Grouped(), "the room")
}

// viewOf is the meeting as the user sees it; without a user, as Ada does.
func (w *world) viewOf(a arguments) meeting.Planned {
	user := a["WHO"]
	if user == "" {
		user = owner
	}
	p, err := meeting.NewSchedule(w.plain, w.Env).Get(w.t.Context(), w.who(user).caller, w.number(a["NAME"]))
	w.must(err)
	return p
}

func (w *world) advisoriesOn(a arguments) string {
	w.advisories = w.viewOf(a).Advisories
	return w.advisoryCodes(a)
}

// sameNumber compares the number with the one that the name had before.
func (w *world) sameNumber(a arguments) string {
	return sameOrNew(w.numbers[a["NAME"]] == w.numbers[numberBefore])
}

// listed is Ada's list in its order, in the time from a day or an instant on, before another one. An occurrence is shown
// with its start and duration.
func (w *world) listed(a arguments) string {
	listing := meeting.Listing{Type: meeting.ListType(a["LIST"]), Size: meeting.MaxPage, Timezone: a["ZONE"]}
	if listing.Type == "previous" {
		listing.Type = meeting.ListPrevious
	}
	listing.From, listing.To = clientTime(a["FROM"]), clientTime(a["BEFORE"])
	page, err := w.Schedule().List(w.t.Context(), w.who(owner).caller, "me", listing)
	w.must(err)
	var all []string
	for _, row := range page.Rows {
		text := short(row.Meeting.Topic)
		if row.Occurrence != "" {
			text += fmt.Sprint(row.Meeting.Start.Format(" Jan 2 15:04 "), row.Meeting.Duration)
		}
		all = append(all, text)
	}
	return list(all)
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

// liveInstances are those of Ada that are stored, whether they are over or not.
func (w *world) liveInstances(arguments) string {
	until := w.Clock.Now().Add(time.Second)
	all, _, err := w.plain.LiveInstances(w.t.Context(), w.who(owner).caller.User, time.Time{}, until, "", meeting.MaxPage)
	w.must(err)
	return strconv.Itoa(len(all))
}

func (w *world) occurrences(a arguments) string {
	var all []string
	for _, o := range w.viewOf(a).Occurrences {
		text := o.Start.Format("Jan 2 15:04")
		if o.Cancelled {
			text = "no " + text
		}
		all = append(all, text)
	}
	return list(all)
}

// field is a field of the meeting.
func (w *world) field(a arguments) string {
	p := w.viewOf(a)
	switch a["FIELD"] {
	case "topic":
		return p.Meeting.Topic
	case "agenda":
		return p.Meeting.Agenda
	case "hosts":
		return list(p.Hosts)
	case "duration":
		return p.Meeting.Duration.String()
	case "room":
		return string(p.Room.Kind)
	}
	return unknown + " there is no such field"
}
