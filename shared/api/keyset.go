package api

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
)

const minRSA = 2048 // bits

// A KeySet holds the public keys, by their ids, that verify tokens where API Gateway does not.
type KeySet struct {
	keys map[string]*rsa.PublicKey
}

// A jwk is a key in the format of RFC 7517.
type jwk struct {
	Type      string    `json:"kty"`
	ID        string    `json:"kid"`
	Use       string    `json:"use"`
	Algorithm string    `json:"alg"`
	N         base64URL `json:"n"`
	E         base64URL `json:"e"`
	Private   string    `json:"d"`
}

// base64URL is the bytes of a JSON string in base64url without padding.
type base64URL []byte

func (b *base64URL) UnmarshalText(text []byte) (err error) {
	*b, err = base64.RawURLEncoding.DecodeString(string(text))
	return err
}

// ParseKeySet reads a JSON Web Key Set of RSA keys of 2048 bits or more, for RS256: API Gateway verifies no other
// signatures. It ignores keys for encryption. Any other key is an error, and so are a private key, two keys with one
// id, and a set without keys. Empty text gives no key set: nil.
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
	keys := map[string]*rsa.PublicKey{}
	for i, k := range set.Keys {
		if k.Use == "enc" {
			continue
		}
		if keys[k.ID] != nil {
			return nil, fmt.Errorf("two keys with the id %q", k.ID)
		}
		key, err := k.public()
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i, err)
		}
		keys[k.ID] = key
	}
	if len(keys) == 0 {
		return nil, errors.New("a key set without keys for signatures")
	}
	return &KeySet{keys}, nil
}

func (k jwk) public() (*rsa.PublicKey, error) {
	modulus, exponent := new(big.Int).SetBytes(k.N), new(big.Int).SetBytes(k.E)
	switch {
	case k.Private != "":
		return nil, errors.New("this is a private key; give the public key")
	case k.Type != "RSA" || k.Algorithm != "" && k.Algorithm != "RS256":
		return nil, fmt.Errorf("the type %q (algorithm %q) is not supported; only RSA with RS256 is", k.Type, k.Algorithm)
	case modulus.BitLen() < minRSA || exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0:
		return nil, fmt.Errorf("an RSA key needs at least %d bits and an odd exponent from 3 to 2^31", minRSA)
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, nil
}
