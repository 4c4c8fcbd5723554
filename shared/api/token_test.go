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

// An issuerOfTokens has one key of each type.
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

// claimsWith returns the claims of a valid token with changes; nil removes a claim.
func claimsWith(changes jwt.MapClaims) jwt.MapClaims {
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

// options return options that accept the issuer's tokens.
func (i *issuerOfTokens) options(t *testing.T) api.Options {
	t.Helper()
	return api.Options{Keys: i.keySet(t), Issuer: issuer, Audience: audience, Now: func() time.Time { return noon }}
}

// present returns the answer to a request with this Authorization header.
func present(t *testing.T, o api.Options, header string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	return answer(t, o, answering(api.NoContent()), guestEvent(map[string]string{"Authorization": header}))
}

func TestTokenVerification(t *testing.T) {
	i, other := newIssuer(t), newIssuer(t)
	rs := func(changes jwt.MapClaims) string {
		return sign(t, jwt.SigningMethodRS256, "r", i.rsa, claimsWith(changes))
	}
	at := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	publicDER := x509.MarshalPKCS1PublicKey(&i.rsa.PublicKey)
	valid := rs(nil)
	parts := strings.Split(valid, ".")
	tampered := parts[0] + "." + b64([]byte(fmt.Sprintf(`{"iss":%q,"aud":%q,"sub":"eve","exp":%d}`, issuer, audience, at(time.Hour)))) + "." + parts[2]

	for name, c := range map[string]struct {
		token string
		valid bool
	}{
		"RS256":                  {valid, true},
		"ES256":                  {sign(t, jwt.SigningMethodES256, "e", i.ecdsa, claimsWith(nil)), true},
		"EdDSA":                  {sign(t, jwt.SigningMethodEdDSA, "d", i.ed25519, claimsWith(nil)), true},
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
		"a number as aud":        {rs(jwt.MapClaims{"aud": 5, "client_id": audience}), false},
		"no sub":                 {rs(jwt.MapClaims{"sub": nil}), false},
		"an empty sub":           {rs(jwt.MapClaims{"sub": ""}), false},
		"the longest sub":        {rs(jwt.MapClaims{"sub": strings.Repeat("s", 128)}), true},
		"a sub too long":         {rs(jwt.MapClaims{"sub": strings.Repeat("s", 129)}), false},
		"a sub with a #":         {rs(jwt.MapClaims{"sub": "a#b"}), false},
		"a sub with a newline":   {rs(jwt.MapClaims{"sub": "a\nb"}), false},
		"the longest account":    {rs(jwt.MapClaims{"account_id": strings.Repeat("a", 64)}), true},
		"an account too long":    {rs(jwt.MapClaims{"account_id": strings.Repeat("a", 65)}), false},
		"an account with a #":    {rs(jwt.MapClaims{"account_id": "a#b"}), false},
		"changed claims":         {tampered, false},
		"no signature":           {parts[0] + "." + parts[1] + ".", false},
		"alg none":               {sign(t, jwt.SigningMethodNone, "r", jwt.UnsafeAllowNoneSignatureType, claimsWith(nil)), false},
		"HS256, public key":      {sign(t, jwt.SigningMethodHS256, "r", publicDER, claimsWith(nil)), false},
		"HS256, modulus":         {sign(t, jwt.SigningMethodHS256, "r", i.rsa.N.Bytes(), claimsWith(nil)), false},
		"RS512 with an RS256":    {sign(t, jwt.SigningMethodRS512, "r", i.rsa, claimsWith(nil)), false},
		"ES256 with RSA's kid":   {sign(t, jwt.SigningMethodES256, "r", i.ecdsa, claimsWith(nil)), false},
		"another issuer's key":   {sign(t, jwt.SigningMethodRS256, "r", other.rsa, claimsWith(nil)), false},
		"an unknown kid":         {sign(t, jwt.SigningMethodRS256, "x", i.rsa, claimsWith(nil)), false},
		"no kid, three keys":     {sign(t, jwt.SigningMethodRS256, nil, i.rsa, claimsWith(nil)), false},
		"a kid that is a number": {sign(t, jwt.SigningMethodRS256, 1, i.rsa, claimsWith(nil)), false},
		"critical extensions":    {sign(t, jwt.SigningMethodRS256, "r", i.rsa, claimsWith(nil), "crit"), false},
		"too long":               {rs(jwt.MapClaims{"x": strings.Repeat("x", 16<<10)}), false},
		"not a token":            {"x.y", false},
		"empty":                  {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			got := present(t, i.options(t), "Bearer "+c.token)
			if c.valid != (got.StatusCode == http.StatusNoContent) || !c.valid && got.StatusCode != http.StatusUnauthorized {
				t.Errorf("answered %d %s", got.StatusCode, got.Body)
			}
		})
	}
}

