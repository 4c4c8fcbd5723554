package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"personal-rooms/shared/meeting"
)

const (
	maxQuoted = 40   // characters of a refused value that the message repeats
	maxParsed = 1024 // characters of the text for a parser
)

// String reads a single line: text without control characters. Empty text counts as present.
func (f *Form) String(name string, maxRunes int) *string {
	return f.line(name, maxRunes, unprintable, "a single line of text")
}

// Text reads text of any number of lines.
func (f *Form) Text(name string, maxRunes int) *string {
	banned := func(c rune) bool { return unprintable(c) && !strings.ContainsRune("\n\r\t", c) }
	return f.line(name, maxRunes, banned, "text")
}

// unprintable reports whether c is a control character, or U+FFFD, which replaces bytes that were not UTF-8.
func unprintable(c rune) bool { return unicode.IsControl(c) || c == unicode.ReplacementChar }

func (f *Form) line(name string, maxRunes int, banned func(rune) bool, what string) *string {
	value, found := f.take(name)
	if !found {
		return nil
	}
	text, isText := unquote(value)
	switch n := utf8.RuneCountInString(text); {
	case !isText:
		f.refuseValue(name, value, what)
	case n > maxRunes:
		f.Refuse(name, fmt.Sprintf("has %d characters; at most %d are allowed", n, maxRunes))
	case strings.ContainsFunc(text, banned):
		f.Refuse(name, "contains control characters or U+FFFD; must be "+what)
	default:
		return &text
	}
	return nil
}

// Bool reads true or false: in a query in any case, and as 1 or 0, which the encoders of PHP and Python write.
func (f *Form) Bool(name string) *bool {
	value, found := f.take(name)
	if !found {
		return nil
	}
	given := string(value)
	if f.textual {
		given, _ = unquote(value)
		given = strings.ToLower(given)
		given = cmp.Or(map[string]string{"1": "true", "0": "false"}[given], given)
	}
	if given != "true" && given != "false" {
		f.refuseValue(name, value, "true or false")
		return nil
	}
	return new(given == "true")
}

// Int reads a whole number within bounds, as a number or as text, because Zoom's clients send both. Empty text is
// absent.
func (f *Form) Int(name string, lowest, highest int64) *int64 {
	return f.integer(name, func(n int64) bool { return lowest <= n && n <= highest },
		fmt.Sprintf("a whole number from %d to %d", lowest, highest))
}

// ChoiceInt reads one of the allowed whole numbers, as Int does.
func (f *Form) ChoiceInt(name string, allowed ...int64) *int64 {
	return f.integer(name, func(n int64) bool { return slices.Contains(allowed, n) },
		"one of "+join(allowed, func(n int64) string { return strconv.FormatInt(n, 10) }))
}

func (f *Form) integer(name string, allowed func(int64) bool, description string) *int64 {
	value, found := f.take(name)
	if !found || string(value) == `""` {
		return nil
	}
	n, whole := wholeNumber(value)
	if !whole || !allowed(n) {
		f.refuseValue(name, value, description)
		return nil
	}
	return &n
}

// Choice reads one of the allowed words, in exactly that case. Empty text is absent.
func (f *Form) Choice(name string, allowed ...string) *string {
	value, found := f.take(name)
	word, isText := unquote(value)
	if !found || isText && word == "" {
		return nil
	}
	if !isText || !slices.Contains(allowed, word) {
		f.refuseValue(name, value, "one of "+join(allowed, strconv.Quote))
		return nil
	}
	return &word
}

// NumberOrString reads a number such as a PMI, as a number or as text with any spaces, because clients send both. Empty
// text is absent.
func (f *Form) NumberOrString(name string) *string {
	const what = "a number, as a number or as text"
	text := f.textOrNumber(name, what)
	switch {
	case text == nil || *text == "":
		return nil
	case utf8.RuneCountInString(*text) > maxParsed:
		f.Refuse(name, "is "+strconv.Quote(Shorten(*text))+"; must be "+what)
		return nil
	}
	return text
}

func (f *Form) textOrNumber(name, what string) *string {
	value, found := f.take(name)
	if !found {
		return nil
	}
	if text, isText := unquote(value); isText {
		return &text
	}
	if n, whole := wholeNumber(value); whole {
		return new(strconv.FormatInt(n, 10))
	}
	f.refuseValue(name, value, what)
	return nil
}

// Parse reads text and converts it with parse: a time, a link. It refuses the text with the error of parse. Empty text
// is absent.
func Parse[T any](f *Form, name string, parse func(string) (T, error)) *T {
	text := f.line(name, maxParsed, func(rune) bool { return false }, "text")
	if text == nil || *text == "" {
		return nil
	}
	return convert(f, name, text, parse)
}

// ParseNumber reads a meeting number with NumberOrString and converts it with parse. A number that breaks a rule of I3
// makes the refusal a meeting.NumberRule.
func ParseNumber[T any](f *Form, name string, parse func(string) (T, error)) *T {
	return convert(f, name, f.NumberOrString(name), func(text string) (T, error) {
		value, err := parse(text)
		_, banned := errors.AsType[*meeting.RuleError](err)
		f.banned = f.banned || banned
		return value, err
	})
}

