package web_test

import (
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/web"
)

// A page may connect to its own origin and to those that it uses, and to no other: each page, with each way to sign in,
// each kind of media server, and with and without hints.
func TestAPageMayUseOnlyItsOrigins(t *testing.T) {
	const issuer, tokens = "https://login.example.com", "https://token.example.com:8443"
	type origins []string
	signIns := map[string]struct {
		config  web.SignIn
		connect origins
	}{
		"none":                 {},
		"at an issuer":         {web.SignIn{Issuer: issuer + "/realm"}, origins{issuer}},
		"at its own origin":    {web.SignIn{Issuer: issuer, Origin: issuer + "/"}, origins{issuer}},
		"at another origin":    {web.SignIn{Issuer: issuer + "/pool", Origin: tokens}, origins{issuer, tokens}},
		"an origin, no issuer": {web.SignIn{Origin: tokens}, nil},
	}
	media := map[string]struct {
		config    web.Config
		connect   origins
		frame     string
		mayRecord string
	}{
		"none": {web.Config{}, nil, "'none'", "()"},
		"LiveKit": {
			web.Config{Media: "ws://media.example.com:7880"},
			origins{"http://media.example.com:7880", "ws://media.example.com:7880"}, "'none'", "(self)",
		},
		"LiveKit with TLS": {
			web.Config{Media: "wss://media.example.com:7443/rtc"},
			origins{"https://media.example.com:7443", "wss://media.example.com:7443"}, "'none'", "(self)",
		},
		"Jitsi": {
			web.Config{Media: "https://meet.example.org/room/", InFrame: true},
			nil, "https://meet.example.org", `(self "https://meet.example.org")`,
		},
	}
	pages := map[string]struct {
		page                  web.Page
		signsIn, calls, hears bool
	}{
		"join": {web.Join, true, true, true}, "host": {web.Host, true, true, true}, "me": {web.Me, true, false, false},
		"meetings": {web.Meetings, true, false, false}, "bad link": {web.BadLink, false, false, false},
	}
	hints := map[string]origins{"": nil, "wss://hints.example.com:8443/live": {"wss://hints.example.com:8443"}}
	for name, p := range pages {
		for how, in := range signIns {
			for kind, m := range media {
				for socket, hears := range hints {
					config := m.config
					config.SignIn, config.Hints = in.config, socket
					connect, frame, mayRecord := origins{"'self'"}, "'none'", "()"
					if p.signsIn {
						connect = append(connect, in.connect...)
					}
					if p.calls {
						connect, frame, mayRecord = append(connect, m.connect...), m.frame, m.mayRecord
					}
					if p.hears {
						connect = append(connect, hears...)
					}
					got := web.New(config).Render(p.page, "en", "")
					same(t, "the policy of "+name+", sign-in "+how+", media "+kind+", hints "+socket, got.Policy, "default-src 'none'; "+
						"script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; manifest-src 'self'; "+
						"connect-src "+strings.Join(slices.Sorted(slices.Values(connect)), " ")+"; frame-src "+frame+
						"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
					same(t, "the permissions of "+name+", media "+kind, got.Permissions, "camera="+mayRecord+
						", microphone="+mayRecord+", display-capture="+mayRecord+", geolocation=()")
				}
			}
		}
	}
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s\nwant\n%s", what, got, want)
	}
}

// A page names the issuer and the client to its own script only if people sign in there.
func TestAPageHasOnlyTheSettingsThatItUses(t *testing.T) {
	config := web.SignIn{Issuer: "https://login.example.com/</script>", ClientID: "pages", Token: "id_token"}
	site := web.New(web.Config{SignIn: config})
	const none = `id="config">{}</script>`
	if page := site.Render(web.BadLink, "en", "").HTML; !strings.Contains(page, none) {
		t.Error(page)
	}
	if page := web.New(web.Config{}).Render(web.Me, "en", "").HTML; !strings.Contains(page, none) {
		t.Error(page)
	}
	const escaped = `{"sign_in":{"issuer":"https://login.example.com/\u003c/script\u003e","client_id":"pages","token":"id_token"}}`
	if page := site.Render(web.Me, "en", "").HTML; !strings.Contains(page, `id="config">`+escaped+`</script>`) {
		t.Error(page)
	}
	noted := web.New(web.Config{Note: "Call <b>+1 555 0100</b>."})
	const note = `id="config">{"note":"Call \u003cb\u003e+1 555 0100\u003c/b\u003e."}</script>`
	if page := noted.Render(web.Join, "en", "").HTML; !strings.Contains(page, note) {
		t.Error(page)
	}
	if page := noted.Render(web.Me, "en", "").HTML; !strings.Contains(page, none) {
		t.Error(page)
	}
	rings := web.New(web.Config{Doorbell: true})
	const bell = `id="config">{"doorbell":true}</script>`
	if page := rings.Render(web.Me, "en", "").HTML; !strings.Contains(page, bell) {
		t.Error(page)
	}
	if page := rings.Render(web.Join, "en", "").HTML; !strings.Contains(page, none) {
		t.Error(page)
	}
	sends := web.New(web.Config{Mails: true})
	if page := sends.Render(web.Meetings, "en", "").HTML; !strings.Contains(page, `id="config">{"mails":true}</script>`) {
		t.Error(page)
	}
	framed := web.New(web.Config{Note: "x", Media: "https://meet.example.org", InFrame: true})
	if page := framed.Render(web.Join, "en", "").HTML; !strings.Contains(page, none) {
		t.Error(page)
	}
}

// The navigation marks the page that is shown, for screen readers too.
func TestTheNavigationMarksThePage(t *testing.T) {
	site := web.New(web.Config{})
	for page, want := range map[*web.Page]string{&web.Me: "/me", &web.Meetings: "/meetings", &web.Join: "/", &web.Host: ""} {
		var marked []string
		for line := range strings.SplitSeq(site.Render(*page, "en", "").HTML, "\n") {
			if address, found := strings.CutPrefix(line, `<a aria-current="page" href="`); found {
				address, _, _ = strings.Cut(address, `"`)
				marked = append(marked, address)
			}
		}
		same(t, "the marked link", strings.Join(marked, " "), want)
	}
}
