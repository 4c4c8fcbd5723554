package console

import (
	"net/http"
	"strings"
)

// requests keeps the latest requests, because the log lines of functions have the id of a request and not its path.
type requests struct {
	latest [1024]struct{ id, text string }
	next   int
}

// Asked keeps a request for the log line of the function that handles it.
func (c *Console) Asked(id string, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	latest := &c.requests.latest[c.requests.next%len(c.requests.latest)]
	latest.id, latest.text = id, Request(r)
	c.requests.next++
}

// asked returns the request with that id, or "".
func (c *Console) asked(id string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range c.requests.latest {
		if one.id == id {
			return one.text
		}
	}
	return ""
}

// Longer parts of a path and longer values are shortened unless they are words: they are ids, or secrets.
const (
	longest = 20
	letters = "abcdefghijklmnopqrstuvwxyz_"
)

// Request returns the request in short form. A query is not shown, because it may hold a passcode.
//
//	POST …/instant_meetings
//	GET /j/5551234321?…
func Request(r *http.Request) string {
	parts := strings.Split(r.URL.EscapedPath(), "/")
	for i, part := range parts {
		parts[i] = shortened(part)
	}
	path := strings.Join(parts, "/")
	for _, common := range []string{"/v2/users/me/", "/v2/"} {
		if rest, cut := strings.CutPrefix(path, common); cut {
			path = "…/" + rest
			break
		}
	}
	if r.URL.RawQuery != "" {
		path += "?…"
	}
	return r.Method + " " + path
}

func shortened(text string) string {
	if characters := []rune(text); len(characters) > longest && strings.Trim(text, letters) != "" {
		return string(characters[:6]) + "…"
	}
	return text
}
