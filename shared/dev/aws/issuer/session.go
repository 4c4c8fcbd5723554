//go:build unix

package issuer

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"maps"
	"net/http"
	"strings"
	"time"
)

const (
	codeLife    = time.Minute
	sessionLife = 12 * time.Hour // since its last refresh
)

// sessionClaim is the claim of a session's id in its tokens.
const sessionClaim = "sid"

// A code stands for one sign-in at one client, until the client redeems it.
type code struct {
	session             *session
	redirect, challenge string
	expires             time.Time
	used                bool
}

// A session is what a refresh token continues. Its id is the digest of the first half of each of its refresh tokens, so
// that who knows the id from another token cannot end the session.
type session struct {
	id, family          string
	client, user, scope string
	name, nonce         string
	begun, expires      time.Time
	secret              string // the second half of the only refresh token that is valid
}

// newCode keeps a sign-in, and returns its code.
func (p *Provider) newCode(a authorization, user, name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, text := p.now(), rand.Text()
	maps.DeleteFunc(p.codes, func(_ string, c *code) bool { return now.After(c.expires) })
	maps.DeleteFunc(p.sessions, func(_ string, s *session) bool { return now.After(s.expires) })
	family := rand.Text()
	p.codes[text] = &code{
		redirect: a.redirect, challenge: a.challenge, expires: now.Add(codeLife),
		session: &session{
			id: digest(family), family: family, client: a.client, user: user, name: name, scope: a.scope, nonce: a.nonce, begun: now,
		},
	}
	return text
}

// redeem answers the first who shows a code, if it is the client, with the redirect_uri and the verifier of the sign-in.
// Whoever shows a code again ends the session that it began.
func (p *Provider) redeem(client string, r *http.Request) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.codes[r.FormValue("code")]
	switch {
	case c == nil || p.now().After(c.expires):
		return nil, badRequest("invalid_grant", "the code is unknown or expired")
	case c.used:
		delete(p.sessions, c.session.id)
		return nil, badRequest("invalid_grant", "the code was used before")
	}
	c.used = true
	switch {
	case c.session.client != client:
		return nil, badRequest("invalid_grant", "the code is another client's")
	case c.redirect != r.FormValue("redirect_uri"):
		return nil, badRequest("invalid_grant", "redirect_uri is not that of the authorization")
	case !verifies(r.FormValue("code_verifier"), c.challenge):
		return nil, badRequest("invalid_grant", "code_verifier is not that of code_challenge")
	}
	p.sessions[c.session.id] = c.session
	return p.tokens(c.session)
}

// refresh answers new tokens of a session, among them the next refresh token. Whoever shows an earlier one ends the
// session: it was stolen before or after.
func (p *Provider) refresh(client, token string) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, secret := sessionOf(token)
	s := p.sessions[id]
	switch {
	case s == nil || s.client != client || p.now().After(s.expires):
		return nil, badRequest("invalid_grant", "the refresh token is unknown, expired or another client's")
	case subtle.ConstantTimeCompare([]byte(s.secret), []byte(secret)) == 0:
		delete(p.sessions, id)
		return nil, badRequest("invalid_grant", "the refresh token was used before")
	}
	return p.tokens(s)
}

// tokens returns new tokens of a session. The caller holds the lock.
func (p *Provider) tokens(s *session) (map[string]any, error) {
	s.secret, s.expires = rand.Text(), p.now().Add(sessionLife)
	own := map[string]any{sessionClaim: s.id, "name": s.name}
	answer, err := p.answer(s.user, Options{Scope: s.scope, Claims: own})
	if err != nil {
		return nil, err
	}
	answer["refresh_token"] = s.family + "." + s.secret
	if !asksForID(s.scope) {
		return answer, nil
	}
	maps.Copy(own, map[string]any{"aud": s.client, "auth_time": s.begun.Unix()})
	if s.nonce != "" {
		own["nonce"], s.nonce = s.nonce, "" // of the first ID token only
	}
	answer["id_token"], err = p.Token(s.user, Options{Claims: own})
	return answer, err
}

// end ends a session of the client.
func (p *Provider) end(id, client string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.sessions[id]; s != nil && s.client == client {
		delete(p.sessions, id)
	}
}

// lasts reports whether the session of a token lasts. A token without a session has none that could end.
func (p *Provider) lasts(claims map[string]any) bool {
	id, has := claims[sessionClaim].(string)
	p.mu.Lock()
	defer p.mu.Unlock()
	return !has || p.sessions[id] != nil
}

// sessionOf returns the id of the session of a refresh token, and the token's own half.
func sessionOf(refreshToken string) (id, secret string) {
	family, secret, _ := strings.Cut(refreshToken, ".")
	return digest(family), secret
}

// verifies reports whether the verifier is that of the challenge, by S256 (RFC 7636). No challenge wants no verifier.
func verifies(verifier, challenge string) bool {
	if challenge == "" {
		return verifier == ""
	}
	return len(verifier) >= 43 && len(verifier) <= 128 && digest(verifier) == challenge
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
