package api_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"log/slog"
	"maps"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

const (
	issuer   = "https://issuer.example.com"
	audience = "rooms"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// An issuerOfTokens has one key of each kind.
type issuerOfTokens struct {
	rsa     *rsa.PrivateKey
	ecdsa   *ecdsa.PrivateKey
	ed25519 ed25519.PrivateKey
	public  ed25519.PublicKey // of ed25519
}

func newIssuer(t *testing.T) *issuerOfTokens {
	t.Helper()
	r, errR := rsa.GenerateKey(rand.Reader, 2048)
	e, errE := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	public, d, errD := ed25519.GenerateKey(rand.Reader)
	for _, err := range []error{errR, errE, errD} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return &issuerOfTokens{r, e, d, public}
}

func (i *issuerOfTokens) keySet(t *testing.T) *api.KeySet {
	t.Helper()
	keys, err := api.ParseKeySet(fmt.Sprintf(`{"keys":[%s,%s,%s]}`, i.jwkRSA(), i.jwkEC(t), i.jwkEd()))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func (i *issuerOfTokens) jwkRSA() string {
	return fmt.Sprintf(`{"kty":"RSA","kid":"r","use":"sig","alg":"RS256","n":%q,"e":"AQAB"}`, b64(i.rsa.N.Bytes()))
}

func (i *issuerOfTokens) jwkEC(t *testing.T) string {
	t.Helper()
	point, err := i.ecdsa.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"kty":"EC","kid":"e","crv":"P-256","x":%q,"y":%q}`, b64(point[1:33]), b64(point[33:]))
}

func (i *issuerOfTokens) jwkEd() string {
	return fmt.Sprintf(`{"kty":"OKP","kid":"d","crv":"Ed25519","x":%q}`, b64(i.public))
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// good is the claims of a token that is accepted, with some changed; nil takes a claim away.
func good(changes jwt.MapClaims) jwt.MapClaims {
	claims := jwt.MapClaims{"iss": issuer, "aud": audience, "sub": "ada", "exp": noon.Add(time.Hour).Unix()}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

func sign(t *testing.T, method jwt.SigningMethod, kid any, key crypto.PrivateKey, claims jwt.MapClaims, header ...string) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	if kid != nil {
		token.Header["kid"] = kid
	}
	for _, name := range header {
		token.Header[name] = []string{"b64"}
	}
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestTokensAreVerified(t *testing.T) {
	i, stranger := newIssuer(t), newIssuer(t)
	rs := func(changes jwt.MapClaims) string { return sign(t, jwt.SigningMethodRS256, "r", i.rsa, good(changes)) }
	at := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	publicDER := x509.MarshalPKCS1PublicKey(&i.rsa.PublicKey)
	valid := rs(nil)
	parts := strings.Split(valid, ".")
	tampered := parts[0] + "." + b64([]byte(fmt.Sprintf(`{"iss":%q,"aud":%q,"sub":"eve","exp":%d}`, issuer, audience, at(time.Hour)))) + "." + parts[2]

	for name, c := range map[string]struct {
		token string
		ok    bool
	}{
		"RS256":                  {valid, true},
		"ES256":                  {sign(t, jwt.SigningMethodES256, "e", i.ecdsa, good(nil)), true},
		"EdDSA":                  {sign(t, jwt.SigningMethodEdDSA, "d", i.ed25519, good(nil)), true},
		"expired 29 s ago":       {rs(jwt.MapClaims{"exp": at(-29 * time.Second)}), true},
		"expired 31 s ago":       {rs(jwt.MapClaims{"exp": at(-31 * time.Second)}), false},
		"never expires":          {rs(jwt.MapClaims{"exp": nil}), false},
		"expires as text":        {rs(jwt.MapClaims{"exp": "tomorrow"}), false},
		"valid in 29 s":          {rs(jwt.MapClaims{"nbf": at(29 * time.Second)}), true},
		"valid in 31 s":          {rs(jwt.MapClaims{"nbf": at(31 * time.Second)}), false},
		"another issuer":         {rs(jwt.MapClaims{"iss": "https://evil.example.com"}), false},
		"no issuer":              {rs(jwt.MapClaims{"iss": nil}), false},
		"one of two audiences":   {rs(jwt.MapClaims{"aud": []string{"other", audience}}), true},
		"another audience":       {rs(jwt.MapClaims{"aud": "other"}), false},
		"no audience":            {rs(jwt.MapClaims{"aud": nil}), false},
		"Cognito's client_id":    {rs(jwt.MapClaims{"aud": nil, "client_id": audience}), true},
		"another client_id":      {rs(jwt.MapClaims{"aud": nil, "client_id": "other"}), false},
		"aud beats client_id":    {rs(jwt.MapClaims{"aud": "other", "client_id": audience}), false},
		"an odd audience":        {rs(jwt.MapClaims{"aud": 5, "client_id": audience}), false},
		"no sub":                 {rs(jwt.MapClaims{"sub": nil}), false},
		"an empty sub":           {rs(jwt.MapClaims{"sub": ""}), false},
		"the longest sub":        {rs(jwt.MapClaims{"sub": strings.Repeat("s", 128)}), true},
		"too long a sub":         {rs(jwt.MapClaims{"sub": strings.Repeat("s", 129)}), false},
		"a sub with a #":         {rs(jwt.MapClaims{"sub": "a#b"}), false},
		"a sub with a newline":   {rs(jwt.MapClaims{"sub": "a\nb"}), false},
		"the longest account":    {rs(jwt.MapClaims{"account_id": strings.Repeat("a", 64)}), true},
		"too long an account":    {rs(jwt.MapClaims{"account_id": strings.Repeat("a", 65)}), false},
		"an account with a #":    {rs(jwt.MapClaims{"account_id": "a#b"}), false},
		"tampered with":          {tampered, false},
		"no signature":           {parts[0] + "." + parts[1] + ".", false},
		"alg none":               {sign(t, jwt.SigningMethodNone, "r", jwt.UnsafeAllowNoneSignatureType, good(nil)), false},
		"HS256, public key":      {sign(t, jwt.SigningMethodHS256, "r", publicDER, good(nil)), false},
		"HS256, modulus":         {sign(t, jwt.SigningMethodHS256, "r", i.rsa.N.Bytes(), good(nil)), false},
		"RS512 with an RS256":    {sign(t, jwt.SigningMethodRS512, "r", i.rsa, good(nil)), false},
		"ES256 with RSA's kid":   {sign(t, jwt.SigningMethodES256, "r", i.ecdsa, good(nil)), false},
		"a stranger's key":       {sign(t, jwt.SigningMethodRS256, "r", stranger.rsa, good(nil)), false},
		"an unknown kid":         {sign(t, jwt.SigningMethodRS256, "x", i.rsa, good(nil)), false},
		"no kid, three keys":     {sign(t, jwt.SigningMethodRS256, nil, i.rsa, good(nil)), false},
		"a kid that is a number": {sign(t, jwt.SigningMethodRS256, 1, i.rsa, good(nil)), false},
		"critical extensions":    {sign(t, jwt.SigningMethodRS256, "r", i.rsa, good(nil), "crit"), false},
		"too long":               {rs(jwt.MapClaims{"x": strings.Repeat("x", 16<<10)}), false},
		"not a token":            {"x.y", false},
		"nothing":                {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			event := askAsGuest("GET /thing")
			event.Headers["authorization"] = "Bearer " + c.token
			got := answer(t, api.Options{Keys: i.keySet(t), Issuer: issuer, Audience: audience, Now: func() time.Time { return noon }}, says(api.NoContent()), event)
			if c.ok != (got.StatusCode == http.StatusNoContent) || !c.ok && got.StatusCode != http.StatusUnauthorized {
				t.Errorf("answered %d %s", got.StatusCode, got.Body)
			}
		})
	}
}

func TestARefusedTokenIsToldLittle(t *testing.T) {
	i := newIssuer(t)
	for name, c := range map[string]struct{ header, body string }{
		"another audience": {"Bearer " + sign(t, jwt.SigningMethodRS256, "r", i.rsa, good(jwt.MapClaims{"aud": "x"})), `{"code":124,"message":"Invalid access token.","reason":"token"}`},
		"expired":          {"bearer " + sign(t, jwt.SigningMethodRS256, "r", i.rsa, good(jwt.MapClaims{"exp": 1})), `{"code":124,"message":"Access token is expired.","reason":"token"}`},
		"another scheme":   {"Basic YTpi", `{"code":124,"message":"Invalid access token.","reason":"token"}`},
		"no header":        {"", `{"code":124,"message":"Invalid access token.","reason":"token"}`},
	} {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			event := askAsGuest("GET /thing")
			event.Headers["Authorization"] = c.header
			got := answer(t, api.Options{Logger: slog.New(slog.NewTextHandler(&logged, nil)), Keys: i.keySet(t), Issuer: issuer, Audience: audience, Now: func() time.Time { return noon }}, says(api.NoContent()), event)
			if got.StatusCode != http.StatusUnauthorized || got.Body != c.body || got.Headers["WWW-Authenticate"] != "Bearer" {
				t.Errorf("answered %d %s %v", got.StatusCode, got.Body, got.Headers)
			}
			if _, token, _ := strings.Cut(c.header, " "); token != "" && strings.Contains(logged.String(), token) {
				t.Errorf("the token is in the log: %s", &logged)
			}
		})
	}
}

func TestNobodyGetsInWithoutAnythingToCheckThemBy(t *testing.T) {
	i := newIssuer(t)
	event := askAsGuest("GET /thing")
	event.Headers["authorization"] = "Bearer " + sign(t, jwt.SigningMethodRS256, "r", i.rsa, good(nil))
	emptyAuthorizer := event
	emptyAuthorizer.RequestContext.Authorizer = authorizer(nil)
	now := func() time.Time { return noon }

	if got := answer(t, api.Options{Now: now}, says(api.NoContent()), event); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("no key set: %d", got.StatusCode)
	}
	if got := answer(t, api.Options{Now: now, Keys: i.keySet(t), Audience: audience}, says(api.NoContent()), event); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("no issuer: %d", got.StatusCode)
	}
	if got := answer(t, api.Options{Now: now, Keys: i.keySet(t), Issuer: issuer}, says(api.NoContent()), event); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("no audience: %d", got.StatusCode)
	}
	if got := answer(t, api.Options{Now: now, Keys: &api.KeySet{}, Issuer: issuer, Audience: audience}, says(api.NoContent()), event); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("an empty key set: %d", got.StatusCode)
	}
	if got := answer(t, api.Options{Now: now}, says(api.NoContent()), emptyAuthorizer); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("an authorizer without claims: %d", got.StatusCode)
	}
}

func TestAClaimIsReadAlikeWhoeverVerifiedIt(t *testing.T) {
	i := newIssuer(t)
	event := askAsGuest("GET /thing")
	event.Headers["authorization"] = "Bearer " + sign(t, jwt.SigningMethodEdDSA, "d", i.ed25519, good(jwt.MapClaims{
		"account_id": 4711, "email": "Ada@Example.com", "email_verified": true, "scp": []string{"meeting:read", "openid"}, "address": jwt.MapClaims{"x": "y"},
	}))
	var seen meeting.Caller
	answer(t, api.Options{Keys: i.keySet(t), Issuer: issuer, Audience: audience, Now: func() time.Time { return noon }},
		route(func(_ context.Context, r *api.Request) (api.Response, error) {
			seen = r.Caller
			return api.NoContent(), nil
		}), event)
	if seen.Account != "4711" || seen.Email != "ada@example.com" || fmt.Sprint(seen.Scopes) != "[meeting:read openid]" {
		t.Errorf("the caller is %+v", seen)
	}
}

func TestKeySets(t *testing.T) {
	i := newIssuer(t)
	small := &issuerOfTokens{rsa: &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 65537}}}
	set := func(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }
	for name, c := range map[string]struct{ text, err string }{
		"no JSON":               {"x", "not a JSON Web Key Set"},
		"no keys":               {"{}", "without keys that sign"},
		"for encryption only":   {set(`{"kty":"RSA","use":"enc"}`), "without keys that sign"},
		"one id twice":          {set(i.jwkEd(), i.jwkEd()), `two keys of the id "d"`},
		"a shared secret":       {set(`{"kty":"oct","k":"AAAA"}`), `type "oct"`},
		"another curve":         {set(`{"kty":"EC","crv":"P-384"}`), `curve "P-384"`},
		"a point off its curve": {set(fmt.Sprintf(`{"kty":"EC","crv":"P-256","x":%q,"y":%q}`, b64(make([]byte, 32)), b64(make([]byte, 32)))), "key 0"},
		"half a point":          {set(`{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}`), "32 bytes"},
		"a short RSA key":       {set(small.jwkRSA()), "2048 bits"},
		"a short Ed25519 key":   {set(`{"kty":"OKP","crv":"Ed25519","x":"AAAA"}`), "32 bytes"},
		"another algorithm":     {set(strings.Replace(i.jwkRSA(), "RS256", "PS256", 1)), `"PS256"`},
		"a private key":         {set(strings.Replace(i.jwkEd(), `"kid"`, `"d":"AAAA","kid"`, 1)), "private key"},
	} {
		if _, err := api.ParseKeySet(c.text); err == nil || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if keys, err := api.ParseKeySet(""); keys != nil || err != nil {
		t.Errorf("no text: %v, %v", keys, err)
	}
}

func TestTheOnlyKeyNeedsNoName(t *testing.T) {
	i := newIssuer(t)
	keys, err := api.ParseKeySet(`{"keys":[` + i.jwkRSA() + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	event := askAsGuest("GET /thing")
	event.Headers["authorization"] = "Bearer " + sign(t, jwt.SigningMethodRS256, nil, i.rsa, good(nil))
	got := answer(t, api.Options{Keys: keys, Issuer: issuer, Audience: audience, Now: func() time.Time { return noon }}, says(api.NoContent()), event)
	if got.StatusCode != http.StatusNoContent {
		t.Errorf("answered %d", got.StatusCode)
	}
}
