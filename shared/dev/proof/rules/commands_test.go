package rules

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
)

// A command is one form of a line, and what it does. In the form, a word in capitals is an argument, and what stands in
// brackets may be left out. The result is compared with the one that the line expects.
type command struct {
	form string
	does func(*world, arguments) string
}

// patterns say what an argument may be. Any other argument is any text.
var patterns = map[string]string{
	"WHO": `[a-z][a-z0-9]*(?:'s [a-z0-9]+)?`, "PLACE": `the room|[\w.-]+`, "NAME": `[A-Z]\w*`, "TIME": `(?:\d+[hms])+`,
	"N": `\d+`, "TIMES": `\d+`, "FIELD": `[a-z_]+`, "OP": `[A-Z]\w+(?: [A-Za-z]+)?`,
	"LIST": `live|previous|scheduled|upcoming`,
}

// allActions are the lines that do something.
func allActions() []command {
	return []command{
		// People.
		{"WHO (?:is|are) at ADDRESS", (*world).moveTo},
		{"WHO has no verified address", (*world).loseEmail},
		// Joining.
		{"WHO joins?[ PLACE][ for NAME][ with HOW]", (*world).join},
		{"WHO polls?[ at PLACE][ with HOW]", (*world).poll},
		{"WHO leaves?[ with HOW]", (*world).leave},
		{"WHO claims? to be host by KEY", (*world).claimHost},
		{"N strangers (?:join|guess TIMES passcodes each)", (*world).strangers},
		{"WHO stays TIME", (*world).stay},
		// What hosts decide.
		{"WHO looks? into the room", (*world).look},
		{"WHO locks?[ PLACE]", updateLive(meeting.LiveEdit{Locked: new(true)})},
		{"WHO unlocks?[ PLACE]", updateLive(meeting.LiveEdit{Locked: new(false)})},
		{"WHO turns? the waiting room on", updateLive(meeting.LiveEdit{WaitingRoomOn: new(true)})},
		{"WHO turns? the waiting room off", updateLive(meeting.LiveEdit{WaitingRoomOn: new(false)})},
		{"WHO turns? the waiting room on for guests", updateLive(meeting.LiveEdit{WaitingRoom: new(meeting.WaitGuests)})},
		{"WHO admits? PEOPLE", decide((*meeting.Door).Admit)},
		{"WHO denies PEOPLE", decide((*meeting.Door).Deny)},
		{"WHO removes? PEOPLE", decide((*meeting.Door).Remove)},
		{"WHO moves? PEOPLE to the waiting room", decide((*meeting.Door).MoveToWaitingRoom)},
		{"WHO makes? PEOPLE host", decide((*meeting.Door).MakeHost)},
		// Starts, ends, plans and settings.
		{"WHO starts? an instant meeting[ in the (?P<PMI>personal room)][ with its (?P<OWN>own number)][ for USER][ with HOW]",
			(*world).instant},
		{"WHO starts? PLACE", change((*meeting.Starts).Start)},
		{"WHO ends? PLACE", change((*meeting.Starts).End)},
		{"WHO plans? NAME (?:in the (?P<PMI>personal room)|with its own number)[ in TIME][ with HOW]", (*world).plan},
		{"WHO plans? NAME as an (?P<INSTANT>instant meeting)", (*world).plan},
		{"WHO plans? NAME every N days, TIMES times, with HOW", (*world).planSeries},
		{"WHO moves? occurrence N of NAME to TIME earlier", (*world).moveOccurrence},
		{"WHO cancels? occurrence N of NAME", (*world).cancelOccurrence},
		{"WHO sets? FIELD to VALUE", (*world).set},
		// The media server.
		{"the media server reports that WHO left[ (?P<OTHER>another) room][ TIME ago]", (*world).mediaLeft},
		{"the media server reports that the room of WHO is empty[ since TIME ago]", (*world).mediaEmpty},
		{"the media server asks about WHO", (*world).mediaAsks},
		// Time, and what happens at the same time.
		{"N at once: LINES", (*world).atOnce},
		{"wait TIME", func(w *world, a arguments) string { w.Clock.Advance(a.time()); return "ok" }},
		{"a lease is TIME", func(w *world, a arguments) string { w.SetLease(a.time()); return "ok" }},
		// Faults of the storage. An operation is that of DynamoDB and the kind of the item: "UpdateItem ROOM", "UpdateItem
		// SEAT", "UpdateItem row" (any item but a room), "PutItem", "GetItem", "Query". After a crash the result is "failed".
		{"the next OP passes", fault(dynamoproxy.Pass)},
		{"the next OP crashes", fault(dynamoproxy.Fail("ValidationException"))},
		{"the next OP loses its answer", fault(dynamoproxy.LoseAnswer)},
		{"the next OP loses its answer, and then: LINES", faultWith(dynamoproxy.LoseAnswerThen)},
		{"before the next OP: LINES", faultWith(dynamoproxy.After)},
	}
}

