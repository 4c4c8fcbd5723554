package account

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/secret"
)

func TestIDsAreULIDs(t *testing.T) {
	for _, c := range []struct {
		at     int64
		random byte
		want   string
	}{
		{1<<48 - 1, 0xff, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"},
		{1469918176385, 0, "01ARYZ6S410000000000000000"}, // the example of the specification
		{1, 0, "00000000010000000000000000"},
	} {
		got, err := newID(time.UnixMilli(c.at), bytes.NewReader(bytes.Repeat([]byte{c.random}, 10)))
		if got != c.want || err != nil {
			t.Errorf("at %d: %s, %v, want %s", c.at, got, err, c.want)
		}
	}
	if _, err := newID(time.UnixMilli(1), strings.NewReader("short")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

func TestSecretDependsOnKeyAccountAndEndpoint(t *testing.T) {
	// printf 'acme\x0001JN' | openssl dgst -sha256 -hmac key -binary | basenc --base64url
	if got := string(Secret("key", "acme", "01JN")); got != "I5fK-jf2ybKBFuFSckyaTRbY-3hXrR8qjGKy1HDJXlw" {
		t.Error(got)
	}
	seen := map[secret.Text]bool{}
	for _, c := range [][3]string{
		{"key", "acme", "1"}, {"key", "acme", "2"}, {"key", "acme1", ""}, {"key", "other", "1"}, {"yek", "acme", "1"},
	} {
		seen[Secret(secret.Text(c[0]), c[1], c[2])] = true
	}
	if len(seen) != 5 {
		t.Errorf("two of them share a secret: %d", len(seen))
	}
	if logged := fmt.Sprint(Secret("key", "acme", "1")); logged != "(secret)" {
		t.Errorf("a log shows the secret %s", logged)
	}
}
