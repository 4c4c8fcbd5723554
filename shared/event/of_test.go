package event_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/testkit/awstest"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/event"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

// told is the events of a record. What is marked as quiet tells nothing.
func told(t *testing.T, r events.DynamoDBEventRecord) []event.Event {
	t.Helper()
	c, err := table.ChangeOf(r)
	if err != nil {
		t.Fatal(err)
	}
	all := event.FromChange(c)
	if quiet, there := r.Change.NewImage["quiet"]; there && quiet.Boolean() && len(all) > 0 {
		t.Errorf("%s is told of by a write that is marked as quiet", all[0].Name)
	}
	return all
}

// Everything that there is to tell is told, by the real use cases and the real stream, as the document says, each with an id of its own, and
// without a secret.
func TestEverythingThatHappensIsTold(t *testing.T) {
	client, name := dynamotest.Table(t, dynamotest.Stream())
	people, stream := newStory(table.New(client, name)), awstest.Follow(t, name)
	document, seen, ids := readDocument(t), map[event.Name]bool{}, map[string]bool{}
	for _, step := range people.steps() {
		if err := step.do(t.Context()); err != nil {
			t.Fatalf("%s: %v", step.does, err)
		}
		passcode, secrets, err := people.hidden(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range stream.Records() {
			for _, e := range told(t, r) {
				if invitation, is := e.Object.(event.Invitation); is {
					invitation.ICS = "BEGIN:VCALENDAR"
					e.Object = invitation
				}
				names, seen[e.Name] = append(names, string(e.Name)), true
				body := bodyOf(t, e)
				document.check(t, string(e.Name), body)
				hides(t, body, append(secrets, passcode, "hush-hush"))
				if ids[e.ID] {
					t.Errorf("%s: the id of %s is another's too", step.does, e.Name)
				}
				ids[e.ID] = true
			}
		}
		slices.Sort(names)
		slices.Sort(step.tells)
		if !slices.Equal(names, step.tells) {
			t.Errorf("%s: told %v, want %v", step.does, names, step.tells)
		}
	}
	if got := len(seen); got != len(event.Names()) {
		t.Errorf("only %v are told", slices.Sorted(maps.Keys(seen)))
	}
}

func bodyOf(t *testing.T, e event.Event) []byte {
	t.Helper()
	body, err := e.Body()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(body, []byte(`\u0026`)) || bytes.Contains(body, []byte(`\u003c`)) {
		t.Errorf("& or < is escaped in %s", body)
	}
	return body
}

// hides wants none of the secrets in the event.
func hides(t *testing.T, body []byte, secrets []string) {
	t.Helper()
	for _, hidden := range secrets {
		if hidden != "" && strings.Contains(string(body), hidden) {
			t.Errorf("%q stands in %s", hidden, body)
		}
	}
}

// The order puts the events of a sitting in theirs, whichever item they come from: what happened before the last decision of a host has a
// lower epoch, and the end the highest.
func TestEventsOfASittingCanBePutInOrder(t *testing.T) {
	client, name := dynamotest.Table(t, dynamotest.Stream())
	people, stream := newStory(table.New(client, name)), awstest.Follow(t, name)
	last, over := map[string]int64{}, map[string]bool{}
	for _, step := range people.steps() {
		if err := step.do(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, r := range stream.Records() {
			for _, e := range told(t, r) {
				o := e.Sequence
				if o.Instance == "" {
					continue
				}
				switch {
				case strings.HasPrefix(e.Item, "room/") && o.Epoch < last[o.Instance]:
					t.Errorf("%s: epoch %d of %s comes after %d", step.does, o.Epoch, e.Name, last[o.Instance])
				case over[o.Instance] && o.Epoch >= last[o.Instance]:
					t.Errorf("%s: %s is not ordered before the end", step.does, e.Name)
				}
				last[o.Instance] = max(last[o.Instance], o.Epoch)
				over[o.Instance] = over[o.Instance] || e.Name == event.MeetingEnded
			}
		}
	}
	if len(over) < 2 {
		t.Errorf("only %d sittings", len(over))
	}
}

func TestWhatIsToldTwiceIsTheSame(t *testing.T) {
	client, name := dynamotest.Table(t, dynamotest.Stream())
	people, stream := newStory(table.New(client, name)), awstest.Follow(t, name)
	for _, step := range people.steps() {
		if err := step.do(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range stream.Records() {
		one, two := told(t, r), told(t, r)
		for i := range one {
			if a, b := bodyOf(t, one[i]), bodyOf(t, two[i]); !json.Valid(a) || !bytes.Equal(a, b) {
				t.Errorf("%s\n%s", a, b)
			}
		}
	}
}
