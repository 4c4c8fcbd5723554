package meeting

import (
	"slices"
	"strings"
)

// A User is one person of one account, as the issuer of their tokens names them.
type User struct {
	Account string
	ID      string
}

// None reports whether u is nobody: a guest.
func (u User) None() bool { return u == User{} }

// A Caller is who asks: what a verified token says of them, or a guest with nothing but an address.
type Caller struct {
	User
	Email   string   // verified, in lower case; empty otherwise: an unverified address gives no rights
	Name    string   // as the token has it; may be empty
	Scopes  []string // of the token
	Address string   // network address, for the guess budget (I13)
}

// May reports whether the caller's token carries the scope.
func (c Caller) May(scope string) bool {
	return slices.Contains(c.Scopes, scope)
}

// domain is what follows the @ of a verified address.
func (c Caller) domain() string {
	_, d, _ := strings.Cut(c.Email, "@")
	return d
}

// Scopes that let a caller act for the other users of their account. Without them those users do not exist.
const (
	AdminReadsUsers     = "user:read:admin"
	AdminWritesUsers    = "user:write:admin"
	AdminReadsMeetings  = "meeting:read:admin"
	AdminWritesMeetings = "meeting:write:admin"
)
