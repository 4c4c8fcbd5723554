//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
)

// invokeSamples invokes each function with the first of its sample events, and returns their number. The functions' own
// tests check the answers to all sample events.
func (s *session) invokeSamples(ctx context.Context) (invoked int, err error) {
	for _, f := range s.bundle.Functions {
		events, err := filepath.Glob(filepath.Join(s.root, f.Folder, "events", "*.json"))
		if err != nil || len(events) == 0 {
			return invoked, fmt.Errorf("%s has no sample events in %s/events (%w)", f.ID, f.Folder, err)
		}
		if err := s.invoke(ctx, f.ID, events[0]); err != nil {
			return invoked, fmt.Errorf("sam local invoke %s -e %s: %w", f.ID, events[0], err)
		}
		invoked++
	}
	return invoked, nil
}

func (s *session) invoke(ctx context.Context, function, event string) error {
	var output, log bytes.Buffer
	cmd := s.sam("local", "invoke", function, "--event", event)
	cmd.Stdout, cmd.Stderr = &output, &log
	if err := s.group.Run(ctx, cmd, stopGrace); err != nil {
		return fmt.Errorf("%w\n%s", err, log.String())
	}
	answer := strings.TrimSpace(output.String())
	if !handled(answer) {
		return fmt.Errorf("the answer %q does not show that the function handled the event\n%s", answer, log.String())
	}
	fmt.Fprintf(s.out, "  %s %s: handled\n", function, filepath.Base(event))
	return nil
}

// handled reports whether an answer shows that the function decoded the event: an HTTP success, 403, 404 or 409, the
// list of a batch's failed items, or nothing, because nobody waits for the answer to an event of the bus. 400 and 401
// are the answers to an event whose body or claims were not read.
func handled(answer string) bool {
	if answer == "" || answer == "null" {
		return true
	}
	var decoded struct {
		StatusCode int
		Failures   json.RawMessage `json:"batchItemFailures"`
	}
	if err := json.Unmarshal([]byte(answer), &decoded); err != nil {
		return false
	}
	status := decoded.StatusCode
	return decoded.Failures != nil || status >= 200 && status < 400 ||
		status == http.StatusForbidden || status == http.StatusNotFound || status == http.StatusConflict
}
