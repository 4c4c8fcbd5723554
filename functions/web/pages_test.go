package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"maps"
	"strings"
	"testing"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/web"
)

// landings are the routes of pages, with a client or with none. They have no store, because they read none.
func landings(t *testing.T, clientURL string) scene {
	t.Helper()
	site := web.New(web.Config{})
	edge := testkit.New(t, nil, func(meeting.Store, meeting.Env) []api.Route { return routes(site, clientURL) })
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
	browser.Do("GET", "/me", nil).Want(t, 200)
}

// Without JavaScript, a page says a sentence and the number. What the query says is never on it.
func TestALinkShowsItsPageAndNumber(t *testing.T) {
	browser := landings(t, "")
	for link, shows := range map[string]string{
		"/j/5551112222":      "555 111 2222",
		"/j/83123456789":     "831 2345 6789",
		"/my/ada.lovelace":   "ada.lovelace",
		"/s/5551112222":      "555 111 2222",
		"/host/5551112222":   "555 111 2222",
		"/host/ada.lovelace": "ada.lovelace",
	} {
		answer := browser.Do("GET", link, nil).Want(t, 200)
		if !strings.Contains(answer.Body, "<noscript>") || !strings.Contains(answer.Body, shows) || strings.Contains(answer.Body, "{{") {
			t.Errorf("%s: %s", link, answer.Body)
		}
		testkit.Equal(t, "Content-Type", answer.Header["Content-Type"], "text/html; charset=utf-8")
		testkit.Equal(t, "the opener policy", answer.Header["Cross-Origin-Opener-Policy"], "same-origin")
		isHidden(t, answer)
		secret := browser.Do("GET", link+"?pwd=aB3dE7gh&omn=%3Cb%3E", nil).Want(t, 200)
		testkit.Equal(t, link, secret.Body, answer.Body)
	}
}

func TestAnIncompleteLinkIsNotFound(t *testing.T) {
	for _, client := range []string{"", "https://app.example.com"} {
		browser := landings(t, client)
		for _, link := range []string{"/j/555", "/j/abc", "/j/%3Cb%3E", "/my/ad", "/my/1ada", "/my/a%20b%20c", "/s/x", "/host/x"} {
			answer := browser.Do("GET", link, nil).Want(t, 404)
			if !strings.Contains(answer.Body, "This link is not complete") || strings.Contains(answer.Body, "<b>") {
				t.Errorf("%s: %s", link, answer.Body)
			}
			isHidden(t, answer)
		}
	}
}

func TestAnIncompleteLinkLosesItsPasscode(t *testing.T) {
	for _, client := range []string{"", "https://app.example.com"} {
		browser := landings(t, client)
		for link, want := range map[string]string{
			"/j/555?pwd=aB3dE7gh":                "/j/555",
			"/j/%3Cb%3E?omn=1&pwd=aB3dE7gh":      "/j/%3Cb%3E",
			"/my/ad?pass=aB3dE7gh":               "/my/ad",
			"/s/x?pwd=aB3dE7gh":                  "/s/x",
			"/host/%5Cevil.example?pwd=aB3dE7gh": "/host/%5Cevil.example",
		} {
			answer := browser.Do("GET", link, nil).Want(t, 302)
			testkit.Equal(t, link, answer.Header["Location"], want)
			isHidden(t, answer)
			browser.Do("GET", want, nil).Want(t, 404)
		}
		for path, want := range map[string]int{"GET /j": 302, "GET //evil.example": 404} {
			event := unmatched(path)
			event.RawQueryString, event.Headers = "pwd=aB3dE7gh", map[string]string{"accept": "text/html"}
			isHidden(t, browser.Handle(event).Want(t, want))
		}
	}
}

func TestHeadIsAnsweredAsGetWithoutABody(t *testing.T) {
	for _, client := range []string{"", "https://app.example.com"} {
		browser := landings(t, client)
		for _, link := range []string{"/j/5551112222?pwd=aB3dE7gh", "/my/ada.lovelace", "/s/83123456789", "/j/abc", "/favicon.svg"} {
			got, head := browser.Do("GET", link, nil), browser.Do("HEAD", link, nil)
			testkit.Equal(t, link, head.Status, got.Status)
			if !maps.Equal(head.Header, got.Header) {
				t.Errorf("%s: %v, want %v", link, head.Header, got.Header)
			}
			testkit.Equal(t, link, head.Body, "")
		}
	}
}

func TestPagesAreInTheLanguageOfTheReader(t *testing.T) {
	browser := landings(t, "")
	var answer testkit.Answer
	for accepted, want := range map[string]string{
		"fr, en;q=0.3":    `<html lang="en" dir="ltr">`,
		"de-CH, en;q=0.8": "An einem Meeting teilnehmen",
		"ja":              `<html lang="ja" dir="ltr">`,
	} {
		answer = browser.With("Accept-Language", accepted).Do("GET", "/", nil).Want(t, 200)
		if !strings.Contains(answer.Body, want) {
			t.Errorf("%s: %s", accepted, answer.Body)
		}
	}
	testkit.Equal(t, "Vary", answer.Header["Vary"], "Accept-Encoding, Accept-Language")
}

