package rules

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
)

// meetingActions are the lines that start, end, plan, change and look up meetings, and set what users choose.
func meetingActions() []command {
	return []command{
		{"WHO starts? an instant meeting[ in the (?P<PMI>personal room)][ with its (?P<OWN>own number)][ for USER][ with HOW]",
			call.instant},
		{"WHO starts? PLACE", act(func(c call) error { return c.Starts().Start(c.ctx(), c.by(), c.at()) })},
		{"WHO taps? next for PLACE[ with HOW]", call.next},
		{"WHO ends? PLACE", act(func(c call) error { return c.Starts().End(c.ctx(), c.by(), c.at()) })},
		{"WHO plans? NAME[ as an (?P<INSTANT>instant meeting)][ in the (?P<PMI>personal room)][ with its (?P<OWN>own number)]" +
			"[ every N days, TIMES times,][ in TIME][ with HOW]", call.plan},
		{"WHO moves? occurrence N of NAME to TIME earlier", act(func(c call) error {
			o := c.occurrence()
			to := meeting.Plan{Start: &meeting.ClientTime{Time: o.Start.Add(-c.time())}}
			_, err := c.Schedule().ChangeOccurrence(c.ctx(), c.by(), c.at(), o.ID, to)
			return err
		})},
		{"WHO cancels? occurrence N of NAME", act(func(c call) error {
			_, err := c.Schedule().CancelOccurrence(c.ctx(), c.by(), c.at(), c.occurrence().ID)
			return err
		})},
		{"WHO sets? FIELD to VALUE", call.set},
		{"WHO takes (?P<WHAT>links|numbers) N to TIMES[, one a (?P<DAY>day)]", call.takeNames},
		{"WHO abandons N meetings", call.abandon},
		{"WHO changes? NAME[ in TIME] to HOW", call.change},
		{"WHO cancels? NAME", act(func(c call) error {
			_, err := c.Schedule().Cancel(c.ctx(), c.by(), c.at())
			return err
		})},
		{"WHO asks? about the past (?:of PLACE|instance of PERSON)", call.askPast},
		{"WHO asks? for the past instances of PLACE", func(c call) string {
			all, _, err := c.Schedule().Instances(c.ctx(), c.by(), c.at(), meeting.PageQuery{Size: meeting.MaxPage})
			if err != nil {
				return c.result(err)
			}
			return strconv.Itoa(len(all))
		}},
		{"WHO asks? whether VALUE is free", call.askFree},
		{"WHO asks? for the invitation to PLACE", act(func(c call) error {
			_, err := c.Schedule().Invitation(c.ctx(), c.by(), c.at())
			return err
		})},
		{"the storage deletes the room of NAME", act(func(c call) error { // as DynamoDB does some time after it expired
			_, err := dynamotest.Client(c.t).DeleteItem(c.ctx(), &dynamodb.DeleteItemInput{
				TableName: &c.table, Key: map[string]types.AttributeValue{
					"pk": &types.AttributeValueMemberS{Value: "ROOM#" + c.at()},
					"sk": &types.AttributeValueMemberS{Value: "ROOM"},
				},
			})
			return err
		})},
	}
}

// next ends what was live when the person last tapped "next" with this key; without a key, what is live now.
func (c call) next() string {
	key, uuid := c.options()["key"], c.room().UUID()
	c.mu.Lock()
	if before := c.tapped[key]; key != "" && before != "" {
		uuid = before
	}
	c.tapped[key] = uuid
	c.mu.Unlock()
	return c.result(c.Starts().Next(c.ctx(), c.by(), c.at(), uuid))
}

