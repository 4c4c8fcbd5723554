//go:build unix

package gateway

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"personal-rooms/shared/dev/template"
)

// router finds a request's route. Where several match, the one with a fixed segment at the first difference wins.
type router []pattern // the most specific first

type pattern struct {
	route    template.Route
	segments []string
}

func newRouter(routes []template.Route) (router, error) {
	var r router
	for _, route := range routes {
		if strings.Contains(route.Path, "+}") || route.Method == "ANY" || route.Method == "*" {
			return nil, fmt.Errorf("%s: greedy routes and routes for any method are not emulated", route.Key())
		}
		r = append(r, pattern{route, split(route.Path)})
	}
	slices.SortStableFunc(r, func(a, b pattern) int { return a.compare(b) })
	return r, nil
}

func split(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }

func isVariable(segment string) bool {
	return strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}")
}

// compare is negative if a is more specific than b.
func (a pattern) compare(b pattern) int {
	for i := range min(len(a.segments), len(b.segments)) {
		switch va, vb := isVariable(a.segments[i]), isVariable(b.segments[i]); {
		case va && !vb:
			return 1
		case vb && !va:
			return -1
		}
	}
	return 0
}

// find returns the route for a request and the values of its path's variables, nil if it has none.
func (r router) find(method, escapedPath string) (template.Route, map[string]string, bool) {
	segments := split(escapedPath)
	for _, p := range r {
		if p.route.Method != method {
			continue
		}
		if parameters, ok := p.match(segments); ok {
			return p.route, parameters, true
		}
	}
	return template.Route{}, nil, false
}

func (a pattern) match(segments []string) (parameters map[string]string, ok bool) {
	if len(segments) != len(a.segments) {
		return nil, false
	}
	for i, want := range a.segments {
		value, err := url.PathUnescape(segments[i])
		if err != nil {
			return nil, false
		}
		if !isVariable(want) {
			if value != want {
				return nil, false
			}
			continue
		}
		if value == "" {
			return nil, false
		}
		if parameters == nil {
			parameters = map[string]string{}
		}
		parameters[strings.Trim(want, "{}")] = value
	}
	return parameters, true
}
