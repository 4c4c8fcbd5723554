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
	"path"
	"slices"
	"strconv"
	"strings"
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
	routes *http.ServeMux            // all but those of HEAD, for which ServeMux finds that of GET
	heads  map[string]template.Route // those of HEAD, by their paths
	others *template.Route           // for requests without a route; nil: they are refused
	cors   *cors                     // nil: CORS is not configured
	invoke Invoke
	log    *console.Console
}

// New makes the API of the plan's routes and its CORS configuration. The log gets a line for each request that no
// function answers; functions log the others.
func New(plan *template.Bundle, invoke Invoke, log io.Writer) (*Gateway, error) {
	g := &Gateway{routes: http.NewServeMux(), heads: map[string]template.Route{}, invoke: invoke, log: console.Of(log)}
	for _, route := range slices.Concat(plan.Routes, plan.TokenRoutes()) {
		if strings.Contains(route.Path, "+}") || route.Method == "ANY" || route.Method == "*" {
			return nil, fmt.Errorf("%s: greedy routes and routes for any method are not emulated", route.Key())
		}
		switch {
		case route.Path == template.Default:
			g.others = &route
		case route.Method == http.MethodHead:
			g.heads[route.Path] = route
		default:
			g.routes.HandleFunc(route.Pattern(), func(w http.ResponseWriter, r *http.Request) { g.matched(w, r, route) })
		}
	}
	if plan.CORS != nil {
		g.cors = &cors{plan.CORS}
	}
	return g, nil
}

func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{ResponseWriter: w, request: r, id: requestID(), started: time.Now(), log: g.log}
	w.Header().Set("Apigw-Requestid", x.id)
	_, route := g.routes.Handler(r)
	switch {
	case g.cors != nil && r.Method == http.MethodOptions:
		x.note(http.StatusNoContent, g.cors.preflight(w, r))
	case route == "" || !isClean(r.URL.EscapedPath()): // ServeMux would redirect the path
		g.unmatched(x, r)
	default:
		g.routes.ServeHTTP(x, r)
	}
}

// matched calls the route that ServeMux found, or for HEAD the one of HEAD.
func (g *Gateway) matched(w http.ResponseWriter, r *http.Request, route template.Route) {
	if r.Method == http.MethodHead {
		head, found := g.heads[route.Path]
		if !found {
			x, _ := w.(*exchange)
			g.unmatched(x, r)
			return
		}
		route = head
	}
	g.call(w, r, route)
}

// isClean reports whether the path has no empty segment and no dots. It may have a slash at its end.
func isClean(asked string) bool {
	return asked == "/" || path.Clean(asked) == strings.TrimSuffix(asked, "/")
}

// unmatched answers a request that has no route of its own.
func (g *Gateway) unmatched(x *exchange, r *http.Request) {
	if g.others == nil {
		x.refuse(http.StatusNotFound, "there is no such route")
		return
	}
	g.call(x, r, *g.others)
}

// call invokes the function of the route and sends its answer.
func (g *Gateway) call(w http.ResponseWriter, r *http.Request, route template.Route) {
	x, _ := w.(*exchange)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		x.refuse(http.StatusRequestEntityTooLarge, err.Error())
		return
	}
	event, err := json.Marshal(newEvent(r, body, route, x.id))
	if err != nil || len(event) > lambda.MaxPayload {
		x.refuse(http.StatusRequestEntityTooLarge, "it is too large for a function")
		return
	}
	g.log.Asked(x.id, r)
	var a answer
	text, err := g.invoke(route.Function, event)
	if err == nil {
		a, err = readAnswer(text)
	}
	switch {
	case errors.Is(err, lambda.ErrTimedOut):
		x.refuse(http.StatusServiceUnavailable, err.Error())
	case err != nil:
		x.refuse(http.StatusInternalServerError, err.Error())
	default:
		if g.cors != nil {
			g.cors.share(w, r, a)
		}
		a.write(w)
	}
}

// exchange is a request and the answer to it.
type exchange struct {
	http.ResponseWriter
	request *http.Request
	id      string
	started time.Time
	log     *console.Console
}

// refuse answers as the service does; only the log has the cause.
func (x *exchange) refuse(status int, cause string) {
	x.note(status, cause)
	x.Header().Set("Content-Type", "application/json")
	x.WriteHeader(status)
	fmt.Fprintf(x, `{"message":%q}`, http.StatusText(status))
}

// note logs a request that no function answers.
func (x *exchange) note(status int, cause string) {
	words := []string{console.Request(x.request), strconv.Itoa(status), cause, console.Took(x.started)}
	x.log.Line(time.Now(), console.ToneOf(status), "gateway", words...)
}
