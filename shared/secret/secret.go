// Package secret keeps secrets out of logs and answers. Package vault reads them; it is separate, so that only
// functions that need it link the client of AWS Secrets Manager.
package secret

import (
	"context"
	"fmt"
)

// A Text is a secret. Printing or encoding it does not show it.
type Text string

// Format implements fmt.Formatter.
func (Text) Format(f fmt.State, _ rune) { fmt.Fprint(f, "(secret)") }

// MarshalText implements encoding.TextMarshaler.
func (Text) MarshalText() ([]byte, error) { return []byte("(secret)"), nil }

// A Ref is a secret itself, or its ARN in Secrets Manager. The zero Ref is none.
type Ref struct {
	Given Text
	ARN   string
}

// None reports whether there is no secret.
func (p Ref) None() bool { return p == Ref{} }

// A Func reads a secret.
type Func func(context.Context) (Text, error)
