package meeting

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Number is a PMI (10 digits) or a generated meeting id (11 digits), without spaces. The zero value is "no number".
type Number string

// String returns the digits, as stored and sent.
func (n Number) String() string { return string(n) }

// Grouped returns the number as Zoom prints it: "555 111 2222", "831 2345 6789".
func (n Number) Grouped() string {
	switch len(n) {
	case pmiDigits:
		return string(n[:3] + " " + n[3:6] + " " + n[6:])
	case idDigits:
		return string(n[:3] + " " + n[3:7] + " " + n[7:])
	}
	return string(n)
}

// IsPMI reports whether the number has the length of a PMI. It does not check the other rules of I3.
func (n Number) IsPMI() bool { return len(n) == pmiDigits }

const (
	pmiDigits = 10
	idDigits  = 11
)

// Rule is the stable name of one rule of I3 or I4.
type Rule string

// The rules of I3, in the order of the checks. I4 has length and characters too.
const (
	RuleCharacters     Rule = "characters"
	RuleLength         Rule = "length"
	RuleFirstDigit     Rule = "first_digit"
	RuleReservedPrefix Rule = "reserved_prefix"
	RuleRepeatedDigit  Rule = "repeated_digit"
	RuleSequence       Rule = "sequence"
	RuleRepeatedGroup  Rule = "repeated_group"
	RuleTripleRuns     Rule = "triple_runs"
	RuleDominantDigit  Rule = "dominant_digit"
)

// A RuleError names the first rule of I3 or I4 that an input breaks.
type RuleError struct {
	Rule    Rule
	Message string // one sentence for a person: what was given, what is allowed
}

func (e *RuleError) Error() string { return e.Message }

// ParseNumber reads a number of any room (I3): 10 or 11 digits, which spaces and hyphens may group. It checks no other
// rule, because the rules may have been different when the number was assigned. Any error is a [*RuleError].
func ParseNumber(s string) (Number, error) {
	digits, err := parseDigits(s, "a meeting number")
	if err != nil {
		return "", err
	}
	if len(digits) != pmiDigits && len(digits) != idDigits {
		return "", breaks(s, "a meeting number", RuleLength, "a number has 10 or 11 digits, not %d", len(digits))
	}
	return Number(digits), nil
}

// ParsePMI reads a number that a user wants as their PMI. It checks every rule of I3. Any error is a [*RuleError].
func ParsePMI(s string) (Number, error) {
	digits, err := parseDigits(s, "a PMI")
	if err != nil {
		return "", err
	}
	if rule, why, found := brokenRule(digits); rule != "" {
		return "", breaks(s, "a PMI", rule, why, found)
	}
	return Number(digits), nil
}

// GeneratePMI draws a PMI uniformly from all that follow I3. Any error comes from random.
func GeneratePMI(random io.Reader) (Number, error) {
	return drawNumber(random, 2_000_000_000, 33, func(n Number) bool {
		_, err := ParsePMI(string(n))
		return err == nil
	})
}

// GenerateID draws a meeting id uniformly from the 11-digit numbers that start with 8 or 9, as Zoom's do. Any error
// comes from random.
func GenerateID(random io.Reader) (Number, error) {
	return drawNumber(random, 80_000_000_000, 35, func(n Number) bool { return len(n) == idDigits })
}

var errRandomStuck = errors.New("meeting: the random source yields no usable number")

// drawNumber adds random bits to lowest until the sum is valid, so all valid numbers are equally likely. With a working
// source, 128 tries fail less than once in 10^40 calls.
func drawNumber(random io.Reader, lowest uint64, bits int, valid func(Number) bool) (Number, error) {
	for range 128 {
		var b [8]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("meeting: drawing a number: %w", err)
		}
		n := Number(strconv.FormatUint(lowest+binary.BigEndian.Uint64(b[:])>>(64-bits), 10))
		if valid(n) {
			return n, nil
		}
	}
	return "", errRandomStuck
}

const reservedPrefixes = "800 400 888 887 877 866 855 850 803 804 807 808 809 660 508 900 200 300 500 600 700"

