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

// A document is what is said of events.
type document struct {
	schemas  map[string]*jsonschema.Schema
	examples map[string][]json.RawMessage
	channels [][]string // the names of what is told of events, and what endpoints are asked
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
	// What is in YAML is a number of Go's; the schemas want those of JSON.
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

// names are the keys, in order.
func names[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }

// check holds an event, as it is sent, against what is said of it.
func (d *document) check(t testing.TB, name string, body []byte) {
	t.Helper()
	schema := d.schemas[name]
	if schema == nil {
		t.Errorf("nothing is said of %s", name)
		return
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Errorf("%s: %v\n%s", name, err, body)
		return
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s is not as the document says: %v\n%s", name, err, body)
	}
}

// Every event of the code is in the document, and no other is told of; and each has an example that is as its schema says.
func TestTheDocumentHasAnExampleOfEveryEvent(t *testing.T) {
	d := readDocument(t)
	var told []string
	for _, name := range event.Names() {
		told = append(told, string(name))
	}
	slices.Sort(told)
	if !slices.Equal(told, d.channels[0]) {
		t.Errorf("the code tells of %v,\nthe document of %v", told, d.channels[0])
	}
	for _, name := range names(d.schemas) {
		if len(d.examples[name]) == 0 {
			t.Errorf("there is no example of %s", name)
		}
		for _, example := range d.examples[name] {
			d.check(t, name, example)
		}
	}
	if all := slices.Sorted(slices.Values(slices.Concat(d.channels...))); !slices.Equal(all, names(d.schemas)) {
		t.Errorf("the channels have %v,\nand the messages are %v", all, names(d.schemas))
	}
}
