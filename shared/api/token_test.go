package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/api"
)

const (
	issuer   = "https://issuer.example.com"
	audience = "rooms"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// The issuer's keys, and their public keys in JSON.
var (
	rsaKey   = must(rsa.GenerateKey(rand.Reader, 2048))
	nextKey  = must(rsa.GenerateKey(rand.Reader, 2048))
	firstJWK = jwk("r", rsaKey.N)
	nextJWK  = jwk("n", nextKey.N)
)

func jwk(id string, n *big.Int) string {
	modulus := base64.RawURLEncoding.EncodeToString(n.Bytes())
	return fmt.Sprintf(`{"kty":"RSA","kid":%q,"use":"sig","alg":"RS256","n":%q,"e":"AQAB"}`, id, modulus)
}

func jwks(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// sign returns a valid token with changed claims; nil removes a claim. kid is nil for a token that names no key.
func sign(method jwt.SigningMethod, kid, key any, changes jwt.MapClaims) string {
	claims := jwt.MapClaims{"iss": issuer, "aud": audience, "sub": "ada", "exp": noon.Add(time.Hour).Unix()}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	token := jwt.NewWithClaims(method, claims)
	if kid == "critical" {
		kid, token.Header["crit"] = "r", []string{"b64"}
	}
	if kid != nil {
		token.Header["kid"] = kid
	}
	return must(token.SignedString(key))
}

func signRS256(changes jwt.MapClaims) string {
	return sign(jwt.SigningMethodRS256, "r", rsaKey, changes)
}

// accepting returns options that accept the issuer's tokens.
func accepting(keys ...string) api.Options {
	return api.Options{
		Keys: must(api.ParseKeySet(jwks(keys...))), Issuer: issuer, Audience: audience + ",pages",
		Now: func() time.Time { return noon },
	}
}

// present returns the answer to a request with this Authorization header.
func present(t *testing.T, o api.Options, header string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	return answer(t, o, answering(api.NoContent()), guestEvent(map[string]string{"Authorization": header}))
}

// A tokenCase is a JSON Web Token.
type tokenCase struct {
	token string
	valid bool
}

func tokenCases() map[string]tokenCase {
	const rs, hs = "RS256", "HS256"
	at := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	with := func(claim string, value any) string { return signRS256(jwt.MapClaims{claim: value}) }
	audiences := func(aud, client any) string { return signRS256(jwt.MapClaims{"aud": aud, "client_id": client}) }
	by := func(method string, kid, key any) string { return sign(jwt.GetSigningMethod(method), kid, key, nil) }
	valid, eves := strings.Split(signRS256(nil), "."), strings.Split(with("sub", "eve"), ".")

	return map[string]tokenCase{
		"RS256":                {by(rs, "r", rsaKey), true},
		"the next key":         {by(rs, "n", nextKey), true},
		"expired 29 s ago":     {with("exp", at(-29*time.Second)), true},
		"expired 31 s ago":     {with("exp", at(-31*time.Second)), false},
		"never expires":        {with("exp", nil), false},
		"valid in 29 s":        {with("nbf", at(29*time.Second)), true},
		"valid in 31 s":        {with("nbf", at(31*time.Second)), false},
		"another issuer":       {with("iss", "https://evil.example.com"), false},
		"no issuer":            {with("iss", nil), false},
		"one of two audiences": {with("aud", []string{"other", audience}), true},
		"our other audience":   {with("aud", "pages"), true},
		"both in one text":     {with("aud", audience+",pages"), false},
		"an empty audience":    {with("aud", ""), false},
		"another audience":     {with("aud", "other"), false},
		"no audience":          {with("aud", nil), false},
		"only a client_id":     {audiences(nil, audience), false},
		"aud beats client_id":  {audiences("other", audience), false},
		"a number as aud":      {audiences(5, audience), false},
		"no sub":               {with("sub", nil), false},
		"the longest sub":      {with("sub", strings.Repeat("s", 128)), true},
		"a sub too long":       {with("sub", strings.Repeat("s", 129)), false},
		"a sub with a #":       {with("sub", "a#b"), false},
		"a sub with a newline": {with("sub", "a\nb"), false},
		"a sub with a quote":   {with("sub", `a","user_id":"b`), false},
		"with a backslash":     {with("sub", `a\`), false},
		"the longest account":  {with("account_id", strings.Repeat("a", 64)), true},
		"an account too long":  {with("account_id", strings.Repeat("a", 65)), false},
		"an account with a #":  {with("account_id", "a#b"), false},
		"account with a quote": {with("account_id", `a"b`), false},
		"changed claims":       {valid[0] + "." + eves[1] + "." + valid[2], false},
		"alg none":             {by("none", "r", jwt.UnsafeAllowNoneSignatureType), false},
		"HS256, public key":    {by(hs, "r", x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey)), false},
		"PS256 with an RS256":  {by("PS256", "r", rsaKey), false},
		"the other key's id":   {by(rs, "r", nextKey), false},
		"an unknown kid":       {by(rs, "x", rsaKey), false},
		"no kid, two keys":     {by(rs, nil, rsaKey), false},
		"critical extensions":  {by(rs, "critical", rsaKey), false},
		"too long":             {with("x", strings.Repeat("x", 16<<10)), false},
	}
}

// Two subjects: the check of the issuer's tokens, and that of apps' tokens, which accepts none of these.
func TestTokenVerification(t *testing.T) {
	ofApps, _ := acceptingApps(t)
	for name, c := range tokenCases() {
		t.Run(name, func(t *testing.T) {
			got := present(t, accepting(firstJWK, nextJWK), "Bearer "+c.token)
			if want := map[bool]int{true: 204, false: 401}[c.valid]; got.StatusCode != want {
				t.Errorf("answered %d %s", got.StatusCode, got.Body)
			}
			if got := present(t, ofApps, "Bearer "+c.token); got.StatusCode != http.StatusUnauthorized {
				t.Errorf("as a token of an app: answered %d %s", got.StatusCode, got.Body)
			}
		})
	}
	alone := sign(jwt.SigningMethodRS256, nil, rsaKey, nil)
	if got := present(t, accepting(firstJWK), "Bearer "+alone); got.StatusCode != http.StatusNoContent {
		t.Errorf("the only key, not named by the token: answered %d", got.StatusCode)
	}
}

func TestRefusedTokensShowNoCause(t *testing.T) {
	for header, message := range map[string]string{
		"Bearer " + signRS256(jwt.MapClaims{"aud": "x"}): "Invalid access token.",
		"bearer " + signRS256(jwt.MapClaims{"exp": 1}):   "Access token is expired.",
		"Basic YTpi": "Invalid access token.",
		"":           "Invalid access token.",
	} {
		var logged bytes.Buffer
		o := accepting(firstJWK)
		o.Logger = jsonLog(&logged)
		got := present(t, o, header)
		want := fmt.Sprintf(`{"code":124,"message":%q,"reason":"token"}`, message)
		if got.StatusCode != http.StatusUnauthorized || got.Body != want || got.Headers["WWW-Authenticate"] != "Bearer" {
			t.Errorf("%s: answered %d %s %v", header, got.StatusCode, got.Body, got.Headers)
		}
		if _, token, _ := strings.Cut(header, " "); token != "" && strings.Contains(logged.String(), token) {
			t.Errorf("the token is in the log: %s", &logged)
		}
	}
}

func TestMissingConfigurationRefusesEveryToken(t *testing.T) {
	for name, remove := range map[string]func(*api.Options){
		"key set": func(o *api.Options) { o.Keys = nil }, "keys": func(o *api.Options) { o.Keys = api.KeySet{} },
		"issuer": func(o *api.Options) { o.Issuer = "" }, "audience": func(o *api.Options) { o.Audience = "" },
	} {
		o := accepting(firstJWK)
		remove(&o)
		if got := present(t, o, "Bearer "+signRS256(nil)); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("without %s: answered %d", name, got.StatusCode)
		}
	}
	got := answer(t, accepting(firstJWK), answering(api.NoContent()), eventWithClaims(nil))
	if got.StatusCode != http.StatusUnauthorized {
		t.Errorf("an authorizer without claims: answered %d", got.StatusCode)
	}
}

func TestOurClaimsHaveTheAuthorizersFormat(t *testing.T) {
	token := signRS256(jwt.MapClaims{"account_id": 4711, "email": "Ada@Example.com", "email_verified": true,
		"scp": []string{"meeting:read", "openid"}, "address": jwt.MapClaims{"x": "y"}})
	answer(t, accepting(firstJWK), route(func(_ context.Context, r *api.Request) (api.Response, error) {
		got := fmt.Sprint(r.Caller.Account, " ", r.Caller.Email, r.Caller.Scopes)
		if got != "4711 ada@example.com[meeting:read openid]" {
			t.Errorf("the caller is %s", got)
		}
		return api.NoContent(), nil
	}), guestEvent(map[string]string{"Authorization": "Bearer " + token}))
}

func TestKeySets(t *testing.T) {
	short := jwk("s", new(big.Int).Lsh(big.NewInt(1), 1023))
	for _, text := range []string{"x", jwks(`{"kty":"oct","k":"AAAA"}`), jwks(`{"kty":"EC","crv":"P-256"}`), jwks(short)} {
		if keys, err := api.ParseKeySet(text); err == nil {
			t.Errorf("%s: %v", text, keys)
		}
	}
	if keys, err := api.ParseKeySet(""); keys != nil || err != nil {
		t.Errorf("empty text: %v, %v", keys, err)
	}
}
