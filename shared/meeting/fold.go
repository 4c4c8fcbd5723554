package meeting

// FoldASCII returns s with the letters A to Z in lower case, and nothing else changed. Links, e-mail addresses and
// domains that are equal after it are one. By Unicode's rules others were, too: the KELVIN SIGN would be a k, and
// somebody with the one address would have the rights of the other.
func FoldASCII(s string) string {
	folded := []byte(s)
	for i, c := range folded {
		if 'A' <= c && c <= 'Z' {
			folded[i] = c + ('a' - 'A')
		}
	}
	return string(folded)
}
