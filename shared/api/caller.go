package api

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// defaultAccount is the account of every token that names none. An issuer with several accounts must therefore name one
// in every token.
const defaultAccount = "default"

// forAdmins ends the scopes for admins.
const forAdmins = ":admin"

const (
	maxEmail = 254 // bytes
	maxName  = 128 // characters
)

// caller returns the user of a request, from the claims of a verified OIDC token. It returns [BadToken] if the token
// does not verify, or names no user: see identityOf.
func (a *API) caller(r *Request) (meeting.Caller, error) {
	claims, err := a.claims(r)
	if err != nil {
		return meeting.Caller{}, err
	}
	user, err := identityOf(claims)
	if err != nil {
		return meeting.Caller{}, err
	}
	return meeting.Caller{
		User:    user,
		Email:   verifiedEmail(claims),
		Name:    displayName(claims),
		Scopes:  scopesOf(claims, a.AdminGroup),
		Address: network(r.clientIP),

		IssuedAt: issuedAt(claims),
	}, nil
}

// claims returns the claims that API Gateway's authorizer verified, or else those of the bearer token, verified here.
// Without an authorizer and a key set, it refuses every token.
func (a *API) claims(r *Request) (map[string]string, error) {
	if authorizer := r.event.RequestContext.Authorizer; authorizer != nil && authorizer.JWT != nil {
		return authorizer.JWT.Claims, nil
	}
	if a.Keys == nil {
		return nil, badToken("neither an authorizer nor a key set")
	}
	token, found := r.bearer()
	if !found {
		return nil, badToken("no bearer token")
	}
	return a.verify(token)
}

// bearer returns the token of the Authorization header (RFC 6750).
func (r *Request) bearer() (token string, found bool) {
	scheme, token, _ := strings.Cut(r.Header("Authorization"), " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
}

// permit returns [NoScope] if the token of the caller is limited to scopes that do not cover each of the route's. A
// token that names none of our scopes is not limited, but a token must name the scope of a route for admins. A finer
// scope, "meeting:write:meeting", covers no route.
func permit(c meeting.Caller, scopes string) error {
	for scope := range strings.FieldsSeq(scopes) {
		switch {
		case c.May(scope):
		case strings.HasSuffix(scope, forAdmins):
			return account.MissingScope(scope)
		case !c.May(scope+forAdmins) && slices.ContainsFunc(c.Scopes, isOurs):
			return account.MissingScope(scope, scope+forAdmins)
		}
	}
	return nil
}

// issuedAt returns when the token was issued, to the second; the zero time if it does not say so.
func issuedAt(claims map[string]string) time.Time {
	seconds, err := strconv.ParseFloat(claims["iat"], 64) // API Gateway may write 1.772442e+09
	if err != nil || !(seconds > 0 && seconds < maxIssued) {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

const maxIssued = 1 << 40 // seconds: no token is issued after it

// actsAsAdmin reports whether the token lets the caller act for others, on a route that looks at its scopes.
func actsAsAdmin(c meeting.Caller, route Route) bool {
	return route.Scope != "" && slices.ContainsFunc(c.Scopes, func(s string) bool { return strings.HasSuffix(s, forAdmins) })
}

// badToken refuses a token. The cause is for the log only.
func badToken(cause string) error {
	return fmt.Errorf("%w (%s)", meeting.Refuse(BadToken, "Invalid access token."), cause)
}

// verifiedEmail returns the e-mail address of the token, as we compare addresses; empty unless the issuer verified it.
func verifiedEmail(claims map[string]string) string {
	email, err := parseEmail(claims["email"])
	if err != nil || claims["email_verified"] != "true" || !account.KeyPart(email, maxEmail) {
		return ""
	}
	return email
}

// displayName returns the name of the user; empty if there is none, or if the issuer puts an e-mail address in its
// place.
func displayName(claims map[string]string) string {
	name := cmp.Or(claims["name"], claims["given_name"]+" "+claims["family_name"])
	name = strings.TrimSpace(strings.Map(dropUnprintable, name))
	if _, err := parseEmail(name); err == nil {
		return ""
	}
	if runes := []rune(name); len(runes) > maxName {
		return string(runes[:maxName])
	}
	return name
}

func dropUnprintable(c rune) rune {
	if unprintable(c) {
		return -1
	}
	return c
}
