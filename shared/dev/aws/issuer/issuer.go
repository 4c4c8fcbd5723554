//go:build unix

// Package issuer is an OpenID provider for development: it believes every name, and checks no password. An [Issuer]
// signs tokens; a [Provider] is the web server with the flows: the authorization code with PKCE for web pages, rotating
// refresh tokens, and Zoom's grants for programs.
//
// It is our own because the libraries for providers (zitadel/oidc, ory/fosite) ask for a storage and a client model
// that are longer than this package. The tests drive it by two libraries for clients, coreos/go-oidc and
// golang.org/x/oauth2.
package issuer

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/account"
)

// The issuer of tokens that no provider serves, the audience, and the account of a user without another one.
const (
	Name           = "https://personal-rooms.local"
	Audience       = "personal-rooms"
	DefaultAccount = "local"
)

const (
	keyBits   = 2048 // of RSA: API Gateway verifies no other signatures
	keyHeader = "PRIVATE KEY"
)

// AdminScope is the scope of an application of the whole account. A user's own token has no scope.
var AdminScope = strings.Join(account.AdminScopes(), " ")

// Issuer signs tokens.
type Issuer struct {
	key  *rsa.PrivateKey
	id   string
	name string // the claim iss
}

// Options change a token. The zero value is for a user's own token.
type Options struct {
	Account string         // DefaultAccount if empty
	Scope   string         // none if empty
	Claims  map[string]any // replace the usual claims of these names, or remove them if nil
}

// Open reads the signing key from file, or creates it, so that tokens stay valid after a restart. Without a file the
// key is new each time.
func Open(file string) (*Issuer, error) {
	key, err := openKey(file)
	if err != nil {
		return nil, fmt.Errorf("the key that signs tokens: %w", err)
	}
	sum := sha256.Sum256(key.N.Bytes())
	return &Issuer{key: key, id: base64.RawURLEncoding.EncodeToString(sum[:8]), name: Name}, nil
}

// Named returns an issuer with the same key under another key id.
func (i *Issuer) Named(id string) *Issuer { return &Issuer{key: i.key, id: id, name: i.name} }

// At returns an issuer with the same key, whose name is the address.
func (i *Issuer) At(address string) *Issuer { return &Issuer{key: i.key, id: i.id, name: address} }

func openKey(file string) (*rsa.PrivateKey, error) {
	if file == "" {
		return rsa.GenerateKey(rand.Reader, keyBits)
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(file)
	}
	if err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(text); block != nil {
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if key, ok := parsed.(*rsa.PrivateKey); ok {
			return key, err
		}
	}
	return nil, fmt.Errorf("%s holds no RSA key: delete it to get a new one", file)
}

func makeKey(file string) (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: keyHeader, Bytes: der}), 0o600)
}

// KeySet returns the public key as a JSON Web Key Set on one line.
func (i *Issuer) KeySet() string {
	number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	set, err := json.Marshal(map[string]any{"keys": []map[string]string{{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": i.id,
		"n": number(i.key.N), "e": number(big.NewInt(int64(i.key.E))),
	}}})
	if err != nil {
		panic(err) // texts only
	}
	return string(set)
}

// Token returns a signed token of the user, valid for an hour.
func (i *Issuer) Token(user string, o Options) (string, error) {
	now := time.Now()
	if o.Account == "" {
		o.Account = DefaultAccount
	}
	claims := jwt.MapClaims{
		"iss": i.name, "aud": Audience, "iat": now.Unix(), "exp": now.Add(lifetime).Unix(),
		"sub": user, "account_id": o.Account,
		"email": emailOf(user), "email_verified": true, "name": capitalised(user),
	}
	if o.Scope != "" {
		claims["scope"] = o.Scope
	}
	for name, value := range o.Claims {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	return i.sign(claims)
}

func (i *Issuer) sign(claims jwt.MapClaims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = i.id
	return token.SignedString(i.key)
}

func emailOf(user string) string { return strings.ToLower(user) + "@example.com" }

func capitalised(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}
