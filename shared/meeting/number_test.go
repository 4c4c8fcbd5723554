package meeting

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func TestI3PMIRules(t *testing.T) {
	tests := []struct {
		name, given string
		want        Rule // "" if the PMI is allowed
	}{
		{"plain", "5551234321", ""},
		{"grouped by spaces", "555 123 4321", ""},
		{"grouped by hyphens", "555-123-4321", ""},
		{"nothing", "", RuleLength},
		{"a meeting id", "831 2345 6789", RuleLength},
		{"a letter", "555111222x", RuleCharacters},
		{"a negative number", "-5551112222", RuleCharacters},
		{"no-break spaces", "555\u00a0111\u00a02222", RuleCharacters},
		{"full-width digits", "\uff15\uff15\uff15\uff11\uff12\uff13\uff14\uff13\uff12\uff11", RuleCharacters},
		{"not UTF-8", "555111222\xff", RuleCharacters},
		{"starts with 1", "1551112222", RuleFirstDigit},
		{"toll-free", "800 555 1234", RuleReservedPrefix},
		{"a digit five times in a row", "5222223468", RuleRepeatedDigit},
		{"nine up", "2345678905", RuleSequence},
		{"a group three times, then a digit", "2472472475", RuleRepeatedGroup},
		{"the number in Zoom's own examples", "555 111 2222", RuleTripleRuns},
		{"a digit eight times", "2222522226", RuleDominantDigit},
		{"a digit five times at the end", "5234600000", RuleRepeatedDigit},
		{"a digit four times in a row", "5222243468", ""},
		{"nine up from the second digit", "2345678901", RuleSequence},
		{"nine up over the zero", "5678901234", RuleSequence},
		{"nine down over the zero", "3210987654", RuleSequence},
		{"eight up", "5234567895", ""},
		{"a digit, then a group three times", "5247247247", RuleRepeatedGroup},
		{"a group three times, apart", "2475247247", RuleRepeatedGroup},
		{"a group twice", "2472475831", ""},
		{"three long runs", "2225444777", RuleTripleRuns},
		{"a run of four, and two of three", "2222444777", RuleTripleRuns},
		{"two runs of three", "2224447751", ""},
		{"a digit seven times", "2222522256", ""},
	}
	for prefix := range strings.FieldsSeq(banned) {
		tests = append(tests, tests[0])
		tests[len(tests)-1].given, tests[len(tests)-1].want = prefix+"5551234", RuleReservedPrefix
	}
	for _, test := range tests {
		pmi, err := ParsePMI(test.given)
		if got := ruleOf(err); got != test.want || pmi.IsPMI() != (test.want == "") {
			t.Errorf("%s: ParsePMI(%q) = %q, breaking %q (%v), want %q", test.name, test.given, pmi, got, err, test.want)
		}
	}
}

func TestI3RefusalNamesTheNumberAndTheRule(t *testing.T) {
	tests := []struct{ given, want string }{
		{"800 555 1234", `"800 555 1234" cannot be a PMI: it starts with 800, and a PMI starts with none of ` + banned + `.`},
		{"", `"" cannot be a PMI: a PMI has 10 digits, not 0.`},
		{"5247247247", `"5247247247" cannot be a PMI: it holds 247 three times, and a group of three digits may occur at most twice.`},
		{"2223334445", `"2223334445" cannot be a PMI: it holds 222 333 444, and at most two runs of three equal digits are allowed.`},
		{"\x1b[2J\"", `"\x1b[2J\"" cannot be a PMI: it holds "\x1b", and only the digits 0 to 9, spaces and hyphens are allowed.`},
		{strings.Repeat("7", 1e6), `"` + strings.Repeat("7", 40) + `…" cannot be a PMI: a PMI has 10 digits, not 1000000.`},
	}
	for _, test := range tests {
		if _, err := ParsePMI(test.given); err == nil || err.Error() != test.want {
			t.Errorf("ParsePMI: %v\nwant %s", err, test.want)
		}
	}
}

