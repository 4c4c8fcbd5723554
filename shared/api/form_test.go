package api_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// readers read the member "x" of a form, and return its value as text.
var readers = map[string]func(*api.Form) string{
	"string": func(f *api.Form) string { return valueOf(f.String("x", 5)) },
	"text":   func(f *api.Form) string { return valueOf(f.Text("x", 5)) },
	"bool":   func(f *api.Form) string { return valueOf(f.Bool("x")) },
	"int":    func(f *api.Form) string { return valueOf(f.Int("x", 0, 1440)) },
	"one of": func(f *api.Form) string { return valueOf(f.ChoiceInt("x", 1, 2, 8)) },
	"choice": func(f *api.Form) string { return valueOf(f.Choice("x", "start", "end")) },
	"number": func(f *api.Form) string { return valueOf(f.NumberOrString("x")) },
	"pmi":    func(f *api.Form) string { return valueOf(api.ParseNumber(f, "x", meeting.ParsePMI)) },
	"link":   func(f *api.Form) string { return valueOf(api.Parse(f, "x", meeting.ParseLink)) },
	"zone":   func(f *api.Form) string { return valueOf(api.Parse(f, "x", api.ParseTimezone)) },
	"check":  func(f *api.Form) string { return valueOf(f.Checked("x", meeting.CheckPasscode)) },
	"texts":  func(f *api.Form) string { return fmt.Sprintf("%q", f.Strings("x", 2, 5)) },
}

func valueOf[T any](p *T) string {
	if p == nil {
		return "absent"
	}
	return fmt.Sprint(*p)
}

func TestReaders(t *testing.T) {
	for _, c := range []struct{ reader, value, want string }{
		{"string", `"Café!"`, "Café!"},
		{"string", `""`, ""},
		{"string", `"Cafés!"`, "x has 6 characters; at most 5 are allowed"},
		{"string", `"a\u0000b"`, "x contains control characters or U+FFFD; must be a single line of text"},
		{"string", `5`, "x is 5; must be a single line of text"},
		{"string", `{"a":1}`, "x is an object; must be a single line of text"},
		{"text", `"a\n\tb"`, "a\n\tb"},
		{"string", `"a\ufffdb"`, "x contains control characters or U+FFFD; must be a single line of text"},
		{"bool", `true`, "true"},
		{"bool", `"true"`, `x is "true"; must be true or false`},
		{"int", `30`, "30"},
		{"int", `30.0`, "30"},
		{"int", `"30"`, "30"},
		{"int", `""`, "absent"},
		{"int", `30.5`, "x is 30.5; must be a whole number from 0 to 1440"},
		{"int", `"30.0"`, `x is "30.0"; must be a whole number from 0 to 1440`},
		{"int", `1441`, "x is 1441; must be a whole number from 0 to 1440"},
		{"int", `1e400`, "x is 1e400; must be a whole number from 0 to 1440"},
		{"int", `9223372036854775808`, "x is 9223372036854775808; must be a whole number from 0 to 1440"},
		{"one of", `8`, "8"},
		{"one of", `3`, "x is 3; must be one of 1, 2, 8"},
		{"choice", `"end"`, "end"},
		{"choice", `""`, "absent"},
		{"choice", `"End"`, `x is "End"; must be one of "start", "end"`},
		{"choice", `"\u001b[2J` + strings.Repeat("x", 50) + `"`,
			`x is "\x1b[2J` + strings.Repeat("x", 36) + `…"; must be one of "start", "end"`},
		{"choice", `7`, `x is 7; must be one of "start", "end"`},
		{"number", `5551112222`, "5551112222"},
		{"number", `"555 111-2222"`, "555 111-2222"},
		{"number", `5.551112222e9`, "5551112222"},
		{"number", `""`, "absent"},
		{"number", `5.5`, "x is 5.5; must be a number, as a number or as text"},
		{"pmi", `"555 712 9348"`, "5557129348"},
		{"link", `"Ada.Lovelace"`, "Ada.Lovelace"},
		{"link", `""`, "absent"},
		{"zone", `"Europe/Paris"`, "Europe/Paris"},
		{"zone", `12`, "x is 12; must be text"},
		{"check", `""`, ""},
		{"check", `"a b"`, "x contains ' '; a passcode has letters, digits and @ - _ * only"},
		{"texts", `["a","b"]`, `["a" "b"]`},
		{"texts", `[]`, `[]`},
		{"texts", `["a","b","c"]`, "x has 3 items; at most 2 are allowed"},
		{"texts", `["a",5]`, "x[1] is 5; must be a single line of text"},
		{"texts", `[null]`, "x[0] is null; must be a single line of text"},
		{"texts", `"a"`, `x is "a"; must be a list of texts`},
	} {
		readForm(t, `{"x":`+c.value+`}`, func(f *api.Form) {
			got := readers[c.reader](f)
			if err := f.Err(); err != nil {
				got = onlyField(t, err)
			}
			if got != c.want {
				t.Errorf("%s of %s: %s, want %s", c.reader, c.value, got, c.want)
			}
		})
	}
	for name, reader := range readers {
		for _, body := range []string{`{}`, `{"x":null}`, `{"X":1}`, ``} {
			readForm(t, body, func(f *api.Form) {
				got := reader(f)
				if got != "absent" && got != "[]" || onlyField(t, f.EditErr()) != "body names no field that can be changed" {
					t.Errorf("%s of %s: %s, %v", name, body, got, f.EditErr())
				}
			})
		}
	}
}

