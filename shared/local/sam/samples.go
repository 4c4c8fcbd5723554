//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
)

// invokeSamples invokes each function with each of its sample events, as the README says, and is how many there were.
// What they answer where everything that they name is there, the functions' own tests show: here the table is new.
func (s *stage) invokeSamples(ctx context.Context) (invoked int, err error) {
	for _, f := range s.plan.Functions {
		events, err := filepath.Glob(filepath.Join(s.root, f.Folder, "events", "*.json"))
		if err != nil {
			return invoked, err
		}
		if len(events) == 0 {
			return invoked, fmt.Errorf("%s has no sample events in %s/events", f.ID, f.Folder)
		}
		for _, event := range events {
			if err := s.invoke(ctx, f.ID, event); err != nil {
				return invoked, fmt.Errorf("sam local invoke %s -e %s: %w", f.ID, event, err)
			}
			invoked++
		}
	}
	return invoked, nil
}

func (s *stage) invoke(ctx context.Context, function, event string) error {
	var said, log bytes.Buffer
	cmd := s.sam("local", "invoke", function, "--event", event)
	cmd.Stdout, cmd.Stderr = &said, &log
	if err := s.runToEnd(ctx, cmd); err != nil {
		return fmt.Errorf("%w\n%s", err, log.String())
	}
	var answer struct {
		StatusCode int
		Body       string
	}
	if err := json.Unmarshal(said.Bytes(), &answer); err != nil {
		return fmt.Errorf("it answers %s (%w)\n%s", said.String(), err, log.String())
	}
	var refusal struct{ Reason string }
	if strings.HasPrefix(answer.Body, "{") {
		if err := json.Unmarshal([]byte(answer.Body), &refusal); err != nil {
			return fmt.Errorf("it answers %d %s: %w", answer.StatusCode, answer.Body, err)
		}
	}
	fmt.Fprintf(s.out, "  %s %s: %d %s\n", function, filepath.Base(event), answer.StatusCode, refusal.Reason)
	if !understood(answer.StatusCode) {
		return fmt.Errorf("it answers %d %s\n%s", answer.StatusCode, answer.Body, log.String())
	}
	return nil
}

// understood reports whether the function took the event for what it is: it did as it was asked, or found that what the
// event names is not there, or not as it would have to be.
func understood(status int) bool {
	return status >= 200 && status < 400 || status == http.StatusNotFound || status == http.StatusConflict
}

// runToEnd runs the command; if the context ends first, it is asked to stop, and waited for.
func (s *stage) runToEnd(ctx context.Context, cmd *exec.Cmd) error {
	p, err := s.group.Start(cmd)
	if err != nil {
		return err
	}
	select {
	case <-p.Done():
		return p.Err()
	case <-ctx.Done():
		p.Stop(stopGrace)
		return ctx.Err()
	}
}
