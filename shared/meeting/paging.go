package meeting

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"
)

// A tokenSigner signs page tokens: they are valid for one user and one list.
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

// verify returns where the page of the token begins; without a token, "". It refuses a token that it did not sign.
func (s tokenSigner) verify(token string) (position string, err error) {
	if token == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= 16 || !hmac.Equal(raw[:16], s.mac(string(raw[16:]))) {
		return "", badPageToken()
	}
	return string(raw[16:]), nil
}

func badPageToken() *Refusal {
	return RefuseField("next_page_token", "This is not a token of this list. Leave it out to begin again.")
}

// listOffset returns a position that sorts by the time, and then by the id.
func listOffset(at time.Time, id string) string { return fmt.Sprintf("%015d/%s", at.UnixMilli(), id) }

// cut returns a page of a list that is sorted by position: at most size elements after the position; and the position
// of the last one, if more follow.
func cut[E any](all []E, position func(E) string, after string, size int) ([]E, string) {
	for len(all) > 0 && position(all[0]) <= after {
		all = all[1:]
	}
	if len(all) <= size {
		return all, ""
	}
	return all[:size], position(all[size-1])
}
