package meeting

import (
	"strings"
	"unicode"
)

// MaxDisplayName is how long a display name is at most, in characters.
const MaxDisplayName = 64

// nameless is the name of somebody who is signed in, and has none.
const nameless = "Participant"

// maxMarks is how many combining marks one character of a name may have. Written words have no more; a stack of them
// covers the lines above and below.
const maxMarks = 4

// Invisible characters that some scripts and emoji need.
const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
	emojiStyle         = '\ufe0f' // the character before it is shown as an emoji
)

// sanitizeName returns the name as it may stand in the lists that hosts decide by: on one line, in the order in which
// it is written, and of at most MaxDisplayName characters. It drops what is invisible: controls, marks of direction,
// marks of joining except those that scripts and emoji need, and characters without a meaning in Unicode.
func sanitizeName(name string) string {
	var b strings.Builder
	marks, hasBase := 0, false // of the character before
	for _, c := range name {
		joins := c == zeroWidthNonJoiner || c == zeroWidthJoiner
		switch {
		case isBlank(c):
			c, marks, hasBase = ' ', 0, false
		case !unicode.IsGraphic(c) && !joins:
			continue
		case unicode.In(c, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && c != emojiStyle:
			continue
		case unicode.In(c, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks || !hasBase {
				continue
			}
		default:
			marks, hasBase = 0, !joins
		}
		b.WriteRune(c)
	}
	letters := []rune(strings.Join(strings.Fields(b.String()), " "))
	return strings.Trim(string(letters[:min(len(letters), MaxDisplayName)]), " "+string(zeroWidthNonJoiner)+string(zeroWidthJoiner))
}

// isBlank reports whether the character separates words, or only looks like a space.
func isBlank(c rune) bool {
	return unicode.IsSpace(c) || unicode.IsControl(c) || strings.ContainsRune("\u2800\u3164\uffa0\u115f\u1160", c)
}
