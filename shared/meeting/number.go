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
	for _, rule := range pmiRules() {
		if found := rule.find(digits); found != "" {
			return "", breaks(s, "a PMI", rule.name, rule.says, found)
		}
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

// A pmiRule is one rule of I3. find returns the part of the digits that breaks the rule, or "".
type pmiRule struct {
	name Rule
	find func(digits string) string
	says string // follows "<given> cannot be a PMI: "; %s is the result of find
}

// pmiRules returns the rules of I3 after the one on characters, in order.
func pmiRules() []pmiRule {
	return []pmiRule{
		{RuleLength, findWrongLength, "a PMI has 10 digits, not %s"},
		{RuleFirstDigit, findFirstDigit, "it starts with %s, and a PMI starts with a digit from 2 to 9"},
		{RuleReservedPrefix, findReservedPrefix, "it starts with %s, and a PMI starts with none of " + reservedPrefixes},
		{RuleRepeatedDigit, findRepeatedDigit, "it holds %s, and a digit may stand at most four times in a row"},
		{RuleSequence, findSequence, "it holds the sequence %s, and at most eight digits may count up or down"},
		{RuleRepeatedGroup, findRepeatedGroup, "it holds %s three times, and a group of three digits may occur at most twice"},
		{RuleTripleRuns, findTripleRuns, "it holds %s, and at most two runs of three equal digits are allowed"},
		{RuleDominantDigit, findDominantDigit, "it is mostly the digit %s, which may occur at most seven times"},
	}
}

const reservedPrefixes = "800 400 888 887 877 866 855 850 803 804 807 808 809 660 508 900 200 300 500 600 700"

func findWrongLength(digits string) string {
	if len(digits) == pmiDigits {
		return ""
	}
	return strconv.Itoa(len(digits))
}

func findFirstDigit(digits string) string {
	if digits[0] >= '2' {
		return ""
	}
	return digits[:1]
}

func findReservedPrefix(digits string) string {
	if !slices.Contains(strings.Fields(reservedPrefixes), digits[:3]) {
		return ""
	}
	return digits[:3]
}

func findRepeatedDigit(digits string) string {
	for _, run := range equalRuns.FindAllString(digits, -1) {
		if len(run) >= 5 {
			return run
		}
	}
	return ""
}

// findSequence finds nine digits that count up or down; 0 follows 9: 123456789, 234567890, 987654321, 321098765.
func findSequence(digits string) string {
	const up, down = "012345678901234567", "987654321098765432"
	for i := range len(digits) - 8 {
		if nine := digits[i : i+9]; strings.Contains(up, nine) || strings.Contains(down, nine) {
			return nine
		}
	}
	return ""
}

// findRepeatedGroup finds three digits that occur three times without overlapping: 2472472475, 5247247247, 2475247247.
func findRepeatedGroup(digits string) string {
	for i := range len(digits) - 2 {
		if group := digits[i : i+3]; strings.Count(digits, group) >= 3 {
			return group
		}
	}
	return ""
}

// findTripleRuns finds three runs of three equal digits: 2224447775, 2225444777.
func findTripleRuns(digits string) string {
	var triples []string
	for _, run := range equalRuns.FindAllString(digits, -1) {
		if len(run) >= 3 {
			triples = append(triples, run)
		}
	}
	if len(triples) < 3 {
		return ""
	}
	return strings.Join(triples, " ")
}

func findDominantDigit(digits string) string {
	for i := range digits {
		if digit := digits[i : i+1]; strings.Count(digits, digit) >= 8 {
			return digit
		}
	}
	return ""
}

// equalRuns matches the longest runs of one digit: 22, 333, 44 and 555 in 2233344555.
var equalRuns = regexp.MustCompile(`0+|1+|2+|3+|4+|5+|6+|7+|8+|9+`)

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
