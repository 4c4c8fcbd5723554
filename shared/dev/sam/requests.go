//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/template"
)

const requestLimit = 2 * time.Minute // includes the start of a container

// A request is one that the function answers on an empty table.
type request struct{ method, path, body, scope string }

// requests has one request for each function with routes, by its name. They are sent in the order of the template: the
// room of admission is that of profile.
var requests = map[string]request{
	"profile":   {method: "PATCH", path: "/v2/users/me", body: `{"pmi": 5552123434}`},
	"instant":   {method: "POST", path: "/v2/users/me/instant_meetings", body: "{}"},
	"schedule":  {method: "GET", path: "/v2/users/me/meetings"},
	"admission": {method: "GET", path: "/v2/live_meetings/5552123434"},
	"web":       {method: "GET", path: "/j/83123456789"},
	"account":   {method: "GET", path: "/v2/automation", scope: issuer.AdminScope},
}

// sendRequests sends each function with routes one request through start-api, and returns how many it sent.
func (s *session) sendRequests(ctx context.Context) (sent int, err error) {
	tokens, err := issuer.Open(filepath.Join(s.root, keyFile))
	if err != nil {
		return 0, err
	}
	for _, f := range s.bundle.Functions {
		if !slices.ContainsFunc(s.bundle.Routes, func(r template.Route) bool { return r.Function == f.Name }) {
			continue
		}
		r, known := requests[f.Name]
		if !known {
			return sent, fmt.Errorf("requests.go has no request for the function %s", f.Name)
		}
		token, err := tokens.Token("ada", issuer.Options{Scope: r.scope})
		if err != nil {
			return sent, err
		}
		if err := s.send(ctx, r, token); err != nil {
			return sent, fmt.Errorf("%s: %w; the end of SAM's log:\n%s", f.Name, err, s.log())
		}
		sent++
	}
	return sent, nil
}

func (s *session) send(ctx context.Context, r request, token string) error {
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
	if err == nil && answer.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("the answer to %s %s is %d %s", r.method, r.path, answer.StatusCode, text)
	}
	return err
}
