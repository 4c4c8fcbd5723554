// Package awsjson serves AWS's JSON protocol, which the clients of SQS and EventBridge speak: a JSON document is
// posted, and the header X-Amz-Target names the operation. Unknown operations and unknown parameters are refused.
//
// Requests are not authenticated: serve this to one machine only.
package awsjson

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxRequest is in bytes, and more than any service accepts.
const maxRequest = 4 << 20

// An Error is a refusal that the clients of the service understand.
type Error struct {
	Code    string // ValidationException
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Refuse returns an Error with a formatted message.
func Refuse(code, format string, arguments ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, arguments...)}
}

// An Operation answers a request, which is JSON, with a value that is encoded as JSON.
type Operation func(ctx context.Context, request []byte) (any, error)

// Of returns an operation that decodes its request.
func Of[In, Out any](do func(context.Context, In) (Out, error)) Operation {
	return func(ctx context.Context, request []byte) (any, error) {
		var in In
		decoder := json.NewDecoder(bytes.NewReader(request))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&in); err != nil {
			return nil, Refuse("SerializationException", "%v", err)
		}
		return do(ctx, in)
	}
}

// Services maps the value of X-Amz-Target to the operation: "AmazonSQS.SendMessage".
type Services map[string]Operation

func (s Services) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := s.call(w, r)
	status := http.StatusOK
	if err != nil {
		refusal, ok := errors.AsType[*Error](err)
		status = http.StatusBadRequest
		if !ok {
			status, refusal = http.StatusInternalServerError, Refuse("InternalFailure", "%v", err)
		}
		answer = map[string]string{"__type": refusal.Code, "message": refusal.Message}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // fails only if the client is gone
}

func (s Services) call(w http.ResponseWriter, r *http.Request) (any, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		return nil, Refuse("RequestEntityTooLarge", "%v", err)
	}
	name := r.Header.Get("X-Amz-Target")
	do, known := s[name]
	if !known {
		return nil, Refuse("UnknownOperationException", "%q is not emulated", name)
	}
	return do(r.Context(), body)
}
