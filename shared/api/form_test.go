package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// read gives a body to the function as a form.
func read(t *testing.T, body string, with func(*api.Form)) {
	t.Helper()
	event := ask("GET /thing")
	event.Body = body
	within(t, event, func(r *api.Request) error {
		form, err := r.Form()
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		with(form)
		return nil
	})
}

// shown is what a pointer points to, as text.
func shown[T any](p *T) string {
	if p == nil {
		return "absent"
	}
	return fmt.Sprint(*p)
}

func parseTime(s string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return at, errors.New("is not a time like 2026-03-01T12:00:00Z")
	}
	return at, nil
}

func noSpaces(s string) error {
	if strings.Contains(s, " ") {
		return errors.New("contains a space")
	}
	return nil
}

func TestReadersOfOneMember(t *testing.T) {
	readers := map[string]func(*api.Form) string{
		"string": func(f *api.Form) string { return shown(f.String("x", 5)) },
		"text":   func(f *api.Form) string { return shown(f.Text("x", 5)) },
		"bool":   func(f *api.Form) string { return shown(f.Bool("x")) },
		"int":    func(f *api.Form) string { return shown(f.Int("x", 0, 1440)) },
		"one of": func(f *api.Form) string { return shown(f.ChoiceInt("x", 1, 2, 8)) },
		"choice": func(f *api.Form) string { return shown(f.Choice("x", "start", "end")) },
		"number": func(f *api.Form) string { return shown(f.NumberOrString("x")) },
		"pmi":    func(f *api.Form) string { return shown(api.ParseNumber(f, "x", meeting.ParsePMI)) },
		"link":   func(f *api.Form) string { return shown(api.Parse(f, "x", meeting.ParseLink)) },
		"time":   func(f *api.Form) string { return shown(api.Parse(f, "x", parseTime)) },
		"check":  func(f *api.Form) string { return shown(f.Checked("x", noSpaces)) },
		"texts":  func(f *api.Form) string { return fmt.Sprintf("%q", f.Strings("x", 2, 5)) },
	}
	for _, c := range []struct{ reader, value, want string }{
		{"string", `"Café!"`, "Café!"},
		{"string", `""`, ""},
		{"string", `"Cafés!"`, "x has 6 characters; at most 5 are allowed"},
		{"string", `"a\nb"`, "x holds control characters or U+FFFD; must be a single line of text"},
		{"string", `"a\u0000b"`, "x holds control characters or U+FFFD; must be a single line of text"},
		{"string", `5`, "x is 5; must be a single line of text"},
		{"string", `{"a":1}`, "x is an object; must be a single line of text"},
		{"string", `["a"]`, "x is a list; must be a single line of text"},
		{"text", `"a\n\tb"`, "a\n\tb"},
		{"string", `"a\ufffdb"`, "x holds control characters or U+FFFD; must be a single line of text"},
		{"string", `"a\ud800b"`, "x holds control characters or U+FFFD; must be a single line of text"},
		{"text", `"a\u0000b"`, "x holds control characters or U+FFFD; must be text"},

		{"bool", `true`, "true"},
		{"bool", `false`, "false"},
		{"bool", `"true"`, `x is "true"; must be true or false`},
		{"bool", `1`, `x is 1; must be true or false`},

		{"int", `30`, "30"},
		{"int", `30.0`, "30"},
		{"int", `3e1`, "30"},
		{"int", `"30"`, "30"},
		{"int", `""`, "absent"},
		{"int", `30.5`, "x is 30.5; must be a whole number from 0 to 1440"},
		{"int", `"30.0"`, `x is "30.0"; must be a whole number from 0 to 1440`},
		{"int", `"a lot"`, `x is "a lot"; must be a whole number from 0 to 1440`},
		{"int", `1441`, "x is 1441; must be a whole number from 0 to 1440"},
		{"int", `-1`, "x is -1; must be a whole number from 0 to 1440"},
		{"int", `1e400`, "x is 1e400; must be a whole number from 0 to 1440"},
		{"int", `9223372036854775808`, "x is 9223372036854775808; must be a whole number from 0 to 1440"},
		{"int", `true`, "x is true; must be a whole number from 0 to 1440"},
		{"one of", `8`, "8"},
		{"one of", `"2"`, "2"},
		{"one of", `3`, "x is 3; must be one of 1, 2, 8"},

		{"choice", `"end"`, "end"},
		{"choice", `""`, "absent"},
		{"choice", `"End"`, `x is "End"; must be one of "start", "end"`},
		{"choice", `"\u001b[2J` + strings.Repeat("x", 50) + `"`, `x is "\x1b[2J` + strings.Repeat("x", 36) + `…"; must be one of "start", "end"`},
		{"choice", `7`, `x is 7; must be one of "start", "end"`},

		{"number", `5551112222`, "5551112222"},
		{"number", `"555 111-2222"`, "555 111-2222"},
		{"number", `5.551112222e9`, "5551112222"},
		{"number", `""`, "absent"},
		{"number", `5.5`, "x is 5.5; must be a number, as a number or as text"},
		{"number", `[]`, "x is a list; must be a number, as a number or as text"},
		{"pmi", `5557129348`, "5557129348"},
		{"pmi", `"555 712 9348"`, "5557129348"},

		{"link", `"Ada.Lovelace"`, "Ada.Lovelace"},
		{"link", `""`, "absent"},
		{"time", `"2026-03-01T12:00:00Z"`, "2026-03-01 12:00:00 +0000 UTC"},
		{"time", `"noon"`, "x is not a time like 2026-03-01T12:00:00Z"},
		{"time", `12`, "x is 12; must be text"},
		{"check", `"ab"`, "ab"},
		{"check", `""`, ""},
		{"check", `"a b"`, "x contains a space"},

		{"texts", `["a","b"]`, `["a" "b"]`},
		{"texts", `[]`, `[]`},
		{"texts", `["a","b","c"]`, "x has 3 items; at most 2 are allowed"},
		{"texts", `["a",5]`, "x[1] is 5; must be a single line of text"},
		{"texts", `[null]`, "x[0] is null; must be a single line of text"},
		{"texts", `"a"`, `x is "a"; must be a list of texts`},
	} {
		read(t, `{"x":`+c.value+`}`, func(f *api.Form) {
			got := readers[c.reader](f)
			if err := f.Err(); err != nil {
				got = only(t, err)
			}
			if got != c.want {
				t.Errorf("%s of %s: %s, want %s", c.reader, c.value, got, c.want)
			}
		})
	}
	for name, reader := range readers {
		for _, body := range []string{`{}`, `{"x":null}`, `{"X":1}`, ``} {
			read(t, body, func(f *api.Form) {
				if got := reader(f); got != "absent" && got != "[]" || f.Err() != nil || f.Known() {
					t.Errorf("%s of %s: %s, %v, known: %t", name, body, got, f.Err(), f.Known())
				}
			})
		}
	}
}

