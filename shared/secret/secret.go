// Package secret keeps what nobody may see out of logs and answers. Where secrets come from in the cloud is package vault, which stands apart
// so that AWS Secrets Manager's client is only in the functions that need it.
package secret

import (
	"context"
	"fmt"
)

// A Text does not show itself when it is printed or encoded.
type Text string

// Format prints anything but the secret.
func (Text) Format(f fmt.State, _ rune) { fmt.Fprint(f, "(secret)") }

// MarshalText encodes anything but the secret.
func (Text) MarshalText() ([]byte, error) { return []byte("(secret)"), nil }

// A Ref is where a secret is: given, or kept in Secrets Manager under the ARN. The zero Place is none.
type Ref struct {
	Given Text
	ARN   string
}

// None reports whether there is no secret.
func (p Ref) None() bool { return p == Ref{} }

// A Func is where a secret is read.
type Func func(context.Context) (Text, error)
