// Package dynamoproxy stands between a DynamoDB client and its server, in tests: it counts what is sent, measures what that
// costs, and makes things go wrong.
//
// A [Meter] and [Faults] are round trippers, so they serve a client in the test's own process
//
//	meter := &wire.Meter{}
//	client, table := dynamotest.Table(t, dynamotest.Transport(meter.Wrap))
//
// as well as a reverse proxy between functions that run as processes and their DynamoDB. The meter asks for the cost by
// adding to the request, which breaks its signature: DynamoDB Local does not verify it, the cloud would.
package dynamoproxy

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// An Operation is the name of one: "GetItem".
type Operation string

// operationOf is the operation of a request to DynamoDB.
func operationOf(r *http.Request) Operation {
	_, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return Operation(name)
}

// transport makes a function a http.RoundTripper.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// drain reads the body and closes it.
func drain(body io.ReadCloser) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	read, err := io.ReadAll(body)
	if closed := body.Close(); err == nil {
		err = closed
	}
	return read, err
}

// withBody is the request with another body.
func withBody(r *http.Request, body []byte) *http.Request {
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.Header.Del("Content-Length")
	return r
}
