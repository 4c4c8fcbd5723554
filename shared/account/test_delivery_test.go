package account

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

func TestTestEventHasTheSchemaOfAsyncAPI(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "event", "asyncapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var content any
	if err := yaml.Unmarshal(text, &content); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("asyncapi.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("asyncapi.json#/components/messages/endpoint.test/payload")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []Endpoint{{Account: "acme", ID: "01JNA8V6ZK3W9X5T2R7Q4M1C8B"}, {Account: "acme", ID: "01J", Note: "Calendar & <more>"}} {
		body, err := testEvent(e, time.UnixMilli(1772442000000), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}
