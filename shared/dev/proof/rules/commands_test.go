package rules

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
)

// A command is one form of a line, and what it does. Of the form, a word in capitals is an argument, and what stands in
// brackets may be left out. Its result is compared with the expected one.
type command struct {
	form string
	does func(*world, arguments) (string, error)
}

// arguments are what a line has in the place of each word in capitals; "" for what it leaves out.
type arguments map[string]string

// patterns say what an argument may be. Each one that is not here is any text.
var patterns = map[string]string{
	"WHO": `[a-z][a-z0-9]*(?:'s [a-z]+)?`, "PLACE": `the room|[\w.-]+`, "NAME": `[A-Z]\w*`, "TIME": `[0-9hms]+`, "N": `\d+`,
	"FIELD": `[a-z_]+`, "OP": `[A-Z]\w+(?: [A-Za-z]+)?`,
}

// allActions is the first half of the language.
func allActions() []command {
	return []command{
		// People.
		{"WHO is at ADDRESS", func(w *world, a arguments) (string, error) {
			w.who(a["WHO"]).caller.Address = a["ADDRESS"]
			return "ok", nil
		}},
		{"WHO has no verified address", func(w *world, a arguments) (string, error) {
			w.who(a["WHO"]).caller.Email = ""
			return "ok", nil
		}},
		// Joining.
		{"WHO joins?[ PLACE][ for NAME][ with HOW]", (*world).join},
		{"WHO polls?[ at PLACE][ with HOW]", (*world).poll},
		{"WHO leaves?[ with HOW]", (*world).leave},
		{"WHO claims? to be host by KEY", (*world).claimHost},
		{"N strangers join", (*world).strangersJoin},
		{"N strangers guess N2 passcodes each", (*world).strangersGuess},
		// What hosts decide.
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
		{"WHO looks? into the room", func(w *world, a arguments) (string, error) {
			_, err := w.Door().RoomState(w.t.Context(), w.who(a["WHO"]).caller, w.number("the room"))
			return w.result(err), nil
		}},
		// Starts, ends, plans and settings.
		{"WHO starts? an instant meeting[ in the (?P<PMI>personal room)][ with its (?P<OWN>own number)][ for USER][ with HOW]", (*world).instant},
		{"WHO starts? PLACE", func(w *world, a arguments) (string, error) {
			return w.result(w.Starts().Start(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["PLACE"]))), nil
		}},
		{"WHO ends? PLACE", func(w *world, a arguments) (string, error) {
			return w.result(w.Starts().End(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["PLACE"]))), nil
		}},
		{"WHO plans? NAME in the (?P<PMI>personal room)[ in TIME][ with HOW]", (*world).plan},
		{"WHO plans? NAME with its own number[ in TIME][ with HOW]", (*world).plan},
		{"WHO plans? NAME every N days, N2 times, with HOW", (*world).planSeries},
		{"WHO moves? occurrence N of NAME to TIME earlier", (*world).moveOccurrence},
		{"WHO cancels? occurrence N of NAME", (*world).cancelOccurrence},
		{"WHO sets? FIELD to VALUE", (*world).set},
		// The media server.
		{"the media server reports that WHO left[ TIME ago]", (*world).mediaLeft},
		{"the media server reports an empty room[ TIME ago]", (*world).mediaEmpty},
		{"the media server asks about WHO", (*world).mediaAsks},
		// Time.
		{"wait TIME", func(w *world, a arguments) (string, error) { return "ok", w.wait(a["TIME"]) }},
		{"a lease is TIME", func(w *world, a arguments) (string, error) {
			d, err := time.ParseDuration(a["TIME"])
			w.SetLease(d)
			return "ok", err
		}},
		{"WHO stays TIME", (*world).stay},
		// Faults of the storage.
		{"the next OP passes", fault(pass)},
		{"the next OP crashes", fault(crash)},
		{"the next OP loses its answer", fault(loseAnswer)},
		{"the next OP loses its answer, and then: LINE", fault(loseAnswerThen)},
		{"before the next OP: LINE", fault(before)},
	}
}

// A form is a command as lines are matched with it.
type form struct {
	command
	pattern *regexp.Regexp
}

// actions are the lines that do something, and questions those that only look. They are set once, by TestMain, because
// some actions run others.
var actions, questions []form

func TestMain(m *testing.M) {
	actions, questions = compile(allActions()), compile(allQuestions())
	dynamotest.Main(m)
}

var argument = regexp.MustCompile(`\(\?P<\w+>|\b[A-Z][A-Z0-9]*\b`)

func compile(all []command) (forms []form) {
	for _, c := range all {
		brackets := strings.NewReplacer("[", "(?:", "]", ")?").Replace(c.form)
		pattern := argument.ReplaceAllStringFunc(brackets, func(name string) string {
			if strings.HasPrefix(name, "(") {
				return name // the form itself says what it may be
			}
			what, known := patterns[strings.TrimRight(name, "0123456789")]
			if !known {
				what = ".+?"
			}
			return fmt.Sprintf("(?P<%s>%s)", name, what)
		})
		forms = append(forms, form{c, regexp.MustCompile("^" + pattern + "$")})
	}
	return forms
}

// run runs one line without its expectation. The first form that matches is taken.
func (w *world) run(forms []form, text string) (result string, err error) {
	for _, f := range forms {
		found := f.pattern.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		a := arguments{}
		for i, name := range f.pattern.SubexpNames() {
			if name != "" {
				a[name] = found[i]
			}
		}
		return f.does(w, a)
	}
	return "", errors.New("no line has this form; see doc.go")
}

// count is a number of a line.
func (a arguments) count(name string) int {
	n, _ := strconv.Atoi(a[name]) // digits
	return n
}

func (w *world) wait(time string) error { return w.advance(time, 1) }

// stay lets the time pass, and polls each minute.
func (w *world) stay(a arguments) (string, error) {
	d, err := time.ParseDuration(a["TIME"])
	for ; err == nil && d > 0; d -= time.Minute {
		w.Clock.Advance(time.Minute)
		if result, err := w.poll(a); result != admitted || err != nil {
			return result, err
		}
	}
	return admitted, err
}

// advance moves the clock on by the time, as often as is said.
func (w *world) advance(text string, n int) error {
	d, err := time.ParseDuration(text)
	w.Clock.Advance(time.Duration(n) * d)
	return err
}
