package main

import (
	"context"
	"maps"
	"strings"
	"testing"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// landings are the routes of links, with a client or with none. They have no store, because they read none.
func landings(t *testing.T, clientURL string) scene {
	t.Helper()
	edge := testkit.New(t, nil, func(meeting.Store, meeting.Env) []api.Route { return routes(clientURL) })
	return scene{edge, edge.Guest()}
}

type scene struct {
	*testkit.Edge
	*testkit.Client
}

// isHidden fails the test if caches, other sites or search engines may learn the link, which holds a passcode.
func isHidden(t *testing.T, a testkit.Answer) {
	t.Helper()
	testkit.Equal(t, "Cache-Control", a.Header["Cache-Control"], "no-store")
	testkit.Equal(t, "Referrer-Policy", a.Header["Referrer-Policy"], "no-referrer")
	testkit.Equal(t, "X-Robots-Tag", a.Header["X-Robots-Tag"], "noindex, nofollow")
}

func TestLinksRedirectToTheClient(t *testing.T) {
	browser := landings(t, "https://app.example.com/meet")
	for link, want := range map[string]string{
		"/j/5551112222?pwd=aB3dE7gh&omn=83123456789": "/j/5551112222?pwd=aB3dE7gh&omn=83123456789",
		"/j/555%20111-2222?x=%3Cb%3E&y=a+b":          "/j/5551112222?x=%3Cb%3E&y=a+b",
		"/j/5551112222?@evil.example":                "/j/5551112222?@evil.example",
		"/my/Ada.Lovelace?pwd=../..//evil.example":   "/my/Ada.Lovelace?pwd=../..//evil.example",
		"/s/83123456789":                             "/s/83123456789",
	} {
		answer := browser.Do("GET", link, nil).Want(t, 302)
		testkit.Equal(t, link, answer.Header["Location"], "https://app.example.com/meet"+want)
		isHidden(t, answer)
	}
	for _, link := range []string{"/j/%2F%2Fevil.example", "/my/evil%2Fx", "/s/%0d%0aSet-Cookie"} {
		browser.Do("GET", link, nil).Want(t, 404)
	}
}

func TestThePageSaysHowToJoin(t *testing.T) {
	browser := landings(t, "")
	for link, shows := range map[string][]string{
		"/j/5551112222?pwd=aB3dE7gh&omn=83123456789": {"555 111 2222", ">aB3dE7gh<", "/v2/live_meetings/5551112222/guests",
			`{&#34;display_name&#34;:&#34;Ada&#34;,&#34;omn&#34;:&#34;83123456789&#34;,&#34;passcode&#34;:&#34;aB3dE7gh&#34;}`},
		"/j/83123456789":   {"831 2345 6789", "passcode, it stands in your invitation"},
		"/my/ada.lovelace": {">ada.lovelace<", "/v2/live_meetings/ada.lovelace/guests"},
		"/s/5551112222":    {"Start the meeting", "555 111 2222", "PUT https://meet.example.com/v2/meetings/5551112222/"},
	} {
		answer := browser.Do("GET", link, nil).Want(t, 200)
		always := []string{`name="viewport"`, "prefers-color-scheme: dark", `name="robots" content="noindex, nofollow"`}
		for _, text := range append(shows, always...) {
			if !strings.Contains(answer.Body, text) {
				t.Errorf("%s does not show %q", link, text)
			}
		}
		if strings.Contains(answer.Body, "{{") || strings.Contains(answer.Body, "<script") {
			t.Errorf("%s: %s", link, answer.Body)
		}
		testkit.Equal(t, "Content-Type", answer.Header["Content-Type"], "text/html; charset=utf-8")
		isHidden(t, answer)
	}
	plain := browser.Do("GET", "/j/5551112222", nil).Want(t, 200).Body
	for _, query := range []string{"pwd=call+0900", "pwd=12345678901", "pwd=%7B%7Bfacts%7D%7D", "omn=evil", "x=y"} {
		testkit.Equal(t, query, browser.Do("GET", "/j/5551112222?"+query, nil).Want(t, 200).Body, plain) // a link adds no words
	}
}

func TestAnIncompleteLinkIsNotFound(t *testing.T) {
	for _, client := range []string{"", "https://app.example.com"} {
		browser := landings(t, client)
		for _, link := range []string{"/j/555", "/j/abc", "/j/%3Cb%3E", "/my/ad", "/my/1ada", "/my/a%20b%20c", "/s/x"} {
			answer := browser.Do("GET", link, nil).Want(t, 404)
			if !strings.Contains(answer.Body, "This link is not complete") || strings.Contains(answer.Body, "<b>") {
				t.Errorf("%s: %s", link, answer.Body)
			}
		}
	}
}

func TestHeadIsAnsweredAsGetWithoutABody(t *testing.T) {
	for _, client := range []string{"", "https://app.example.com"} {
		browser := landings(t, client)
		for _, link := range []string{"/j/5551112222?pwd=aB3dE7gh", "/my/ada.lovelace", "/s/83123456789", "/j/abc"} {
			got, head := browser.Do("GET", link, nil), browser.Do("HEAD", link, nil)
			testkit.Equal(t, link, head.Status, got.Status)
			if !maps.Equal(head.Header, got.Header) {
				t.Errorf("%s: %v, want %v", link, head.Header, got.Header)
			}
			testkit.Equal(t, link, head.Body, "")
		}
	}
}

func FuzzLanding(f *testing.F) {
	elements := func(i invite) int { return strings.Count(i.page(), "<") - 4*min(1, len(i.passcode)) }
	plain := elements(guestInvite(&api.Request{}, "/j/", "5551112222", "Meeting ID", ""))
	testkit.FuzzQuery(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		i := guestInvite(r, "/j/", "5551112222", "Meeting ID", "")
		if elements(i) != plain {
			panic("the query adds elements")
		}
		return api.HTML(200, i.page()), nil
	}, "pwd=aB3dE7gh&omn=83123456789", "pwd=<script>alert(1)</script>", "pwd=%22%3E&omn={{facts}}")
}
