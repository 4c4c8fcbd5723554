package testkit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An Answer is the response to a request.
type Answer struct {
	Status  int
	Header  map[string]string
	Body    string
	Request string // in the words of a failing test
}

// Want ends the test unless the answer has one of the statuses.
func (a Answer) Want(t testing.TB, statuses ...int) Answer {
	t.Helper()
	if !slices.Contains(statuses, a.Status) {
		t.Fatalf("%s: the answer is %d %s, want %d", a.Request, a.Status, a.Body, statuses)
	}
	return a
}

// Refused ends the test unless the answer is a refusal with the status, the code and the reason. It returns the message
// and those of the fields: "Validation failed. pmi: is …".
func (a Answer) Refused(t testing.TB, status, code int, reason string) string {
	t.Helper()
	message, _ := a.refusal(t, status, code, reason)
	return message
}

// Refuses ends the test unless the answer is 400/300 and names exactly these fields. It returns the messages.
func (a Answer) Refuses(t testing.TB, fields ...string) string {
	t.Helper()
	message, named := a.refusal(t, 400, 300, "invalid")
	if !slices.Equal(named, fields) {
		t.Fatalf("%s: refused %v, want %v: %s", a.Request, named, fields, a.Body)
	}
	return message
}

func (a Answer) refusal(t testing.TB, status, code int, reason string) (message string, fields []string) {
	t.Helper()
	var said struct {
		Code    int
		Message string
		Reason  string
		Errors  []struct{ Field, Message string }
	}
	if err := json.Unmarshal([]byte(a.Body), &said); err != nil || a.Status != status || said.Code != code ||
		said.Reason != reason {
		t.Fatalf("%s: the answer is %d %s, want %d %d %s", a.Request, a.Status, a.Body, status, code, reason)
	}
	message = said.Message
	for _, e := range said.Errors {
		message += " " + e.Field + ": " + e.Message
		fields = append(fields, e.Field)
	}
	return message, fields
}

// Into decodes the body.
func (a Answer) Into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), v); err != nil {
		t.Fatalf("%s: the answer is %d %q: %v", a.Request, a.Status, a.Body, err)
	}
}

// At returns the value at a path of the body, "settings.meeting_invitees.0.email"; nil if there is none. A number is a
// json.Number.
func (a Answer) At(t testing.TB, path string) any {
	t.Helper()
	var value any
	decoder := json.NewDecoder(strings.NewReader(a.Body))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%s: the answer is %d %q: %v", a.Request, a.Status, a.Body, err)
	}
	for name := range strings.SplitSeq(path, ".") {
		value = member(value, name)
	}
	return value
}

func member(value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		return v[name]
	case []any:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(v) {
			return v[i]
		}
	}
	return nil
}

// Text returns the value at a path of the body as text, "" if there is none.
func (a Answer) Text(t testing.TB, path string) string {
	t.Helper()
	if value := a.At(t, path); value != nil {
		return fmt.Sprint(value)
	}
	return ""
}

// Is fails the test unless the body is this JSON, in any order of its members.
func (a Answer) Is(t testing.TB, want string) {
	t.Helper()
	var expected, got any
	if err := json.Unmarshal([]byte(want), &expected); err != nil {
		t.Fatalf("the wanted JSON cannot be decoded: %v", err)
	}
	a.Into(t, &got)
	if d := cmp.Diff(expected, got); d != "" {
		t.Errorf("%s: want -, got +:\n%s", a.Request, d)
	}
}
