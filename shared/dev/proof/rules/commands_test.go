package rules

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
)

// A command is one form of a line, and what it does. In the form, a word in capitals is an argument, and what stands in
// brackets may be left out. The result is compared with the one that the line expects.
type command struct {
	form string
	does func(call) string
}

// A call is a line that is played.
type call struct {
	*world
	arguments map[string]string // what the line has in the place of each word in capitals; "" for what it leaves out
}

// act is what a command does if its result is that of the error.
func act(do func(call) error) func(call) string {
	return func(c call) string { return c.result(do(c)) }
}

func (c call) arg(name string) string { return c.arguments[name] }

func (c call) ctx() context.Context { return c.t.Context() }

// person is WHO; by is who they are to the use cases.
func (c call) person() *person { return c.who(c.arg("WHO")) }

func (c call) by() meeting.Caller { return c.person().caller }

// at is the number of PLACE or NAME; of Ada's room, if the line has neither.
func (c call) at() string { return c.number(c.arg("PLACE") + c.arg("NAME")) }

// count is a number of the line, and time its time; 0 without one. Their patterns allow nothing else.
func (c call) count(name string) int {
	n, _ := strconv.Atoi(c.arg(name))
	return n
}

func (c call) time() time.Duration {
	d, _ := time.ParseDuration(c.arg("TIME"))
	return d
}

// options are "passcode wrong and key k1" by their names. The value "none" is empty.
func (c call) options() map[string]string {
	all := map[string]string{}
	for one := range strings.SplitSeq(c.arg("HOW"), " and ") {
		if name, value, _ := strings.Cut(one, " "); name != "" {
			all[name] = strings.TrimPrefix(value, "none")
		}
	}
	return all
}

// patterns say what an argument may be. Any other argument is any text.
var patterns = map[string]string{
	"WHO": `[a-z][a-z0-9]*(?:'s [a-z0-9]+)?`, "PLACE": `the room|[\w.-]+`, "NAME": `[A-Z]\w*`, "MEETING": `[A-Z]\w*`,
	"TIME": `(?:\d+[hms])+`,
	"N":    `\d+`, "TIMES": `\d+`, "FIELD": `[a-z_]+`, "OP": `[A-Z]\w+(?: [A-Za-z]+)?`,
	"LIST": `live|previous|scheduled|upcoming`,
}

// A form is a command as lines are matched with it.
type form struct {
	command
	pattern *regexp.Regexp
}

// actions and questions are set once, by TestMain, because some actions run others.
var actions, questions []form

func TestMain(m *testing.M) {
	actions = compile(slices.Concat(passActions(), appActions(), accountActions(), uuidActions(), userActions(), personActions(), doorActions(), meetingActions(),
		faultActions()))
	questions = compile(slices.Concat(passQuestions(), appQuestions(), uuidQuestions(), personQuestions(), meetingQuestions(), roomQuestions()))
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
			c := call{w, map[string]string{}}
			for i, name := range f.pattern.SubexpNames() {
				c.arguments[name] = found[i]
			}
			return f.does(c)
		}
	}
	return unknown + " no line has this form"
}