// Checked reads a single line that check accepts: a passcode. Empty text counts as present.
func (f *Form) Checked(name string, check func(string) error) *string {
	return convert(f, name, f.String(name, maxParsed), func(text string) (string, error) { return text, check(text) })
}

func convert[T any](f *Form, name string, text *string, parse func(string) (T, error)) *T {
	if text == nil {
		return nil
	}
	value, err := parse(*text)
	if err != nil {
		f.RefuseError(name, err)
		return nil
	}
	return &value
}

// Strings reads a list of single lines; nil if it is absent, not nil if it is empty.
func (f *Form) Strings(name string, maxItems, maxRunes int) []string {
	list, n := f.list(name, maxItems, "a list of texts")
	if list == nil {
		return nil
	}
	lines := make([]string, 0, n)
	for i := range n {
		if line := list.String(index(i), maxRunes); line != nil {
			lines = append(lines, *line)
		} else if !list.Has(index(i)) {
			list.Refuse(index(i), "is null; must be a single line of text")
		}
	}
	return lines
}

// Object reads an object as a form of its own; an empty form if it is absent. Its refused fields are named
// "settings.x".
func (f *Form) Object(name string) *Form {
	members := map[string]json.RawMessage{}
	if value, found := f.take(name); found && json.Unmarshal(value, &members) != nil {
		f.refuseValue(name, value, "an object")
		members = nil
	}
	return newForm(members, f.prefix+name+".", f.reading)
}

// Objects reads a list of objects as forms; nil if it is absent, not nil if it is empty. Their refused fields are named
// "invitees[0].x".
func (f *Form) Objects(name string, maxItems int) []*Form {
	list, n := f.list(name, maxItems, "a list of objects")
	if list == nil {
		return nil
	}
	forms := make([]*Form, 0, n)
	for i := range n {
		if !list.Has(index(i)) {
			list.Refuse(index(i), "is null; must be an object")
		}
		forms = append(forms, list.Object(index(i)))
	}
	return forms
}

func index(i int) string { return fmt.Sprintf("[%d]", i) }

// list reads a list as a form whose n members are "[0]", "[1]"…
func (f *Form) list(name string, most int, what string) (list *Form, n int) {
	value, found := f.take(name)
	if !found {
		return nil, 0
	}
	var items []json.RawMessage
	if json.Unmarshal(value, &items) != nil {
		f.refuseValue(name, value, what)
		return nil, 0
	}
	if !f.allowItems(name, len(items), most) {
		return nil, 0
	}
	members := make(map[string]json.RawMessage, len(items))
	for i, item := range items {
		members[index(i)] = item
	}
	return newForm(members, f.prefix+name, f.reading), len(items)
}

func (f *Form) allowItems(name string, n, most int) bool {
	if n > most {
		f.Refuse(name, fmt.Sprintf("has %d items; at most %d are allowed", n, most))
	}
	return n <= most
}

func (f *Form) refuseValue(name string, value json.RawMessage, allowed string) {
	f.Refuse(name, "is "+quoted(value)+"; must be "+allowed)
}

// quoted returns a value for a message: short, and without control characters.
func quoted(value json.RawMessage) string {
	text, isText := unquote(value)
	switch {
	case isText:
		return strconv.Quote(Shorten(text))
	case value[0] == '{':
		return "an object"
	case value[0] == '[':
		return "a list"
	}
	return Shorten(string(value))
}

// Shorten returns at most 40 characters of a refused value, for a message.
func Shorten(s string) string {
	if runes := []rune(s); len(runes) > maxQuoted {
		return string(runes[:maxQuoted]) + "…"
	}
	return s
}

func unquote(value json.RawMessage) (text string, isText bool) {
	if len(value) == 0 || value[0] != '"' {
		return "", false
	}
	return text, json.Unmarshal(value, &text) == nil
}

// wholeNumber reads a whole number from a JSON number (30 and 30.0, not 30.5) or from text.
func wholeNumber(value json.RawMessage) (n int64, whole bool) {
	if text, isText := unquote(value); isText {
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		return n, err == nil
	}
	if n, err := strconv.ParseInt(string(value), 10, 64); err == nil {
		return n, true
	}
	const exact = 1 << 53
	x, err := strconv.ParseFloat(string(value), 64)
	return int64(x), err == nil && x == math.Trunc(x) && math.Abs(x) < exact
}

// orZero returns what a reader read; the zero value if it returned nil.
func orZero[T any](value *T) (zero T) {
	if value == nil {
		return zero
	}
	return *value
}

func join[T any](allowed []T, show func(T) string) string {
	shown := make([]string, len(allowed))
	for i, a := range allowed {
		shown[i] = show(a)
	}
	return strings.Join(shown, ", ")
}
