package account

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"

	"personal-rooms/shared/meeting"
)

// A sealer encrypts positions in storage, which name items of other people, for the page tokens of one list of one
// user.
type sealer struct{ aead cipher.AEAD }

func newSealer(key [16]byte, list string) sealer {
	sum := sha256.Sum256(append([]byte("seal\x00"+list+"\x00"), key[:]...))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		panic(err) // a key of 32 bytes is right
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return sealer{aead}
}

func (s sealer) seal(random io.Reader, position string) (string, error) {
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return "", fmt.Errorf("account: nonce: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, []byte(position), nil)), nil
}

// open returns the position; without a token, "". It refuses a token that it did not seal.
func (s sealer) open(token string) (string, error) {
	if token == "" {
		return "", nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	size := s.aead.NonceSize()
	if err == nil && len(sealed) > size {
		var position []byte
		if position, err = s.aead.Open(nil, sealed[:size], sealed[size:], nil); err == nil {
			return string(position), nil
		}
	}
	return "", meeting.RefuseField("next_page_token", "This is not a token of this export. Leave it out to begin again.")
}
