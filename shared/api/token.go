package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/meeting"
)

const (
	maxToken = 16 << 10 // bytes
	leeway   = 30 * time.Second
)

// verify checks a token as API Gateway's authorizer does, and returns its claims in the form in which that hands them
// over. The signature must be by a key of the set, with that key's own algorithm; issuer and audience ours (a token
// without aud may name its client_id instead, as Cognito's access tokens do); exp is required; clocks may differ by 30 s.
func (a *API) verify(token string) (map[string]string, error) {
	if a.Issuer == "" || a.Audience == "" || len(token) > maxToken {
		return nil, badToken("no issuer or audience to hold it to, or too long")
	}
	claims := jwt.MapClaims{}
	_, err := a.parser().ParseWithClaims(token, claims, a.Keys.find)
	if errors.Is(err, jwt.ErrTokenExpired) {
		return nil, meeting.Refuse(BadToken, "Access token is expired.")
	}
	if err != nil {
		return nil, badToken(err.Error())
	}
	if !a.isFor(claims) {
		return nil, badToken("for another audience")
	}
	return flat(claims), nil
}

func (a *API) parser() *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256", "ES256", "EdDSA"}),
		jwt.WithJSONNumber(),
		jwt.WithIssuer(a.Issuer),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(a.Now),
	)
}

// isFor reports whether the token is for our audience.
func (a *API) isFor(claims jwt.MapClaims) bool {
	if _, named := claims["aud"]; !named {
		return claims["client_id"] == a.Audience
	}
	audience, err := claims.GetAudience()
	return err == nil && slices.Contains(audience, a.Audience)
}

// find is the key of the set that a token must be signed with.
func (s *KeySet) find(token *jwt.Token) (any, error) {
	if _, critical := token.Header["crit"]; critical {
		return nil, errors.New("critical header parameters that we do not know")
	}
	id, named := token.Header["kid"].(string)
	for _, k := range s.keys {
		if k.id == id && named || !named && len(s.keys) == 1 {
			if token.Method.Alg() != k.algorithm {
				return nil, errors.New("another algorithm than the key's")
			}
			return k.public, nil
		}
	}
	return nil, errors.New("no such key")
}

// flat is the claims as text, as API Gateway hands them over: true is "true", a list is "[a b]". Objects are left out.
func flat(claims jwt.MapClaims) map[string]string {
	texts := make(map[string]string, len(claims))
	for name, claim := range claims {
		if text, ok := flatClaim(claim); ok {
			texts[name] = text
		}
	}
	return texts
}

func flatClaim(claim any) (text string, ok bool) {
	switch c := claim.(type) {
	case string:
		return c, true
	case bool, json.Number:
		return fmt.Sprint(c), true
	case []any:
		items := make([]string, 0, len(c))
		for _, item := range c {
			if text, ok := item.(string); ok {
				items = append(items, text)
			}
		}
		return "[" + strings.Join(items, " ") + "]", true
	}
	return "", false
}
