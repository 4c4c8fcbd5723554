package account

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// Secret derives the secret of an endpoint from the key. It is not stored.
func Secret(key secret.Text, account, id string) secret.Text {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(account + "\x00" + id)) // of a hash: cannot fail
	return secret.Text(base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
}

const timeLength = 10 // characters of the time in an id

const ulidDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // Crockford's

var crockford = base32.NewEncoding(ulidDigits)

// newID returns a ULID of the time and 80 random bits: ids sort by time, and at random within a millisecond.
func newID(at time.Time, random io.Reader) (string, error) {
	var b [20]byte // 32 characters, of which the first 6 are of unused bits
	binary.BigEndian.PutUint64(b[2:], uint64(at.UnixMilli()))
	if _, err := io.ReadFull(random, b[10:]); err != nil {
		return "", fmt.Errorf("account: random bits for an id: %w", err)
	}
	return crockford.EncodeToString(b[:])[6:], nil
}

// newKeyedID is newID now. With an Idempotency-Key, the random part is derived from kind, caller and key, which
// identify a retry (I15).
func newKeyedID(env meeting.Env, kind string, c meeting.Caller, key string) (string, error) {
	random := env.Random
	if key != "" {
		sum := sha256.Sum256([]byte(strings.Join([]string{kind, c.Account, c.ID, key}, "\x00")))
		random = bytes.NewReader(sum[:])
	}
	return newID(env.Now(), random)
}

// sameKey reports whether two ids of newKeyedID have the same random part.
func sameKey(a, b string) bool { return strings.HasSuffix(a, b[timeLength:]) }

// isULID reports whether the text can be an id of newID.
func isULID(text string) bool {
	outside := func(c rune) bool { return !strings.ContainsRune(ulidDigits, c) }
	return len(text) == 26 && !strings.ContainsFunc(text, outside)
}
