package meeting

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// SuggestNumbers returns n different PMIs (I3) that resemble near, the most similar first: with other last digits, then
// with another beginning, then any. It never returns near, and does not know which numbers are free. Any error comes
// from random.
func SuggestNumbers(near Number, random io.Reader, n int) ([]Number, error) {
	return gather(n, func(attempt int) (Number, bool, error) {
		candidate, err := numberLike(near, random, attempt)
		if err != nil {
			return "", false, err
		}
		number, broken := ParsePMI(string(candidate))
		return number, broken == nil && number != near, nil
	})
}

// SuggestLinks returns n different links (I4) that resemble near: the same name with more digits or parts. It never
// returns near, and does not know which links are free. Any error comes from random.
func SuggestLinks(near Link, random io.Reader, n int) ([]Link, error) {
	name := linkName(near)
	return gather(n, func(attempt int) (Link, bool, error) {
		candidate, err := linkLike(name, random, attempt)
		if err != nil {
			return "", false, err
		}
		link, broken := ParseLink(string(candidate))
		return link, broken == nil && link.Key() != near.Key(), nil
	})
}

// gather collects n different proposals that are ok. It fails after far more attempts than a working source of
// randomness needs.
func gather[T ~string](n int, propose func(attempt int) (candidate T, ok bool, err error)) ([]T, error) {
	var found []T
	for attempt := 0; len(found) < n; attempt++ {
		if attempt == 128*(n+1) {
			return nil, errRandomStuck
		}
		candidate, ok, err := propose(attempt)
		if err != nil {
			return nil, err
		}
		if ok && !slices.Contains(found, candidate) {
			found = append(found, candidate)
		}
	}
	return found, nil
}

// numberLike changes the last digits of near in the first attempts, then more of them, then the beginning, then all.
func numberLike(near Number, random io.Reader, attempt int) (Number, error) {
	if !near.IsPMI() || attempt >= 64 {
		return GeneratePMI(random)
	}
	digits := []byte(near)
	changed := digits[:3]
	switch {
	case attempt < 16:
		changed = digits[8:]
	case attempt < 32:
		changed = digits[6:]
	}
	err := randomDigits(random, changed)
	return Number(digits), err
}

// linkLike adds digits to the name, more in later attempts. It shortens a name that is too long.
func linkLike(name string, random io.Reader, attempt int) (Link, error) {
	digits := make([]byte, min(2+attempt/12, 12))
	if err := randomDigits(random, digits); err != nil {
		return "", err
	}
	joint := []string{"", ".", ".room"}[attempt%3]
	name = name[:min(len(name), linkLongest-len(joint)-len(digits))]
	return Link(name + joint + string(digits)), nil
}

// linkName returns the letters, digits and periods of near, from the first letter on.
func linkName(near Link) string {
	var name strings.Builder
	for _, r := range near {
		if isLetter(r) || name.Len() > 0 && isLinkCharacter(r) {
			name.WriteRune(r)
		}
	}
	if name.Len() == 0 {
		return "room"
	}
	return strings.TrimRight(name.String(), ".")
}

// randomDigits overwrites digits. The digits 0 to 5 are slightly more likely; suggestions and host keys tolerate that.
func randomDigits(random io.Reader, digits []byte) error {
	if _, err := io.ReadFull(random, digits); err != nil {
		return fmt.Errorf("meeting: drawing digits: %w", err)
	}
	for i, b := range digits {
		digits[i] = '0' + b%10
	}
	return nil
}
