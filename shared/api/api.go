// Package api is the HTTP edge: it decodes an API Gateway event (payload 2.0), calls a use case of package meeting, and
// encodes the answer. It decides nothing about meetings. A function is a list of [Route]s; [New] makes a handler for
// lambda.Start from them.
//
// A request passes these steps in order: route (by routeKey), proxy, caller ([meeting.Caller], from a verified token
// only), scope, handler. The handler decodes with [Request] and [Form], calls one use case, and encodes with a
// [Response]. One place (refusals.go) turns errors into answers. Each request writes one log line.
package api

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/meeting"
)

// A Handler answers one route. The caller sees an error that is (or wraps) a *meeting.Refusal; only the log shows any
// other error.
type Handler func(context.Context, *Request) (Response, error)

// A Route is one method of one path.
type Route struct {
	Method string
	Path   string // in API Gateway's format: "/v2/users/{userId}"
	Open   bool   // for guests and landing pages: it needs no token, and ignores a token that is sent
	Form   bool   // of an open POST that asks for credentials of its own: it takes a form, which a page can send, not JSON
	Scope  string // "meeting:write", or several with spaces: see permit; one that ends in ":admin" must be named by every token
	Handle Handler
}

// Key returns the name of the route, as API Gateway writes it: "GET /v2/users/{userId}".
func (r Route) Key() string { return strings.TrimPrefix(r.Method+" "+r.Path, " ") }

// Default is the path of the route, without a method, for requests that no other route answers.
const Default = "$default"

// Variants returns the routes of API Gateway that lead to this one: with and without a slash at the end, and with HEAD
// for GET. The route for all other requests has only itself.
func (r Route) Variants() (all []Route) {
	if r.Path == Default {
		return []Route{r}
	}
	methods := []string{r.Method}
	if r.Method == http.MethodGet {
		methods = append(methods, http.MethodHead)
	}
	for _, method := range methods {
		for _, path := range slices.Compact([]string{r.Path, strings.TrimSuffix(r.Path, "/") + "/"}) {
			variant := r
			variant.Method, variant.Path = method, path
			all = append(all, variant)
		}
	}
	return all
}

// Options configure an API. The zero value refuses every token.
type Options struct {
	Logger     *slog.Logger // silent if nil
	Keys       KeySet       // verifies tokens where there is no authorizer; nil in the cloud
	Users      Users        // checks admins; nil: nobody is one
	Apps       AppTokens    // checks tokens of apps where there is no authorizer; nil: they are refused
	AdminGroup string       // of the user pool: its members are admins of their accounts; empty: no group is
	Issuer     string       // required of tokens that are verified here
	Audience   string       // required of tokens that are verified here; several are separated by commas
	PublicURL  string       // for BaseURL; empty: the domain name of each request
	Now        func() time.Time
	Proxy      Proxy // the proxy in front of the API; the zero value: none
}

// Margin is the time reserved for a 503 answer before Lambda ends a function at its time limit.
const Margin = 500 * time.Millisecond

// An API answers the events of one function.
type API struct {
	Options
	routes []Route
}

// New makes an API from its routes.
func New(o Options, routes ...Route) *API {
	a := &API{Options: o, routes: slices.Clone(routes)}
	a.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	if o.Now == nil {
		a.Now = time.Now
	}
	return a
}

// Routes returns the routes, for tests that compare them with template.yaml and openapi.yaml.
func (a *API) Routes() []Route { return slices.Clone(a.routes) }

// Handle answers one event, for lambda.Start. It never returns an error and never panics: every failure is an answer.
func (a *API) Handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	started := time.Now()
	ctx, cancel := withDeadline(ctx)
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
	if r.Method() == http.MethodHead { // the same answer without a body (RFC 9110, 9.3.2)
		response.Body = ""
	}
	record(ctx, r, response.Status, refused.Reason, err, time.Since(started))
	return response.event(r.ID()), nil
}

// withDeadline returns a context that ends one Margin before the function's time limit, if there is a limit.
func withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	limit, limited := ctx.Deadline()
	if !limited {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, limit.Add(-Margin))
}

func (a *API) serve(ctx context.Context, r *Request) (response Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	key := r.routeKey()
	i := slices.IndexFunc(a.routes, func(route Route) bool { return route.Key() == key })
	if i < 0 || r.tooLong() {
		return Response{}, Nothing()
	}
	if r.clientIP, err = a.Proxy.clientIP(r); err != nil {
		return Response{}, err
	}
	if err := a.identify(ctx, r, a.routes[i]); err != nil {
		return Response{}, err
	}
	return a.routes[i].Handle(withUser(ctx, r.Caller), r)
}

// identify sets the caller of the request. It returns [BadToken] or [NoScope] if the route does not allow them, and
// [NotJSON] if a page of another website may have sent the request in a guest's name. An app, and a caller whose token
// has a scope for admins, are refused with meeting.UserInactive if their user is inactive.
func (a *API) identify(ctx context.Context, r *Request, route Route) (err error) {
	if route.Open {
		r.Caller = meeting.Caller{Address: network(r.clientIP)}
		return r.requireJSON(route)
	}
	token, isApp := a.appToken(r)
	if isApp {
		r.Caller, err = a.app(ctx, r, token)
	} else {
		r.Caller, err = a.caller(r)
	}
	switch {
	case err != nil:
		return err
	case isApp && route.Scope == "":
		return meeting.Refuse(NoScope, "No scope lets an app join a meeting.")
	}
	if err := permit(r.Caller, route.Scope); err != nil || isApp || !actsAsAdmin(r.Caller, route) {
		return err
	}
	if a.Users == nil {
		return meeting.Refuse(NoScope, "Nobody is an admin here.")
	}
	return a.Users.CheckActive(ctx, r.Caller)
}

// Users checks callers. [*meeting.Users] implements it.
type Users interface {
	// CheckActive returns meeting.UserInactive if the caller is inactive.
	CheckActive(ctx context.Context, c meeting.Caller) error
}

// Serve runs the routes as a Lambda function. It does not return.
func Serve(f *boot.Function, users Users, apps AppTokens, routes ...Route) {
	a := New(Options{
		Logger: f.Log, Keys: boot.Must(ParseKeySet(f.KeySet)), Issuer: f.Issuer, Audience: f.Audience, Users: users, Apps: apps,
		AdminGroup: f.AdminGroup,
		PublicURL:  f.PublicURL, Proxy: boot.Must(ParseProxy(f.ProxySecretSHA256, f.ProxyHeader)),
	}, routes...)
	lambda.Start(a.Handle)
}
