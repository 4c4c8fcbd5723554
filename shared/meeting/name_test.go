package meeting

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestNamesAreMadeHarmless(t *testing.T) {
	for given, want := range map[string]string{
		"Ada Lovelace":                        "Ada Lovelace",
		"  Ada \t\n Lovelace  ":               "Ada Lovelace",
		"Ada\x00\x1b[31m":                     "Ada [31m",
		"Ada\u202egnp.exe":                    "Adagnp.exe",
		"\u2066Ada\u2069\u200f\u061c":         "Ada",
		"A\u200bd\u2060a\ufeff":               "Ada",
		"\u2800\u3164":                        "",
		"\u200d\u200c":                        "",
		"Zoë Δ 李雷 \U0001f469\u200d\U0001f4bb": "Zoë Δ 李雷 \U0001f469\u200d\U0001f4bb",
		"Z" + strings.Repeat("\u0301", 50):    "Z" + strings.Repeat("\u0301", maxMarks),
		strings.Repeat("x", 99):               strings.Repeat("x", MaxDisplayName),
		"\ue000\U000e0041Ada":                 "Ada",
		"می\u200cخواهم":                       "می\u200cخواهم",
	} {
		if got := sanitizeName(given); got != want {
			t.Errorf("%q is %q, want %q", given, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := sanitizeName(rapid.String().Draw(t, "name"))
		const hidden = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\n\x00"
		if utf8.RuneCountInString(name) > MaxDisplayName || sanitizeName(name) != name || strings.ContainsAny(name, hidden) {
			t.Fatalf("%q", name)
		}
	})
}

func TestANameThatIsNoneIsReplaced(t *testing.T) {
	for _, c := range []struct {
		asked string
		who   Caller
		want  string
	}{
		{"\u202e\u2066", guest, "Guest"}, {"\u200b", dave, "Participant"},
		{"", Caller{User: dave.User, Name: "\u202e"}, "Participant"},
		{"", Caller{User: dave.User, Name: "Da\u202eve"}, "Dave"},
	} {
		if got := displayName(c.asked, c.who); got != c.want {
			t.Errorf("%q of %v is %q, want %q", c.asked, c.who, got, c.want)
		}
	}
}
