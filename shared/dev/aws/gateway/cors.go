//go:build unix

package gateway

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"personal-rooms/shared/dev/template"
)

// cors is what API Gateway does where CORS is configured. By its documentation
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html) it answers OPTIONS by itself, at every path and
// without a route, adds the configured headers to the answers of functions, and ignores such headers of theirs. It needs the header
// Origin for that, and for OPTIONS Access-Control-Request-Method too. The status 204, also for an OPTIONS without these headers, was
// observed at the service. Nothing says that its own refusals have the headers, so here they have none.
type cors struct{ *template.CORS }

// preflight answers OPTIONS, and says in words what the answer is.
func (c cors) preflight(w http.ResponseWriter, r *http.Request) (said string) {
	defer w.WriteHeader(http.StatusNoContent)
	origin := r.Header.Get("Origin")
	switch {
	case origin == "" || r.Header.Get("Access-Control-Request-Method") == "":
		return "no page asks"
	case !c.allow(w, r):
		return "not allowed to pages of " + origin
	}
	set(w, "Allow-Methods", c.Methods...)
	set(w, "Allow-Headers", c.Headers...)
	if c.MaxAge != nil {
		set(w, "Max-Age", strconv.Itoa(*c.MaxAge))
	}
	return "allowed to pages of " + origin
}

// share lets the page that sent r read the answer of a function, whatever the function says about that.
func (c cors) share(w http.ResponseWriter, r *http.Request, a answer) {
	maps.DeleteFunc(a.headers, func(name, _ string) bool { return strings.HasPrefix(http.CanonicalHeaderKey(name), corsPrefix) })
	if c.allow(w, r) {
		set(w, "Expose-Headers", c.Exposed...)
	}
}

// allow names the origin of r in the answer, if it is a configured one.
func (c cors) allow(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	matches := func(allowed string) bool {
		return allowed == "*" || allowed == origin ||
			(allowed == "https://*" || allowed == "http://*") && strings.HasPrefix(origin, strings.TrimSuffix(allowed, "*"))
	}
	if origin == "" || !slices.ContainsFunc(c.Origins, matches) {
		return false
	}
	if slices.Contains(c.Origins, "*") {
		origin = "*"
	}
	set(w, "Allow-Origin", origin)
	if c.Credentials {
		set(w, "Allow-Credentials", "true")
	}
	return true
}

const corsPrefix = "Access-Control-"

func set(w http.ResponseWriter, name string, values ...string) {
	if len(values) > 0 {
		w.Header().Set(corsPrefix+name, strings.Join(values, ","))
	}
}
