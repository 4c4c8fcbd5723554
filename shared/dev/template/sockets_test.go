package template_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/template"
)

// Connections are opened and closed by the function that also checks the ticket. What clients send starts no function.
func TestTheWebSocketAPI(t *testing.T) {
	want := &template.Sockets{Authorizer: "hints", Ticket: "ticket",
		Routes: map[string]string{"$connect": "hints", "$disconnect": "hints"}}
	if d := cmp.Diff(want, ours(t, nil).Sockets); d != "" {
		t.Error(d)
	}
}
