//go:build unix

package lambda

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// MaxPayload is how large a request or an answer may be, in bytes.
const MaxPayload = 6 << 20

// runtimeAPI is what the function's process talks to: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
func (e *environment) runtimeAPI() http.Handler {
	const base = "/2018-06-01/runtime"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"/invocation/next", e.next)
	mux.HandleFunc("POST "+base+"/invocation/{id}/response", e.response)
	mux.HandleFunc("POST "+base+"/invocation/{id}/error", e.failure)
	mux.HandleFunc("POST "+base+"/init/error", e.initFailure)
	return mux
}

// next blocks until there is a request.
func (e *environment) next(w http.ResponseWriter, asked *http.Request) {
	e.askOnce.Do(func() { close(e.asked) })
	select {
	case r := <-e.work:
		e.hand(w, r)
	case <-asked.Context().Done():
	}
}

func (e *environment) hand(w http.ResponseWriter, r *request) {
	r.deadline = time.Now().Add(e.function.Timeout)
	e.mu.Lock()
	e.current = r
	e.mu.Unlock()
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Lambda-Runtime-Aws-Request-Id", r.id)
	header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(r.deadline.UnixMilli(), 10))
	header.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:"+e.function.Name)
	header.Set("Lambda-Runtime-Trace-Id", r.trace)
	w.Write(r.payload)
}

func (e *environment) response(w http.ResponseWriter, answer *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, answer.Body, MaxPayload))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		e.log.say("answered with more than %d bytes", MaxPayload)
		e.finish(answer.PathValue("id"), outcome{err: ErrTooLarge})
		reply(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge")
		return
	}
	if err != nil {
		return // the process is gone, and that ends the request
	}
	e.settle(w, answer.PathValue("id"), outcome{answer: body})
}

func (e *environment) failure(w http.ResponseWriter, answer *http.Request) {
	// Its body is in the function's log already.
	e.settle(w, answer.PathValue("id"), outcome{err: ErrFailed})
}

func (e *environment) initFailure(w http.ResponseWriter, answer *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(answer.Body, MaxPayload))
	e.log.say("could not initialise: %s", body)
	reply(w, http.StatusAccepted, "")
}

func (e *environment) settle(w http.ResponseWriter, id string, o outcome) {
	if !e.finish(id, o) {
		reply(w, http.StatusBadRequest, "InvalidRequestID")
		return
	}
	reply(w, http.StatusAccepted, "")
}

// finish gives the current request its outcome, if it has that id.
func (e *environment) finish(id string, o outcome) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current == nil || e.current.id != id {
		return false
	}
	e.current.outcome <- o
	e.current = nil
	return true
}

// reply answers as the Runtime API does: a status, or what kind of error it was.
func reply(w http.ResponseWriter, status int, errorType string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if errorType == "" {
		fmt.Fprint(w, `{"status":"OK"}`)
		return
	}
	fmt.Fprintf(w, `{"errorType":%q,"errorMessage":%q}`, errorType, http.StatusText(status))
}
