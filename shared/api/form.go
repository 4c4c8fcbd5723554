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
	maxDepth    = 32 // of nested objects and lists
	maxRefusals = 32 // fields that one answer names
)

// A Form reads the members of a JSON object. Each reader takes one member by name and returns nil if the member is
// absent or null. A reader refuses a bad member and returns nil; Err then names all refused members, so that a client
// sees every bad field in one answer. Names match exactly. If a name is repeated, its last value counts.
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
	textual bool // the form is a query: every value is text
	*reading
}

// A reading is the state that a form shares with the forms inside it.
type reading struct {
	fields []meeting.Field
	banned bool // a number breaks a rule of I3
	known  bool // some reader found its member
}

func newForm(members map[string]json.RawMessage, prefix string, r *reading) *Form {
	return &Form{members: members, prefix: prefix, read: map[string]bool{}, reading: r}
}

// ParseForm reads a JSON object. It returns meeting.Invalid for the field "body" if the text is anything else; empty
// text gives an empty form.
func ParseForm(body []byte) (*Form, error) {
	body = TrimMark(body)
	if len(bytes.TrimSpace(body)) == 0 {
		return newForm(nil, "", &reading{}), nil
	}
	if !utf8.Valid(body) {
		return nil, meeting.RefuseField("body", "must be UTF-8")
	}
	if tooDeep(body) {
		return nil, meeting.RefuseField("body", fmt.Sprintf("may contain at most %d nested objects and lists", maxDepth))
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, meeting.RefuseField("body", "must be one JSON object")
	}
	return newForm(members, "", &reading{}), nil
}

// TrimMark returns JSON without the byte order mark that some clients write before it. RFC 8259 (8.1) allows to ignore
// it.
func TrimMark(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\ufeff")) }

func textForm(values map[string]string) *Form {
	members := make(map[string]json.RawMessage, len(values))
	for name, value := range values {
		members[name], _ = json.Marshal(value) // a string: cannot fail
	}
	form := newForm(members, "", &reading{})
	form.textual = true
	return form
}

// tooDeep reports whether brackets outside strings nest deeper than maxDepth, whether or not they match.
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

// take returns a member's value and marks it as read; found is false if it is absent or null.
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

// Has reports whether the member is present and not null. It does not mark it as read.
func (f *Form) Has(name string) bool {
	_, found := f.member(name)
	return found
}

// Require refuses each named member that is absent, null or empty text.
func (f *Form) Require(names ...string) {
	for _, name := range names {
		if value, found := f.member(name); !found || string(value) == `""` {
			f.Refuse(name, "is required")
		}
	}
}

// Narrow refuses each named member that is sent as empty text or null: as an absent one, it would widen the request to
// more than its sender means.
func (f *Form) Narrow(names ...string) {
	for _, name := range names {
		if value := string(f.members[name]); value == `""` || value == "null" {
			f.Refuse(name, "is empty; must have a value, or be left out")
		}
	}
}

// Rest returns the members that no reader has taken, unchanged and without nulls; never nil. Call it last. We store and
// return these members as they were sent.
func (f *Form) Rest() map[string]json.RawMessage {
	rest := map[string]json.RawMessage{}
	for name := range f.members {
		if value, found := f.member(name); found && !f.read[name] {
			rest[name] = value
		}
	}
	return rest
}

// Refuse refuses a field of this form. The message continues the field's name, and states the given and the allowed
// values: "is 5; must be 1 or 2".
func (f *Form) Refuse(name, message string) { f.refuse(meeting.Field{Name: name, Message: message}) }

func (f *Form) refuse(field meeting.Field) {
	if len(f.fields) < maxRefusals {
		field.Name = f.prefix + field.Name
		f.fields = append(f.fields, field)
	}
}

// RefuseError refuses a field with the message of err, and with its rule if it is a *meeting.RuleError; if err is a
// *meeting.Refusal with fields, with the message of the first.
func (f *Form) RefuseError(name string, err error) {
	field := meeting.Field{Name: name, Message: err.Error()}
	if broken, ok := errors.AsType[*meeting.RuleError](err); ok {
		field.Rule = broken.Rule
	}
	if refusal, ok := errors.AsType[*meeting.Refusal](err); ok {
		field.Message = refusal.Message
		f.banned = f.banned || refusal.Reason == meeting.NumberRule
		if len(refusal.Fields) > 0 {
			field.Message = refusal.Fields[0].Message
		}
	}
	f.refuse(field)
}

// Err returns the refusal that names every refused field: meeting.NumberRule if one of them is a banned number, else
// meeting.Invalid. It returns nil if no field was refused.
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

// Ignore reads members that have no effect here. An edit of nothing else is not refused.
func (f *Form) Ignore(names ...string) {
	for _, name := range names {
		f.take(name)
	}
}

// EditErr is Err for an edit, which it also refuses if no reader found its member.
func (f *Form) EditErr() error {
	if err := f.Err(); err != nil || f.known {
		return err
	}
	return meeting.RefuseField("body", "names no field that can be changed")
}
