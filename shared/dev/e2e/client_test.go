package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"personal-rooms/shared/dev/testkit"
)

// fields is a body, or a part of one.
type fields = testkit.Fields

// A client sends requests for a user or a guest.
type client struct {
	t      *testing.T
	name   string // of the user or guest, for failures
	token  string // "": none
	header http.Header
	http   *http.Client
}

// with returns the client with one more header.
func (c client) with(name, value string) client {
	c.header = c.header.Clone()
	if c.header == nil {
		c.header = http.Header{}
	}
	c.header.Set(name, value)
	return c
}

// do sends a request. A body that is a string or bytes is sent unchanged, any other one as JSON.
func (c client) do(method, path string, body any) testkit.Answer {
	c.t.Helper()
	a, err := c.send(c.t.Context(), method, path, body)
	if err != nil {
		c.t.Fatalf("%s: %s %s: %v", c.name, method, path, err)
	}
	return a
}

// get sends a GET, which must succeed.
func (c client) get(path string) testkit.Answer {
	c.t.Helper()
	return c.do("GET", path, nil).Want(c.t, 200)
}

// send is do for concurrent requests, and for those after the test's end.
func (c client) send(ctx context.Context, method, path string, body any) (testkit.Answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, deployment.url+path, bytes.NewReader(encode(body)))
	if err != nil {
		return testkit.Answer{}, err
	}
	request.Header = c.header.Clone()
	if request.Header == nil {
		request.Header = http.Header{}
	}
	if body != nil && request.Header.Get("Content-Type") == "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return testkit.Answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	a := testkit.Answer{Status: response.StatusCode, Header: map[string]string{}, Body: string(text)}
	a.Request = c.name + ": " + method + " " + path
	for name := range response.Header {
		a.Header[name] = response.Header.Get(name)
	}
	return a, err
}

func encode(body any) []byte {
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
	return must(json.Marshal(body))
}
