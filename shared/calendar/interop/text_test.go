package interop

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"personal-rooms/shared/calendar"
)

// What people write, some of them to break what reads it.
var hostile = []string{
	`"`, `'`, `\`, `\n`, `\\;`, ",", ";", ":", "^", "^n", "^'", "\n", "\r\n", "\r", "\t", "\x00", "\x1b[2J", "\x7f", "\u0085",
	"\u2028", "\u2029", "\ufeff",
	"END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:", "\nATTENDEE:mailto:mallory@example.com", `":mailto:mallory@example.com`, `;X="`,
	" ", "  ", "        ", "\n ", "<b>", "Größe", "日本語の会議", "🧑🏽‍🚀", "é", "مرحبا",
	strings.Repeat("ü", 80), strings.Repeat("x", 200), strings.Repeat(" ", 100),
}

func anyText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom(hostile)), 0, 12).Draw(t, "parts"), "")
	})
}

// without is the text less its control characters, line breaks among them, and those of less.
func without(less, s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune("\u2028\u2029"+less, r) {
			return -1
		}
		return r
	}, s)
}

func TestAnyTextIsReadAsItWasWritten(t *testing.T) {
	needReader(t)
	text, err := calendar.Request(inviteTo(review()))
	usual := entries(t, text, err)
	rapid.Check(t, func(t *rapid.T) {
		i := inviteTo(review())
		m := &i.Meeting
		m.Topic, m.Agenda, i.Organizer.Name = anyText().Draw(t, "topic"), "First: "+anyText().Draw(t, "agenda"), "Ada"+anyText().Draw(t, "name")
		text, err := calendar.Request(i)
		got := entries(t, text, err)
		e := &got.Entries[0]
		name := e.Organizer[0].Parameters["CN"]
		if without("", m.Topic) != without("", e.Summary) {
			t.Errorf("topic %q is read as %q", m.Topic, e.Summary)
		}
		if without("", m.Agenda+i.Joining) != without("", e.Description) {
			t.Errorf("agenda %q is read as %q", m.Agenda, e.Description)
		}
		const less = ` \` // a name is one line; the reader takes a backslash for an escape, which in parameters it is not
		if without(less, i.Organizer.Name) != without(less, name) {
			t.Errorf("name %q is read as %q", i.Organizer.Name, name)
		}
		e.Summary, e.Description, e.Organizer = usual.Entries[0].Summary, usual.Entries[0].Description, usual.Entries[0].Organizer
		got.Occurrences = usual.Occurrences
		if diff := cmp.Diff(usual, got); diff != "" {
			t.Errorf("a text became more than a text: %s\n%s", diff, text)
		}
	})
}

func TestLinesAreKept(t *testing.T) {
	needReader(t)
	i := inviteTo(review())
	i.Meeting.Agenda, i.Organizer.Name = "One\nTwo\r\nThree\rFour\u2028Five\n\n\tSix", "Ada\nLovelace"
	text, err := calendar.Request(i)
	got := entries(t, text, err).Entries[0]
	if !strings.HasPrefix(got.Description, "One\nTwo\nThree\nFour\nFive\n\n\tSix\n\nJoin:") || got.Organizer[0].Parameters["CN"] != "Ada Lovelace" {
		t.Errorf("%q %q", got.Description, got.Organizer)
	}
}

func TestAddressesAndLinksAreOneLineEach(t *testing.T) {
	needReader(t)
	const evil = "\r\nATTENDEE:mailto:mallory@example.com"
	i := inviteTo(review())
	i.Organizer.Email += evil
	i.Meeting.Invitees = []string{"grace@example.com" + evil}
	i.JoinURL += evil
	text, err := calendar.Request(i)
	if got := entries(t, text, err).Entries; len(got) != 1 || len(got[0].Attendee) != 1 || len(got[0].Organizer) != 1 {
		t.Errorf("%s", text)
	}
}

func TestWhatNobodyWroteIsNotThere(t *testing.T) {
	needReader(t)
	i := inviteTo(review())
	i.Meeting.Agenda, i.Joining = "", ""
	text, err := calendar.Request(i)
	if got := entries(t, text, err).Entries[0]; slices.Contains(got.Names, "DESCRIPTION") {
		t.Errorf("%v", got.Names)
	}
}
