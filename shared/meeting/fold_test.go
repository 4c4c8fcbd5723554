package meeting

import (
	"strings"
	"testing"
)

func TestI4OnlyASCIILettersFold(t *testing.T) {
	for given, want := range map[string]string{
		"Ada.Lovelace@EXAMPLE.com": "ada.lovelace@example.com", "[\\]^_`@": "[\\]^_`@", "": "", "\xffA\xfe": "\xffa\xfe",
		"\u212aAY": "\u212aay", "\u0130A": "\u0130a", "\u017fA": "\u017fa", "ÄÖ": "ÄÖ", // by Unicode: k, i, s, äö
	} {
		if got := FoldASCII(given); got != want {
			t.Errorf("%q folds to %q, want %q", given, got, want)
		}
	}
}

// An address has no rights of another one that is only like it.
func TestAddressesThatLookAlikeAreDifferentPeople(t *testing.T) {
	const kay, like = "kay@example.com", "\u212aay@example.com"
	planned := Meeting{Invitees: []string{"Kay@Example.com"}} // as older versions stored them
	switch {
	case contactIdentity(like) == contactIdentity(kay), unwantedIdentity(like) == unwantedIdentity(kay),
		planned.invites(like):
		t.Errorf("%q is taken for %q", like, kay)
	case contactIdentity(strings.ToUpper(kay)) != contactIdentity(kay), !planned.invites(kay):
		t.Errorf("%q is not known in another case", kay)
	}
}