// brokenRule returns the first rule of I3 that the digits break, and why, with %s for the part that is found; an empty
// rule if they follow all.
func brokenRule(digits string) (rule Rule, why, found string) {
	if len(digits) != pmiDigits {
		return RuleLength, "a PMI has 10 digits, not %s", strconv.Itoa(len(digits))
	}
	const sequences = "012345678901234567 987654321098765432" // 0 follows 9: 234567890, 321098765
	sequence := findPart(digits, 9, func(nine string) bool { return strings.Contains(sequences, nine) })
	group := findPart(digits, 3, func(three string) bool { return strings.Count(digits, three) >= 3 })
	dominant := findPart(digits, 1, func(digit string) bool { return strings.Count(digits, digit) >= 8 })
	triples, repeated := equalRuns(digits, 3), equalRuns(digits, 5)
	switch {
	case digits[0] < '2':
		return RuleFirstDigit, "it starts with %s, and a PMI starts with a digit from 2 to 9", digits[:1]
	case slices.Contains(strings.Fields(reservedPrefixes), digits[:3]):
		return RuleReservedPrefix, "it starts with %s, and a PMI starts with none of " + reservedPrefixes, digits[:3]
	case len(repeated) > 0:
		return RuleRepeatedDigit, "it holds %s, and a digit may stand at most four times in a row", repeated[0]
	case sequence != "":
		return RuleSequence, "it holds the sequence %s, and at most eight digits may count up or down", sequence
	case group != "":
		return RuleRepeatedGroup, "it holds %s three times, and a group of three digits may occur at most twice", group
	case len(triples) >= 3:
		return RuleTripleRuns, "it holds %s, and at most two runs of three equal digits are allowed", strings.Join(triples, " ")
	case dominant != "":
		return RuleDominantDigit, "it is mostly the digit %s, which may occur at most seven times", dominant
	}
	return "", "", ""
}

// findPart returns the first part of the digits of this length for which it is true; empty if there is none.
func findPart(digits string, length int, is func(part string) bool) string {
	for i := range len(digits) - length + 1 {
		if part := digits[i : i+length]; is(part) {
			return part
		}
	}
	return ""
}

var runs = regexp.MustCompile(`0+|1+|2+|3+|4+|5+|6+|7+|8+|9+`)

// equalRuns returns the longest runs of one digit that have at least this length: 333 and 555 in 2233344555.
func equalRuns(digits string, atLeast int) []string {
	return slices.DeleteFunc(runs.FindAllString(digits, -1), func(run string) bool { return len(run) < atLeast })
}

// parseDigits removes spaces, and hyphens between digits: -5551112222 is not a number.
func parseDigits(s, what string) (string, error) {
	trimmed := strings.Trim(s, " ")
	if strings.HasPrefix(trimmed, "-") || strings.HasSuffix(trimmed, "-") {
		return "", breaks(s, what, RuleCharacters, "a hyphen may stand only between digits")
	}
	for i, r := range trimmed {
		if !strings.ContainsRune("0123456789 -", r) {
			_, size := utf8.DecodeRuneInString(trimmed[i:])
			return "", breaks(s, what, RuleCharacters,
				"it holds %s, and only the digits 0 to 9, spaces and hyphens are allowed", echo(trimmed[i:i+size]))
		}
	}
	return strings.NewReplacer(" ", "", "-", "").Replace(trimmed), nil
}

// breaks returns the error "<given> cannot be <what>: <why>."
func breaks(given, what string, rule Rule, why string, args ...any) *RuleError {
	return &RuleError{Rule: rule, Message: echo(given) + " cannot be " + what + ": " + fmt.Sprintf(why, args...) + "."}
}

// echo quotes at most 40 characters of the input. It escapes those that do not print.
func echo(given string) string {
	var shown strings.Builder
	for room := 40; given != ""; {
		_, size := utf8.DecodeRuneInString(given)
		quoted := strconv.Quote(given[:size])
		char := quoted[1 : len(quoted)-1]
		if room -= utf8.RuneCountInString(char); room < 0 {
			shown.WriteString("…")
			break
		}
		shown.WriteString(char)
		given = given[size:]
	}
	return `"` + shown.String() + `"`
}
