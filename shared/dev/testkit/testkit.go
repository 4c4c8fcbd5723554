// Package testkit is the scene of all tests of functions: a clock, randomness, clients and their answers. It calls a
// function's routes as API Gateway does, in the test's process: with events of payload format 2.0 and with the claims
// that an authorizer verified.
//
//	func TestMain(m *testing.M) { dynamotest.Main(m) }
//
//	func TestSomething(t *testing.T) {
//		edge := testkit.New(t, table.New(dynamotest.Table(t)), routes)
//		ada := edge.As("ada")
//		ada.Do("PATCH", "/v2/users/me", `{"use_pmi":true}`).Want(t, 204)
//		edge.Clock.Advance(time.Hour)
//		if got := ada.Do("GET", "/v2/users/me", "").Text(t, "first_name"); got != "Ada" {
//			…
//
// The clock stands still until a test advances it. Random bytes are the same in every run.
package testkit

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/meeting"
)

// BaseURL is the address of the API.
const BaseURL = "https://meet.example.com"

// Lease is the lease of seats in tests: as long as that of people who wait. SetLease gives another one.
const Lease = meeting.WaitLease

// An Edge holds the routes of a function, with a store, a clock and randomness.
type Edge struct {
	Clock *Clock
	Store meeting.Store
	Env   meeting.Env // of the use cases
	API   *api.API

	routes func(meeting.Store, meeting.Env) []api.Route
	t      testing.TB
	mux    *http.ServeMux
	paths  map[string]string // of the routes of API Gateway, by the pattern of the mux
}

// New makes an edge with the routes that a function makes of a store and an environment. Options change the
// environment.
func New(
	t testing.TB,
	store meeting.Store,
	routes func(meeting.Store, meeting.Env) []api.Route,
	options ...func(*meeting.Env),
) *Edge {
	t.Helper()
	clock := NewClock()
	env := meeting.Env{
		Now: clock.Now, Random: Random(t.Name()), Pause: clock.pause,
		Config: meeting.Config{Quarantine: meeting.DefaultQuarantine, Lease: Lease},
	}
	for _, option := range options {
		option(&env)
	}
	e := &Edge{Clock: clock, Store: store, Env: env, routes: routes, t: t, mux: http.NewServeMux()}
	e.Serve(routes(store, env)...)
	return e
}

// SetLease changes the lease of seats.
func (e *Edge) SetLease(d time.Duration) {
	e.Env.Config.Lease = d
	e.Serve(e.routes(e.Store, e.Env)...)
}

// Door returns the use cases of the door, for functions that do not offer them.
func (e *Edge) Door() *meeting.Door { return meeting.NewDoor(e.Store, e.Env) }

// Starts returns the use cases of starting and ending meetings.
func (e *Edge) Starts() *meeting.Starts { return meeting.NewStarts(e.Store, e.Env) }

// Schedule returns the use cases of planned and past meetings.
func (e *Edge) Schedule() *meeting.Schedule { return meeting.NewSchedule(e.Store, e.Env) }

// Profiles returns the use cases of profiles and personal rooms.
func (e *Edge) Profiles() *meeting.Profiles { return meeting.NewProfiles(e.Store, e.Env) }

// LinkPasscode returns the pwd of the link to the room of the number.
func (e *Edge) LinkPasscode(number string) string {
	e.t.Helper()
	n, err := meeting.ParseNumber(number)
	Must(e.t, err)
	r, err := e.Store.Room(e.t.Context(), n)
	Must(e.t, err)
	return r.LinkPasscode()
}

// Serve replaces the routes.
func (e *Edge) Serve(routes ...api.Route) {
	e.API = api.New(api.Options{PublicURL: BaseURL, Now: e.Clock.Now, Users: e.users(), Apps: e.apps()}, routes...)
	e.mux = http.NewServeMux()
	e.paths = map[string]string{}
	for _, route := range routes {
		for _, r := range route.Variants() {
			pattern := template.Route{Method: r.Method, Path: r.Path}.Pattern()
			if e.paths[pattern] = r.Path; r.Method != http.MethodHead { // the mux finds that of GET
				e.mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
			}
		}
	}
}

// Handle answers an event.
func (e *Edge) Handle(event events.APIGatewayV2HTTPRequest) Answer {
	response, err := e.API.Handle(dynamoproxy.Watched(e.t.Context()), event)
	if err != nil {
		e.t.Errorf("Handle returned an error, which API Gateway would show as its own: %v", err)
	}
	return Answer{
		Status:  response.StatusCode,
		Header:  response.Headers,
		Body:    response.Body,
		Request: describeRequest(event),
	}
}

// describeRequest returns the request in the words of a failing test.
func describeRequest(event events.APIGatewayV2HTTPRequest) string {
	const most = 200
	body := event.Body
	if len(body) > most {
		body = body[:most] + "…"
	}
	return strings.TrimSpace(event.RouteKey + " " + body)
}

// A Client is a user or a guest who sends requests. Its methods may be called concurrently.
type Client struct {
	edge    *Edge
	claims  map[string]string // nil: a guest
	headers map[string]string
	address string
}