// only is the one field of a fault, with its message.
func only(t *testing.T, err error) string {
	t.Helper()
	var f *meeting.Refusal
	if !errors.As(err, &f) || len(f.Fields) != 1 {
		t.Fatalf("not one field: %v", err)
	}
	return f.Fields[0].Name + " " + f.Fields[0].Message
}

func TestEveryBadFieldIsNamedInOneAnswer(t *testing.T) {
	event := ask("GET /thing")
	event.Body = `{"topic":5,"settings":{"use_pmi":"yes","meeting_invitees":[{"email":"a@b.c"},{"email":7},null,{}]},"pmi":123,"when":"noon"}`
	got := within(t, event, func(r *api.Request) error {
		f, err := r.Form()
		if err != nil {
			return err
		}
		f.String("topic", 200)
		settings := f.Object("settings")
		settings.Bool("use_pmi")
		for _, invitee := range settings.Objects("meeting_invitees", 10) {
			invitee.String("email", 100)
			invitee.Require("email")
		}
		f.RefuseFault("when", meeting.RefuseField("start", "is not a time"))
		f.Refuse("type", "is 9; must be 1")
		return f.Err()
	})
	want := `{"code":300,"message":"Validation failed.","reason":"invalid","errors":[` +
		`{"field":"topic","message":"is 5; must be a single line of text"},` +
		`{"field":"settings.use_pmi","message":"is \"yes\"; must be true or false"},` +
		`{"field":"settings.meeting_invitees[2]","message":"is null; must be an object"},` +
		`{"field":"settings.meeting_invitees[1].email","message":"is 7; must be a single line of text"},` +
		`{"field":"settings.meeting_invitees[2].email","message":"is required"},` +
		`{"field":"settings.meeting_invitees[3].email","message":"is required"},` +
		`{"field":"when","message":"is not a time"},` +
		`{"field":"type","message":"is 9; must be 1"}]}`
	if d := cmp.Diff(want, got.Body); d != "" || got.StatusCode != http.StatusBadRequest {
		t.Errorf("answered %d %s", got.StatusCode, d)
	}
}

