//go:build unix

package issuer

import (
	"crypto/rand"
	_ "embed"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

//go:embed signin.html
var signInHTML string

var signInPage = template.Must(template.New("").Parse(signInHTML))

// kept are the parameters of an authorization request, which the page sends again with the name.
var kept = []string{
	"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
}

// A person is who signed in.
type person struct{ id, name string }

// personOf returns the person of a typed name: "Ada Lovelace" has the id ada.lovelace. ok is false if no letter or
// digit is left.
func personOf(typed string) (p person, ok bool) {
	name := strings.Join(strings.Fields(typed), " ")
	id := strings.Trim(unfit.ReplaceAllString(strings.ToLower(name), "."), ".")
	return person{id, name}, id != "" && len(id) <= 64
}

// unfit are the characters that are in no id, which is the first part of an e-mail address too.
var unfit = regexp.MustCompile(`[^a-z0-9_-]+`)

// askName shows the page on which a person enters a name.
func (p *Provider) askName(w http.ResponseWriter, r *http.Request) {
	if p.valid(w, r) {
		p.show(w, r, http.StatusOK, "")
	}
}

func (p *Provider) show(w http.ResponseWriter, r *http.Request, status int, problem string) {
	fields := map[string]string{}
	for _, name := range kept {
		fields[name] = r.FormValue(name)
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_ = signInPage.Execute(w, map[string]any{"Fields": fields, "Problem": problem}) // fails only if the client is gone
}

// authorize takes the name, and sends the person back with a code (RFC 6749, 4.1.2; RFC 9207).
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	if !p.valid(w, r) {
		return
	}
	who, ok := personOf(r.PostFormValue("name"))
	if !ok {
		p.show(w, r, http.StatusBadRequest, "Enter a name with a letter or a digit, of at most 64 characters.")
		return
	}
	code := p.keep(p.codes, grant{
		person: who, client: r.FormValue("client_id"), scope: r.FormValue("scope"), nonce: r.FormValue("nonce"),
		redirect: r.FormValue("redirect_uri"), challenge: r.FormValue("code_challenge"), family: rand.Text(), signedIn: p.now(),
	}, codeLife)
	p.back(w, r, url.Values{"code": {code}})
}

// valid checks an authorization request. Without a client and an address to which we may send people it shows the
// error; any other error goes back to the client (RFC 6749, 4.1.2.1).
func (p *Provider) valid(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case r.FormValue("client_id") == "":
		refuse(w, http.StatusBadRequest, "invalid_client",
			"client_id is missing: it is "+WebClient+", or the name of a program with a secret")
		return false
	case !p.ours(r.FormValue("redirect_uri")):
		refuse(w, http.StatusBadRequest, "invalid_request",
			"redirect_uri must be an address of "+p.base+", or http on a loopback address, without a fragment")
		return false
	}
	var code, description string
	switch {
	case r.FormValue("response_type") != "code":
		code, description = "unsupported_response_type", "response_type must be code"
	case !provable(r):
		code, description = "invalid_request", "code_challenge must be the S256 of a verifier (RFC 7636)"
	default:
		return true
	}
	p.back(w, r, url.Values{"error": {code}, "error_description": {description}})
	return false
}

// provable reports whether the client can prove at the token endpoint that the code is its own: by PKCE, which a
// program with a secret may leave out, as Zoom's clients do.
func provable(r *http.Request) bool {
	challenge, method := r.FormValue("code_challenge"), r.FormValue("code_challenge_method")
	if challenge+method == "" {
		return r.FormValue("client_id") != WebClient
	}
	return method == "S256" && len(challenge) == 43
}

// ours reports whether people may be sent to the address: to a page of the product, or to a program on this machine
// (RFC 8252, 7.3).
func (p *Provider) ours(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Fragment != "" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	loopback := u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
	return loopback || u.Scheme+"://"+u.Host == p.base
}

// back sends the person to the client.
func (p *Provider) back(w http.ResponseWriter, r *http.Request, with url.Values) {
	with.Set("iss", p.base)
	redirect(w, r.FormValue("redirect_uri"), with, r.FormValue("state"))
}

// redirect sends the person to an address of ours, with the parameters and the client's state.
func redirect(w http.ResponseWriter, address string, with url.Values, state string) {
	to, _ := url.Parse(address) // see ours
	query := to.Query()
	if state != "" {
		with.Set("state", state)
	}
	for name := range with {
		query.Set(name, with.Get(name))
	}
	to.RawQuery = query.Encode()
	w.Header().Set("Location", to.String())
	w.WriteHeader(http.StatusSeeOther)
}

// logout ends nothing here, because no cookie keeps a sign-in. It sends the person back (OpenID Connect RP-Initiated
// Logout 1.0, 3).
func (p *Provider) logout(w http.ResponseWriter, r *http.Request) {
	to := r.FormValue("post_logout_redirect_uri")
	if !p.ours(to) {
		refuse(w, http.StatusBadRequest, "invalid_request",
			"post_logout_redirect_uri must be an address of "+p.base+", or http on a loopback address")
		return
	}
	redirect(w, to, url.Values{}, r.FormValue("state"))
}
