// Package dynamoproxy stands between a DynamoDB client and its server in tests: it counts requests and what they cost,
// records which permissions they need, and makes requests fail.
//
// [Meter], [Faults] and [PermissionRecorder] wrap an http.RoundTripper:
//
//	meter := &dynamoproxy.Meter{}
//	client, table := dynamotest.Table(t, dynamotest.Transport(meter.Wrap))
//
// To learn the cost, the meter changes the request, which breaks its signature. DynamoDB Local does not verify
// signatures.
package dynamoproxy

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// An Operation is the name of an operation of DynamoDB: "GetItem".
type Operation string

func operationOf(r *http.Request) Operation {
	_, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return Operation(name)
}

// transport gets each request with its body, which can be read again.
type transport func(r *http.Request, body []byte) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := readAll(r.Body)
	if err != nil {
		return nil, err
	}
	return t(withBody(r, body), body)
}

// readAll reads the body and closes it.
func readAll(body io.ReadCloser) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	defer body.Close()
	return io.ReadAll(body)
}

// withBody returns the request with another body.
func withBody(r *http.Request, body []byte) *http.Request {
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.Header.Del("Content-Length")
	return r
}

// RetryAtOnce returns the retryer of the SDK without its pauses, which take up to seconds.
func RetryAtOnce() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	})
}