// instant starts a meeting now. Scripts know it as Instant; the seat is that of its host.
func (c call) instant() string {
	p, options := c.person(), c.options()
	start := meeting.InstantStart{
		Name: p.name, Key: options["key"], Topic: options["topic"], Request: meeting.Fingerprint(options["topic"]),
		UsePMI: c.usePMI(),
	}
	made, err := c.Starts().Instant(c.ctx(), p.caller, cmp.Or(c.arg("USER"), "me"), start)
	if err != nil {
		return c.result(err)
	}
	c.mu.Lock()
	c.numbers["Instant"], c.advisories = made.Room.Number, made.Advisories
	c.mu.Unlock()
	if made.Admission != nil {
		p.address = made.Room.Number.String()
		c.seated(p, *made.Admission, nil)
	}
	result := map[bool]string{true: "started", false: "joined"}[made.Opened]
	if made.Room.Kind == meeting.Personal {
		return result + " in the personal room"
	}
	return result + " with its own number"
}

// usePMI is the choice of the room; nil if the line makes none.
func (c call) usePMI() *bool {
	if c.arg("PMI")+c.arg("OWN") == "" {
		return nil
	}
	return new(c.arg("PMI") != "")
}

// The number that a script's name had before its last plan has this name.
const numberBefore = "Before"

// plan schedules a meeting of an hour, whose number has the name in scripts. A series begins now, with a number of its
// own.
func (c call) plan() string {
	plan, problem := c.planOf()
	if problem != "" {
		return problem
	}
	plan.Topic, plan.Start = new(c.arg("NAME")), &meeting.ClientTime{Time: c.Clock.Now().Add(c.time())}
	if choice := c.usePMI(); choice != nil {
		plan.UsePMI = choice
	}
	switch {
	case c.arg("INSTANT") != "": // it is started later
		plan.Type = new(meeting.Instant)
	case c.arg("TIMES") != "":
		setDaily(&plan, c.count("N"), c.count("TIMES"))
		plan.UsePMI = new(false)
	}
	made, err := c.Schedule().Create(c.ctx(), c.by(), "me", plan)
	if err == nil {
		c.numbers[numberBefore] = c.numbers[c.arg("NAME")]
		c.numbers[c.arg("NAME")], c.advisories = made.Meeting.ID, made.Advisories
	}
	return c.result(err)
}

func setDaily(plan *meeting.Plan, interval, times int) {
	rule := meeting.Recurrence{Cycle: meeting.Daily, Interval: interval, Times: times}
	plan.Type, plan.Recurrence = new(meeting.FixedTime), &meeting.Recurring{Recurrence: rule}
}

// planOf reads the fields of a plan: those of the meeting, or of its settings. The result is empty unless there is an
// unknown field. An idempotency key is not part of the request that it stands for.
func (c call) planOf() (plan meeting.Plan, problem string) {
	options := c.options()
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
		if plan.Type = new(meeting.Type(n)); *plan.Type == meeting.FixedTime {
			setDaily(plan, 1, 2)
		}
		return n > 0
	case "invitees":
		invitees := strings.Fields(value)
		if n > 0 {
			invitees = nil
		}
		for i := range n {
			invitees = append(invitees, fmt.Sprintf("guest%d@example.com", i))
		}
		plan.Invitees = &invitees
		return true
	}
	return setField(plan, field, value) || setField(&plan.Settings, field, value)
}

// set changes one field of the user's profile, or of their personal room. The number before is OldNumber in scripts.
func (c call) set() string {
	value := c.arg("VALUE")
	if n, named := c.numbers[value]; named {
		value = n.String()
	}
	var e meeting.Edit
	if !setField(&e, c.arg("FIELD"), value) {
		e.Room = &meeting.SettingsEdit{}
		if !setField(e.Room, c.arg("FIELD"), value) {
			return unknown + " there is no such setting"
		}
	}
	if e.PMI != nil && c.by().ID == owner {
		c.numbers["OldNumber"] = c.room().Number
	}
	return c.result(c.Profiles().Edit(c.ctx(), c.by(), "me", e))
}

