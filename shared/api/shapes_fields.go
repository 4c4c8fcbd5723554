package api

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"personal-rooms/shared/meeting"
)

const maxDomain = 253 // bytes, as in DNS

func minutes(n *int64) *time.Duration {
	if n == nil {
		return nil
	}
	return new(time.Duration(*n) * time.Minute)
}

// ParseTimezone checks the IANA name of a time zone.
func ParseTimezone(name string) (string, error) { return name, meeting.CheckTimezone(name) }

// ParsePasscode checks a passcode. Use it with [Parse], which takes empty text as absent, as Zoom's clients mean it.
func ParsePasscode(s string) (string, error) { return s, meeting.CheckPasscode(s) }

// ParseEmail checks an e-mail address and returns it as we compare addresses.
func ParseEmail(s string) (string, error) { return parseEmail(s) }

// parseEmail checks an e-mail address and returns it in lower case, like verified addresses.
func parseEmail(s string) (string, error) {
	name, domain, _ := strings.Cut(s, "@")
	if name == "" || len(s) > maxEmail || strings.ContainsFunc(name, invalidInEmail) || !isDomain(domain) {
		return "", errors.New("must be an e-mail address, such as ada@example.com")
	}
	return meeting.FoldASCII(s), nil
}

// parseDomain checks a domain of e-mail addresses and returns it in lower case. It accepts no wildcards.
func parseDomain(s string) (string, error) {
	if !isDomain(s) {
		return "", errors.New("must be the domain of e-mail addresses, such as example.com")
	}
	return meeting.FoldASCII(s), nil
}

// invalidInEmail includes the characters that separate addresses in a list.
func invalidInEmail(c rune) bool {
	return unicode.IsSpace(c) || unprintable(c) || strings.ContainsRune(`,;:<>()[]"\`, c)
}

func isDomain(s string) bool {
	invalid := func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '-' && c != '.' }
	return len(s) <= maxDomain && !strings.ContainsFunc(s, invalid) && !slices.Contains(strings.Split(s, "."), "")
}

// ParseList reads a list of texts and converts each with parse. It drops repeated values. It returns nil if the list is
// absent, and a pointer to an empty list if the list is empty.
func ParseList[T comparable](f *Form, name string, most int, parse func(string) (T, error)) *[]T {
	items := f.Strings(name, most, maxParsed)
	if items == nil {
		return nil
	}
	return parseItems(f, name, items, parse)
}

// parseSeparated reads a list in Zoom's format, one text: "a@example.com;b@example.com". Commas separate too. Empty
// text is an empty list.
func parseSeparated[T comparable](f *Form, name string, most int, parse func(string) (T, error)) *[]T {
	text := f.String(name, most*(maxEmail+2))
	if text == nil {
		return nil
	}
	var items []string
	for _, item := range strings.FieldsFunc(*text, func(c rune) bool { return c == ';' || c == ',' }) {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	if !f.allowItems(name, len(items), most) {
		return nil
	}
	return parseItems(f, name, items, parse)
}

func parseItems[T comparable](f *Form, name string, items []string, parse func(string) (T, error)) *[]T {
	values := []T{}
	for i, item := range items {
		value, err := parse(item)
		if err != nil {
			f.RefuseError(name+index(i), err)
		} else if !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	return &values
}
