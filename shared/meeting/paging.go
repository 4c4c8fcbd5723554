package meeting

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"
)

// A tokenSigner makes page tokens that nobody can forge, nor use for another user or list.
type tokenSigner struct {
	key  [16]byte
	list string
}

func (s tokenSigner) mac(position string) []byte {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte(s.list + "\x00" + position))
	return mac.Sum(nil)[:16]
}

func (s tokenSigner) sign(position string) string {
	if position == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(s.mac(position), position...))
}

// verify is where the page of the token begins; of none, "".
func (s tokenSigner) verify(token string) (position string, err error) {
	if token == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= 16 || !hmac.Equal(raw[:16], s.mac(string(raw[16:]))) {
		return "", RefuseField("next_page_token", "This is not a token of this list. Leave it out to begin anew.")
	}
	return string(raw[16:]), nil
}

// listOffset is a position that sorts by the time, and then by the id.
func listOffset(at time.Time, id string) string { return fmt.Sprintf("%015d/%s", at.UnixMilli(), id) }

// cut is a page of a list that is in the order of its places: what comes after the place, at most size; and the place of its last, if more
// follow.
func cut[E any](all []E, place func(E) string, after string, size int) ([]E, string) {
	for len(all) > 0 && place(all[0]) <= after {
		all = all[1:]
	}
	if len(all) <= size {
		return all, ""
	}
	return all[:size], place(all[size-1])
}
