package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
)

// The webhook that the sample events name is there, and so is who listens there.
func TestSampleEventsAnswerWhatTheirNamesSay(t *testing.T) {
	const id = "01JNA8V6ZK3W9X5T2R7Q4M1C8B"
	want := map[string]int{
		"activate-webhook": 204, "create-webhook": 201, "delete-webhook": 204, "get-automation": 200, "get-webhook": 200, "list-webhooks": 200,
		"put-automation": 204, "test-webhook": 200,
	}
	files, _ := filepath.Glob("events/*.json")
	if len(files) != len(want) || len(files) != len(routes(nil, nil)) {
		t.Errorf("%d events, want %d; %d routes", len(files), len(want), len(routes(nil, nil)))
	}
	for _, file := range files {
		s := newScene(t)
		there := account.Endpoint{Account: testkit.Account, ID: id, URL: url(1), CreatedAt: s.Clock.Now(), SuspendedAt: s.Clock.Now()}
		if _, err := s.store.PutEndpoint(t.Context(), there); err != nil {
			t.Fatal(err)
		}
		s.receiver.learns(string(account.Secret(key, testkit.Account, id)))
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var event events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(text, &event); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		s.Handle(event).Want(t, want[strings.TrimSuffix(filepath.Base(file), ".json")])
	}
}
