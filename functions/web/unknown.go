package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// noRoute answers the requests that no other route has: a browser that shows the answer gets a page. Where no CORS is
// configured, preflight requests come here, too.
func (h handler) noRoute(_ context.Context, r *api.Request) (api.Response, error) {
	if r.Method() == http.MethodOptions {
		return api.NoContent(), nil
	}
	if feature := api.NotOfferedAt(r.Path()); feature != nil {
		return api.Response{}, meeting.Refuse(api.NotOffered, "This server does not offer "+feature.Name+": "+feature.Why+".")
	}
	if path := withoutSlash(r.Path()); path != "" {
		return api.Moved(withQuery(path, r.RawQuery())), nil
	}
	if isRead(r.Method()) && strings.Contains(r.Header("Accept"), "text/html") {
		return h.badLink(r), nil
	}
	return api.Response{}, api.Nothing()
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// withoutSlash returns the encoded path without the slash at its end, because API Gateway may have dropped the route
// with the slash. It is empty if the path has none, or if browsers could take it for the address of another host.
func withoutSlash(path string) string {
	short := strings.TrimRight(path, "/")
	if short == path || short == "" || strings.HasPrefix(short, "//") {
		return ""
	}
	return (&url.URL{Path: short}).EscapedPath()
}

func withQuery(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}
