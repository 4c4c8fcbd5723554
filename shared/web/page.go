package web

import (
	"encoding/json"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A Page is one of the pages.
type Page struct {
	name  string
	title string // the key of its title
	uses  []use
	path  string // of its link in the navigation; empty: it has none
}

// The pages.
var (
	Join     = Page{"join", "join.title", []use{signIn, call, hints}, "/"}
	Host     = Page{"host", "host.title", []use{signIn, call, hints}, ""}
	Me       = Page{"me", "me.title", []use{signIn}, "/me"}
	Meetings = Page{"meetings", "meetings.title", []use{signIn}, "/meetings"}
	BadLink  = Page{"link", "link.title", nil, ""}
)

// A Rendered page is an answer to one request.
type Rendered struct {
	HTML        string
	Policy      string // its Content-Security-Policy
	Permissions string // its Permissions-Policy
}

// Render returns the page in the best of the accepted languages (a value of Accept-Language). The number or link is
// shown to people without JavaScript; it may be empty.
func (s *Site) Render(p Page, accepted, room string) Rendered {
	lang := languageOf(accepted)
	key := p.name + " " + lang
	page, rendered := s.pages.Load(key)
	if !rendered {
		page, _ = s.pages.LoadOrStore(key, s.render(p, lang))
	}
	text, _ := page.(string)
	return Rendered{
		HTML:        strings.ReplaceAll(text, "{{number}}", html.EscapeString(room)),
		Policy:      s.config.policy(p.uses...),
		Permissions: s.config.permissions(p.uses...),
	}
}

// placeholder is {{name}}, or {{t:key}} for a text.
var placeholder = regexp.MustCompile(`\{\{(t:)?([\w.]+)\}\}`)

func (s *Site) render(p Page, lang string) string {
	texts := textsOf(lang)
	values := map[string]string{
		"lang": lang, "dir": directions[lang], "module": p.name, "version": s.version,
		"nav": "", "detail": html.EscapeString(texts[p.name+".detail"]),
		"title": html.EscapeString(texts[p.title]), "config": s.pageConfig(p), "text": textOf(p, texts), "number": "{{number}}",
	}
	if s.assets[p.name+".js"] != nil {
		values["script"] = `<script type="module" src="/assets/` + s.version + "/" + p.name + `.js"></script>`
	}
	if p.name == Join.name || p.name == BadLink.name {
		values["nav"] = " hidden"
	} else {
		values["library"] = `<link rel="modulepreload" href="/assets/` + s.version + `/rooms.js">` + // others need it at once
			"\n" + `<link rel="apple-touch-icon" href="/assets/` + s.version + `/icon.png">`
	}
	fill := func(content string) string {
		return placeholder.ReplaceAllStringFunc(content, func(found string) string {
			parts := placeholder.FindStringSubmatch(found)
			if parts[1] != "" {
				return html.EscapeString(texts[parts[2]])
			}
			return values[parts[2]]
		})
	}
	values["main"] = fill(string(must(files.ReadFile("pages/" + p.name + ".html"))))
	return mark(p, fill(string(must(files.ReadFile("pages/layout.html")))))
}

// mark marks the link to the page in the navigation.
func mark(p Page, text string) string {
	return strings.Replace(text, `<a href="`+p.path+`">`, `<a aria-current="page" href="`+p.path+`">`, 1)
}

// pageConfig returns the settings of the page as JSON, which has no "<" (encoding/json escapes it).
func (s *Site) pageConfig(p Page) string {
	config := map[string]any{}
	if slices.Contains(p.uses, signIn) && s.config.SignIn.Issuer != "" {
		config["sign_in"] = s.config.SignIn
	}
	if slices.Contains(p.uses, call) && s.config.Media != "" && !s.config.InFrame {
		config["devices"] = true // people choose camera and microphone before they join
	}
	if slices.Contains(p.uses, call) && s.config.Media == "" && s.config.Note != "" {
		config["note"] = s.config.Note
	}
	if p.name == Me.name && s.config.Doorbell {
		config["doorbell"] = true
	}
	if p.name == Meetings.name && s.config.Mails {
		config["mails"] = true
	}
	return string(must(json.Marshal(config)))
}

// workerText begins the keys of the texts of notifications.
const workerText = "doorbell."

// Worker returns the service worker in the best of the accepted languages, and its Content-Security-Policy.
func (s *Site) Worker(accepted string) (worker *Content, policy string) {
	texts := textsOf(languageOf(accepted))
	maps.DeleteFunc(texts, func(key, _ string) bool { return !strings.HasPrefix(key, workerText) })
	code := s.Lean("sw.js")
	body := "const texts = " + string(must(json.Marshal(texts))) + ";\n" + string(code.Body())
	return NewContent(code.Type, []byte(body)), "default-src 'none'; connect-src 'self'"
}

// shared are the beginnings of keys of texts that every page has: also the refusals that each may meet.
var shared = []string{
	"signin", "signout", "signedin", "copied", "offline", "again", "check",
	"reason.offline", "reason.call", "reason.busy", "reason.internal", "reason.timed_out", "reason.scope", "reason.user_inactive",
	"reason.account_quarantined", "reason.too_many_requests", "reason.history_full",
}

// textOf returns the texts of the page as JSON: those of its own, and the shared ones.
func textOf(p Page, texts map[string]string) string {
	own := maps.Clone(texts)
	maps.DeleteFunc(own, func(key, _ string) bool {
		uses := append(slices.Clone(shared), prefixes[p.name]...)
		return !slices.ContainsFunc(uses, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
	})
	return string(must(json.Marshal(own)))
}

// prefixes are the beginnings of the keys of the texts that the module of a page shows. Of refusals and advice, a page
// has what it can meet. The pages of a guest and of meetings must be light: they lack the texts that only their HTML
// has.
var prefixes = map[string][]string{
	"join": {
		"join.title", "join.again", "join.incomplete", "join.name.missing", "joining", "waiting", "admitted", "refused", "call.",
		"reason.room_in_use",
	},
	"host": {
		"host.", "call.", "waiting.room", "waiting.host", "reason.room_in_use", "reason.token", "reason.setting_locked",
		"reason.too_many_guesses",
	},
	"me": {
		"me.", "form.", "selected", "schedule.here", "reason.token", "reason.room_live", "reason.setting_locked", "reason.number_taken",
		"reason.link_taken", "reason.too_many_changes", "reason.too_many_guesses", "reason.too_many_devices",
		"reason.device_not_found", "advice.open_door", "advice.under_attack", "advice.weak_passcode", "advice.invitations_outdated",
	},
	"meetings": {
		"meetings.", "room.", "selected", "advice.", "reason.token", "reason.room_in_use", "reason.setting_locked",
		"reason.too_many_passes", "reason.pass_not_found",
		"schedule.button", "schedule.change", "schedule.days.missing", "schedule.done", "schedule.here", "schedule.interval.",
		"schedule.invitees.", "schedule.notes", "schedule.pmi.", "schedule.save", "schedule.title", "schedule.wrong.",
	},
}
