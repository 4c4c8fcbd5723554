package main

import (
	"context"
	"net/url"
	"strings"
	"sync"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/web"
)

// A handler answers with pages and files. If the operator has a client of their own, links lead to it.
type handler struct {
	site      *web.Site
	clientURL string
}

// routes returns the routes of pages and files, and the one for all requests that no route answers. A page is the same
// for everybody, and asks the API itself: no route here needs a token.
func routes(site *web.Site, clientURL string) []api.Route {
	h := handler{site, clientURL}
	all := []api.Route{{Path: api.Default, Open: true, Handle: h.noRoute}}
	for path, handle := range map[string]api.Handler{
		"/":                        h.page(web.Join),
		"/me":                      h.page(web.Me),
		"/meetings":                h.page(web.Meetings),
		"/host/{room}":             h.host,
		"/j/{number}":              h.join,
		"/my/{link}":               h.personal,
		"/s/{id}":                  h.start,
		"/assets/{name}":           h.asset,
		"/assets/{version}/{name}": h.asset,
		"/favicon.svg":             h.file("favicon.svg"),
		"/manifest.webmanifest":    h.file("manifest.webmanifest"),
		"/sw.js":                   h.worker,
		"/openapi.yaml":            openAPI,
	} {
		all = append(all, api.Route{Method: "GET", Path: path, Open: true, Handle: handle})
	}
	return all
}

func (h handler) page(p web.Page) api.Handler {
	return func(_ context.Context, r *api.Request) (api.Response, error) { return h.render(r, 200, p, ""), nil }
}

func (h handler) join(_ context.Context, r *api.Request) (api.Response, error) {
	number, err := meeting.ParseNumber(r.Param("number"))
	return h.answer(r, web.Join, "/j/"+number.String(), number.Grouped(), err), nil
}

func (h handler) personal(_ context.Context, r *api.Request) (api.Response, error) {
	link, err := meeting.ParseLink(r.Param("link"))
	return h.answer(r, web.Join, "/my/"+string(link), string(link), err), nil
}

func (h handler) start(_ context.Context, r *api.Request) (api.Response, error) {
	id, err := meeting.ParseNumber(r.Param("id"))
	return h.answer(r, web.Host, "/s/"+id.String(), id.Grouped(), err), nil
}

func (h handler) host(_ context.Context, r *api.Request) (api.Response, error) {
	if number, err := meeting.ParseNumber(r.Param("room")); err == nil {
		return h.render(r, 200, web.Host, number.Grouped()), nil
	}
	if link, err := meeting.ParseLink(r.Param("room")); err == nil {
		return h.render(r, 200, web.Host, string(link)), nil
	}
	return h.badLink(r), nil
}

// answer redirects a link to the operator's client, with the query unchanged, or shows the page. A link that cannot be
// parsed is a 404.
func (h handler) answer(r *api.Request, p web.Page, path, room string, flaw error) api.Response {
	switch {
	case flaw != nil:
		return h.badLink(r)
	case h.clientURL == "":
		return h.render(r, 200, p, room)
	default:
		return api.Redirect(withQuery(h.clientURL+path, r.RawQuery())).With("X-Robots-Tag", hidden)
	}
}

// badLink answers that the link is not complete. Its query may have a passcode, and this page has no script that takes
// it out of the address bar: the browser is first redirected to the path alone, unless it could take that for the
// address of another host.
func (h handler) badLink(r *api.Request) api.Response {
	if path := r.Path(); r.RawQuery() != "" && !strings.HasPrefix(path, "//") {
		return api.Redirect((&url.URL{Path: path}).EscapedPath()).With("X-Robots-Tag", hidden)
	}
	return h.render(r, 404, web.BadLink, "")
}

// hidden keeps links out of search engines: they hold passcodes.
const hidden = "noindex, nofollow"

// render answers with a page. No cache keeps it, and no other site learns its address: links hold passcodes.
func (h handler) render(r *api.Request, status int, p web.Page, room string) api.Response {
	page := h.site.Render(p, r.Header("Accept-Language"), room)
	return encoded(r, status, web.NewContent("text/html; charset=utf-8", []byte(page.HTML))).
		With("Content-Security-Policy", page.Policy).
		With("Permissions-Policy", page.Permissions).
		With("Cross-Origin-Opener-Policy", "same-origin").
		With("Referrer-Policy", "no-referrer").
		With("Strict-Transport-Security", "max-age=31536000").
		With("Vary", "Accept-Encoding, Accept-Language").
		With("X-Robots-Tag", hidden)
}

func (h handler) file(name string) api.Handler {
	return func(_ context.Context, r *api.Request) (api.Response, error) {
		return fileOf(r, h.site.Asset(name), "no-cache"), nil
	}
}

// worker answers with the service worker, in the reader's language. Browsers look for a new one with each visit.
func (h handler) worker(_ context.Context, r *api.Request) (api.Response, error) {
	content, policy := h.site.Worker(r.Header("Accept-Language"))
	return fileOf(r, content, "no-cache").With("Content-Security-Policy", policy).
		With("Vary", "Accept-Encoding, Accept-Language"), nil
}

func (h handler) asset(_ context.Context, r *api.Request) (api.Response, error) {
	content := h.site.Asset(r.Param("name"))
	if content == nil {
		return api.Response{}, meeting.Refuse(api.NoRoute, "There is no such file.")
	}
	if r.Param("version") == h.site.Version() {
		return fileOf(r, h.site.Lean(r.Param("name")), "public, max-age=31536000, immutable"), nil
	}
	return fileOf(r, content, "no-cache"), nil
}

// description is made when it is first asked for: pages do not need it.
var description = sync.OnceValue(func() *web.Content {
	return web.NewContent("application/yaml; charset=utf-8", []byte(api.OpenAPI))
})

func openAPI(_ context.Context, r *api.Request) (api.Response, error) {
	return fileOf(r, description(), "no-cache"), nil
}

// fileOf answers with a file, which pages of other sites may load, too. keep is how long browsers keep it; with
// no-cache they ask each time whether it changed (RFC 9110, 13.1.2).
func fileOf(r *api.Request, c *web.Content, keep string) api.Response {
	response := api.Response{Status: 304}
	if !strings.Contains(r.Header("If-None-Match"), c.Tag) {
		response = encoded(r, 200, c)
	}
	return response.With("Cache-Control", keep).With("ETag", c.Tag).With("Access-Control-Allow-Origin", "*").
		With("Vary", "Accept-Encoding")
}

// encoded answers with the content, compressed if the browser takes that.
func encoded(r *api.Request, status int, c *web.Content) api.Response {
	if !strings.Contains(r.Header("Accept-Encoding"), "gzip") {
		return api.Body(status, c.Type, string(c.Body()))
	}
	return api.Bytes(status, c.Type, c.Gzip()).With("Content-Encoding", "gzip")
}