// A file under the version of this program never changes. Under another name, browsers ask whether it changed.
func TestFilesAreKept(t *testing.T) {
	site := web.New(web.Config{})
	guest := landings(t, "")
	for path, keep := range map[string]string{
		"/assets/" + site.Version() + "/rooms.js": "public, max-age=31536000, immutable",
		"/assets/0123456789abcdef/rooms.js":       "no-cache",
		"/assets/rooms.js":                        "no-cache",
		"/favicon.svg":                            "no-cache",
		"/manifest.webmanifest":                   "no-cache",
		"/openapi.yaml":                           "no-cache",
	} {
		answer := guest.Do("GET", path, nil).Want(t, 200)
		testkit.Equal(t, path, answer.Header["Cache-Control"], keep)
		testkit.Equal(t, path, answer.Header["Access-Control-Allow-Origin"], "*")
		tag := answer.Header["Etag"] + answer.Header["ETag"]
		same := guest.With("If-None-Match", `W/"x", `+tag).Do("GET", path, nil).Want(t, 304)
		testkit.Equal(t, path, same.Body, "")
		guest.With("If-None-Match", `"other"`).Do("GET", path, nil).Want(t, 200)
	}
	lean := guest.Do("GET", "/assets/"+site.Version()+"/rooms.js", nil).Want(t, 200)
	if whole := guest.Do("GET", "/assets/rooms.js", nil).Want(t, 200); len(lean.Body) >= len(whole.Body) {
		t.Error("pages load the comments of modules")
	}
	for _, path := range []string{"/assets/none.js", "/assets/" + site.Version() + "/..%2Fpages%2Fjoin.html"} {
		guest.Do("GET", path, nil).Refused(t, 404, 2300, "no_route")
	}
}

func TestAnswersAreCompressed(t *testing.T) {
	guest := landings(t, "")
	for _, path := range []string{"/j/5551112222", "/assets/rooms.js"} {
		plain := guest.Do("GET", path, nil).Want(t, 200)
		packed := guest.With("Accept-Encoding", "br, gzip").Do("GET", path, nil).Want(t, 200)
		testkit.Equal(t, path, packed.Header["Content-Encoding"], "gzip")
		content, err := base64.StdEncoding.DecodeString(packed.Body)
		testkit.Must(t, err)
		r, err := gzip.NewReader(bytes.NewReader(content))
		testkit.Must(t, err)
		unpacked, err := io.ReadAll(r)
		testkit.Must(t, err)
		testkit.Equal(t, path, string(unpacked), plain.Body)
	}
}

// The service worker has the texts of notifications in the language of the reader, and may connect to this API only.
func TestTheServiceWorker(t *testing.T) {
	guest := landings(t, "")
	for language, shows := range map[string]string{"en": "{name} is waiting", "de-CH": "{name} wartet", "ja": "{name}さんが待っています"} {
		answer := guest.With("Accept-Language", language).Do("GET", "/sw.js", nil).Want(t, 200)
		if !strings.HasPrefix(answer.Body, "const texts = {") || !strings.Contains(answer.Body, shows) || strings.Contains(answer.Body, "me.title") {
			t.Errorf("%s: %.300s", language, answer.Body)
		}
		testkit.Equal(t, "type", answer.Header["Content-Type"], "text/javascript; charset=utf-8")
		testkit.Equal(t, "policy", answer.Header["Content-Security-Policy"], "default-src 'none'; connect-src 'self'")
		testkit.Equal(t, "kept", answer.Header["Cache-Control"], "no-cache")
		testkit.Equal(t, "varies", answer.Header["Vary"], "Accept-Encoding, Accept-Language")
	}
}

// A phone shows the icon on its Home Screen. The page of a guest, which must be light, has none.
func TestPagesForTheHomeScreenHaveAnIcon(t *testing.T) {
	guest := landings(t, "")
	for path, want := range map[string]bool{"/me": true, "/meetings": true, "/host/5551112222": true, "/": false} {
		_, rest, has := strings.Cut(guest.Do("GET", path, nil).Want(t, 200).Body, `<link rel="apple-touch-icon" href="`)
		testkit.Equal(t, path, has, want)
		if icon, _, _ := strings.Cut(rest, `"`); has {
			testkit.Equal(t, icon, guest.Do("GET", icon, nil).Want(t, 200).Header["Content-Type"], "image/png")
		}
	}
	testkit.Equal(t, "the first page of the app", strings.Contains(guest.Do("GET", "/manifest.webmanifest", nil).Body, `"start_url": "/meetings"`), true)
}