func TestI3ParseNumberChecksOnlyTheLength(t *testing.T) {
	for given, want := range map[string]struct {
		grouped string
		rule    Rule
	}{
		"8312345 6789": {"831 2345 6789", ""}, "555-111-2222": {"555 111 2222", ""}, "0000000000": {"000 000 0000", ""},
		"": {"", RuleLength}, "555111222": {"", RuleLength}, "831234567890": {"", RuleLength},
		"ada.lovelace": {"", RuleCharacters},
	} {
		if got, err := ParseNumber(given); got.Grouped() != want.grouped || ruleOf(err) != want.rule {
			t.Errorf("ParseNumber(%q) = %q, %v; want %v", given, got, err, want)
		}
	}
}

// TestI3GeneratedNumbers also counts last digits, which the rules hardly favour, and first digits of ids.
func TestI3GeneratedNumbersFollowTheRulesUniformly(t *testing.T) {
	const draws = 20_000
	random := rand.NewChaCha8([32]byte{})
	pmis, ids := map[byte]int{}, map[byte]int{}
	for range draws {
		pmi, err := GeneratePMI(random)
		id, errOfID := GenerateID(random)
		if err := errors.Join(err, errOfID); err != nil {
			t.Fatal(err)
		}
		parsed, err := ParsePMI(pmi.Grouped())
		parsedID, errOfID := ParseNumber(strings.ReplaceAll(id.Grouped(), " ", "-"))
		if err := errors.Join(err, errOfID); err != nil || parsed != pmi || parsedID != id || len(id) != 11 {
			t.Fatalf("%q and %q are read as %q and %q, %v", pmi, id, parsed, parsedID, err)
		}
		pmis[pmi[9]]++
		ids[id[0]]++
	}
	for _, counts := range []map[byte]int{pmis, ids} {
		for digit, n := range counts {
			if fair := draws / len(counts); n < fair*9/10 || n > fair*11/10 {
				t.Errorf("%c is drawn %d times, want about %d", digit, n, fair)
			}
		}
	}
	if len(pmis) != 10 || len(ids) != 2 || ids['8'] == 0 || ids['9'] == 0 {
		t.Errorf("drawn are %v, %v", pmis, ids)
	}
}

func TestGenerationFailsWithItsSource(t *testing.T) {
	broken := errors.New("no entropy")
	for name, generate := range map[string]func(io.Reader) (any, error){
		"GeneratePMI":    func(r io.Reader) (any, error) { return GeneratePMI(r) },
		"GenerateID":     func(r io.Reader) (any, error) { return GenerateID(r) },
		"SuggestNumbers": func(r io.Reader) (any, error) { return suggestNumbers("5551112222", r, 9) },
		"SuggestLinks":   func(r io.Reader) (any, error) { return suggestLinks("ada.lovelace", r, 999) },
	} {
		if got, err := generate(iotest.ErrReader(broken)); !reflect.ValueOf(got).IsZero() || !errors.Is(err, broken) {
			t.Errorf("%s with a source that fails = %q, %v", name, got, err)
		}
		if got, err := generate(stuck(0xff)); !reflect.ValueOf(got).IsZero() || err == nil {
			t.Errorf("%s with a source of one byte = %q, %v", name, got, err)
		}
	}
}

func ruleOf(err error) Rule {
	if broken, ok := errors.AsType[*RuleError](err); ok {
		return broken.Rule
	}
	return ""
}

// randomness returns a source that rapid can replay.
func randomness(t *rapid.T) io.Reader {
	var seed [32]byte
	copy(seed[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))
	return rand.NewChaCha8(seed)
}

// stuck is a source that only ever yields one byte.
type stuck byte

func (b stuck) Read(p []byte) (int, error) {
	return copy(p, bytes.Repeat([]byte{byte(b)}, len(p))), nil
}

// banned are the reserved prefixes, independently of the code.
const banned = "800 400 888 887 877 866 855 850 803 804 807 808 809 660 508 900 200 300 500 600 700"
