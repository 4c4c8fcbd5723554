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

	"personal-rooms/shared/bundle"
	"personal-rooms/shared/local/lambda"
)

const maxBody = 10 << 20

// Invoke hands an event to the function of that name and returns its answer.
type Invoke func(function string, event []byte) ([]byte, error)

// Gateway is the HTTP API.
type Gateway struct {
	router router
	cors   *cors // nil: none is configured
	invoke Invoke
	log    io.Writer
}

// New makes the API of the plan's routes, with its CORS configuration. What goes wrong between it and the functions is written to log.
func New(plan *bundle.Bundle, invoke Invoke, log io.Writer) (*Gateway, error) {
	router, err := newRouter(plan.Routes)
	if err != nil {
		return nil, err
	}
	g := &Gateway{router: router, invoke: invoke, log: log}
	if plan.CORS != nil {
		g.cors = &cors{plan.CORS}
	}
	return g, nil
}

func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := requestID()
	w.Header().Set("Apigw-Requestid", id)
	if g.cors != nil && r.Method == http.MethodOptions {
		g.cors.preflight(w, r)
		return
	}
	route, parameters, found := g.router.find(r.Method, r.URL.EscapedPath())
	if !found {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	event, err := json.Marshal(newEvent(r, body, route, parameters, id))
	if err != nil || len(event) > lambda.MaxPayload {
		refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	g.pass(w, r, route, event)
}

// pass hands the event on and its answer back.
func (g *Gateway) pass(w http.ResponseWriter, r *http.Request, route bundle.Route, event []byte) {
	said, err := g.invoke(route.Function, event)
	if errors.Is(err, lambda.ErrTimedOut) {
		refuse(w, http.StatusServiceUnavailable, "Service Unavailable")
		return
	}
	var answer answer
	if err == nil {
		answer, err = readAnswer(said)
	}
	if err != nil {
		fmt.Fprintf(g.log, "%s is answered 500: %v\n", route.Key(), err)
		refuse(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	if g.cors != nil {
		g.cors.share(w, r, answer)
	}
	answer.write(w)
}

// refuse answers as the service itself does.
func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"message":%q}`, message)
}
