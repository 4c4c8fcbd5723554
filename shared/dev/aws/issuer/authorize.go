//go:build unix

package issuer

import (
	_ "embed"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"personal-rooms/shared/account"
)

// WebClient is the public client of web pages and programs on this machine: it has no password, and proves by PKCE that
// it asked for the code. Any other client is known by its name, and authenticates with any password.
const WebClient = "personal-rooms-web"

const (
	maxName         = 64 // characters
	challengeLength = 43 // of SHA-256 in base64url
)

// An authorization is what a client asks a person for.
type authorization struct {
	client, redirect, scope, state, nonce, challenge string
}

// authorize shows the page of the sign-in, and sends its form's person back to the client with a code. What is wrong with
// the client or its redirect_uri is shown to the person; everything else is told to the client.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	a := authorization{
		client: query.Get("client_id"), redirect: query.Get("redirect_uri"), scope: query.Get("scope"),
		state: query.Get("state"), nonce: query.Get("nonce"), challenge: query.Get("code_challenge"),
	}
	if problem := a.problem(query); problem != "" {
		showProblem(w, problem)
		return
	}
	if code, description := a.check(query); code != "" {
		p.sendBack(w, r, a, url.Values{"error": {code}, "error_description": {description}})
		return
	}
	if r.Method == http.MethodGet {
		show(w, http.StatusOK, page{Title: "Sign in", Form: true, Name: query.Get("login_hint")})
		return
	}
	user, name, known := userOf(r.PostFormValue("name"))
	if !known {
		show(w, http.StatusBadRequest, page{
			Title: "Sign in", Form: true, Name: name, Problem: `Your name has 1 to 64 characters, and none of # " \.`,
		})
		return
	}
	p.sendBack(w, r, a, url.Values{"code": {p.newCode(a, user, name)}})
}

// problem returns why no answer can be sent to the client; "" if one can.
func (a authorization) problem(query url.Values) string {
	switch {
	case len(query["client_id"]) != 1 || a.client == "":
		return "client_id is missing, or given twice."
	case len(query["redirect_uri"]) != 1 || !isLocal(a.redirect):
		return "redirect_uri is not an address of this machine."
	}
	return ""
}

// check returns the error of RFC 6749, section 4.1.2.1, and of OpenID Connect, or nothing.
func (a authorization) check(query url.Values) (code, description string) {
	for name, values := range query {
		if len(values) > 1 {
			return "invalid_request", name + " is given twice"
		}
	}
	method, mode := query.Get("code_challenge_method"), query.Get("response_mode")
	switch {
	case query.Has("request"):
		return "request_not_supported", "request is not supported"
	case query.Has("request_uri"):
		return "request_uri_not_supported", "request_uri is not supported"
	case query.Get("response_type") != "code":
		return "unsupported_response_type", "response_type is not code"
	case mode != "" && mode != "query":
		return "invalid_request", "response_mode is not query"
	case !isScope(a.scope):
		return "invalid_scope", "scope has characters that no scope has"
	case a.challenge == "" && (a.client == WebClient || method != ""):
		return "invalid_request", "code_challenge is missing"
	case a.challenge != "" && (method != "S256" || len(a.challenge) != challengeLength):
		return "invalid_request", "code_challenge is not of the method S256"
	case slices.Contains(strings.Fields(query.Get("prompt")), "none"):
		return "login_required", "nobody is signed in here: the server keeps no cookie"
	}
	return "", ""
}

// isScope reports whether a text is a list of scopes (RFC 6749, section 3.3), or empty.
func isScope(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' || c == '"' || c == '\\' })
}

func asksForID(scope string) bool { return slices.Contains(strings.Fields(scope), "openid") }

// userOf returns the user of a person who says their name: ada.lovelace is Ada Lovelace. The name has single spaces. It
// reports whether the name can be a user's.
func userOf(said string) (user, name string, known bool) {
	words := strings.Fields(said)
	user, name = strings.ToLower(strings.Join(words, ".")), strings.Join(words, " ")
	if user == name {
		name = capitalised(name)
	}
	return user, name, utf8.RuneCountInString(name) <= maxName && account.KeyPart(user, account.MaxUser)
}

// sendBack redirects the person to the client.
func (p *Provider) sendBack(w http.ResponseWriter, r *http.Request, a authorization, answer url.Values) {
	answer.Set("iss", p.url)
	if a.state != "" {
		answer.Set("state", a.state)
	}
	redirect(w, r, a.redirect, answer)
}

// redirect adds the values to the query of an address that isLocal.
func redirect(w http.ResponseWriter, r *http.Request, address string, values url.Values) {
	if added := values.Encode(); added != "" {
		separator := "?"
		if strings.Contains(address, "?") {
			separator = "&"
		}
		address += separator + added
	}
	http.Redirect(w, r, address, http.StatusSeeOther) //nolint:gosec // the address is of this machine: see isLocal
}

// isLocal reports whether an address is of a server on this machine, at any port: the API itself is one. It has no user,
// no fragment, and no characters that programs read in different ways.
func isLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.String() != address || u.User != nil || strings.Contains(address, "#") {
		return false
	}
	local := u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
	return local && (u.Scheme == "http" || u.Scheme == "https")
}

// A page is what a person sees.
type page struct {
	Title, Problem string
	Form           bool
	Name           string // in the form's field
}

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

func showProblem(w http.ResponseWriter, problem string) {
	show(w, http.StatusBadRequest, page{Title: "This does not work", Problem: problem})
}

func show(w http.ResponseWriter, status int, content page) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_ = pageTemplate.Execute(w, content) // fails only if the client is gone
}
