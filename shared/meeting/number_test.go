package meeting_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
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
		{"nothing", "", meeting.RuleLength},
		{"a meeting id", "831 2345 6789", meeting.RuleLength},
		{"a letter", "555111222x", meeting.RuleCharacters},
		{"a negative number", "-5551112222", meeting.RuleCharacters},
		{"no-break spaces", "555\u00a0111\u00a02222", meeting.RuleCharacters},
		{"full-width digits", "\uff15\uff15\uff15\uff11\uff12\uff13\uff14\uff13\uff12\uff11", meeting.RuleCharacters},
		{"not UTF-8", "555111222\xff", meeting.RuleCharacters},
		{"starts with 1", "1551112222", meeting.RuleFirstDigit},
		{"toll-free", "800 555 1234", meeting.RuleReservedPrefix},
		{"a digit five times in a row", "5222223468", meeting.RuleRepeatedDigit},
		{"nine up", "2345678905", meeting.RuleSequence},
		{"a group three times, then a digit", "2472472475", meeting.RuleRepeatedGroup},
		{"the number in Zoom's own examples", "555 111 2222", meeting.RuleTripleRuns},
		{"a digit eight times", "2222522226", meeting.RuleDominantDigit},
	}
	for _, test := range tests {
		pmi, err := meeting.ParsePMI(test.given)
		if got := brokenRule(err); got != test.want || pmi.IsPMI() != (test.want == "") {
			t.Errorf("%s: ParsePMI(%q) = %q, breaking %q (%v), want %q", test.name, test.given, pmi, got, err, test.want)
		}
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
	for given, want := range map[string]struct {
		grouped string
		rule    meeting.Rule
	}{
		"8312345 6789": {"831 2345 6789", ""}, "555-111-2222": {"555 111 2222", ""}, "0000000000": {"000 000 0000", ""},
		"": {"", meeting.RuleLength}, "555111222": {"", meeting.RuleLength}, "831234567890": {"", meeting.RuleLength},
		"ada.lovelace": {"", meeting.RuleCharacters},
	} {
		if got, err := meeting.ParseNumber(given); got.Grouped() != want.grouped || brokenRule(err) != want.rule {
			t.Errorf("ParseNumber(%q) = %q, %v; want %v", given, got, err, want)
		}
	}
}

// firstBroken states the rules of I3 on ten digits a second time, independently of the code.
func firstBroken(number string) meeting.Rule {
	equal, groups := map[string]int{}, 0 // the longest run of each digit; the most equal groups of three digits
	for digit := range strings.SplitSeq(anyDigit, "") {
		for strings.Contains(number, strings.Repeat(digit, equal[digit]+1)) {
			equal[digit]++
		}
	}
	for group := range 1000 {
		groups = max(groups, strings.Count(number, fmt.Sprintf("%03d", group)))
	}
	runs := regexp.MustCompile(`0{3,}|1{3,}|2{3,}|3{3,}|4{3,}|5{3,}|6{3,}|7{3,}|8{3,}|9{3,}`).FindAllString(number, -1)
	most := slices.MaxFunc(strings.Split(number, ""), func(a, b string) int {
		return strings.Count(number, a) - strings.Count(number, b)
	})
	switch {
	case number[0] < '2':
		return meeting.RuleFirstDigit
	case slices.Contains(reservedPrefixes, number[:3]):
		return meeting.RuleReservedPrefix
	case slices.Max(slices.Collect(maps.Values(equal))) >= 5:
		return meeting.RuleRepeatedDigit
	case regexp.MustCompile(sequences()).MatchString(number):
		return meeting.RuleSequence
	case groups >= 3:
		return meeting.RuleRepeatedGroup
	case len(runs) >= 3:
		return meeting.RuleTripleRuns
	case strings.Count(number, most) >= 8:
		return meeting.RuleDominantDigit
	}
	return ""
}

// sequences matches nine digits that count up or down.
func sequences() string {
	const up, down = anyDigit + anyDigit, "98765432109876543210"
	var all []string
	for i := range 10 {
		all = append(all, up[i:i+9], down[i:i+9])
	}
	return strings.Join(all, "|")
}

func TestI3TheFirstBrokenRuleIsNamed(t *testing.T) {
	seen := map[meeting.Rule]bool{}
	for _, family := range []string{
		`[0-9]{10}`, `[01][0-9]{9}`, `(` + strings.Join(reservedPrefixes, "|") + `)[0-9]{7}`, `[2-9][0-9]{4}(0{5}|4{5}|9{5})`,
		`[2-9](` + sequences() + `)`, `(` + sequences() + `)[0-9]`, `[2-9](47[0-9]47[0-9]47[0-9])`, `(247){2}[0-9](247)`,
		`(222|444|777){3}[0-9]`, `[2-9](000|333|999){3}`, `[57]{10}`, `22522[24]222[0-9]`, `[0-9]2223[2-4]222[28]`,
	} {
		rapid.Check(t, func(t *rapid.T) {
			given := rapid.StringMatching(family).Draw(t, "given")
			number, err := meeting.ParsePMI(given)
			want := firstBroken(given)
			if got := brokenRule(err); got != want || (number == "") != (want != "") {
				t.Fatalf("ParsePMI(%q) = %q, breaking %q (%v), want %q", given, number, got, err, want)
			}
			seen[want] = true
		})
	}
	if len(seen) != 8 {
		t.Errorf("the numbers break only %v", seen)
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
	pmis, ids := map[byte]int{}, map[byte]int{}
	for range draws {
		pmi, err := meeting.GeneratePMI(random)
		id, errID := meeting.GenerateID(random)
		if err != nil || errID != nil {
			t.Fatal(err, errID)
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
	if len(pmis) != 10 || len(ids) != 2 {
		t.Errorf("drawn are %v, %v", pmis, ids)
	}
}

func TestGenerationFailsWithItsSource(t *testing.T) {
	broken := errors.New("no entropy")
	for name, generate := range map[string]func(io.Reader) (any, error){
		"GeneratePMI":    func(r io.Reader) (any, error) { return meeting.GeneratePMI(r) },
		"GenerateID":     func(r io.Reader) (any, error) { return meeting.GenerateID(r) },
		"SuggestNumbers": func(r io.Reader) (any, error) { return meeting.SuggestNumbers("5551112222", r, 9) },
		"SuggestLinks":   func(r io.Reader) (any, error) { return meeting.SuggestLinks("ada.lovelace", r, 999) },
	} {
		if got, err := generate(iotest.ErrReader(broken)); !reflect.ValueOf(got).IsZero() || !errors.Is(err, broken) {
			t.Errorf("%s with a source that fails = %q, %v", name, got, err)
		}
		if got, err := generate(stuck(0xff)); !reflect.ValueOf(got).IsZero() || err == nil {
			t.Errorf("%s with a source of one byte = %q, %v", name, got, err)
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
