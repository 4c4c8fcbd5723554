//go:build unix

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/template"
)

const requestLimit = 2 * time.Minute // a container starts

// A request is one that the function answers on an empty table.
type request struct{ method, path, body, scope string }

// requests are one for each function that has routes, by its name.
var requests = map[string]request{
	"profile":   {method: "GET", path: "/v2/users/me"},
	"instant":   {method: "POST", path: "/v2/users/me/instant_meetings", body: "{}"},
	"schedule":  {method: "GET", path: "/v2/users/me/meetings"},
	"admission": {method: "GET", path: "/j/83123456789"},
	"account":   {method: "GET", path: "/v2/automation", scope: issuer.AdminScope},
}

// askFunctions sends each function that has routes one request through start-api, and returns how many there were.
func (s *stage) askFunctions(ctx context.Context) (asked int, err error) {
	tokens, err := issuer.Open(filepath.Join(s.root, keyFile))
	if err != nil {
		return 0, err
	}
	for _, f := range s.plan.Functions {
		r, known := requests[f.Name]
		switch {
		case !hasRoutes(s.plan, f.Name):
			continue
		case !known:
			return asked, fmt.Errorf("requests.go has no request for the function %s", f.Name)
		}
		token, err := tokens.Token("ada", issuer.Options{Scope: r.scope})
		if err != nil {
			return asked, err
		}
		if err := s.ask(ctx, r, token); err != nil {
			return asked, fmt.Errorf("%s: %w; the last that SAM wrote:\n%s", f.Name, err, s.log())
		}
		asked++
	}
	return asked, nil
}

func hasRoutes(b *template.Bundle, function string) bool {
	for _, route := range b.Routes {
		if route.Function == function {
			return true
		}
	}
	return false
}

func (s *stage) ask(ctx context.Context, r request, token string) error {
	ctx, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, r.method, s.url+r.path, strings.NewReader(r.body))
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", "Bearer "+token)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(q)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	fmt.Fprintf(s.out, "  %s %s: %d\n", r.method, r.path, answer.StatusCode)
	if err != nil || answer.StatusCode >= http.StatusBadRequest {
		return cmp.Or(err, fmt.Errorf("%s %s is answered %d %s", r.method, r.path, answer.StatusCode, text))
	}
	return nil
}
