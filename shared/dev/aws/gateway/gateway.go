//go:build unix

// Package gateway does what API Gateway's HTTP API does between a client and a Lambda function: it finds the route,
// makes an event of payload format 2.0, and makes an HTTP answer of what the function returns.
//
// It emulates no authorizer: functions get the token and verify it themselves. Where the documentation is silent it
// does as the service was seen to do: paths arrive decoded, and a body is text only if its content type is known to be.
package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"personal-rooms/shared/dev/aws/lambda"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

const maxBody = 10 << 20

// Invoke hands an event to the function of that name and returns its answer.
type Invoke func(function string, event []byte) ([]byte, error)

// Gateway is the HTTP API.
type Gateway struct {
	router router
	cors   *cors // nil: none is configured
	invoke Invoke
	log    *console.Console
}

// New makes the API of the plan's routes, with its CORS configuration. The log gets a line for each request
// that no function answers; functions write such a line themselves.
func New(plan *template.Bundle, invoke Invoke, log io.Writer) (*Gateway, error) {
	router, err := newRouter(plan.Routes)
	if err != nil {
		return nil, err
	}
	g := &Gateway{router: router, invoke: invoke, log: console.Of(log)}
	if plan.CORS != nil {
		g.cors = &cors{plan.CORS}
	}
	return g, nil
}

// answering is the answer to a request that came in at started.
type answering struct {
	http.ResponseWriter
	started time.Time
}

func (g *Gateway) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	id, w := requestID(), answering{to, time.Now()}
	w.Header().Set("Apigw-Requestid", id)
	if g.cors != nil && r.Method == http.MethodOptions {
		g.note(w, r, http.StatusNoContent, g.cors.preflight(w, r))
		return
	}
	route, parameters, found := g.router.find(r.Method, r.URL.EscapedPath())
	if !found {
		g.refuse(w, r, http.StatusNotFound, "Not Found", "there is no such route")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		g.refuse(w, r, http.StatusRequestEntityTooLarge, "Request Entity Too Large", err.Error())
		return
	}
	event, err := json.Marshal(newEvent(r, body, route, parameters, id))
	if err != nil || len(event) > lambda.MaxPayload {
		g.refuse(w, r, http.StatusRequestEntityTooLarge, "Request Entity Too Large", "it is too large for a function")
		return
	}
	g.log.Asked(id, r)
	g.pass(w, r, route, event)
}

// pass hands the event on and its answer back.
func (g *Gateway) pass(w answering, r *http.Request, route template.Route, event []byte) {
	said, err := g.invoke(route.Function, event)
	if errors.Is(err, lambda.ErrTimedOut) {
		g.refuse(w, r, http.StatusServiceUnavailable, "Service Unavailable", err.Error())
		return
	}
	var answer answer
	if err == nil {
		answer, err = readAnswer(said)
	}
	if err != nil {
		g.refuse(w, r, http.StatusInternalServerError, "Internal Server Error", err.Error())
		return
	}
	if g.cors != nil {
		g.cors.share(w, r, answer)
	}
	answer.write(w)
}

// refuse answers as the service itself does, which says less than the log.
func (g *Gateway) refuse(w answering, r *http.Request, status int, message, why string) {
	g.note(w, r, status, why)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"message":%q}`, message)
}

// note writes a line about a request that no function answers.
func (g *Gateway) note(w answering, r *http.Request, status int, why string) {
	tone := console.Plain
	switch {
	case status >= 500:
		tone = console.Bad
	case status >= 400:
		tone = console.Warn
	}
	g.log.Line(time.Now(), tone, "gateway", console.Request(r), strconv.Itoa(status), why, console.Took(w.started))
}
