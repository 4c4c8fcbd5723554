package meeting

import (
	"crypto/subtle"
	"fmt"
	"io"
	"strings"
)

const (
	MinPasscode       = 6  // characters: of a million passcodes of digits, 100 guesses find one in 10,000 (I13)
	MaxPasscode       = 10 // characters, as in Zoom's API
	generatedPasscode = 8  // characters
)

// unambiguous holds no characters that people misread aloud or in print: 0 O, 1 l I.
const unambiguous = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"

// GeneratePasscode returns a passcode of 8 unambiguous characters. Any error comes from random.
func GeneratePasscode(random io.Reader) (string, error) {
	var code strings.Builder
	var b [1]byte
	for code.Len() < generatedPasscode {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("passcode: %w", err)
		}
		if i := int(b[0]) & 63; i < len(unambiguous) {
			code.WriteByte(unambiguous[i])
		}
	}
	return code.String(), nil
}

// CheckPasscode refuses what Zoom's clients cannot type: more than 10 characters, or others than letters, digits and @
// - _ *.
func CheckPasscode(s string) error {
	if len(s) > MaxPasscode {
		return fmt.Errorf("has %d characters; a passcode has at most %d", len(s), MaxPasscode)
	}
	for _, r := range s {
		if !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("@-_*", r)) {
			return fmt.Errorf("contains %q; a passcode has letters, digits and @ - _ * only", r)
		}
	}
	return nil
}

// acceptsPasscode reports, in constant time, whether this is the passcode of the room, or the token of its link. A room
// without a passcode accepts any.
func (r Room) acceptsPasscode(shown string) bool {
	passcode, token := []byte(r.Settings.Passcode), []byte(r.linkToken())
	return len(passcode) == 0 || subtle.ConstantTimeCompare(passcode, []byte(shown)) == 1 ||
		len(token) > 0 && subtle.ConstantTimeCompare(token, []byte(shown)) == 1
}
