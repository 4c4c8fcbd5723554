package doorbell

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"math/big"

	"personal-rooms/shared/secret"
)

// What is derived from the secret of the deployment (RFC 5869). The same secret gives the same keys for good: browsers
// subscribe for a public key.
const (
	vapidInfo  = "personal-rooms doorbell VAPID P-256"
	ticketInfo = "personal-rooms doorbell ticket"
)

// A KeyPair signs requests to push services (RFC 8292). Both keys are in base64url.
type KeyPair struct {
	Private secret.Text // 32 bytes
	Public  string      // 65 bytes: not compressed
}

// order is the order of P-256, less one.
var order, _ = new(big.Int).SetString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", 16)

// VAPID returns the key pair of the secret. 384 bits are reduced to a scalar from 1 to the order of P-256 less one, as
// in FIPS 186-5 (A.2.1), so that each is as likely as the others.
func VAPID(from secret.Text) (KeyPair, error) {
	bits, err := hkdf.Key(sha256.New, []byte(from), nil, vapidInfo, 48)
	if err != nil {
		return KeyPair{}, err
	}
	scalar := new(big.Int).SetBytes(bits)
	scalar.Mod(scalar, order).Add(scalar, big.NewInt(1))
	private, err := ecdh.P256().NewPrivateKey(scalar.FillBytes(make([]byte, 32)))
	if err != nil {
		return KeyPair{}, err
	}
	enc := base64.RawURLEncoding
	return KeyPair{secret.Text(enc.EncodeToString(private.Bytes())), enc.EncodeToString(private.PublicKey().Bytes())}, nil
}

// ticketKey returns the key that signs tickets.
func ticketKey(from secret.Text) ([]byte, error) {
	return hkdf.Key(sha256.New, []byte(from), nil, ticketInfo, sha256.Size)
}