// setField sets the field of an edit by the name of its setting: "always_pmi" is AlwaysPMI. It reports whether there is
// such a field and the value fits it. "on" is true, "none" is empty, and alternative hosts are named as people.
func setField(edit any, name, value string) bool {
	field := reflect.ValueOf(edit).Elem().FieldByNameFunc(func(field string) bool {
		return strings.EqualFold(field, strings.ReplaceAll(name, "_", ""))
	})
	if !field.IsValid() || field.Kind() != reflect.Pointer {
		return false
	}
	field.Set(reflect.New(field.Type().Elem()))
	var err error
	switch to := field.Interface().(type) {
	case *bool:
		*to = value == "on"
	case *int:
		*to, err = strconv.Atoi(value)
	case *time.Duration:
		*to, err = time.ParseDuration(value)
	case *[]string:
		for one := range strings.FieldsSeq(value) {
			if name == "alternative_hosts" {
				one = callerOf(one).Email
			}
			*to = append(*to, one)
		}
	default:
		if value != "none" {
			field.Elem().SetString(value)
		}
	}
	return err == nil
}

// occurrence is one of the occurrences of the series that are not over, counted from 1.
func (c call) occurrence() (o meeting.Occurrence) {
	p, err := c.Schedule().Get(c.ctx(), c.by(), c.at())
	if n := c.count("N"); err == nil && n >= 1 && n <= len(p.Occurrences) {
		return p.Occurrences[n-1]
	}
	return o // does not exist
}

// takeNames lets the user take one personal link or number after the other, link.1 or 5552120001 the first, until one
// is refused.
func (c call) takeNames() (result string) {
	text, format := "link to ", "link.%d"
	if c.arg("WHAT") == "numbers" {
		text, format = "pmi to ", "555212%04d"
	}
	for i := c.count("N"); i <= c.count("TIMES"); i++ {
		if result = c.run(actions, c.arg("WHO")+" sets "+text+fmt.Sprintf(format, i)); result != "ok" {
			return result
		}
		if c.arg("DAY") != "" {
			c.Clock.Advance(24 * time.Hour)
		}
	}
	return result
}

// abandon lets the user join so many meetings of their own, each a second after the one before, and never leave them.
func (c call) abandon() string {
	for i := range c.count("N") {
		c.playInFault(fmt.Sprintf("%s plans M%d with its own number; %[1]s joins M%[2]d; wait 1s", c.arg("WHO"), i))
	}
	return "ok"
}

func (c call) change() string {
	plan, problem := c.planOf()
	if problem != "" {
		return problem
	}
	if c.arg("TIME") != "" {
		plan.Start = &meeting.ClientTime{Time: c.Clock.Now().Add(c.time())}
	}
	notes, err := c.Schedule().Change(c.ctx(), c.by(), c.at(), plan)
	c.advisories = notes
	return c.result(err)
}

// askPast returns how long the last instance of the number lasted, or the instance in which the person was.
func (c call) askPast() string {
	address := c.at()
	if c.arg("PERSON") != "" {
		address = c.who(c.arg("PERSON")).last.Room.UUID()
	}
	past, err := c.Schedule().PastMeeting(c.ctx(), c.by(), address)
	if err != nil {
		return c.result(err)
	}
	return fmt.Sprint("ended after ", past.Record.EndedAt.Sub(past.Record.OpenedAt))
}

// askFree asks for a number, or for a personal link.
func (c call) askFree() string {
	n, err := meeting.ParsePMI(c.number(c.arg("VALUE")))
	var found meeting.Availability
	if err == nil {
		found, err = c.Profiles().NumberFree(c.ctx(), c.by(), n)
	} else {
		found, err = c.Profiles().LinkFree(c.ctx(), c.by(), meeting.Link(c.arg("VALUE")))
	}
	switch {
	case err != nil:
		return c.result(err)
	case found.Yours:
		return "yours"
	case found.Existed:
		return fmt.Sprintf("taken, with %d suggestions", len(found.Suggestions))
	}
	return "free"
}
