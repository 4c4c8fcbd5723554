// Package api is the HTTP edge: everything between an API Gateway event (payload 2.0) and a use case of package meeting,
// and nothing that either of them decides. A function is a list of [Route]s; [New] makes of it what lambda.Start takes.
//
// A request passes, in this order: route (by routeKey), caller ([meeting.Caller], from a verified token only), scope,
// handler. The handler decodes with [Request] and [Form], calls one use case, and encodes with a [Response]. Whatever it
// returns as an error is answered in one place (refusals.go), and logged in one line.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/meeting"
)

// A Handler answers one route. An error that is (or wraps) a *meeting.Fault is told to the caller; any other error only
// to the log.
type Handler func(context.Context, *Request) (Response, error)

// A Route is one method of one path.
type Route struct {
	Method string
	Path   string // as API Gateway has it: "/v2/users/{userId}"
	Open   bool   // no token is needed, and one that is sent is not looked at: guests, landing pages
	Scope  string // "meeting:write": what a token limited to some of our scopes must name, alone or with ":admin"; "webhook:write:admin": what any token must name
	Handle Handler
}

func (r Route) key() string { return r.Method + " " + r.Path }

// Options are what an API needs to know of where it runs. The zero value refuses every token: it fails closed.
type Options struct {
	Logger    *slog.Logger // silent if nil
	Keys      *KeySet      // verifies tokens where no authorizer has; nil in the cloud
	Issuer    string       // that tokens verified here must come from
	Audience  string       // that tokens verified here must be for
	PublicURL string       // for BaseURL; empty: the domain name of each request
	Now       func() time.Time
	Proxy     Proxy         // that stands before the API; the zero value: none
	Margin    time.Duration // kept of the function's time limit for answering; DefaultMargin if zero
}

// DefaultMargin is kept of a function's time limit, so that a late use case is answered 503 and not cut off.
const DefaultMargin = 500 * time.Millisecond

// An API answers the events of one function.
type API struct {
	Options
	routes []Route
	byKey  map[string]Route
}

// New makes the API of some routes. Two routes for one method and path are a mistake in the program: it panics.
func New(o Options, routes ...Route) *API {
	a := &API{Options: withDefaults(o), routes: slices.Clone(routes), byKey: make(map[string]Route, len(routes))}
	for _, r := range routes {
		if _, twice := a.byKey[r.key()]; twice || r.Handle == nil {
			panic("api: two handlers, or none, for " + r.key())
		}
		a.byKey[r.key()] = r
	}
	return a
}

func withDefaults(o Options) Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Margin == 0 {
		o.Margin = DefaultMargin
	}
	return o
}

// Routes lists what the API answers, for a test to compare with template.yaml and openapi.yaml.
func (a *API) Routes() []Route { return slices.Clone(a.routes) }

// Handle answers one event; it is what lambda.Start takes. It returns no error and does not panic: what goes wrong is
// an answer.
func (a *API) Handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	started := time.Now()
	ctx, cancel := a.withDeadline(ctx)
	defer cancel()
	r := &Request{event: event, publicURL: a.PublicURL}
	ctx = withLog(ctx, a.Logger.With("request", r.ID(), "route", event.RouteKey))

	response, err := a.serve(ctx, r)
	if err == nil {
		err = response.failure()
	}
	var refused meeting.Refusal
	if err != nil {
		refused = refusalOf(ctx, err)
		response = refusalResponse(refused)
	}
	record(ctx, r, response.Status, refused.Reason, err, time.Since(started))
	return response.event(r.ID()), nil
}

// withDeadline ends the work a margin before the function's time limit, if it has one.
func (a *API) withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	limit, limited := ctx.Deadline()
	if !limited {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, limit.Add(-a.Margin))
}

func (a *API) serve(ctx context.Context, r *Request) (response Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicked{value: p, stack: debug.Stack()}
		}
	}()
	route, found := a.byKey[r.event.RouteKey]
	if !found || r.overlong() {
		return Response{}, meeting.Refuse(NoRoute, "There is nothing at this address.")
	}
	if r.clientIP, err = a.Proxy.clientIP(r); err != nil {
		return Response{}, err
	}
	if err := a.identify(r, route); err != nil {
		return Response{}, err
	}
	return route.Handle(withUser(ctx, r.Caller), r)
}

// identify sets the request's caller, if the route lets them pass.
func (a *API) identify(r *Request, route Route) (err error) {
	if route.Open {
		r.Caller = meeting.Caller{Address: address(r.clientIP)}
		return nil
	}
	if r.Caller, err = a.caller(r); err != nil {
		return err
	}
	return permit(r.Caller, route.Scope)
}

// panicked is a panic of a handler, as an error for the log.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }
