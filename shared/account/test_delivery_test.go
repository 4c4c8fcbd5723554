package account

import (
	"crypto/rand"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// The tests of package event hold that the example fits its schema.
func TestTestEventEqualsTheExampleOfAsyncAPI(t *testing.T) {
	var document struct {
		Components struct {
			Messages map[string]struct {
				Examples []struct{ Payload map[string]any }
			}
		}
	}
	text, err := os.ReadFile("../event/asyncapi.yaml")
	if err != nil || yaml.Unmarshal(text, &document) != nil {
		t.Fatal("asyncapi.yaml is not readable:", err)
	}
	want := document.Components.Messages["endpoint.test"].Examples[0].Payload
	e := Endpoint{Account: "acme", ID: "01KEXAMPLE0000000000000000", Note: "our calendar"}
	body, err := testEvent(e, time.UnixMilli(1795767360000), rand.Reader)
	var got map[string]any
	if err != nil || yaml.Unmarshal(body, &got) != nil {
		t.Fatalf("%s, %v", body, err)
	}
	id, _ := got["event_id"].(string)
	want["event_id"] = id
	if d := cmp.Diff(want, got); d != "" || len(id) != 26 {
		t.Errorf("the event_id is %q, and %s", id, d)
	}
}
