//go:build unix

package main

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"

	"personal-rooms/shared/dev/aws/issuer"
)

// An issuerKey is the issuer whose tokens a deployment accepts, and the file of its key.
type issuerKey struct {
	name, audience, file string
	pages                string // the audience of the tokens of a pool's sign-in page; empty: there is none
}

// issuerOf returns the user pool of the deployment if it has one, otherwise the proxy.
func (d *deployer) issuerOf(e *deployment) issuerKey {
	if !e.userPool() {
		return issuerKey{name: d.proxy.url, audience: issuer.Audience, file: d.proxy.keyPEM}
	}
	pool := e.resources["CognitoUserPool"].ID
	return issuerKey{
		name: "https://cognito-idp." + region + ".amazonaws.com/" + pool, audience: e.resources["CognitoUserPoolClient"].ID,
		file:  filepath.Join(d.emulator.folder, "state", "cognito-pool-keys", pool+"-id.pem"), // made at the first sign-in
		pages: e.resources["CognitoWebClient"].ID,
	}
}

// audiences returns those of the authorizer.
func (k issuerKey) audiences() []string {
	if k.pages == "" {
		return []string{k.audience}
	}
	return []string{k.audience, k.pages}
}

// keyID returns the id by which the emulator's user pool publishes the RSA key in the file: the SHA-256 of the public
// key.
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
	private, ok := key.(crypto.Signer)
	if !ok {
		return "", fmt.Errorf("%s holds no private key", file)
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(der)
	return base64.StdEncoding.EncodeToString(sum[:]), nil
}
