package meeting

import (
	"encoding/base64"
	"slices"
	"testing"
	"time"
)

func TestPageTokenIsValidForOneUserAndList(t *testing.T) {
	signer := tokenSigner{key: [16]byte{1}, list: "upcoming"}
	for _, position := range []string{"", "x", "over/2026\x00", "\xff"} {
		token := signer.sign(position)
		if got, err := signer.verify(token); err != nil || got != position || (token == "") != (position == "") {
			t.Errorf("%q is read as %q %v", position, got, err)
		}
	}
	token, _ := base64.RawURLEncoding.DecodeString(signer.sign("over"))
	for i := range token {
		forged := slices.Clone(token)
		forged[i] ^= 1
		if _, err := signer.verify(base64.RawURLEncoding.EncodeToString(forged)); ReasonOf(err) != Invalid {
			t.Errorf("accepted with another byte %d", i)
		}
	}
	for _, other := range []tokenSigner{{key: [16]byte{2}, list: "upcoming"}, {key: [16]byte{1}, list: "scheduled"}} {
		if _, err := other.verify(signer.sign("over")); ReasonOf(err) != Invalid {
			t.Errorf("accepted for another user or list: %v", err)
		}
	}
	if _, err := signer.verify("?"); ReasonOf(err) != Invalid {
		t.Errorf("not base64: %v", err)
	}
}

func TestPagesLeaveNothingOut(t *testing.T) {
	var all []string
	for i := range 20 { // some have the same time
		all = append(all, listOffset(time.UnixMilli(int64(i/3)), string(rune('a'+i))))
	}
	for size := 1; size <= 21; size++ {
		var got, page []string
		for after, more := "", true; more; more = after != "" {
			page, after = cut(all, func(s string) string { return s }, after, size)
			got = append(got, page...)
		}
		if !slices.Equal(got, all) {
			t.Errorf("by %d: %v, want %v", size, got, all)
		}
	}
}
