package meeting_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"pgregory.net/rapid"

	"personal-rooms/shared/meeting"
)

func TestI3PMIRules(t *testing.T) {
	tests := []struct {
		name, given string
		want        meeting.Rule // "" if the PMI is allowed
	}{
		{"plain", "5551234321", ""},
		{"grouped by spaces", "555 123 4321", ""},
		{"grouped by hyphens", "555-123-4321", ""},
		{"spaces around it", " 5551234321 ", ""},

		{"nothing", "", meeting.RuleLength},
		{"nine digits", "555111222", meeting.RuleLength},
		{"a meeting id", "831 2345 6789", meeting.RuleLength},

		{"a letter", "555111222x", meeting.RuleCharacters},
		{"a negative number", "-5551112222", meeting.RuleCharacters},
		{"a trailing hyphen", "5551112222-", meeting.RuleCharacters},
		{"a float", "5.551112222e9", meeting.RuleCharacters},
		{"no-break spaces", "555\u00a0111\u00a02222", meeting.RuleCharacters},
		{"full-width digits", "\uff15\uff15\uff15\uff11\uff12\uff13\uff14\uff13\uff12\uff11", meeting.RuleCharacters},
		{"not UTF-8", "555111222\xff", meeting.RuleCharacters},

		{"starts with 1", "1551112222", meeting.RuleFirstDigit},
		{"Zoom's own example of a sequence", "1234567890", meeting.RuleFirstDigit},

		{"toll-free", "800 555 1234", meeting.RuleReservedPrefix},
		{"next to toll-free", "801 555 1234", ""},

		{"a digit five times in a row", "5222223468", meeting.RuleRepeatedDigit},
		{"a digit four times in a row", "5222234689", ""},

		{"nine up after another digit", "5123456789", meeting.RuleSequence},
		{"nine up", "2345678905", meeting.RuleSequence},
		{"ten down", "3210987654", meeting.RuleSequence},
		{"eight up", "2345678955", ""},

		{"a group three times, then a digit", "2472472475", meeting.RuleRepeatedGroup},
		{"a group three times around a digit", "2475247247", meeting.RuleRepeatedGroup},
		{"a group twice", "2472475635", ""},
		{"a group overlapping itself", "2424246358", ""},

		{"a digit, then three triples", "5222444777", meeting.RuleTripleRuns},
		{"the number in Zoom's own examples", "555 111 2222", meeting.RuleTripleRuns},
		{"three triples, one longer", "2223334444", meeting.RuleTripleRuns},
		{"two triples", "2224447755", ""},

		{"a digit eight times", "2222522226", meeting.RuleDominantDigit},
		{"a digit seven times", "2222522263", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			pmi, err := meeting.ParsePMI(test.given)
			if got := brokenRule(err); got != test.want {
				t.Errorf("ParsePMI(%q) breaks %q (%v), want %q", test.given, got, err, test.want)
			}
			if pmi.IsPMI() != (test.want == "") {
				t.Errorf("ParsePMI(%q) = %q", test.given, pmi)
			}
		})
	}
}

func TestI3RefusalNamesTheNumberAndTheRule(t *testing.T) {
	tests := []struct{ given, want string }{
		{"800 555 1234", `"800 555 1234" cannot be a PMI: it starts with 800, and a PMI starts with none of ` + strings.Join(reservedPrefixes, " ") + `.`},
		{"", `"" cannot be a PMI: a PMI has 10 digits, not 0.`},
		{"5247247247", `"5247247247" cannot be a PMI: it holds 247 three times, and a group of three digits may occur at most twice.`},
		{"2223334445", `"2223334445" cannot be a PMI: it holds 222 333 444, and at most two runs of three equal digits are allowed.`},
		{"\x1b[2J\"", `"\x1b[2J\"" cannot be a PMI: it holds "\x1b", and only the digits 0 to 9, spaces and hyphens are allowed.`},
		{strings.Repeat("7", 1e6), `"` + strings.Repeat("7", 40) + `…" cannot be a PMI: a PMI has 10 digits, not 1000000.`},
	}
	for _, test := range tests {
		if _, err := meeting.ParsePMI(test.given); err == nil || err.Error() != test.want {
			t.Errorf("ParsePMI: %v\nwant %s", err, test.want)
		}
	}
}

func TestI3ParseNumberChecksOnlyTheLength(t *testing.T) {
	for given, want := range map[string]meeting.Number{
		"831 2345 6789": "83123456789",
		"555-111-2222":  "5551112222",
		"0000000000":    "0000000000",
	} {
		if got, err := meeting.ParseNumber(given); err != nil || got != want {
			t.Errorf("ParseNumber(%q) = %q, %v; want %q", given, got, err, want)
		}
	}
	for given, want := range map[string]meeting.Rule{
		"":             meeting.RuleLength,
		"555111222":    meeting.RuleLength,
		"831234567890": meeting.RuleLength,
		"ada.lovelace": meeting.RuleCharacters,
	} {
		if _, err := meeting.ParseNumber(given); brokenRule(err) != want {
			t.Errorf("ParseNumber(%q): %v; want rule %q", given, err, want)
		}
	}
}

