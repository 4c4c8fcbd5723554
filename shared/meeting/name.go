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

// sanitizeName is the name as it may stand in the lists that hosts decide by: on one line, in the order in which it is written, and not longer than
// MaxDisplayName. What is not seen is dropped: controls, marks of direction and of joining (but the joiner of emoji and of scripts that need
// it), and what has no meaning in Unicode.
func sanitizeName(name string) string {
	var b strings.Builder
	marks, based := 0, false // on the character before
	for _, c := range name {
		switch {
		case blank(c):
			c, marks, based = ' ', 0, false
		case !unicode.IsGraphic(c) && c != zwnj && c != zwj:
			continue
		case unicode.In(c, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && c != emoji:
			continue
		case unicode.In(c, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks || !based {
				continue
			}
		default:
			marks, based = 0, c != zwnj && c != zwj
		}
		b.WriteRune(c)
	}
	letters := []rune(strings.Join(strings.Fields(b.String()), " "))
	return strings.Trim(string(letters[:min(len(letters), MaxDisplayName)]), " "+string(zwnj)+string(zwj))
}

// What words of some scripts, and emoji, are written with, and is not seen.
const (
	zwnj = '\u200c'
	zwj  = '\u200d'

	emoji = '\ufe0f' // what stands before it is shown as one
)

// blank is what separates words, or only looks like it.
func blank(c rune) bool {
	return unicode.IsSpace(c) || unicode.IsControl(c) || c == '\u2800' || c == '\u3164' || c == '\uffa0' || c == '\u115f' || c == '\u1160'
}
