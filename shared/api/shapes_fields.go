package api

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"personal-rooms/shared/meeting"
)

const maxDomain = 253 // bytes, as in DNS

// Minutes is the duration of so many minutes; nil if the number is absent.
func Minutes(n *int64) *time.Duration {
	if n == nil {
		return nil
	}
	d := time.Duration(*n) * time.Minute
	return &d
}

// ParseTimezone reads the IANA name of a time zone.
func ParseTimezone(name string) (string, error) { return name, meeting.CheckTimezone(name) }

// ParsePasscode reads a passcode where empty text is absent, as Zoom's clients mean it.
func ParsePasscode(s string) (string, error) { return s, meeting.CheckPasscode(s) }

// ParseEmail reads an e-mail address; it is in lower case, as verified addresses are.
func ParseEmail(s string) (string, error) {
	name, domain, _ := strings.Cut(s, "@")
	if name == "" || len(s) > maxEmail || strings.ContainsFunc(name, unfitForEmail) || !isDomain(domain) {
		return "", errors.New("must be an e-mail address, such as ada@example.com")
	}
	return strings.ToLower(s), nil
}

// ParseDomain reads the domain of e-mail addresses; it is in lower case. It knows no wildcards.
func ParseDomain(s string) (string, error) {
	if !isDomain(s) {
		return "", errors.New("must be the domain of e-mail addresses, such as example.com")
	}
	return strings.ToLower(s), nil
}

// unfitForEmail is also what separates addresses in a text that lists them.
func unfitForEmail(c rune) bool {
	return unicode.IsSpace(c) || unprintable(c) || strings.ContainsRune(`,;:<>()[]"\`, c)
}

func isDomain(s string) bool {
	fit := func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || c == '-' || c == '.' }
	return s != "" && len(s) <= maxDomain && !strings.ContainsFunc(s, func(c rune) bool { return !fit(c) }) &&
		!slices.Contains(strings.Split(s, "."), "")
}

// ParseList reads a list of texts and makes a value of each. Equal values are one. It is nil if the list is absent; an empty
// list is there.
func ParseList[T comparable](f *Form, name string, most int, parse func(string) (T, error)) *[]T {
	items := f.Strings(name, most, maxParsed)
	if items == nil {
		return nil
	}
	return parseItems(f, name, items, parse)
}

// ParseSeparated reads a list that is one text, as Zoom writes it: "a@example.com;b@example.com". Commas separate too, and
// empty text is the empty list.
func ParseSeparated[T comparable](f *Form, name string, most int, parse func(string) (T, error)) *[]T {
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
	if len(items) > most {
		f.Refuse(name, fmt.Sprintf("has %d items; at most %d are allowed", len(items), most))
		return nil
	}
	return parseItems(f, name, items, parse)
}

func parseItems[T comparable](f *Form, name string, items []string, parse func(string) (T, error)) *[]T {
	values := []T{}
	for i, item := range items {
		value, err := parse(item)
		if err != nil {
			f.RefuseFault(name+index(i), err)
		} else if !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	return &values
}
