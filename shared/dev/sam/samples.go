//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
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
	if err := s.wait(ctx, cmd); err != nil {
		return fmt.Errorf("%w\n%s", err, log.String())
	}
	text, err := os.ReadFile(event)
	if err != nil {
		return err
	}
	summary, err := summarize(text, output.Bytes())
	fmt.Fprintf(s.out, "  %s %s: %s\n", function, filepath.Base(event), summary)
	if err != nil {
		return fmt.Errorf("the answer is %s (%w)\n%s", output.String(), err, log.String())
	}
	return nil
}

var errNotHandled = errors.New("which does not show that the function handled the event")

// summarize returns a short form of the answer to an event. It fails if the answer does not show that the function
// decoded the event: an HTTP answer is a success, 404 or 409; a batch's answer names failed items of the batch, if any;
// nobody waits for the answer to an event of the bus, so there is none.
func summarize(event, answer []byte) (summary string, err error) {
	var kind struct {
		Records []struct {
			MessageID string `json:"messageId"`
			Dynamodb  struct{ SequenceNumber string }
		}
		DetailType *string `json:"detail-type"`
	}
	if err := json.Unmarshal(event, &kind); err != nil {
		return "", fmt.Errorf("the sample event: %w", err)
	}
	switch {
	case kind.Records != nil:
		var ids []string
		for _, r := range kind.Records {
			ids = append(ids, r.MessageID+r.Dynamodb.SequenceNumber)
		}
		return summarizeBatch(ids, answer)
	case kind.DetailType == nil:
		return summarizeHTTP(answer)
	}
	if text := strings.TrimSpace(string(answer)); text != "" && text != "null" {
		return text, errNotHandled
	}
	return "handled", nil
}

func summarizeBatch(ids []string, answer []byte) (string, error) {
	var decoded map[string][]struct {
		ID string `json:"itemIdentifier"`
	}
	if err := json.Unmarshal(answer, &decoded); err != nil {
		return "", err
	}
	failures, found := decoded["batchItemFailures"]
	for _, failed := range failures {
		found = found && slices.Contains(ids, failed.ID)
	}
	if !found {
		return "", errNotHandled
	}
	return fmt.Sprintf("%d of %d failed", len(failures), len(ids)), nil
}

func summarizeHTTP(answer []byte) (string, error) {
	var decoded struct {
		StatusCode int
		Body       string
	}
	if err := json.Unmarshal(answer, &decoded); err != nil {
		return "", err
	}
	var refusal struct{ Reason string }
	if strings.HasPrefix(decoded.Body, "{") {
		if err := json.Unmarshal([]byte(decoded.Body), &refusal); err != nil {
			return "", err
		}
	}
	summary := strings.TrimSpace(fmt.Sprintf("%d %s", decoded.StatusCode, refusal.Reason))
	success := decoded.StatusCode >= 200 && decoded.StatusCode < 400
	if !success && decoded.StatusCode != http.StatusNotFound && decoded.StatusCode != http.StatusConflict {
		return summary, errNotHandled
	}
	return summary, nil
}