func TestNumberIsGroupedAsZoomPrintsIt(t *testing.T) {
	for number, want := range map[meeting.Number]string{
		"5551112222":  "555 111 2222",
		"83123456789": "831 2345 6789",
		"":            "",
	} {
		if got := number.Grouped(); got != want {
			t.Errorf("%q.Grouped() = %q, want %q", number, got, want)
		}
	}
}

// TestI3AnyNumberThatBreaksARuleIsRefused draws numbers that break one rule, and no rule that is checked before it.
func TestI3AnyNumberThatBreaksARuleIsRefused(t *testing.T) {
	families := map[meeting.Rule]func(*rapid.T) string{
		meeting.RuleLength:     wrongLength,
		meeting.RuleCharacters: wrongCharacter,
		meeting.RuleFirstDigit: func(t *rapid.T) string { return digits(t, 1, "01") + digits(t, 9, anyDigit) },
		meeting.RuleReservedPrefix: func(t *rapid.T) string {
			return rapid.SampledFrom(reservedPrefixes).Draw(t, "prefix") + digits(t, 7, anyDigit)
		},
		meeting.RuleRepeatedDigit: repeatedDigit,
		meeting.RuleSequence:      sequence,
		meeting.RuleRepeatedGroup: repeatedGroup,
		meeting.RuleTripleRuns:    tripleRuns,
		meeting.RuleDominantDigit: dominantDigit,
	}
	for rule, family := range families {
		t.Run(string(rule), rapid.MakeCheck(func(t *rapid.T) {
			given := family(t)
			if rule != meeting.RuleLength && rule != meeting.RuleCharacters && rule != meeting.RuleFirstDigit && rule != meeting.RuleReservedPrefix {
				assumeOrdinaryStart(t, given)
			}
			number, err := meeting.ParsePMI(given)
			if got := brokenRule(err); got != rule || number != "" {
				t.Fatalf("ParsePMI(%q) = %q, breaking %q (%v)", given, number, got, err)
			}
			if !strings.HasPrefix(err.Error(), `"`+given[:min(len(given), 3)]) && rule != meeting.RuleCharacters {
				t.Fatalf("the message does not say what was given: %v", err)
			}
		}))
	}
}

func TestI3GeneratedPMIsFollowTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pmi, err := meeting.GeneratePMI(randomness(t))
		if err != nil || !pmi.IsPMI() {
			t.Fatalf("GeneratePMI = %q, %v", pmi, err)
		}
		for _, form := range []string{pmi.String(), pmi.Grouped(), strings.ReplaceAll(pmi.Grouped(), " ", "-")} {
			if again, err := meeting.ParsePMI(form); err != nil || again != pmi {
				t.Fatalf("ParsePMI(%q) = %q, %v", form, again, err)
			}
		}
	})
}

func TestI3GeneratedIDsHaveElevenDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id, err := meeting.GenerateID(randomness(t))
		if err != nil || id.IsPMI() || id[0] != '8' && id[0] != '9' {
			t.Fatalf("GenerateID = %q, %v", id, err)
		}
		if again, err := meeting.ParseNumber(id.Grouped()); err != nil || again != id {
			t.Fatalf("ParseNumber(%q) = %q, %v", id.Grouped(), again, err)
		}
	})
}

// TestI3GenerationIsUniform counts last digits, which the rules hardly favour, and first digits of ids.
func TestI3GenerationIsUniform(t *testing.T) {
	const draws = 20_000
	random := rand.NewChaCha8([32]byte{})
	last, first := map[byte]int{}, map[byte]int{}
	for range draws {
		pmi, err := meeting.GeneratePMI(random)
		if err != nil {
			t.Fatal(err)
		}
		id, err := meeting.GenerateID(random)
		if err != nil {
			t.Fatal(err)
		}
		last[pmi[9]]++
		first[id[0]]++
	}
	even(t, "last digits of PMIs", last, 10, draws)
	even(t, "first digits of ids", first, 2, draws)
}

func even(t *testing.T, what string, counts map[byte]int, kinds, draws int) {
	t.Helper()
	for digit, n := range counts {
		if fair := draws / kinds; n < fair*9/10 || n > fair*11/10 {
			t.Errorf("%s: %c came %d times of %d, want about %d", what, digit, n, draws, fair)
		}
	}
	if len(counts) != kinds {
		t.Errorf("%s: %d kinds, want %d", what, len(counts), kinds)
	}
}

