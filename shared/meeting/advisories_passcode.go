package meeting

import (
	"slices"
	"strings"
	"time"
)

// Advisories returns the advisories on the settings of the room, for its hosts (I16): on a door that is open to
// everybody, on a passcode that is distrusted (I13), and on one that is easy to guess.
func (r Room) Advisories(now time.Time) []Advisory {
	notes := openDoor(r.Governed().Settings)
	if r.UnderAttack(now) {
		notes = append(notes, Advisory{
			Code: "under_attack",
			Message: "So many wrong passcodes were given at this room that its passcode leads to the waiting room only. " +
				"Links that were sent still work.",
			Action: r.newPasscodeAction(),
		})
	}
	if r.hasWeakPasscode() {
		notes = append(notes, Advisory{
			Code:    "weak_passcode",
			Message: "The passcode is easy to guess: it is short, or one that people try first.",
			Action:  r.newPasscodeAction(),
		})
	}
	return notes
}

// newPasscodeAction names the one request that gives the room another passcode.
func (r Room) newPasscodeAction() string {
	if r.Kind == Personal {
		return `Make a new passcode: PATCH /v2/users/{userId}/personal_meeting_room with {"passcode": "generate"}.`
	}
	return `Set another passcode: PATCH /v2/meetings/{meetingId} with {"password": "…"}.`
}

// commonWords are the words of common passcodes.
var commonWords = []string{
	"abc", "abcd", "admin", "asdf", "asdfgh", "asdfghjk", "changeme", "conference", "default", "dragon", "football",
	"generate", "guest", "hello", "iloveyou", "letmein", "login", "master", "meet", "meeting", "monkey", "passcode",
	"passwd", "password", "princess", "qazwsx", "qwer", "qwert", "qwerty", "qwertyuiop", "qwertz", "room", "secret",
	"summer", "sunshine", "test", "welcome", "winter", "zoom", "zxcvbn", "zxcvbnm",
}

// commonPatterns are common passcodes without a simple rule: ways over a keyboard, mostly.
var commonPatterns = []string{
	"102030", "123321", "123654", "147258", "147258369", "159357", "159753", "246810", "789456", "963852",
	"1q2w3e", "1q2w3e4r", "1qaz2wsx", "q1w2e3", "q1w2e3r4",
}

// asLetter undoes what people write in place of letters.
var asLetter = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "@", "a")

// hasWeakPasscode reports whether the passcode is shorter than a new one may be, or among those that somebody who
// guesses tries first. Of passcodes drawn at random, nearly none is.
func (r Room) hasWeakPasscode() bool {
	code := strings.ToLower(r.Settings.Passcode)
	if code == "" {
		return false
	}
	return len(code) < MinPasscode || repeats(code) || counts(code) || slices.Contains(commonPatterns, code) ||
		strings.Contains(string(r.Number), code) || r.isCommonWord(code)
}

// repeats reports whether the text is a shorter one several times, or has at most two different characters.
func repeats(s string) bool {
	different := map[rune]bool{}
	for _, c := range s {
		different[c] = true
	}
	return len(different) <= 2 || strings.Contains((s + s)[1:2*len(s)-1], s)
}

// counts reports whether each character, but for one at most, is the one before it or follows it in order: up all
// along, or down all along.
func counts(s string) bool {
	notUp, notDown := 0, 0
	for i := range len(s) - 1 {
		switch step, pair := int(s[i+1])-int(s[i]), s[i:i+2]; {
		case step == 0:
		case step == 1, pair == "90":
			notDown++
		case step == -1, pair == "09":
			notUp++
		default:
			notUp, notDown = notUp+1, notDown+1
		}
	}
	return min(notUp, notDown) <= 1
}

// isCommonWord reports whether the passcode is a common word, or one of four letters or more from the room's name,
// apart from the digits and signs around it.
func (r Room) isCommonWord(code string) bool {
	noLetter := func(c rune) bool { return c < 'a' || c > 'z' }
	word := asLetter.Replace(strings.TrimFunc(code, noLetter))
	named := len(word) >= 4 && slices.Contains(strings.FieldsFunc(strings.ToLower(r.Topic), noLetter), word)
	return named || slices.Contains(commonWords, word)
}
