package meeting

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAPageTokenIsGoodForItsUserAndItsListOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seal := tokenSigner{key: [16]byte{1}, list: "upcoming"}
		position := rapid.String().Draw(t, "position")
		token := seal.sign(position)
		if got, err := seal.verify(token); err != nil || got != position {
			t.Fatalf("%q came back as %q %v", position, got, err)
		}
		if position == "" {
			if token != "" {
				t.Fatal("the last page has a token")
			}
			return
		}
		for name, other := range map[string]tokenSigner{
			"another user": {key: [16]byte{2}, list: "upcoming"}, "another list": {key: [16]byte{1}, list: "scheduled"},
		} {
			if _, err := other.verify(token); err == nil {
				t.Fatalf("good for %s", name)
			}
		}
		raw, _ := base64.RawURLEncoding.DecodeString(token)
		raw[rapid.IntRange(0, len(raw)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := seal.verify(base64.RawURLEncoding.EncodeToString(raw)); err == nil {
			t.Fatal("a forged token opens")
		}
	})
}

func TestWhatIsNoPageTokenIsRefused(t *testing.T) {
	seal := tokenSigner{list: "upcoming"}
	for _, token := range []string{"?", "=", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "ä"} {
		if _, err := seal.verify(token); ReasonOf(err) != Invalid {
			t.Errorf("%q: %v", token, err)
		}
	}
}

func TestPagesThatAreCutLeaveNothingOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moments := rapid.SliceOfN(rapid.Int64Range(0, 5), 0, 20).Draw(t, "moments")
		slices.Sort(moments)
		var all []string // many of one moment
		for i, ms := range moments {
			all = append(all, listOffset(time.UnixMilli(ms), fmt.Sprintf("%02d", i)))
		}
		size := rapid.IntRange(1, 7).Draw(t, "size")
		var got []string
		for after, more := "", true; more; more = after != "" {
			var page []string
			if page, after = cut(all, func(s string) string { return s }, after, size); len(page) > size || after != "" && len(page) < size {
				t.Fatalf("a page of %d by %d", len(page), size)
			}
			got = append(got, page...)
		}
		if !slices.Equal(got, all) {
			t.Fatalf("by %d: %v, want %v", size, got, all)
		}
	})
}
