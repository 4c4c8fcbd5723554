package account

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
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
	last := ""
	for ms := range int64(2000) {
		id, err := newID(time.UnixMilli(1772442000000+ms), strings.NewReader(fmt.Sprintf("%010d", 2000-ms)))
		if err != nil || id <= last {
			t.Fatalf("%s after %s, %v", id, last, err)
		}
		last = id
	}
	broken := errors.New("broken")
	if _, err := newID(time.UnixMilli(1), iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, err := newID(time.UnixMilli(1), strings.NewReader("short")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

func TestSecretDependsOnKeyAccountAndEndpoint(t *testing.T) {
	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write([]byte("acme\x0001JN"))
	if got, want := string(Secret("key", "acme", "01JN")), base64.RawURLEncoding.EncodeToString(mac.Sum(nil)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	seen := map[secret.Text]bool{}
	for _, c := range [][3]string{{"key", "acme", "1"}, {"key", "acme", "2"}, {"key", "acme1", ""}, {"key", "other", "1"}, {"yek", "acme", "1"}} {
		seen[Secret(secret.Text(c[0]), c[1], c[2])] = true
	}
	if len(seen) != 5 {
		t.Errorf("two of them share a secret: %d", len(seen))
	}
}
