package account

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
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

const timeLength = 10 // characters of the time in an id

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

// newID returns a ULID of the time and 80 random bits: ids sort by time, and at random within a millisecond.
func newID(at time.Time, random io.Reader) (string, error) {
	var b [20]byte // 32 characters, of which the first 6 are of unused bits
	binary.BigEndian.PutUint64(b[2:], uint64(at.UnixMilli()))
	if _, err := io.ReadFull(random, b[10:]); err != nil {
		return "", fmt.Errorf("account: random bits for an id: %w", err)
	}
	return crockford.EncodeToString(b[:])[6:], nil
}
