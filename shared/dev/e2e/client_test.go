package e2e

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// fields is a body, or a part of one.
type fields map[string]any

// A client is a device or an app that sends requests, for a person or for a guest.
type client struct {
	t      *testing.T
	name   string // of who uses it, in failures
	token  string // "": none
	agent  string // its User-Agent
	header http.Header
	http   *http.Client
}

// with is the client with one more header.
func (c client) with(name, value string) client {
	c.header = c.header.Clone()
	if c.header == nil {
		c.header = http.Header{}
	}
	c.header.Set(name, value)
	return c
}

// send sends a request. A body that is text is sent as it is, any other one as JSON.
func (c client) send(method, path string, body any) answer {
	c.t.Helper()
	a, err := c.try(c.t.Context(), method, path, body)
	if err != nil {
		c.t.Fatalf("%s: %s %s: %v", c.name, method, path, err)
	}
	return a
}

// try is send, for many at once.
func (c client) try(ctx context.Context, method, path string, body any) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, here.url+path, bytes.NewReader(encode(c.t, body)))
	if err != nil {
		return answer{}, err
	}
	request.Header = c.header.Clone()
	if request.Header == nil {
		request.Header = http.Header{}
	}
	request.Header.Set("User-Agent", cmp.Or(c.agent, "personal-rooms e2e"))
	if body != nil && request.Header.Get("Content-Type") == "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	return answer{t: c.t, asked: c.name + ": " + method + " " + path, status: response.StatusCode, header: response.Header, body: said}, err
}

func encode(t *testing.T, body any) []byte {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return []byte(b)
	case []byte:
		return b
	case fields:
		if b == nil {
			return nil
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// loses sends a request whose answer never reaches the one who asked.
func (c client) loses(method, path string, body any) { c.t.Helper(); c.send(method, path, body) }

// An answer is what came back.
type answer struct {
	t      *testing.T
	asked  string
	status int
	header http.Header
	body   []byte
}

// is ends the test unless the answer has one of the statuses.
func (a answer) is(statuses ...int) answer {
	a.t.Helper()
	if !slices.Contains(statuses, a.status) {
		a.t.Fatalf("%s is answered %d %s, want %v", a.asked, a.status, a.body, statuses)
	}
	return a
}

// into reads the body.
func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%s is answered %d %s: %v", a.asked, a.status, a.body, err)
	}
}

// A problem is the body of a refusal.
type problem struct {
	Code    int
	Message string
	Reason  string
	Errors  []struct{ Field, Message string }
}

func (p problem) fields() []string {
	var names []string
	for _, e := range p.Errors {
		names = append(names, e.Field)
	}
	return names
}

// refused ends the test unless the answer is that refusal.
func (a answer) refused(status, code int, reason string) problem {
	a.t.Helper()
	var p problem
	a.is(status).into(&p)
	if p.Code != code || p.Reason != reason || p.Message == "" {
		a.t.Fatalf("%s is answered %d %s, want %d %d %s", a.asked, a.status, a.body, status, code, reason)
	}
	return p
}

// unauthorized ends the test unless the token was refused: by us, or by the authorizer in front of us.
func (a answer) unauthorized(message string) {
	a.t.Helper()
	var p problem
	a.is(http.StatusUnauthorized).into(&p)
	if ours := p.Code == 124 && p.Reason == "token" && p.Message == message; !ours && p.Message != "Unauthorized" {
		a.t.Errorf("%s is answered %d %s, want 124 token: %s", a.asked, a.status, a.body, message)
	}
}

// equal says what is not as it should be.
func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in:\n%s", part, text)
		}
	}
}

func lacks(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q is in:\n%s", part, text)
		}
	}
}

func path(format string, args ...any) string { return fmt.Sprintf(format, args...) }