func TestEveryBadFieldIsNamed(t *testing.T) {
	body := `{"topic":5,"settings":{"use_pmi":"yes","invitees":[{"email":"a@b.c"},{"email":7},null,{}]},
		"when":"noon","a":"","b":null,"c":0,"d":false}`
	readForm(t, body, func(f *api.Form) {
		f.String("topic", 200)
		settings := f.Object("settings")
		settings.Bool("use_pmi")
		for _, invitee := range settings.Objects("invitees", 10) {
			invitee.String("email", 100)
			invitee.Require("email")
		}
		f.RefuseError("when", meeting.RefuseField("start", "is not a time"))
		f.Require("a", "b", "c", "d", "e")
		refusal, _ := errors.AsType[*meeting.Refusal](f.Err())
		want := []meeting.Field{
			{Name: "topic", Message: "is 5; must be a single line of text"},
			{Name: "settings.use_pmi", Message: `is "yes"; must be true or false`},
			{Name: "settings.invitees[2]", Message: "is null; must be an object"},
			{Name: "settings.invitees[1].email", Message: "is 7; must be a single line of text"},
			{Name: "settings.invitees[2].email", Message: "is required"},
			{Name: "settings.invitees[3].email", Message: "is required"},
			{Name: "when", Message: "is not a time"},
			{Name: "a", Message: "is required"}, {Name: "b", Message: "is required"}, {Name: "e", Message: "is required"},
		}
		if d := cmp.Diff(want, refusal.Fields); d != "" {
			t.Error(d)
		}
	})
}

func TestARefusalNamesAtMost32Fields(t *testing.T) {
	readForm(t, `{"x":[`+strings.Repeat(`1,`, 999)+`1]}`, func(f *api.Form) {
		f.Strings("x", 1000, 5)
		if refusal, ok := errors.AsType[*meeting.Refusal](f.Err()); !ok || len(refusal.Fields) != 32 {
			t.Errorf("%v", f.Err())
		}
	})
}

func TestI3BannedNumbersHaveTheirOwnReason(t *testing.T) {
	for body, want := range map[string]meeting.Reason{
		`{"pmi":1234567890,"topic":5}`: meeting.NumberRule,
		`{"topic":5}`:                  meeting.Invalid,
		`{"link":"5"}`:                 meeting.Invalid,
	} {
		readForm(t, body, func(f *api.Form) {
			f.String("topic", 200)
			api.ParseNumber(f, "pmi", meeting.ParsePMI)
			api.Parse(f, "link", meeting.ParseLink)
			if got := meeting.ReasonOf(f.Err()); got != want {
				t.Errorf("%s: %q, want %q", body, got, want)
			}
		})
	}
	readForm(t, `{}`, func(f *api.Form) {
		f.RefuseError("pmi", meeting.Refuse(meeting.NumberRule, "cannot be a PMI"))
		if got := meeting.ReasonOf(f.Err()); got != meeting.NumberRule || onlyField(t, f.Err()) != "pmi cannot be a PMI" {
			t.Errorf("a refusal of the domain: %v", f.Err())
		}
	})
}

func TestRestKeepsUnreadMembersUnchanged(t *testing.T) {
	body := `{"settings":{"use_pmi":true,"x":{"b" : 1.50,"a":"\u00e9&<"},"gone":null,"mute":false,"mute":true}}`
	readForm(t, body, func(f *api.Form) {
		settings := f.Object("settings")
		settings.Bool("use_pmi")
		got := map[string]string{}
		for name, value := range settings.Rest() {
			got[name] = string(value)
		}
		if d := cmp.Diff(map[string]string{"x": `{"b" : 1.50,"a":"\u00e9&<"}`, "mute": "true"}, got); d != "" {
			t.Error(d)
		}
	})
}

func TestQueriesAreReadAsForms(t *testing.T) {
	event := userEvent()
	event.QueryStringParameters = map[string]string{"page_size": "30", "show": "true", "bad": "yes"}
	handle(t, event, func(r *api.Request) error {
		f := r.QueryForm()
		got := valueOf(f.Int("page_size", 1, 300)) + valueOf(f.Bool("show")) + valueOf(f.Bool("no")) + valueOf(f.Bool("bad"))
		if got != "30trueabsentabsent" || onlyField(t, f.Err()) != `bad is "yes"; must be true or false` {
			t.Errorf("read %s, %v", got, f.Err())
		}
		return nil
	})
}

// FuzzForm reads any body with every reader.
func FuzzForm(f *testing.F) {
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		form, err := r.Form()
		if err != nil {
			return api.Response{}, err
		}
		settings := form.Object("settings")
		for _, f := range append(form.Objects("list", 50), form, settings) {
			for _, read := range readers {
				read(f)
			}
			f.Require("x")
		}
		return api.JSON(200, settings.Rest()), form.EditErr()
	}, `{"x":1e400}`, `{"x":-0.0}`, `{"x":"\ud800\u0000"}`, `{"x":["a",null,5],"settings":[{}],"list":{}}`,
		`{"x":"5551112222","settings":{"x":true,"odd":[]},"list":[{"x":"a@b.c"},null,5]}`)
}
