package meeting

import (
	"strings"
	"unicode"
)

// MaxDisplayName is how long a display name is at most, in characters.
const MaxDisplayName = 64

// maxMarks is how many combining marks may stand on one character of a name: written words have no more, and stacks of them cover what is
// above and below.
const maxMarks = 4

// neutral is the name as it may stand in the lists that hosts decide by: on one line, in the order in which it is written, and not longer than
// MaxDisplayName. What is not seen is dropped: controls, marks of direction and of joining (but the joiner of emoji and of scripts that need
// it), and what has no meaning in Unicode.
func neutral(name string) string {
	var b strings.Builder
	marks := 0
	for _, c := range name {
		switch {
		case blank(c):
			c, marks = ' ', 0
		case !unicode.IsGraphic(c) && c != zwnj && c != zwj:
			continue
		case unicode.In(c, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		b.WriteRune(c)
	}
	letters := []rune(strings.Join(strings.Fields(b.String()), " "))
	return strings.Trim(string(letters[:min(len(letters), MaxDisplayName)]), " "+string(zwnj)+string(zwj))
}

// The joiners that words of some scripts, and emoji, are written with.
const (
	zwnj = '\u200c'
	zwj  = '\u200d'
)

// blank is what separates words, or only looks like it.
func blank(c rune) bool {
	return unicode.IsSpace(c) || unicode.IsControl(c) || c == '\u2800' || c == '\u3164' || c == '\uffa0' || c == '\u115f' || c == '\u1160'
}
