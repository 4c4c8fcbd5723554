package meeting

import (
	"encoding/base64"
	"slices"
	"testing"
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
