//go:build unix

package lambda

import (
	"io"
	"net/http"
	"strconv"
	"time"
)

// MaxPayload is the size limit of a request and of an answer, in bytes.
const MaxPayload = 6 << 20

// runtimeAPI serves https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
func (e *environment) runtimeAPI() http.Handler {
	const base = "/2018-06-01/runtime"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"/invocation/next", e.next)
	mux.HandleFunc("POST "+base+"/invocation/{id}/response", e.response)
	mux.HandleFunc("POST "+base+"/invocation/{id}/error", e.failure)
	return mux
}

// next waits for a request and sends it to the process.
func (e *environment) next(w http.ResponseWriter, r *http.Request) {
	e.ready()
	var taken *request
	select {
	case taken = <-e.requests:
	case <-r.Context().Done():
		return
	}
	e.mu.Lock()
	e.current = taken
	e.mu.Unlock()
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Lambda-Runtime-Aws-Request-Id", taken.id)
	header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(e.function.Timeout).UnixMilli(), 10))
	header.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:"+e.function.Name)
	w.Write(taken.payload)
}

// response reads the answer. It cannot be read if it is too large, or if the process has ended meanwhile.
func (e *environment) response(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxPayload))
	if err != nil {
		e.log.note("the answer cannot be read: %v", err)
		err = ErrFailed
	}
	e.finish(w, r, outcome{body, err})
}

// failure does not read the error, which the function has logged.
func (e *environment) failure(w http.ResponseWriter, r *http.Request) {
	e.finish(w, r, outcome{err: ErrFailed})
}

// finish gives the request that the process names its outcome. It must be its current one.
func (e *environment) finish(w http.ResponseWriter, r *http.Request, o outcome) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current == nil || e.current.id != r.PathValue("id") {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	e.current.outcome <- o
	e.current = nil
	w.WriteHeader(http.StatusAccepted)
}
