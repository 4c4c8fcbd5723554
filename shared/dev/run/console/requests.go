package console

import (
	"net/http"
	"strings"
)

// requests are the latest requests by id: the log lines of functions name the id, and not the path.
type requests struct {
	latest [1024]struct{ id, text string }
	next   int
}

// Asked tells the console of a request that a function gets, before it does.
func (c *Console) Asked(id string, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	latest := &c.requests.latest[c.requests.next%len(c.requests.latest)]
	latest.id, latest.text = id, Request(r)
	c.requests.next++
}

// asked is the request with that id; "" if it was none of the latest.
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

// longest is how long a part of a path may be, or a value in a log line, to be shown as a whole if it is no plain word. Ids of seats,
// webhooks and instances are longer, and so is what is worth stealing.
const longest = 20

// words are what routes are made of.
const words = "abcdefghijklmnopqrstuvwxyz_"

// Request is the request in short. Of a query it shows only that there is one, for it may hold a passcode.
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
	if characters := []rune(text); len(characters) > longest && strings.Trim(text, words) != "" {
		return string(characters[:6]) + "…"
	}
	return text
}
