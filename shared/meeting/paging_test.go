package meeting

import (
	"encoding/base64"
	"testing"

	"pgregory.net/rapid"
)

func TestPageTokenIsValidForOneUserAndList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		signer := tokenSigner{key: [16]byte{1}, list: "upcoming"}
		position := rapid.String().Draw(t, "position")
		token := signer.sign(position)
		if got, err := signer.verify(token); err != nil || got != position || (token == "") != (position == "") {
			t.Fatalf("%q is read as %q %v", position, got, err)
		}
		if position == "" {
			return
		}
		forged, _ := base64.RawURLEncoding.DecodeString(token)
		forged[rapid.IntRange(0, len(forged)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := signer.verify(base64.RawURLEncoding.EncodeToString(forged)); ReasonOf(err) != Invalid {
			t.Fatal("a forged token is accepted")
		}
		_, ofUser := tokenSigner{key: [16]byte{2}, list: "upcoming"}.verify(token)
		_, ofList := tokenSigner{key: [16]byte{1}, list: "scheduled"}.verify(token)
		if ReasonOf(ofUser) != Invalid || ReasonOf(ofList) != Invalid {
			t.Fatalf("accepted for another user or list: %v, %v", ofUser, ofList)
		}
	})
	if _, err := (tokenSigner{list: "upcoming"}).verify("?"); ReasonOf(err) != Invalid {
		t.Errorf("not base64: %v", err)
	}
}
