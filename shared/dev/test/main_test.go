//go:build unix

package main

import (
	"context"
	"fmt"
	"testing"
)

func TestTheCommandKnowsTheDatabaseAndItsEndIsThatOfTheTests(t *testing.T) {
	t.Setenv(endpointVariable, "http://127.0.0.1:8000")
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	for script, c := range map[string]struct {
		ctx  context.Context
		want string
	}{
		"test $DYNAMODB_ENDPOINT = http://127.0.0.1:8000": {t.Context(), "<nil>"},
		"exit 2":    {t.Context(), "exit status 2"},
		"sleep 600": {interrupted, "context canceled"},
	} {
		if got := fmt.Sprint(run(c.ctx, "/bin/sh", "-c", script)); got != c.want {
			t.Errorf("%s ends with %s, want %s", script, got, c.want)
		}
	}
}