// allQuestions are the lines that only look.
func allQuestions() []command {
	return []command{
		// Of Ada's room.
		{"the roster", (*world).roster},
		{"who is in", func(w *world, _ arguments) string { return list(w.names(meeting.Admitted)) }},
		{"arriving", func(w *world, _ arguments) string { return strconv.Itoa(w.view().Arriving) }},
		{"the lock", func(w *world, _ arguments) string { return onOrOff(w.view().Locked) }},
		{"the waiting room", func(w *world, _ arguments) string { return string(w.room().Settings.WaitingRoom) }},
		{"the denied", func(w *world, _ arguments) string { return strconv.Itoa(len(w.room().Live.Denied)) }},
		// Of a person.
		{"the role of WHO", func(w *world, a arguments) string { return string(w.seat(a).Role) }},
		{"the invitation of WHO", func(w *world, a arguments) string { return w.seat(a).Target.Topic }},
		{"the meeting of WHO", (*world).meeting},
		{"the host of WHO", func(w *world, a arguments) string { return w.who(a["WHO"]).last.Room.Owner.ID }},
		{"the seat of WHO", (*world).sameSeat},
		{"the instance of WHO", (*world).sameInstance},
		{"the decisions on WHO", (*world).decisions},
		{"the presence of WHO", (*world).presence},
		{"the contacts of WHO", (*world).contacts},
		// Of what was answered, and of the faults that were planned.
		{"the time to retry", (*world).retryAfter},
		{"the advisories", (*world).advisoryCodes},
		{"the faults not met", func(w *world, _ arguments) string { return strconv.Itoa(w.faults.Pending()) }},
		// Of meetings.
		{"the past instances", (*world).past},
		{"the life of KIND", (*world).life},
		{"the LIST meetings", (*world).list},
		{"PLACE", (*world).state},
	}
}

// arguments are what a line has in the place of each word in capitals; "" for what it leaves out.
type arguments map[string]string

// count is a number of the line, and time its time; 0 without one. Their patterns allow nothing else.
func (a arguments) count(name string) int {
	n, _ := strconv.Atoi(a[name])
	return n
}

func (a arguments) time() time.Duration {
	d, _ := time.ParseDuration(a["TIME"])
	return d
}

// A form is a command as lines are matched with it.
type form struct {
	command
	pattern *regexp.Regexp
}

// actions and questions are set once, by TestMain, because some actions run others.
var actions, questions []form

func TestMain(m *testing.M) {
	actions = compile(append(allActions(), meetingActions()...))
	questions = compile(append(meetingQuestions(), allQuestions()...))
	dynamotest.Main(m)
}

var argument = regexp.MustCompile(`\(\?P<\w+>|\b[A-Z]+\b`)

func compile(all []command) (forms []form) {
	for _, c := range all {
		pattern := strings.NewReplacer("[", "(?:", "]", ")?").Replace(c.form)
		pattern = argument.ReplaceAllStringFunc(pattern, func(name string) string {
			what, known := patterns[name]
			switch {
			case strings.HasPrefix(name, "("): // the form itself says what it may be
				return name
			case !known:
				what = ".+?"
			}
			return "(?P<" + name + ">" + what + ")"
		})
		forms = append(forms, form{c, regexp.MustCompile("^" + pattern + "$")})
	}
	return forms
}

// unknown begins the result of a line that the language does not have.
const unknown = "unknown:"

// run runs one line without its expectation. The first form that matches is taken.
func (w *world) run(forms []form, text string) (result string) {
	for _, f := range forms {
		if found := f.pattern.FindStringSubmatch(text); found != nil {
			a := arguments{}
			for i, name := range f.pattern.SubexpNames() {
				a[name] = found[i]
			}
			return f.does(w, a)
		}
	}
	return unknown + " no line has this form"
}
