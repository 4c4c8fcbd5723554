//go:build unix

package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"personal-rooms/shared/dev/aws/gateway"
	"personal-rooms/shared/dev/template"
)

// A socketEvent is what a function gets.
type socketEvent struct {
	Type    string
	Query   map[string]string `json:"queryStringParameters"`
	Context struct {
		Route      string `json:"routeKey"`
		Kind       string `json:"eventType"`
		Connection string `json:"connectionId"`
		Authorizer map[string]any
	} `json:"requestContext"`
}

// sockets starts a WebSocket API whose authorizer allows the ticket "good", and says that the holder is Ada. Each event
// of a route is a line of the channel. $connect answers with the status.
func sockets(t *testing.T, status int) (address string, events chan string) {
	t.Helper()
	events = make(chan string, 100)
	invoke := func(function string, payload []byte) ([]byte, error) {
		var e socketEvent
		if err := json.Unmarshal(payload, &e); err != nil {
			return nil, err
		}
		if e.Type == "REQUEST" {
			effect := map[bool]string{true: "Allow", false: "Deny"}[e.Query["ticket"] == "good"]
			return fmt.Appendf(nil, `{"policyDocument": {"Statement": [{"Effect": %q}]}, "context": {"holder": "ada"}}`, effect), nil
		}
		events <- fmt.Sprintf("%s %s %s %v", function, e.Context.Route, e.Context.Kind, e.Context.Authorizer["holder"])
		return fmt.Appendf(nil, `{"statusCode": %d}`, status), nil
	}
	plan := &template.Sockets{Authorizer: "hints", Ticket: "ticket",
		Routes: map[string]string{"$connect": "hints", "$disconnect": "hints"}}
	server := httptest.NewServer(gateway.NewSockets(plan, "/live", invoke, io.Discard))
	t.Cleanup(server.Close)
	return server.URL + "/live", events
}

// manage sends a request to @connections, and returns the status.
func manage(t *testing.T, method, address, id, frame string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address+"/@connections/"+strings.ReplaceAll(id, "=", "%3D"), strings.NewReader(frame))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

func next(t *testing.T, events chan string, want string) {
	t.Helper()
	select {
	case got := <-events:
		if got != want {
			t.Errorf("the event %q, want %q", got, want)
		}
	case <-time.After(10 * time.Second):
		t.Errorf("no event, want %q", want)
	}
}

// What the client sends makes no event.
func TestSocketsHaveTheEventsOfTheService(t *testing.T) {
	address, events := sockets(t, 200)
	for _, lost := range []bool{false, true} {
		socket, _, err := websocket.Dial(t.Context(), address+"?ticket=good", nil)
		if err != nil {
			t.Fatal(err)
		}
		next(t, events, "hints $connect CONNECT ada")
		if err := socket.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
			t.Fatal(err)
		}
		if lost {
			_ = socket.CloseNow() // the network is lost
		} else {
			socket.Close(websocket.StatusNormalClosure, "done")
		}
		next(t, events, "hints $disconnect DISCONNECT ada")
	}
}

func TestSocketsRefuse(t *testing.T) {
	for query, want := range map[string]int{"": 401, "?ticket=bad": 403} {
		address, events := sockets(t, 200)
		dialled(t, address+query, want)
		if len(events) > 0 {
			t.Errorf("%q: the event %s", query, <-events)
		}
	}
	address, _ := sockets(t, 429)
	dialled(t, address+"?ticket=good", 429)
}

func dialled(t *testing.T, address string, want int) {
	t.Helper()
	_, answer, err := websocket.Dial(t.Context(), address, nil)
	if err == nil || answer == nil || answer.StatusCode != want {
		t.Errorf("%s: %v, %v, want the status %d", address, answer, err, want)
	}
}

// Frames are posted to open connections; a closed one is gone.
func TestFramesArePostedToOpenConnections(t *testing.T) {
	ids := make(chan string, 1)
	invoke := func(_ string, payload []byte) ([]byte, error) {
		var e socketEvent
		err := json.Unmarshal(payload, &e)
		switch {
		case e.Type == "REQUEST":
			return []byte(`{"policyDocument": {"Statement": [{"Effect": "Allow"}]}}`), err
		case e.Context.Route == "$connect":
			ids <- e.Context.Connection
		}
		return []byte(`{"statusCode": 200}`), err
	}
	plan := &template.Sockets{Authorizer: "hints", Ticket: "ticket", Routes: map[string]string{}}
	server := httptest.NewServer(gateway.NewSockets(plan, "/live", invoke, io.Discard))
	defer server.Close()
	socket, _, err := websocket.Dial(t.Context(), server.URL+"/live?ticket=good", nil)
	if err != nil {
		t.Fatal(err)
	}
	id := <-ids
	if status := manage(t, http.MethodPost, server.URL+"/live", id, "ask"); status != 200 {
		t.Errorf("POST: %d", status)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, frame, err := socket.Read(ctx)
	if err != nil || string(frame) != "ask" {
		t.Errorf("the frame %q, %v", frame, err)
	}
	if status := manage(t, http.MethodDelete, server.URL+"/live", id, ""); status != 204 {
		t.Errorf("DELETE: %d", status)
	}
	if _, _, err := socket.Read(ctx); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("after DELETE: %v", err)
	}
	for status := 0; status != 410; {
		status = manage(t, http.MethodPost, server.URL+"/live", id, "ask")
		if ctx.Err() != nil {
			t.Fatalf("POST after the end: %d", status)
		}
	}
}