func TestAnAnswerNamesABoundedNumberOfFields(t *testing.T) {
	read(t, `{"x":[`+strings.Repeat(`1,`, 999)+`1]}`, func(f *api.Form) {
		f.Strings("x", 1000, 5)
		var fault *meeting.Refusal
		if errors.As(f.Err(), &fault); len(fault.Fields) != 32 {
			t.Errorf("%d fields are named", len(fault.Fields))
		}
	})
}

func TestI3ABannedNumberIsANumberRule(t *testing.T) {
	for body, want := range map[string]meeting.Reason{
		`{"pmi":1234567890,"topic":5}`: meeting.NumberRule,
		`{"topic":5}`:                  meeting.Invalid,
		`{"link":"5"}`:                 meeting.Invalid,
	} {
		read(t, body, func(f *api.Form) {
			f.String("topic", 200)
			api.ParseNumber(f, "pmi", meeting.ParsePMI)
			api.Parse(f, "link", meeting.ParseLink)
			if got := meeting.ReasonOf(f.Err()); got != want {
				t.Errorf("%s: %q, want %q", body, got, want)
			}
		})
	}
	read(t, `{}`, func(f *api.Form) {
		f.RefuseFault("pmi", meeting.Refuse(meeting.NumberRule, "cannot be a PMI"))
		if got := meeting.ReasonOf(f.Err()); got != meeting.NumberRule || only(t, f.Err()) != "pmi cannot be a PMI" {
			t.Errorf("a fault of the domain: %v", f.Err())
		}
	})
}

func TestAnEditNamesSomethingThatCanBeChanged(t *testing.T) {
	for body, want := range map[string]string{
		`{"topic":"x"}`:             "",
		`{"topic":""}`:              "",
		`{"settings":{"odd":true}}`: "",
		`{}`:                        "body names no field that can be changed",
		``:                          "body names no field that can be changed",
		`{"odd":1,"topic":null}`:    "body names no field that can be changed",
		`{"topic":5}`:               "topic is 5; must be a single line of text",
		`{"settings":5}`:            "settings is 5; must be an object",
	} {
		read(t, body, func(f *api.Form) {
			f.String("topic", 200)
			f.Object("settings").Bool("use_pmi")
			err := f.EditErr()
			if want == "" && err != nil || want != "" && (err == nil || only(t, err) != want) {
				t.Errorf("%s: %v, want %q", body, err, want)
			}
		})
	}
}

func TestWhatIsNotInterpretedIsKeptUnchanged(t *testing.T) {
	body := `{"settings":{"use_pmi":true,"approval_type":99,"x":{"b" : 1.50,"a":"\u00e9&<"},"gone":null,"id":1,"mute":false,"mute":true}}`
	read(t, body, func(f *api.Form) {
		settings := f.Object("settings")
		settings.Bool("use_pmi")
		rest, err := json.Marshal(map[string]string{"x": string(settings.Rest("id")["x"]), "n": fmt.Sprint(len(settings.Rest("id"))),
			"mute": string(settings.Rest()["mute"]), "approval_type": string(settings.Rest()["approval_type"])})
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]string
		if err := json.Unmarshal(rest, &got); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"x": `{"b" : 1.50,"a":"\u00e9&<"}`, "n": "3", "mute": "true", "approval_type": "99"}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

func TestWhatIsRequired(t *testing.T) {
	read(t, `{"a":"","b":null,"c":0,"d":false}`, func(f *api.Form) {
		f.Require("a", "b", "c", "d", "e")
		var fault *meeting.Refusal
		errors.As(f.Err(), &fault)
		if got := fmt.Sprint(fault.Fields); got != "[{a is required} {b is required} {e is required}]" {
			t.Error(got)
		}
	})
}

func TestAQueryIsReadAsAForm(t *testing.T) {
	event := ask("GET /thing")
	event.QueryStringParameters = map[string]string{"page_size": "30", "show": "true", "type": "live", "bad": "yes"}
	within(t, event, func(r *api.Request) error {
		f := r.QueryForm()
		got := shown(f.Int("page_size", 1, 300)) + shown(f.Bool("show")) + shown(f.Choice("type", "live")) + shown(f.String("next_page_token", 9))
		if got != "30trueliveabsent" || f.Err() != nil {
			t.Errorf("read %s, %v", got, f.Err())
		}
		f.Bool("bad")
		if got := only(t, f.Err()); got != `bad is "yes"; must be true or false` {
			t.Error(got)
		}
		return nil
	})
}
