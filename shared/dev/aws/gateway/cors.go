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

// cors does what API Gateway does if CORS is configured. By its documentation
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html) it answers OPTIONS at every path
// without a route, adds the configured headers to the answers of functions, and drops the functions' own. It does so if
// the request has Origin, and for OPTIONS Access-Control-Request-Method too. The service was observed to answer OPTIONS
// with 204 in every case. No document says that its own refusals have these headers, so here they have none.
// Credentials and origins such as https://* are not emulated.
type cors struct{ *template.CORS }

// preflight answers OPTIONS, and returns the outcome in words.
func (c cors) preflight(w http.ResponseWriter, r *http.Request) (outcome string) {
	defer w.WriteHeader(http.StatusNoContent)
	origin := r.Header.Get("Origin")
	switch {
	case origin == "" || r.Header.Get("Access-Control-Request-Method") == "":
		return "not a preflight request"
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

// share allows the page that sent r to read the answer of a function.
func (c cors) share(w http.ResponseWriter, r *http.Request, a answer) {
	maps.DeleteFunc(a.Headers, func(name, _ string) bool {
		return strings.HasPrefix(http.CanonicalHeaderKey(name), corsPrefix)
	})
	if c.allow(w, r) {
		set(w, "Expose-Headers", c.Exposed...)
	}
}

// allow sets the headers that allow the origin of r, if it is a configured one.
func (c cors) allow(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	for _, allowed := range []string{"*", origin} {
		if origin != "" && slices.Contains(c.Origins, allowed) {
			set(w, "Allow-Origin", allowed)
			return true
		}
	}
	return false
}

const corsPrefix = "Access-Control-"

func set(w http.ResponseWriter, name string, values ...string) {
	if len(values) > 0 {
		w.Header().Set(corsPrefix+name, strings.Join(values, ","))
	}
}