func TestGenerationFailsWithItsSource(t *testing.T) {
	broken := errors.New("no entropy")
	for name, generate := range map[string]func(io.Reader) (meeting.Number, error){
		"GeneratePMI": meeting.GeneratePMI,
		"GenerateID":  meeting.GenerateID,
	} {
		if n, err := generate(iotest.ErrReader(broken)); n != "" || !errors.Is(err, broken) {
			t.Errorf("%s with a broken source = %q, %v", name, n, err)
		}
		if n, err := generate(stuck(0xff)); n != "" || err == nil {
			t.Errorf("%s with a stuck source = %q, %v", name, n, err)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, seed := range []string{"", "555 111 2222", "831-2345-6789", "-5551112222", "٥٥٥", "555\u00a01112222", "\xff", "2345678901"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		number, err := meeting.ParseNumber(s)
		if err != nil {
			checkRefusal(t, string(number), err)
		} else if len(number) != 10 && len(number) != 11 || strings.Trim(string(number), anyDigit) != "" {
			t.Errorf("ParseNumber(%q) = %q", s, number)
		} else if again, err := meeting.ParseNumber(number.Grouped()); err != nil || again != number {
			t.Errorf("ParseNumber(%q) = %q, %v", number.Grouped(), again, err)
		}
		pmi, err := meeting.ParsePMI(s)
		if err != nil {
			checkRefusal(t, string(pmi), err)
		} else if pmi != number || !pmi.IsPMI() {
			t.Errorf("ParsePMI(%q) = %q, ParseNumber %q", s, pmi, number)
		}
	})
}

// checkRefusal fails the test unless a refusal has no result, a rule, and a short and printable message.
func checkRefusal(t *testing.T, result string, err error) {
	t.Helper()
	message := err.Error()
	if result != "" || brokenRule(err) == "" {
		t.Errorf("refused with %q and %v", result, err)
	}
	if utf8.RuneCountInString(message) > 250 || !utf8.ValidString(message) || strings.ContainsAny(message, "\x00\x1b\r\n\u202e") {
		t.Errorf("unfit for a person: %q", message)
	}
}

func brokenRule(err error) meeting.Rule {
	if broken, ok := errors.AsType[*meeting.RuleError](err); ok {
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

const anyDigit = "0123456789"

var reservedPrefixes = strings.Fields("800 400 888 887 877 866 855 850 803 804 807 808 809 660 508 900 200 300 500 600 700")

func digits(t *rapid.T, n int, among string) string {
	return rapid.StringOfN(rapid.RuneFrom([]rune(among)), n, n, -1).Draw(t, "digits")
}

// other draws a digit that is none of those given.
func other(t *rapid.T, given string) string {
	return digits(t, 1, strings.Map(func(r rune) rune {
		if strings.ContainsRune(given, r) {
			return -1
		}
		return r
	}, anyDigit))
}

// insert adds a digit to nine, at one of the places.
func insert(t *rapid.T, nine string, places ...int) string {
	at := rapid.SampledFrom(places).Draw(t, "place")
	return nine[:at] + digits(t, 1, anyDigit) + nine[at:]
}

func assumeOrdinaryStart(t *rapid.T, given string) {
	if given[0] < '2' {
		t.Skip("breaks first_digit before")
	}
	for _, prefix := range reservedPrefixes {
		if strings.HasPrefix(given, prefix) {
			t.Skip("breaks reserved_prefix before")
		}
	}
}

func wrongLength(t *rapid.T) string {
	n := rapid.IntRange(0, 30).Filter(func(n int) bool { return n != 10 }).Draw(t, "length")
	return digits(t, n, anyDigit)
}

func wrongCharacter(t *rapid.T) string {
	wrong := rapid.Rune().Filter(func(r rune) bool { return !strings.ContainsRune(anyDigit+" -", r) }).Draw(t, "wrong")
	return insertAnywhere(t, digits(t, 9, anyDigit), string(wrong))
}

func insertAnywhere(t *rapid.T, into, what string) string {
	at := rapid.IntRange(0, len(into)).Draw(t, "place")
	return into[:at] + what + into[at:]
}

func repeatedDigit(t *rapid.T) string {
	return insertAnywhere(t, digits(t, 5, anyDigit), strings.Repeat(digits(t, 1, anyDigit), 5))
}

func sequence(t *rapid.T) string {
	first, step := rapid.IntRange(0, 9).Draw(t, "first"), rapid.SampledFrom([]int{1, 9}).Draw(t, "step")
	var nine []byte
	for i := range 9 {
		nine = append(nine, byte('0'+(first+i*step)%10))
	}
	return insert(t, string(nine), 0, 9)
}

func repeatedGroup(t *rapid.T) string {
	group := digits(t, 2, anyDigit)
	group += other(t, group[:1])
	return insert(t, strings.Repeat(group, 3), 0, 3, 6, 9)
}

func tripleRuns(t *rapid.T) string {
	a := digits(t, 1, "23456789")
	b := other(t, a)
	c := other(t, b)
	return insert(t, strings.Repeat(a, 3)+strings.Repeat(b, 3)+strings.Repeat(c, 3), 0, 3, 6, 9)
}

func dominantDigit(t *rapid.T) string {
	most := digits(t, 1, anyDigit)
	places := rapid.SampledFrom([][2]int{{4, 5}, {4, 6}, {4, 7}, {4, 8}, {4, 9}, {3, 5}, {3, 6}, {3, 7}, {3, 8}, {2, 5}, {2, 6}, {2, 7}, {1, 5}, {1, 6}, {0, 5}}).Draw(t, "places")
	number := []byte(strings.Repeat(most, 10))
	for _, place := range places {
		number[place] = other(t, most)[0]
	}
	return string(number)
}
