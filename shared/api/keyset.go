package api

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

const minRSA = 2048 // bits

// A KeySet holds the public keys that verify tokens where API Gateway does not.
type KeySet struct {
	keys []verifyingKey
}

// A verifyingKey is one public key and the only algorithm that it is used with, which its type determines.
type verifyingKey struct {
	id        string
	algorithm string
	public    crypto.PublicKey
}

// A jwk is a key in the format of RFC 7517.
type jwk struct {
	Type      string    `json:"kty"`
	ID        string    `json:"kid"`
	Use       string    `json:"use"`
	Algorithm string    `json:"alg"`
	Curve     string    `json:"crv"`
	N         base64URL `json:"n"`
	E         base64URL `json:"e"`
	X         base64URL `json:"x"`
	Y         base64URL `json:"y"`
	Private   string    `json:"d"`
}

// base64URL is the bytes of a JSON string in base64url without padding.
type base64URL []byte

func (b *base64URL) UnmarshalText(text []byte) (err error) {
	*b, err = base64.RawURLEncoding.DecodeString(string(text))
	return err
}

// ParseKeySet reads a JSON Web Key Set of RSA keys (RS256; 2048 bits or more), P-256 keys (ES256) and Ed25519 keys
// (EdDSA). It ignores keys for encryption. Any other key is an error, and so are a private key, two keys with one id,
// and a set without keys. Empty text gives no key set: nil.
func ParseKeySet(text string) (*KeySet, error) {
	if text == "" {
		return nil, nil
	}
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return nil, fmt.Errorf("not a JSON Web Key Set: %w", err)
	}
	var parsed KeySet
	for i, k := range set.Keys {
		if k.Use == "enc" {
			continue
		}
		if slices.ContainsFunc(parsed.keys, func(other verifyingKey) bool { return other.id == k.ID }) {
			return nil, fmt.Errorf("two keys with the id %q", k.ID)
		}
		key, err := k.parse()
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i, err)
		}
		parsed.keys = append(parsed.keys, key)
	}
	if len(parsed.keys) == 0 {
		return nil, errors.New("a key set without keys for signatures")
	}
	return &parsed, nil
}

func (k jwk) parse() (verifyingKey, error) {
	if k.Private != "" {
		return verifyingKey{}, errors.New("this is a private key; give the public key")
	}
	public, algorithm, err := k.public()
	if err == nil && k.Algorithm != "" && k.Algorithm != algorithm {
		err = fmt.Errorf("the algorithm %q is not supported for this type of key", k.Algorithm)
	}
	return verifyingKey{k.ID, algorithm, public}, err
}

func (k jwk) public() (public crypto.PublicKey, algorithm string, err error) {
	switch {
	case k.Type == "RSA":
		public, err = k.rsa()
		return public, "RS256", err
	case k.Type == "EC" && k.Curve == "P-256":
		public, err = k.ecdsa()
		return public, "ES256", err
	case k.Type == "OKP" && k.Curve == "Ed25519":
		if len(k.X) != ed25519.PublicKeySize {
			return nil, "", fmt.Errorf("an Ed25519 key has %d bytes", ed25519.PublicKeySize)
		}
		return ed25519.PublicKey(k.X), "EdDSA", nil
	}
	return nil, "", fmt.Errorf("the type %q (curve %q) is not supported", k.Type, k.Curve)
}

func (k jwk) rsa() (*rsa.PublicKey, error) {
	modulus, exponent := new(big.Int).SetBytes(k.N), new(big.Int).SetBytes(k.E)
	if modulus.BitLen() < minRSA || exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 {
		return nil, fmt.Errorf("an RSA key needs at least %d bits and an odd exponent from 3 to 2^31", minRSA)
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, nil
}

func (k jwk) ecdsa() (*ecdsa.PublicKey, error) {
	if len(k.X) != 32 || len(k.Y) != 32 {
		return nil, errors.New("the coordinates of P-256 have 32 bytes each")
	}
	const uncompressed = 4
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{uncompressed}, k.X, k.Y))
}