// As returns a user of the account acme: As("ada") has the id ada, the verified address ada@example.com and the name
// "Ada Acme".
func (e *Edge) As(user string) *Client {
	return &Client{edge: e, address: "192.0.2.7", claims: map[string]string{
		"sub": user, "account_id": Account, "email": user + "@example.com", "email_verified": "true",
		"name": capitalized(user) + " Acme"}}
}

// AsAdmin returns a user who also has the scopes of an administrator.
func (e *Edge) AsAdmin(user string) *Client {
	return e.As(user).Claiming("scope", strings.Join(account.AdminScopes(), " "))
}

// Invite creates a user of the account acme who has not signed in yet.
func (e *Edge) Invite(email string, pmi meeting.Number, link meeting.Link) {
	e.t.Helper()
	root := Caller("root")
	root.Scopes = []string{meeting.AdminWritesUsers}
	_, err := e.Profiles().Create(e.t.Context(), root, meeting.Invite{Email: email, Edit: meeting.Edit{PMI: &pmi, Link: &link}})
	Must(e.t, err)
}

// Guest returns a client without a token.
func (e *Edge) Guest() *Client { return &Client{edge: e, address: "198.51.100.9"} }

// Claiming returns the client with a changed claim; "" removes it.
func (c *Client) Claiming(name, value string) *Client {
	changed := *c
	changed.claims = with(c.claims, name, value)
	return &changed
}

// With returns the client with one more header.
func (c *Client) With(header, value string) *Client {
	changed := *c
	changed.headers = with(c.headers, strings.ToLower(header), value)
	return &changed
}

// From returns the client at another network address.
func (c *Client) From(address string) *Client {
	changed := *c
	changed.address = address
	return &changed
}

func with(m map[string]string, name, value string) map[string]string {
	changed := map[string]string{}
	maps.Copy(changed, m)
	if changed[name] = value; value == "" {
		delete(changed, name)
	}
	return changed
}

// Do sends a request. The path may have a query. A body that is a string is sent unchanged, any other one as JSON.
func (c *Client) Do(method, path string, body any) Answer {
	text, isText := body.(string)
	if !isText && body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			c.edge.t.Errorf("the body of %s %s: %v", method, path, err)
		}
		text = string(encoded)
	}
	event, found := c.Event(method, path, text)
	if !found {
		c.edge.t.Errorf("the function has no route for %s %s", method, path)
	}
	return c.edge.Handle(event)
}

var pathVariable = regexp.MustCompile(`\{(\w+)\}`)

// Event returns the event of a request, and false if the function has no route for it.
func (c *Client) Event(method, path, body string) (events.APIGatewayV2HTTPRequest, bool) {
	r := httptest.NewRequestWithContext(c.edge.t.Context(), method, path, http.NoBody)
	c.edge.mux.ServeHTTP(httptest.NewRecorder(), r) // finds the pattern and the values of its variables
	pattern := method + " " + c.edge.paths[r.Pattern]
	event := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: pattern, RawPath: r.URL.Path, RawQueryString: r.URL.RawQuery, Body: body,
		Headers: with(c.headers, "content-type", "application/json"),
	}
	event.QueryStringParameters = map[string]string{}
	for name, values := range r.URL.Query() {
		event.QueryStringParameters[name] = strings.Join(values, ",")
	}
	for _, match := range pathVariable.FindAllStringSubmatch(pattern, -1) {
		event.PathParameters = with(event.PathParameters, match[1], r.PathValue(match[1]))
	}
	event.RequestContext.RouteKey, event.RequestContext.RequestID = pattern, "request-1"
	event.RequestContext.DomainName = "abc.execute-api.eu-central-1.amazonaws.com"
	event.RequestContext.HTTP.Method, event.RequestContext.HTTP.Path = method, r.URL.Path
	event.RequestContext.HTTP.SourceIP = c.address
	if c.claims != nil {
		event.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
			JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: c.issued()},
		}
	}
	return event, r.Pattern != ""
}

// issued returns the claims, of a token that was just issued unless they say when.
func (c *Client) issued() map[string]string {
	if c.claims["iat"] != "" {
		return c.claims
	}
	return with(c.claims, "iat", strconv.FormatInt(c.edge.Clock.Now().Unix(), 10))
}

// A Clock stands still until a test advances it.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock at nine o'clock (UTC) of a Monday in March 2026.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance advances the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// pauseSpeed is how much faster a pause passes than on real clocks.
const pauseSpeed = 5

// pause advances the clock to the end of the pause, when that is over. Pauses at the same time pass together, and other
// requests go on meanwhile.
func (c *Clock) pause(ctx context.Context, d time.Duration) {
	until := c.Now().Add(d)
	_ = smithytime.SleepWithContext(ctx, d/pauseSpeed)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now.Before(until) {
		c.now = until
	}
}

// Random returns random bytes that are the same in every run with the seed.
func Random(seed string) *Chance {
	var key [32]byte
	copy(key[:], seed)
	return &Chance{source: rand.NewChaCha8(key)}
}

// Chance is a source of random bytes for concurrent use.
type Chance struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (c *Chance) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.source.Read(p)
}
