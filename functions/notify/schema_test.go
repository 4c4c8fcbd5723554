package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

const document = "asyncapi.json"

// schemas are those of asyncapi.yaml.
type schemas struct {
	compiler *jsonschema.Compiler
	names    []string
}

func newSchemas(t *testing.T) schemas {
	t.Helper()
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "shared", "event", "asyncapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Components struct {
			Messages map[string]any `yaml:"messages"`
		} `yaml:"components"`
	}
	var whole any
	for _, into := range []any{&said, &whole} {
		if err := yaml.Unmarshal(text, into); err != nil {
			t.Fatal(err)
		}
	}
	asJSON, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	s := schemas{compiler: jsonschema.NewCompiler()}
	s.compiler.AssertFormat()
	if err := s.compiler.AddResource(document, parsed); err != nil {
		t.Fatal(err)
	}
	for name := range said.Components.Messages {
		s.names = append(s.names, name)
	}
	return s
}

// hold fails the test unless the event is as the document says of its name.
func (s schemas) hold(t *testing.T, e told) {
	t.Helper()
	schema, err := s.compiler.Compile(document + "#/components/messages/" + e.Event + "/payload")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(e.raw))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s: %v\n%s", e.Event, err, e.raw)
	}
}

func TestTheDocumentNamesEveryEventAndNoOther(t *testing.T) {
	want := []string{"endpoint.test", "endpoint.url_validation"} // which an admin's request makes
	for _, name := range event.Names() {
		want = append(want, string(name))
	}
	got := newSchemas(t).names
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the document has %v, the code %v", got, want)
	}
}

// The schemas take nothing that they do not name.
func TestTheDocumentLeavesNothingOpen(t *testing.T) {
	schemas := newSchemas(t)
	s := newScene(t)
	s.aProfile()
	e := s.last("room.number_changed")
	e.raw = json.RawMessage(strings.Replace(string(e.raw), `"forwarding"`, `"host_key":"123456","forwarding"`, 1))
	schema, err := schemas.compiler.Compile(document + "#/components/messages/" + e.Event + "/payload")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(e.raw))
	if err != nil || schema.Validate(value) == nil {
		t.Errorf("it takes %s (%v)", e.raw, err)
	}
}

// number is a number as a test finds it in JSON.
func number(n meeting.Number) float64 {
	f, _ := strconv.ParseFloat(string(n), 64)
	return f
}

// unfolded is the text of a calendar entry, its long lines whole.
func unfolded(ics any) string {
	text, _ := ics.(string)
	return strings.ReplaceAll(text, "\r\n ", "")
}
