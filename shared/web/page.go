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

// shared are the beginnings of keys of texts that every page has.
var shared = []string{"app", "signin", "signout", "signedin", "copied", "nav.", "reason.", "offline", "again"}

// textOf returns the texts of the page as JSON: those of its own, and the shared ones.
func textOf(p Page, texts map[string]string) string {
	own := maps.Clone(texts)
	maps.DeleteFunc(own, func(key, _ string) bool {
		uses := append(slices.Clone(shared), prefixes[p.name]...)
		return !slices.ContainsFunc(uses, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
	})
	return string(must(json.Marshal(own)))
}

// prefixes are the beginnings of the keys of the texts that the module of a page shows.
var prefixes = map[string][]string{
	"join":     {"join", "waiting", "admitted", "refused", "leave", "call."},
	"host":     {"host.", "call.", "waiting.room", "waiting.host"},
	"me":       {"me.", "form.", "schedule.here"},
	"meetings": {"meetings.", "schedule.", "room."},
}
