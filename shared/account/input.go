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
)

// Limits of what admins set.
const (
	MaxEndpoints = 20
	MaxURL       = 2048 // characters
	MaxPatterns  = 64   // of events of an endpoint, or of commands of a grant
	MaxPattern   = 64   // characters
	MaxNote      = 200
	MaxGrants    = 100
	maxUser      = 128 // bytes, as of a token's sub
	maxQuoted    = 40  // characters of what is refused that its message repeats
)

// ParseURL reads the address of an endpoint, and is its normal form: addresses that lead to the same place in the same words are equal. It
// must be an https address of at most MaxURL characters without user, password and fragment, whose host does not name a place in a private
// network. Where private addresses are allowed, so are those, and http. A public name that leads to a private address is no business of
// this: who connects looks where to.
func ParseURL(text string, private bool) (string, error) {
	if n := utf8.RuneCountInString(text); n > MaxURL {
		return "", fmt.Errorf("has %d characters; at most %d are allowed", n, MaxURL)
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && (u.Scheme != "http" || !private) || !possiblePort(u.Port()) {
		return "", fmt.Errorf("is %s; must be an address such as https://hooks.example.com/rooms", quote(text))
	}
	switch host := strings.ToLower(u.Hostname()); {
	case u.User != nil:
		return "", errors.New("holds a user or a password; must hold neither")
	case strings.Contains(text, "#"):
		return "", errors.New("holds a fragment, which is never sent; must hold none")
	case strings.ContainsFunc(host, func(c rune) bool { return c > unicode.MaxASCII }):
		return "", errors.New("has a host of other characters than ASCII; must name it in its ASCII form, xn--…")
	case !private && inside(host):
		return "", fmt.Errorf("leads to %s, which is in a private network; must lead to the internet", quote(host))
	}
	return normal(u)
}

func normal(u *url.URL) (string, error) {
	u.Host = strings.ToLower(u.Host)
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

func possiblePort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// inside reports whether the host by itself says that it is not on the internet.
func inside(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if address, err := netip.ParseAddr(host); err == nil {
		address = address.Unmap()
		return !address.IsGlobalUnicast() || address.IsPrivate()
	}
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local") ||
		strings.HasSuffix(host, ".internal")
}

// ParseEvent reads the name of an event of which there is one among those known; or the first words of some, "meeting.*"; or "*".
func ParseEvent(text string, known []string) (string, error) {
	return parsePattern(text, known, `an event, or the first words of some and a star: "meeting.*"`)
}

// ParseCommand is the same for commands.
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

// ParseUser reads the id of a user, or "*" for any.
func ParseUser(text string) (string, error) {
	unfit := func(c rune) bool { return c == '#' || c == utf8.RuneError || unicode.IsControl(c) }
	if text == "" || len(text) > maxUser || strings.ContainsFunc(text, unfit) {
		return "", fmt.Errorf(`is %s; must be the id of a user, as in their tokens, or "*" for any`, quote(text))
	}
	return text, nil
}

// quote is text as a refusal repeats it.
func quote(text string) string { return strconv.Quote(shorten(text, maxQuoted)) }

func shorten(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
