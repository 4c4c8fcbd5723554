package meeting

import (
	"encoding/base64"
	"testing"

	"pgregory.net/rapid"
)

func TestAPageTokenIsGoodForItsUserAndItsListOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seal := sealer{key: [16]byte{1}, list: "upcoming"}
		position := rapid.String().Draw(t, "position")
		token := seal.close(position)
		if got, ok := seal.open(token); !ok || got != position {
			t.Fatalf("%q came back as %q %v", position, got, ok)
		}
		if position == "" {
			if token != "" {
				t.Fatal("the last page has a token")
			}
			return
		}
		for name, other := range map[string]sealer{
			"another user": {key: [16]byte{2}, list: "upcoming"}, "another list": {key: [16]byte{1}, list: "scheduled"},
		} {
			if _, ok := other.open(token); ok {
				t.Fatalf("good for %s", name)
			}
		}
		raw, _ := base64.RawURLEncoding.DecodeString(token)
		raw[rapid.IntRange(0, len(raw)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, ok := seal.open(base64.RawURLEncoding.EncodeToString(raw)); ok {
			t.Fatal("a forged token opens")
		}
	})
}

func TestWhatIsNoPageTokenIsRefused(t *testing.T) {
	seal := sealer{list: "upcoming"}
	for _, token := range []string{"?", "=", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "ä"} {
		if _, ok := seal.open(token); ok {
			t.Errorf("%q opens", token)
		}
	}
}
