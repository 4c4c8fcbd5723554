package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"personal-rooms/shared/meeting"
)

const (
	maxDepth    = 32 // of objects and lists within each other
	maxRefusals = 32 // fields that one answer names
)

// A Form is a JSON object that is being read. Each reader takes one member by name and returns nil if it is absent, which
// null is too. A member that does not fit is refused, read as absent, and named by Err, together with all others: a
// client learns of every bad field in one answer. Names match exactly; of a name given twice the last counts.
//
//	form, err := r.Form()
//	if err != nil { return api.Response{}, err }
//	topic := form.String("topic", 200)
//	pmi := api.ParseNumber(form, "pmi", meeting.ParsePMI)
//	wait := form.Object("settings").Bool("waiting_room")
//	if err := form.EditErr(); err != nil { return api.Response{}, err }
type Form struct {
	members map[string]json.RawMessage
	prefix  string // of the names of its fields: "settings."
	read    map[string]bool
	textual bool // every value came as text: a query
	*reading
}

// A reading is what a form and the forms within it have found so far.
type reading struct {
	fields []meeting.Field
	banned bool // a number breaks a rule of I3
	known  bool // a member that some reader asked for is there
}

func newForm(members map[string]json.RawMessage, prefix string, r *reading) *Form {
	return &Form{members: members, prefix: prefix, read: map[string]bool{}, reading: r}
}

// ParseForm reads an object that is no request's body. What is no JSON object is refused.
func ParseForm(body []byte) (*Form, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return newForm(nil, "", &reading{}), nil
	}
	if !utf8.Valid(body) {
		return nil, meeting.RefuseField("body", "must be UTF-8")
	}
	if tooDeep(body) {
		return nil, meeting.RefuseField("body", fmt.Sprintf("may hold objects and lists %d deep", maxDepth))
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, meeting.RefuseField("body", "must be one JSON object")
	}
	return newForm(members, "", &reading{}), nil
}

func textForm(values map[string]string) *Form {
	members := make(map[string]json.RawMessage, len(values))
	for name, value := range values {
		members[name], _ = json.Marshal(value) // a string: cannot fail
	}
	form := newForm(members, "", &reading{})
	form.textual = true
	return form
}

// tooDeep reports whether the brackets outside strings stand deeper than maxDepth, whether or not they match.
func tooDeep(body []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '{' || c == '['):
			depth++
		case !quoted && (c == '}' || c == ']'):
			depth--
		}
		if depth > maxDepth {
			return true
		}
	}
	return false
}

// take is a member's value, if it is there and not null.
func (f *Form) take(name string) (value json.RawMessage, found bool) {
	f.read[name] = true
	value, found = f.member(name)
	f.known = f.known || found
	return value, found
}

func (f *Form) member(name string) (value json.RawMessage, found bool) {
	value, found = f.members[name]
	return value, found && string(value) != "null"
}

// Has reports whether the member is there and not null, without reading it.
func (f *Form) Has(name string) bool {
	_, found := f.member(name)
	return found
}

// Known reports whether a member was there for any reader so far, here or in any form within the same body.
func (f *Form) Known() bool { return f.known }

// Require refuses each of the names that is absent or empty text.
func (f *Form) Require(names ...string) {
	for _, name := range names {
		if value, found := f.member(name); !found || string(value) == `""` {
			f.Refuse(name, "is required")
		}
	}
}

// Rest is what no reader has asked for, except the names given, each value as it came: what we do not interpret is kept
// and returned unchanged. So it is asked last. A null is absent here too. It is never nil.
func (f *Form) Rest(except ...string) map[string]json.RawMessage {
	rest := map[string]json.RawMessage{}
	for name := range f.members {
		if value, found := f.member(name); found && !f.read[name] {
			rest[name] = value
		}
	}
	for _, name := range except {
		delete(rest, name)
	}
	return rest
}

// Refuse names a field of this form as bad. The message says what was given and what is allowed, as a person reads it
// after the field's name: "is 5; must be 1 or 2".
func (f *Form) Refuse(name, message string) {
	if len(f.fields) < maxRefusals {
		f.fields = append(f.fields, meeting.Field{Name: f.prefix + name, Message: message})
	}
}

// RefuseFault names a field as bad for the reason that err gives: the first field of a *meeting.Fault, else its message.
func (f *Form) RefuseFault(name string, err error) {
	message := err.Error()
	if fault, ok := errors.AsType[*meeting.Refusal](err); ok {
		message = fault.Message
		f.banned = f.banned || fault.Reason == meeting.NumberRule
		if len(fault.Fields) > 0 {
			message = fault.Fields[0].Message
		}
	}
	f.Refuse(name, message)
}

// Err is nil, or the fault that names every refused field: meeting.NumberRule if one of them is a banned number, else
// meeting.Invalid.
func (f *Form) Err() error {
	if len(f.fields) == 0 {
		return nil
	}
	reason := meeting.Invalid
	if f.banned {
		reason = meeting.NumberRule
	}
	return &meeting.Refusal{Reason: reason, Message: "Validation failed.", Fields: f.fields}
}

// EditErr is Err for an edit, which must name something that can be changed.
func (f *Form) EditErr() error {
	if err := f.Err(); err != nil || f.known {
		return err
	}
	return meeting.RefuseField("body", "names no field that can be changed")
}
