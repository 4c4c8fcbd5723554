package calendar

import (
	"strings"
	"unicode"
)

// breaks replaces each sequence that some reader takes for the end of a line.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// text returns the text of a person without control characters, with line breaks of one kind.
func text(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, breaks.Replace(strings.ToValidUTF8(s, "\uFFFD")))
}

// line returns the text as one line.
func line(s string) string { return strings.ReplaceAll(text(s), "\n", " ") }

// carets encodes the characters that a parameter cannot hold (RFC 6868).
var carets = strings.NewReplacer("^", "^^", `"`, "^'")

// quoted returns the value of a parameter.
func quoted(s string) string { return `"` + carets.Replace(line(s)) + `"` }

func mailto(address string) string { return "mailto:" + line(address) }
