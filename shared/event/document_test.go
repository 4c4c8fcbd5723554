package event_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/event"
)

const file = "asyncapi.yaml"

// A document is asyncapi.yaml.
type document struct {
	schemas  map[string]*jsonschema.Schema
	examples map[string][]json.RawMessage
	channels [][]string // the names of the events, and of the requests to endpoints
}

// readDocument reads the document. Its schemas need the numbers of JSON, not those of Go.
func readDocument(t *testing.T) *document {
	t.Helper()
	text, err := os.ReadFile(file)
	testkit.Must(t, err)
	var plain any
	testkit.Must(t, yaml.Unmarshal(text, &plain))
	text, err = json.Marshal(plain)
	testkit.Must(t, err)
	var parsed struct {
		Channels struct {
			Events, Endpoint struct{ Messages map[string]any }
		}
		Components struct {
			Messages map[string]struct {
				Name     string
				Examples []struct{ Payload json.RawMessage }
			}
		}
	}
	testkit.Must(t, json.Unmarshal(text, &parsed))
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	testkit.Must(t, err)
	compiler := jsonschema.NewCompiler()
	testkit.Must(t, compiler.AddResource(file, whole))
	d := &document{schemas: map[string]*jsonschema.Schema{}, examples: map[string][]json.RawMessage{},
		channels: [][]string{keys(parsed.Channels.Events.Messages), keys(parsed.Channels.Endpoint.Messages)}}
	for name, message := range parsed.Components.Messages {
		if message.Name != name {
			t.Errorf("the message %s has the name %s", name, message.Name)
		}
		d.schemas[name], err = compiler.Compile(file + "#/components/messages/" + name + "/payload")
		testkit.Must(t, err)
		for _, example := range message.Examples {
			d.examples[name] = append(d.examples[name], example.Payload)
		}
	}
	return d
}

// keys returns the keys, in order.
func keys[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }

// check requires that an event, as it is sent, has the shape in the document.
func (d *document) check(t *testing.T, name string, body []byte) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil && d.schemas[name] != nil {
		err = d.schemas[name].Validate(value)
	}
	if err != nil || d.schemas[name] == nil {
		t.Errorf("%s does not have a shape of the document: %v\n%s", name, err, body)
	}
}

// The document has every event of the code and no other, each with a valid example.
func TestDocumentHasAnExampleOfEveryEvent(t *testing.T) {
	d := readDocument(t)
	var all []string
	for _, name := range event.Names() {
		all = append(all, string(name))
	}
	slices.Sort(all)
	if !slices.Equal(all, d.channels[0]) {
		t.Errorf("the code has %v,\nthe document has %v", all, d.channels[0])
	}
	for _, name := range keys(d.schemas) {
		if len(d.examples[name]) == 0 {
			t.Errorf("%s has no example", name)
		}
		for _, example := range d.examples[name] {
			d.check(t, name, example)
		}
	}
	if all := slices.Sorted(slices.Values(slices.Concat(d.channels...))); !slices.Equal(all, keys(d.schemas)) {
		t.Errorf("the channels have %v,\nand the messages are %v", all, keys(d.schemas))
	}
}
