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
)

const minRSA = 2048 // bits

// A KeySet holds the public keys that tokens may be signed with, where API Gateway does not check them.
type KeySet struct {
	keys []verifyingKey
}

// A verifyingKey is one key and, fixed by its type, the one algorithm it is used with.
type verifyingKey struct {
	id        string
	algorithm string
	public    crypto.PublicKey
}

// jwk is a key as RFC 7517 writes it.
type jwk struct {
	Type      string `json:"kty"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	Curve     string `json:"crv"`
	N         string `json:"n"`
	E         string `json:"e"`
	X         string `json:"x"`
	Y         string `json:"y"`
	Private   string `json:"d"`
}

// ParseKeySet reads a JSON Web Key Set of RSA keys (RS256; 2048 bits or more), P-256 keys (ES256) and Ed25519 keys
// (EdDSA). Keys for encryption are left out. Anything else is an error, and so is a private key or a set without keys.
// No text is no key set: nil.
func ParseKeySet(text string) (*KeySet, error) {
	if text == "" {
		return nil, nil
	}
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return nil, errors.New("not a JSON Web Key Set")
	}
	var parsed KeySet
	for i, k := range set.Keys {
		if k.Use == "enc" {
			continue
		}
		key, err := k.parse()
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i, err)
		}
		parsed.keys = append(parsed.keys, key)
	}
	return parsed.checked()
}

func (s *KeySet) checked() (*KeySet, error) {
	if len(s.keys) == 0 {
		return nil, errors.New("a key set without keys that sign")
	}
	seen := map[string]bool{}
	for _, k := range s.keys {
		if seen[k.id] {
			return nil, fmt.Errorf("two keys of the id %q", k.id)
		}
		seen[k.id] = true
	}
	return s, nil
}

func (k jwk) parse() (verifyingKey, error) {
	if k.Private != "" {
		return verifyingKey{}, errors.New("a private key has no place here")
	}
	public, algorithm, err := k.public()
	if err == nil && k.Algorithm != "" && k.Algorithm != algorithm {
		err = fmt.Errorf("the algorithm %q is not one that this type of key is used with here", k.Algorithm)
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
		public, err = k.ed25519()
		return public, "EdDSA", err
	}
	return nil, "", fmt.Errorf("the type %q (curve %q) is not supported", k.Type, k.Curve)
}

func (k jwk) rsa() (*rsa.PublicKey, error) {
	n, errN := base64.RawURLEncoding.DecodeString(k.N)
	e, errE := base64.RawURLEncoding.DecodeString(k.E)
	if err := errors.Join(errN, errE); err != nil {
		return nil, err
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	if modulus.BitLen() < minRSA || exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 {
		return nil, fmt.Errorf("an RSA key of fewer than %d bits, or with an unfit exponent", minRSA)
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, nil
}

func (k jwk) ecdsa() (*ecdsa.PublicKey, error) {
	x, errX := base64.RawURLEncoding.DecodeString(k.X)
	y, errY := base64.RawURLEncoding.DecodeString(k.Y)
	if err := errors.Join(errX, errY); err != nil {
		return nil, err
	}
	if len(x) != 32 || len(y) != 32 {
		return nil, errors.New("coordinates of P-256 have 32 bytes each")
	}
	const uncompressed = 4
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{uncompressed}, x...), y...))
}

func (k jwk) ed25519() (ed25519.PublicKey, error) {
	x, err := base64.RawURLEncoding.DecodeString(k.X)
	if err == nil && len(x) != ed25519.PublicKeySize {
		err = fmt.Errorf("an Ed25519 key has %d bytes", ed25519.PublicKeySize)
	}
	return x, err
}
