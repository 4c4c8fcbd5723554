//go:build unix

package gateway

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"personal-rooms/shared/dev/template"
)

// router holds the routes, the most specific first: of two routes that match, the one with a fixed segment at their
// first difference wins.
type router []compiledRoute

type compiledRoute struct {
	template.Route
	segments []string
}

func newRouter(routes []template.Route) (r router, err error) {
	for _, route := range routes {
		if strings.Contains(route.Path, "+}") || route.Method == "ANY" || route.Method == "*" {
			return nil, fmt.Errorf("%s: greedy routes and routes for any method are not emulated", route.Key())
		}
		r = append(r, compiledRoute{route, split(route.Path)})
	}
	slices.SortStableFunc(r, compiledRoute.compare)
	return r, nil
}

func split(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }

func isVariable(segment string) bool { return strings.HasPrefix(segment, "{") }

// compare is negative if r is more specific than other.
func (r compiledRoute) compare(other compiledRoute) int {
	for i := range min(len(r.segments), len(other.segments)) {
		switch mine, others := isVariable(r.segments[i]), isVariable(other.segments[i]); {
		case mine && !others:
			return 1
		case others && !mine:
			return -1
		}
	}
	return 0
}

// find returns the route of a request and the values of its path's variables, nil if it has none.
func (r router) find(method, escapedPath string) (template.Route, map[string]string, bool) {
	segments := split(escapedPath)
	for _, route := range r {
		if route.Method != method {
			continue
		}
		if parameters, ok := route.match(segments); ok {
			return route.Route, parameters, true
		}
	}
	return template.Route{}, nil, false
}

func (r compiledRoute) match(segments []string) (parameters map[string]string, ok bool) {
	if len(segments) != len(r.segments) {
		return nil, false
	}
	for i, want := range r.segments {
		value, err := url.PathUnescape(segments[i])
		switch {
		case err != nil || value == "" && isVariable(want):
			return nil, false
		case !isVariable(want) && value != want:
			return nil, false
		case !isVariable(want):
			continue
		case parameters == nil:
			parameters = map[string]string{}
		}
		parameters[strings.Trim(want, "{}")] = value
	}
	return parameters, true
}
