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
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// invokeSamples invokes each function with the first of its sample events, and returns how many there were. The functions' own tests show
// what they answer to all of them.
func (s *stage) invokeSamples(ctx context.Context) (invoked int, err error) {
	for _, f := range s.plan.Functions {
		events, err := filepath.Glob(filepath.Join(s.root, f.Folder, "events", "*.json"))
		if err != nil {
			return invoked, err
		}
		if len(events) == 0 {
			return invoked, fmt.Errorf("%s has no sample events in %s/events", f.ID, f.Folder)
		}
		if err := s.invoke(ctx, f.ID, events[0]); err != nil {
			return invoked, fmt.Errorf("sam local invoke %s -e %s: %w", f.ID, events[0], err)
		}
		invoked++
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
	text, err := os.ReadFile(event)
	if err != nil {
		return err
	}
	answer, err := judge(text, said.Bytes())
	fmt.Fprintf(s.out, "  %s %s: %s\n", function, filepath.Base(event), answer)
	if err != nil {
		return fmt.Errorf("it answers %s (%w)\n%s", said.String(), err, log.String())
	}
	return nil
}

var errNotUnderstood = errors.New("which does not show that it has understood the event")

// judge puts the answer to an event in short, by what kind of event it is; an error if the function has not understood it.
func judge(event, said []byte) (short string, err error) {
	var kind struct {
		Records    []sampleRecord
		DetailType *string `json:"detail-type"`
	}
	if err := json.Unmarshal(event, &kind); err != nil {
		return "", fmt.Errorf("the sample event: %w", err)
	}
	switch {
	case kind.Records != nil:
		return judgeBatch(kind.Records, said)
	case kind.DetailType != nil:
		return judgeEvent(said)
	}
	return judgeHTTP(said)
}

// A sampleRecord is a record of a stream or a message of a queue.
type sampleRecord struct {
	MessageID string `json:"messageId"`
	Dynamodb  struct{ SequenceNumber string }
}

func (r sampleRecord) id() string { return r.MessageID + r.Dynamodb.SequenceNumber }

// judgeBatch takes an answer that names no failures, or items of the batch: the function knew them, and what they are about is not there.
func judgeBatch(batch []sampleRecord, said []byte) (string, error) {
	var answer map[string][]struct {
		Item string `json:"itemIdentifier"`
	}
	if err := json.Unmarshal(said, &answer); err != nil {
		return "", err
	}
	failures, there := answer["batchItemFailures"]
	if !there {
		return "", errNotUnderstood
	}
	for _, failed := range failures {
		if !slices.ContainsFunc(batch, func(r sampleRecord) bool { return r.id() == failed.Item }) {
			return "", errNotUnderstood
		}
	}
	return fmt.Sprintf("%d of %d failed", len(failures), len(batch)), nil
}

// judgeEvent takes no answer: nobody waits for one.
func judgeEvent(said []byte) (string, error) {
	if text := strings.TrimSpace(string(said)); text != "" && text != "null" {
		return text, errNotUnderstood
	}
	return "taken", nil
}

func judgeHTTP(said []byte) (string, error) {
	var answer struct {
		StatusCode int
		Body       string
	}
	if err := json.Unmarshal(said, &answer); err != nil {
		return "", err
	}
	var refusal struct{ Reason string }
	if strings.HasPrefix(answer.Body, "{") {
		if err := json.Unmarshal([]byte(answer.Body), &refusal); err != nil {
			return "", err
		}
	}
	short := strings.TrimSpace(fmt.Sprintf("%d %s", answer.StatusCode, refusal.Reason))
	if !understood(answer.StatusCode) {
		return short, errNotUnderstood
	}
	return short, nil
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
