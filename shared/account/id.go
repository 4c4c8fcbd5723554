package account

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"personal-rooms/shared/secret"
)

// Secret derives the secret of an endpoint from the key. It is not stored.
func Secret(key secret.Text, account, id string) secret.Text {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(account + "\x00" + id)) // of a hash: cannot fail
	return secret.Text(base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
}

const (
	crockford  = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	idLength   = 26
	timeLength = 10 // characters of the time in an id
)

// newID returns a ULID of the time and 80 random bits: ids sort by time, and at random within a millisecond.
func newID(at time.Time, random io.Reader) (string, error) {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], uint64(at.UnixMilli())<<16)
	if _, err := io.ReadFull(random, b[6:]); err != nil {
		return "", fmt.Errorf("account: random bits for an id: %w", err)
	}
	high, low := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	var id [idLength]byte
	for i := range idLength {
		id[idLength-1-i] = crockford[low&31]
		low, high = low>>5|high<<59, high>>5
	}
	return string(id[:]), nil
}
