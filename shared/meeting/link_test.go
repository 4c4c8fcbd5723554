package meeting

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestI4LinkRules(t *testing.T) {
	tests := []struct {
		name, given string
		want        Rule // "" if the link is allowed
	}{
		{"a name", "ada.lovelace", ""},
		{"nothing", "", RuleLength},
		{"too short", "adal", RuleLength},
		{"too long", "a" + strings.Repeat("b", 40), RuleLength},
		{"huge", strings.Repeat("b", 1e6), RuleLength},
		{"a number", "5551112222", RuleFirstLetter},
		{"a digit first", "1ada.lovelace", RuleFirstLetter},
		{"a Cyrillic letter first", "\u0430da.lovelace", RuleFirstLetter},
		{"a hyphen", "ada-lovelace", RuleCharacters},
		{"an accent", "adá.lovelace", RuleCharacters},
		{"a Kelvin sign, whose lower case is k", "ada.\u212aelvin", RuleCharacters},
		{"a line break at the end", "ada.lovelace\n", RuleCharacters},
	}
	for _, test := range tests {
		link, err := ParseLink(test.given)
		if got := ruleOf(err); got != test.want || test.want == "" && string(link) != test.given {
			t.Errorf("%s: ParseLink(%q) = %q, breaking %q (%v), want %q", test.name, test.given, link, got, err, test.want)
		}
	}
}

func TestI4RefusalNamesTheLinkAndTheRule(t *testing.T) {
	for given, want := range map[string]string{
		"adal":         `"adal" cannot be a personal link: a link has 5 to 40 characters, not 4.`,
		"5551112222":   `"5551112222" cannot be a personal link: a link starts with a letter from A to Z.`,
		"ada lovelace": `"ada lovelace" cannot be a personal link: it holds " ", and only the letters A to Z, digits and periods are allowed.`,
	} {
		if _, err := ParseLink(given); err == nil || err.Error() != want {
			t.Errorf("ParseLink: %v\nwant %s", err, want)
		}
	}
}

func TestI4LinksDifferByMoreThanCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.StringMatching(`[A-Za-z][A-Za-z0-9.]{4,39}`).Draw(t, "link")
		link, err := ParseLink(typed)
		if err != nil || string(link) != typed {
			t.Fatalf("ParseLink(%q) = %q, %v", typed, link, err)
		}
		shouted, err := ParseLink(strings.ToUpper(typed))
		if err != nil || shouted.Key() != link.Key() || link.Key() != strings.ToLower(typed) {
			t.Fatalf("%q has the key %q, %q the key %q (%v)", link, link.Key(), shouted, shouted.Key(), err)
		}
	})
}
