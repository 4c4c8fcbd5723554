package api

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"personal-rooms/shared/meeting"
)

// defaultAccount is the account of everyone whose token names none: an issuer that knows no accounts has one.
const defaultAccount = "default"

const (
	maxSub     = 128 // bytes; sub and account become parts of keys
	maxAccount = 64
	maxEmail   = 254
	maxName    = 128 // characters
)

// caller is who a request is from, by the claims of their token: those that API Gateway's authorizer has verified, else
// those of the bearer token, verified here. Neither authorizer nor key set: nobody gets in.
//
// The claims are those of OIDC. The account is account_id or, from Cognito, custom:account_id; a token without one
// belongs to the account "default", so an issuer of several tenants must name it in every token.
func (a *API) caller(r *Request) (meeting.Caller, error) {
	claims, err := a.claims(r)
	if err != nil {
		return meeting.Caller{}, err
	}
	user := meeting.User{Account: firstOf(claims, "account_id", "custom:account_id"), ID: claims["sub"]}
	if user.Account == "" {
		user.Account = defaultAccount
	}
	if !keyPart(user.ID, maxSub) || !keyPart(user.Account, maxAccount) {
		return meeting.Caller{}, badToken("sub or account_id is missing, too long, or holds what no key may hold")
	}
	return meeting.Caller{
		User:    user,
		Email:   verifiedEmail(claims),
		Name:    displayName(claims),
		Scopes:  words(claims["scope"] + " " + claims["scp"]),
		Address: address(r.clientIP),
	}, nil
}

// claims are those of a token that has been verified, by the authorizer or here.
func (a *API) claims(r *Request) (map[string]string, error) {
	if authorizer := r.event.RequestContext.Authorizer; authorizer != nil && authorizer.JWT != nil {
		return authorizer.JWT.Claims, nil
	}
	if a.Keys == nil {
		return nil, badToken("neither an authorizer nor a key set")
	}
	scheme, token, _ := strings.Cut(r.Header("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, badToken("no bearer token")
	}
	return a.verify(strings.TrimSpace(token))
}

// permit refuses a caller whose token is limited to scopes that do not cover the route's. A token that names none of
// our scopes is its user's own, and not limited; but what is for admins only, a token must name. Scopes finer than ours
// ("meeting:write:meeting") open no route.
func permit(c meeting.Caller, scope string) error {
	if scope == "" || c.May(scope) {
		return nil
	}
	if strings.HasSuffix(scope, ofAdmins) {
		return meeting.Refuse(NoScope, fmt.Sprintf("Invalid access token, does not contain scopes:[%s].", scope))
	}
	if c.May(scope+ofAdmins) || !slices.ContainsFunc(c.Scopes, ours) {
		return nil
	}
	return meeting.Refuse(NoScope, fmt.Sprintf("Invalid access token, does not contain scopes:[%s, %s:admin].", scope, scope))
}

const ofAdmins = ":admin"

func ours(scope string) bool {
	family, _, _ := strings.Cut(scope, ":")
	return family != scope && slices.Contains([]string{"user", "meeting", "webhook", "automation"}, family)
}

// badToken is the refusal of a token. Why is for the log: a caller who is nobody learns nothing.
func badToken(why string) error {
	return fmt.Errorf("%w (%s)", meeting.Refuse(BadToken, "Invalid access token."), why)
}

// keyPart reports whether a claim can be part of a key: there, not too long, and without the separator.
func keyPart(s string, longest int) bool {
	unfit := func(c rune) bool { return c == '#' || unprintable(c) }
	return s != "" && len(s) <= longest && strings.IndexFunc(s, unfit) < 0
}

// verifiedEmail is the token's address, if it is one and the issuer vouches for it.
func verifiedEmail(claims map[string]string) string {
	email := claims["email"]
	name, domain, _ := strings.Cut(email, "@")
	if claims["email_verified"] != "true" || name == "" || domain == "" || strings.Contains(domain, "@") || !keyPart(email, maxEmail) {
		return ""
	}
	return strings.ToLower(email)
}

func displayName(claims map[string]string) string {
	name := claims["name"]
	if name == "" {
		name = claims["given_name"] + " " + claims["family_name"]
	}
	name = strings.TrimSpace(strings.Map(printable, name))
	if runes := []rune(name); len(runes) > maxName {
		return string(runes[:maxName])
	}
	return name
}

func printable(c rune) rune {
	if unprintable(c) {
		return -1
	}
	return c
}

// words splits a claim that lists words: "a b", or a list as API Gateway writes it, "[a b]".
func words(claim string) []string {
	return strings.FieldsFunc(claim, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune("[],", c) })
}

func firstOf(claims map[string]string, names ...string) string {
	for _, name := range names {
		if claims[name] != "" {
			return claims[name]
		}
	}
	return ""
}
