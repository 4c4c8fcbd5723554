package account

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"personal-rooms/shared/meeting"
)

// Limits of what admins set.
const (
	MaxEndpoints = 20
	MaxURL       = 2048 // characters
	MaxPatterns  = 64   // events of an endpoint, or commands of a grant
	MaxNote      = 200
	MaxGrants    = 100
	maxQuoted    = 40 // characters of a refused value that the message repeats
)

// ParseURL checks the URL of an endpoint and returns its normal form, so that equal URLs can be found. It must be an
// https URL of at most MaxURL characters without user, password and fragment, and its host must not be in a private
// network. private allows such hosts, and http. A public name that resolves to a private address passes here: the
// caller of the endpoint refuses it when it connects.
func ParseURL(text string, private bool) (string, error) {
	if n := utf8.RuneCountInString(text); n > MaxURL {
		return "", fmt.Errorf("has %d characters; at most %d are allowed", n, MaxURL)
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || !validPort(u.Port()) || u.Scheme != "https" && (u.Scheme != "http" || !private) {
		return "", fmt.Errorf("is %s; must be an address such as https://hooks.example.com/rooms", quote(text))
	}
	switch host := meeting.FoldASCII(u.Hostname()); {
	case u.User != nil:
		return "", errors.New("contains a user or a password; must contain neither")
	case strings.Contains(text, "#"):
		return "", errors.New("contains a fragment, which is never sent; must contain none")
	case strings.ContainsFunc(host, func(c rune) bool { return c > unicode.MaxASCII }):
		return "", errors.New("has a host that is not ASCII; must name it in its ASCII form, xn--…")
	case !private && isPrivateHost(host):
		return "", fmt.Errorf("names %s, which is in a private network; must name a host on the internet", quote(host))
	}
	return normalize(u)
}

func normalize(u *url.URL) (string, error) {
	u.Host = meeting.FoldASCII(u.Host)
	if port := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]; u.Port() != "" {
		u.Host = strings.TrimSuffix(u.Host, port)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	text := u.String()
	if len(text) > MaxURL {
		return "", fmt.Errorf("has %d characters when it is escaped; at most %d are allowed", len(text), MaxURL)
	}
	return text, nil
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// isPrivateHost reports whether the host is a name or an address outside the internet. It does not resolve names.
func isPrivateHost(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if address, err := netip.ParseAddr(host); err == nil {
		address = address.Unmap()
		return !address.IsGlobalUnicast() || address.IsPrivate()
	}
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local") ||
		strings.HasSuffix(host, ".internal")
}

// ParseEvent checks a pattern that must match a known event: a name, "meeting.*" or "*".
func ParseEvent(text string, known []string) (string, error) {
	return parsePattern(text, known, `an event, or the first words of some and a star: "meeting.*"`)
}

// ParseCommand checks a pattern that must match a command: a name, "room.*" or "*".
func ParseCommand(text string) (string, error) {
	return parsePattern(text, Commands(), `a command, or the first word of some and a star: "room.*"; commands are `+
		strings.Join(Commands(), ", "))
}

func parsePattern(text string, known []string, what string) (string, error) {
	if !slices.ContainsFunc(known, func(name string) bool { return matches(text, name) }) {
		return "", fmt.Errorf("is %s; must be %s", quote(text), what)
	}
	return text, nil
}

// Limits of what names a user, in bytes.
const (
	MaxUser    = 128 // the sub of a token
	MaxAccount = 64
)

// KeyPart reports whether a text of a token can be part of a key, and stand in quotes in the JSON of a rule: not empty,
// at most maxBytes long, of one line, and without the separator of keys, quotes and backslashes.
func KeyPart(text string, maxBytes int) bool {
	invalid := func(c rune) bool {
		return strings.ContainsRune(`#"\`, c) || c == utf8.RuneError || unicode.IsControl(c)
	}
	return text != "" && len(text) <= maxBytes && !strings.ContainsFunc(text, invalid)
}

// ParseUser checks the id of a user, or "*" for any.
func ParseUser(text string) (string, error) {
	if !KeyPart(text, MaxUser) {
		return "", fmt.Errorf(`is %s; must be the id of a user, as in their tokens, or "*" for any`, quote(text))
	}
	return text, nil
}

func quote(text string) string { return strconv.Quote(shorten(text, maxQuoted)) }

func shorten(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
