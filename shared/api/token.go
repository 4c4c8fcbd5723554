package api

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/meeting"
)

const (
	maxToken = 16 << 10 // bytes
	minRSA   = 2048     // bits
	leeway   = 30 * time.Second
)

// A KeySet holds the public keys, by their ids, that verify tokens where API Gateway does not: in `sam local`.
type KeySet map[string]*rsa.PublicKey

// base64URL is the bytes of a JSON string in base64url without padding.
type base64URL []byte

func (b *base64URL) UnmarshalText(text []byte) (err error) {
	*b, err = base64.RawURLEncoding.DecodeString(string(text))
	return err
}

// ParseKeySet reads a JSON Web Key Set (RFC 7517) of RSA keys of 2048 bits or more, for RS256: API Gateway verifies no
// other signatures. Empty text gives no key set: nil.
func ParseKeySet(text string) (KeySet, error) {
	if text == "" {
		return nil, nil
	}
	var set struct {
		Keys []struct {
			Type string    `json:"kty"`
			ID   string    `json:"kid"`
			N    base64URL `json:"n"`
			E    base64URL `json:"e"`
		} `json:"keys"`
	}
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return nil, fmt.Errorf("not a JSON Web Key Set: %w", err)
	}
	keys := KeySet{}
	for _, k := range set.Keys {
		modulus, exponent := new(big.Int).SetBytes(k.N), new(big.Int).SetBytes(k.E)
		if k.Type != "RSA" || modulus.BitLen() < minRSA || !exponent.IsInt64() {
			return nil, fmt.Errorf("the key %q is not an RSA key of at least %d bits", k.ID, minRSA)
		}
		keys[k.ID] = &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}
	}
	return keys, nil
}

// verify checks a token as API Gateway's authorizer does, and returns its claims in the authorizer's format. A key of
// the set must have signed it with RS256. The issuer and the audience must be ours. exp is required. Clocks may differ
// by 30 s.
func (a *API) verify(token string) (map[string]string, error) {
	if a.Issuer == "" || a.Audience == "" || len(token) > maxToken {
		return nil, badToken("no issuer or audience is configured, or the token is too long")
	}
	claims := jwt.MapClaims{}
	_, err := a.parser().ParseWithClaims(token, claims, a.Keys.find)
	if errors.Is(err, jwt.ErrTokenExpired) {
		return nil, meeting.Refuse(BadToken, "Access token is expired.")
	}
	if err != nil {
		return nil, badToken(err.Error())
	}
	if !a.hasAudience(claims) {
		return nil, badToken("for another audience")
	}
	return flatten(claims), nil
}

func (a *API) parser() *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Name}),
		jwt.WithJSONNumber(),
		jwt.WithIssuer(a.Issuer),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(a.Now),
	)
}

func (a *API) hasAudience(claims jwt.MapClaims) bool {
	audience, err := claims.GetAudience()
	accepted := strings.Split(a.Audience, ",")
	isAccepted := func(name string) bool { return name != "" && slices.Contains(accepted, name) }
	return err == nil && slices.ContainsFunc(audience, isAccepted)
}

// find returns the key that must have signed the token: the key that the token names, or the only key if it names none.
func (s KeySet) find(token *jwt.Token) (any, error) {
	if _, critical := token.Header["crit"]; critical {
		return nil, errors.New("unknown critical header parameters")
	}
	id, named := token.Header["kid"].(string)
	for own, key := range s {
		if own == id && named || !named && len(s) == 1 {
			return key, nil
		}
	}
	return nil, errors.New("unknown key")
}

// flatten returns the claims as text, in API Gateway's format: true is "true", a list is "[a b]", and an object is
// "map[a:b]". It drops nulls.
func flatten(claims jwt.MapClaims) map[string]string {
	texts := make(map[string]string, len(claims))
	for name, claim := range claims {
		if claim != nil {
			texts[name] = fmt.Sprint(claim)
		}
	}
	return texts
}
