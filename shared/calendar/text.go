package calendar

import (
	"strings"
	"unicode"
)

// breaks are all that some reader takes for the end of a line.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// text is what a person wrote, as a calendar carries it: without control characters, and with line breaks of one kind.
func text(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, breaks.Replace(strings.ToValidUTF8(s, "\uFFFD")))
}

// line is the text as one line.
func line(s string) string { return strings.ReplaceAll(text(s), "\n", " ") }

// carets are how RFC 6868 writes what a parameter cannot hold.
var carets = strings.NewReplacer("^", "^^", `"`, "^'")

// quoted is a parameter's value.
func quoted(s string) string { return `"` + carets.Replace(line(s)) + `"` }

func mailto(address string) string { return "mailto:" + line(address) }