func TestRefusedTokensShowNoCause(t *testing.T) {
	i := newIssuer(t)
	signed := func(changes jwt.MapClaims) string {
		return sign(t, jwt.SigningMethodRS256, "r", i.rsa, claimsWith(changes))
	}
	for header, message := range map[string]string{
		"Bearer " + signed(jwt.MapClaims{"aud": "x"}): "Invalid access token.",
		"bearer " + signed(jwt.MapClaims{"exp": 1}):   "Access token is expired.",
		"Basic YTpi": "Invalid access token.",
		"":           "Invalid access token.",
	} {
		var logged bytes.Buffer
		o := i.options(t)
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
	i := newIssuer(t)
	header := "Bearer " + sign(t, jwt.SigningMethodRS256, "r", i.rsa, claimsWith(nil))
	for name, remove := range map[string]func(*api.Options){
		"key set": func(o *api.Options) { o.Keys = nil }, "keys": func(o *api.Options) { o.Keys = &api.KeySet{} },
		"issuer": func(o *api.Options) { o.Issuer = "" }, "audience": func(o *api.Options) { o.Audience = "" },
	} {
		o := i.options(t)
		remove(&o)
		if got := present(t, o, header); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("without %s: answered %d", name, got.StatusCode)
		}
	}
	if got := answer(t, i.options(t), answering(api.NoContent()), eventWithClaims(nil)); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("an authorizer without claims: answered %d", got.StatusCode)
	}
}

func TestOurClaimsHaveTheAuthorizersFormat(t *testing.T) {
	i := newIssuer(t)
	token := sign(t, jwt.SigningMethodEdDSA, "d", i.ed25519, claimsWith(jwt.MapClaims{
		"account_id": 4711, "email": "Ada@Example.com", "email_verified": true, "scp": []string{"meeting:read", "openid"},
		"address": jwt.MapClaims{"x": "y"},
	}))
	answer(t, i.options(t), route(func(_ context.Context, r *api.Request) (api.Response, error) {
		if r.Caller.Account != "4711" || r.Caller.Email != "ada@example.com" || fmt.Sprint(r.Caller.Scopes) != "[meeting:read openid]" {
			t.Errorf("the caller is %+v", r.Caller)
		}
		return api.NoContent(), nil
	}), guestEvent(map[string]string{"Authorization": "Bearer " + token}))
}

func TestKeySets(t *testing.T) {
	i := newIssuer(t)
	small := &issuerOfTokens{rsa: &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 65537}}}
	set := func(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }
	for name, c := range map[string]struct{ text, err string }{
		"not JSON":              {"x", "not a JSON Web Key Set"},
		"no keys":               {"{}", "without keys for signatures"},
		"for encryption only":   {set(`{"kty":"RSA","use":"enc"}`), "without keys for signatures"},
		"a repeated id":         {set(i.jwkEd(), i.jwkEd()), `two keys with the id "d"`},
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
		t.Errorf("empty text: %v, %v", keys, err)
	}
	only, err := api.ParseKeySet(set(i.jwkRSA()))
	if err != nil {
		t.Fatal(err)
	}
	o := i.options(t)
	o.Keys = only
	unnamed := sign(t, jwt.SigningMethodRS256, nil, i.rsa, claimsWith(nil))
	if got := present(t, o, "Bearer "+unnamed); got.StatusCode != http.StatusNoContent {
		t.Errorf("the only key, not named by the token: answered %d", got.StatusCode)
	}
}
