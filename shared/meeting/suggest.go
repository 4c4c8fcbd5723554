package meeting

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// suggestNumbers returns n different PMIs (I3) that resemble near, the most similar first: with other last digits, then
// any. It does not know which numbers are free. Any error comes from random.
func suggestNumbers(near Number, random io.Reader, n int) ([]Number, error) {
	return gather(n, ParsePMI, func(attempt int) (string, error) {
		if !near.IsPMI() || attempt >= 64 {
			number, err := GeneratePMI(random)
			return string(number), err
		}
		digits := []byte(near)
		changed := digits[8:]
		if attempt >= 16 {
			changed = digits[6:]
		}
		err := randomDigits(random, changed)
		return string(digits), err
	})
}

// suggestLinks returns n different links (I4) that resemble near: the same name with more digits or parts. It shortens
// a name that is too long, and does not know which links are free. Any error comes from random.
func suggestLinks(near Link, random io.Reader, n int) ([]Link, error) {
	return gather(n, ParseLink, func(attempt int) (string, error) {
		digits := make([]byte, min(2+attempt/12, 12)) // more in later attempts
		err := randomDigits(random, digits)
		joint := []string{"", ".", ".room"}[attempt%3]
		name := strings.TrimRight(string(near), ".")
		return name[:min(len(name), linkLongest-len(joint)-len(digits))] + joint + string(digits), err
	})
}

// gather collects n different proposals that parse accepts. It fails after far more attempts than a working source of
// randomness needs.
func gather[T ~string](
	n int, parse func(string) (T, error), propose func(attempt int) (string, error),
) (found []T, err error) {
	for attempt := 0; len(found) < n; attempt++ {
		if attempt == 128*(n+1) {
			return nil, errRandomStuck
		}
		proposal, err := propose(attempt)
		if err != nil {
			return nil, err
		}
		if candidate, broken := parse(proposal); broken == nil && !slices.Contains(found, candidate) {
			found = append(found, candidate)
		}
	}
	return found, nil
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
