package main

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/aws/pattern"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/event"
	"personal-rooms/shared/table"
)

// silent is a table that does not answer.
type silent struct{ store }

func (silent) Endpoints(context.Context, string) ([]account.Endpoint, error) {
	return nil, errors.New("no answer")
}

// The filter of template.yaml lets everything through of which something is told, and keeps out most of the rest: what is quiet above all.
func TestTheFilterKeepsOutWhatNobodyIsToldOf(t *testing.T) {
	s := newScene(t)
	passes := filters(t)
	s.aProfile()
	s.meetings()
	s.beforeTheHost()
	s.aSitting()
	s.commands()
	fresh := newScene(t)
	fresh.comes(caller("ada"), "Ada")
	for range 20 {
		fresh.comes(caller("bea"), "Bea")
	}
	let, told, all := 0, 0, 0
	for _, raw := range append(fresh.stream.Raw(), s.again()...) {
		var r events.DynamoDBEventRecord
		s.must(json.Unmarshal(raw, &r))
		change, err := table.ChangeOf(r)
		s.must(err)
		is, passed := len(event.FromChange(change)) > 0, passes(raw)
		if is && !passed {
			t.Errorf("it keeps out %s", raw)
		}
		all++
		if passed {
			let++
		}
		if is {
			told++
		}
	}
	t.Logf("of %d writes %d are let through, and %d told", all, let, told)
	if let > told+told/3 {
		t.Errorf("it lets %d writes through for %d that are told", let, told)
	}
}

// again is all that was written since the beginning.
func (s *scene) again() []json.RawMessage {
	s.t.Helper()
	return s.stream.Again().Raw()
}

func filters(t *testing.T) func(json.RawMessage) bool {
	t.Helper()
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	b, err := template.Load(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	var all []pattern.Pattern
	for _, stream := range b.Streams {
		for _, text := range stream.Filters {
			p, err := pattern.Compile(text)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, p)
		}
	}
	return func(raw json.RawMessage) bool {
		var value any
		if err := json.Unmarshal(raw, &value); err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			if p.Match(value) {
				return true
			}
		}
		return false
	}
}
