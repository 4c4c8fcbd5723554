package testkit

import (
	"strings"
	"testing"

	"personal-rooms/shared/meeting"
)

// Account is the account of the users that [Edge.As] signs in.
const Account = "acme"

// Fields is a JSON object, or a part of one.
type Fields map[string]any

// Caller returns the caller that a use case gets for a request of [Edge.As].
func Caller(user string) meeting.Caller {
	return meeting.Caller{
		User: meeting.User{Account: Account, ID: user}, Email: user + "@example.com", Name: capitalized(user) + " Acme",
	}
}

func capitalized(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// Equal fails the test unless got is want. what names the value.
func Equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// Must ends the test if there is an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
