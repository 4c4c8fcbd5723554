package meeting

import (
	"slices"
	"time"
)

// A User is one person of one account, as the issuer of their tokens names them. The zero User is a guest.
type User struct {
	Account string
	ID      string
}

// None reports whether u is a guest.
func (u User) None() bool { return u == User{} }

// A Caller makes a request: a user with the claims of a verified token, or a guest with nothing but an address.
type Caller struct {
	User
	Email   string   // verified, in lower case; an unverified address gives no rights and is left out
	Name    string   // of the token; may be empty
	Scopes  []string // of the token
	Address string   // network address, for the guess budget (I13)

	IssuedAt time.Time // of the token; of an app, when it was registered; zero: unknown
	App      string    // the id of the app that acts as the user; empty: they act themselves
}

// Scopes that let a caller act for the other users of their account. Without them those users do not exist.
const (
	AdminReadsUsers     = "user:read:admin"
	AdminWritesUsers    = "user:write:admin"
	AdminReadsMeetings  = "meeting:read:admin"
	AdminWritesMeetings = "meeting:write:admin"
)

// May reports whether the token of the caller has the scope.
func (c Caller) May(scope string) bool { return slices.Contains(c.Scopes, scope) }

// budgetScope names the guess budget of the caller: that of the user, or for a guest that of the address.
func (c Caller) budgetScope() string {
	if c.None() {
		return "address#" + c.Address
	}
	return "user#" + c.Account + "#" + c.ID
}
