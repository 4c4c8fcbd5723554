// Package awsjson is how SQS and EventBridge are spoken to: a JSON document by POST, its operation named in a header. What stands in
// for a service answers by it, so that the functions' own clients need not know.
//
// Requests are not authenticated: whatever serves this listens on this machine.
package awsjson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxRequest is more than any service takes.
const maxRequest = 4 << 20

// An Error is a refusal, as the service's clients know it.
type Error struct {
	Code    string // ValidationException
	Query   string // the name that the same error has in the query protocol, where a client looks for that; "" if it has none
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Refuse makes an Error.
func Refuse(code, format string, arguments ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, arguments...)}
}

// An Operation answers one kind of request.
type Operation func(ctx context.Context, request []byte) (any, error)

// Of is an operation on a decoded request.
func Of[In, Out any](do func(context.Context, In) (Out, error)) Operation {
	return func(ctx context.Context, request []byte) (any, error) {
		var in In
		if err := json.Unmarshal(request, &in); err != nil {
			return nil, Refuse("SerializationException", "%v", err)
		}
		return do(ctx, in)
	}
}

// Services are operations by the name that the header X-Amz-Target has for them: "AmazonSQS.SendMessage".
type Services map[string]Operation

func (s Services) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		write(w, http.StatusRequestEntityTooLarge, Refuse("RequestEntityTooLarge", "%v", err).body())
		return
	}
	name := r.Header.Get("X-Amz-Target")
	do, known := s[name]
	if !known {
		fail(w, Refuse("UnknownOperationException", "%q is not emulated", name))
		return
	}
	answer, err := do(r.Context(), body)
	if err != nil {
		fail(w, err)
		return
	}
	write(w, http.StatusOK, answer)
}

func fail(w http.ResponseWriter, err error) {
	refusal, ok := errors.AsType[*Error](err)
	if !ok {
		write(w, http.StatusInternalServerError, Refuse("InternalFailure", "%v", err).body())
		return
	}
	if refusal.Query != "" {
		w.Header().Set("X-Amzn-Query-Error", refusal.Query+";Sender")
	}
	write(w, http.StatusBadRequest, refusal.body())
}

func (e *Error) body() any {
	code := e.Code
	if !strings.Contains(code, "#") {
		code = "com.amazonaws#" + code
	}
	return map[string]string{"__type": code, "message": e.Message}
}

func write(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	text, err := json.Marshal(answer)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"__type":"InternalFailure"}`)
	}
	w.WriteHeader(status)
	w.Write(text)
}
