//go:build unix

package main

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
)

const (
	audience   = "personal-rooms"
	poolIssuer = "https://cognito-idp." + region + ".amazonaws.com/"
)

// A tokenSource is whose tokens a deployment accepts, and the key that signs them.
type tokenSource struct{ issuer, audience, keyFile, keyID string }

// tokenSource is the user pool of the deployment, if it has one; otherwise the front.
func (r *rehearsal) tokenSource(d *deployment) tokenSource {
	if !d.userPool() {
		return tokenSource{issuer: r.front.url, audience: audience, keyFile: r.front.keyPEM}
	}
	pool := d.resources["CognitoUserPool"].ID
	return tokenSource{
		issuer:   poolIssuer + pool,
		audience: d.resources["CognitoUserPoolClient"].ID, keyFile: r.emulator.poolKey(pool),
	}
}

// withKey is the source with the id of its key, once the emulator has made that.
func (t tokenSource) withKey() (tokenSource, error) {
	if t.keyID != "" || !strings.HasPrefix(t.issuer, poolIssuer) {
		return t, nil
	}
	var err error
	t.keyID, err = keyID(t.keyFile)
	return t, err
}

// keyID is the id by which the emulator's user pool publishes the key in the file: the SHA-256 of the public key.
func keyID(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return "", fmt.Errorf("%s holds no key", file)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return "", err
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return "", fmt.Errorf("%s holds no RSA key", file)
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(der)
	return base64.StdEncoding.EncodeToString(sum[:]), nil
}
