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

	"personal-rooms/shared/event"
)

const file = "asyncapi.yaml"

// A document is asyncapi.yaml.
type document struct {
	schemas  map[string]*jsonschema.Schema
	examples map[string][]json.RawMessage
	channels [][]string // the names of the events, and of the requests to endpoints
}

// readDocument reads the document.
func readDocument(t testing.TB) *document {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := yaml.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	// The schemas need the numbers of JSON, not those of Go.
	again, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, again)
}

func parse(t testing.TB, text []byte) *document {
	t.Helper()
	var said struct {
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
	if err := json.Unmarshal(text, &said); err != nil {
		t.Fatal(err)
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(file, whole); err != nil {
		t.Fatal(err)
	}
	d := &document{schemas: map[string]*jsonschema.Schema{}, examples: map[string][]json.RawMessage{},
		channels: [][]string{names(said.Channels.Events.Messages), names(said.Channels.Endpoint.Messages)}}
	for name, message := range said.Components.Messages {
		if message.Name != name {
			t.Errorf("the message %s has the name %s", name, message.Name)
		}
		if d.schemas[name], err = compiler.Compile(file + "#/components/messages/" + name + "/payload"); err != nil {
			t.Fatal(err)
		}
		for _, example := range message.Examples {
			d.examples[name] = append(d.examples[name], example.Payload)
		}
	}
	return d
}

// names returns the keys, in order.
func names[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }

// check requires that an event, as it is sent, has the shape in the document.
func (d *document) check(t testing.TB, name string, body []byte) {
	t.Helper()
	schema := d.schemas[name]
	if schema == nil {
		t.Errorf("the document has no %s", name)
		return
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Errorf("%s: %v\n%s", name, err, body)
		return
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s does not have the shape in the document: %v\n%s", name, err, body)
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
	for _, name := range names(d.schemas) {
		if len(d.examples[name]) == 0 {
			t.Errorf("%s has no example", name)
		}
		for _, example := range d.examples[name] {
			d.check(t, name, example)
		}
	}
	if all := slices.Sorted(slices.Values(slices.Concat(d.channels...))); !slices.Equal(all, names(d.schemas)) {
		t.Errorf("the channels have %v,\nand the messages are %v", all, names(d.schemas))
	}
}
