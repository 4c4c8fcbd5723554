package meeting

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Link is a personal link as its owner typed it: a name, such as Ada.Lovelace, that opens the same room as the PMI. It
// starts with a letter, so it is never a number.
type Link string

// Key returns the form in which a link is unique (I4): links that differ only in case have the same key.
func (l Link) Key() string { return FoldASCII(string(l)) }

// A LinkClaim says whose a personal link is: it leads to its owner's room. A released one has its last owner.
type LinkClaim struct {
	User             User      // zero: it is nobody's
	QuarantinedUntil time.Time // of a released link; zero: it is not released
}

// Claimable reports whether the user may take the link: it is nobody's or theirs; or released, and was last theirs or
// is not quarantined any more (I2, I4).
func (l LinkClaim) Claimable(by User, now time.Time) bool {
	return l.User.None() || l.User == by || l.isReleased() && !now.Before(l.QuarantinedUntil)
}

func (l LinkClaim) isReleased() bool { return !l.QuarantinedUntil.IsZero() }

// leads reports whether the link leads to the room of the user, whose profile is p: a released one does so only by
// their choice, as long as nobody else may take it (I2).
func (l LinkClaim) leads(p Profile, now time.Time) bool {
	return !l.isReleased() || p.Forwarding && now.Before(l.QuarantinedUntil)
}

// RuleFirstLetter is the rule of I4 that a link starts with a letter.
const RuleFirstLetter Rule = "first_letter"

// RuleReserved is the rule of I4 that nobody takes a link that seems to be the operator's.
const RuleReserved Rule = "reserved"

// reservedLinks are in the form of [Link.Key].
const reservedLinks = "admin administrator hostmaster moderator official operator postmaster security support system webmaster"

const (
	linkShortest = 5
	linkLongest  = 40
)

// ParseLink reads a personal link: 5 to 40 ASCII letters, digits and periods, the first a letter (I4). Periods may
// follow each other and end the link. Any error is a [*RuleError].
func ParseLink(s string) (Link, error) {
	const what = "a personal link"
	if n := utf8.RuneCountInString(s); n < linkShortest || n > linkLongest {
		return "", breaks(s, what, RuleLength, "a link has %d to %d characters, not %d", linkShortest, linkLongest, n)
	}
	if !isLetter(rune(s[0])) {
		return "", breaks(s, what, RuleFirstLetter, "a link starts with a letter from A to Z")
	}
	for i, r := range s {
		if !isLinkCharacter(r) {
			_, size := utf8.DecodeRuneInString(s[i:])
			return "", breaks(s, what, RuleCharacters,
				"it holds %s, and only the letters A to Z, digits and periods are allowed", echo(s[i:i+size]))
		}
	}
	return Link(s), nil
}

// ParseNewLink reads a personal link that somebody wants to take: it is not reserved (I4). Any error is a [*RuleError].
func ParseNewLink(s string) (Link, error) {
	link, err := ParseLink(s)
	if err == nil && slices.Contains(strings.Fields(reservedLinks), link.Key()) {
		return "", breaks(s, "a personal link", RuleReserved, "this name is reserved")
	}
	return link, err
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

func isLinkCharacter(r rune) bool { return isLetter(r) || '0' <= r && r <= '9' || r == '.' }
