package meeting

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

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

func TestPagesLeaveNothingOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moments := rapid.SliceOfN(rapid.Int64Range(0, 5), 0, 20).Draw(t, "moments")
		slices.Sort(moments)
		var all []string // many have the same time
		for i, ms := range moments {
			all = append(all, listOffset(time.UnixMilli(ms), fmt.Sprintf("%02d", i)))
		}
		size := rapid.IntRange(1, 7).Draw(t, "size")
		var got, page []string
		for after, more := "", true; more; more = after != "" {
			page, after = cut(all, func(s string) string { return s }, after, size)
			if len(page) > size || after != "" && len(page) < size {
				t.Fatalf("a page of %d by %d", len(page), size)
			}
			got = append(got, page...)
		}
		if !slices.Equal(got, all) {
			t.Fatalf("by %d: %v, want %v", size, got, all)
		}
	})
}
