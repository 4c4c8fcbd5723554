//go:build unix

// Package gateway stands in for API Gateway's HTTP API: it finds the route of a request, invokes the function with an
// event of payload format 2.0, and sends the client what the function returns.
//
// It has no authorizer: functions get the token and verify it themselves. Where the documentation says nothing it does
// what the service was observed to do: paths are decoded, and a body is sent as text only if its content type is known
// to be text.
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

const maxBody = 10 << 20 // in bytes

// Invoke calls the function of that name with an event and returns its answer.
type Invoke func(function string, event []byte) ([]byte, error)

// Gateway is the HTTP API.
type Gateway struct {
	router router
	cors   *cors // nil: CORS is not configured
	invoke Invoke
	log    *console.Console
}

// New makes the API of the plan's routes and its CORS configuration. The log gets a line for each request that no
// function answers; functions log the others.
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

// exchange is a request and the answer to it.
type exchange struct {
	http.ResponseWriter
	request *http.Request
	started time.Time
}

func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, x := requestID(), exchange{w, r, time.Now()}
	w.Header().Set("Apigw-Requestid", id)
	if g.cors != nil && r.Method == http.MethodOptions {
		g.note(x, http.StatusNoContent, g.cors.preflight(w, r))
		return
	}
	route, parameters, found := g.router.find(r.Method, r.URL.EscapedPath())
	if !found {
		g.refuse(x, http.StatusNotFound, "Not Found", "there is no such route")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		g.refuse(x, http.StatusRequestEntityTooLarge, "Request Entity Too Large", err.Error())
		return
	}
	event, err := json.Marshal(newEvent(r, body, route, parameters, id))
	if err != nil || len(event) > lambda.MaxPayload {
		g.refuse(x, http.StatusRequestEntityTooLarge, "Request Entity Too Large", "it is too large for a function")
		return
	}
	g.log.Asked(id, r)
	g.call(x, route, event)
}

// call invokes the function and sends its answer.
func (g *Gateway) call(x exchange, route template.Route, event []byte) {
	text, err := g.invoke(route.Function, event)
	if errors.Is(err, lambda.ErrTimedOut) {
		g.refuse(x, http.StatusServiceUnavailable, "Service Unavailable", err.Error())
		return
	}
	var a answer
	if err == nil {
		a, err = readAnswer(text)
	}
	if err != nil {
		g.refuse(x, http.StatusInternalServerError, "Internal Server Error", err.Error())
		return
	}
	if g.cors != nil {
		g.cors.share(x, x.request, a)
	}
	a.write(x)
}

// refuse answers as the service does; only the log has the cause.
func (g *Gateway) refuse(x exchange, status int, message, cause string) {
	g.note(x, status, cause)
	x.Header().Set("Content-Type", "application/json")
	x.WriteHeader(status)
	fmt.Fprintf(x, `{"message":%q}`, message)
}

// note logs a request that no function answers.
func (g *Gateway) note(x exchange, status int, cause string) {
	words := []string{console.Request(x.request), strconv.Itoa(status), cause, console.Took(x.started)}
	g.log.Line(time.Now(), console.ToneOf(status), "gateway", words...)
}
