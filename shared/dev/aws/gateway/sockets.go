//go:build unix

package gateway

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/coder/websocket"

	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

// Sockets stands in for API Gateway's WebSocket API and its @connections API, both below one path. It asks the
// authorizer, invokes the functions of $connect and $disconnect with the service's events, and closes a connection that
// is two hours old, or from which nothing came for ten minutes. (For the service, a frame to the client counts, too.)
// What clients send goes nowhere, as in the template.
type Sockets struct {
	plan   *template.Sockets
	path   string
	invoke Invoke
	log    *console.Console

	mu   sync.Mutex
	open map[string]*connection // by id
}

// A connection is an open WebSocket.
type connection struct {
	id     string
	socket *websocket.Conn // nil before it is opened, and if that failed
	opened chan struct{}   // is closed then
	said   map[string]any  // by the authorizer
	at     time.Time
	status websocket.StatusCode // with which the client closed it; 0: it did not
}

// The service's limits.
const (
	connectionLife = 2 * time.Hour
	idleLife       = 10 * time.Minute
	maxFrame       = 32 << 10
	writeLimit     = 5 * time.Second
)

// NewSockets makes the WebSocket API of the plan at the path, such as /hints.
func NewSockets(plan *template.Sockets, path string, invoke Invoke, log io.Writer) *Sockets {
	return &Sockets{plan: plan, path: path, invoke: invoke, log: console.Of(log), open: map[string]*connection{}}
}

// Serves reports whether the path is one of the WebSocket API or of @connections.
func (s *Sockets) Serves(path string) bool {
	return path == s.path || strings.HasPrefix(path, s.path+"/@connections/")
}

func (s *Sockets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if id, manages := strings.CutPrefix(r.URL.Path, s.path+"/@connections/"); manages {
		s.manage(w, r, id)
		return
	}
	c := &connection{id: rand.Text()[:15] + "=", opened: make(chan struct{}), at: time.Now()}
	if status := s.connect(r, c); status != http.StatusOK {
		s.log.Line(time.Now(), console.ToneOf(status), "gateway", console.Request(r), fmt.Sprint(status), "no connection")
		http.Error(w, http.StatusText(status), status)
		return
	}
	if s.accept(w, r, c) {
		s.serve(c)
	}
	s.disconnect(c)
}

// accept opens the connection. As soon as the client knows that, it can be posted to.
func (s *Sockets) accept(w http.ResponseWriter, r *http.Request, c *connection) bool {
	s.mu.Lock()
	s.open[c.id] = c
	s.mu.Unlock()
	defer close(c.opened)
	// Pages of every origin may connect, as in the cloud: the ticket is what counts.
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err == nil {
		socket.SetReadLimit(maxFrame)
		c.socket = socket
	}
	return err == nil
}

// connect asks the authorizer and the function of $connect. It returns the status of the answer; 200: connect.
func (s *Sockets) connect(r *http.Request, c *connection) int {
	ticket := r.URL.Query().Get(s.plan.Ticket)
	if ticket == "" {
		return http.StatusUnauthorized
	}
	policy, err := s.authorize(r, c)
	switch {
	case err != nil:
		return http.StatusInternalServerError
	case !allows(policy):
		return http.StatusForbidden
	}
	c.said = policy.Context
	return s.route("$connect", "CONNECT", c)
}

func allows(p events.APIGatewayCustomAuthorizerResponse) bool {
	for _, statement := range p.PolicyDocument.Statement {
		if statement.Effect != "Allow" {
			return false
		}
	}
	return len(p.PolicyDocument.Statement) > 0
}

func (s *Sockets) authorize(r *http.Request, c *connection) (p events.APIGatewayCustomAuthorizerResponse, err error) {
	err = s.ask(s.plan.Authorizer, map[string]any{
		"type": "REQUEST", "methodArn": "arn:aws:execute-api:us-east-1:000000000000:local/live/$connect",
		"headers": headers(r, ""), "queryStringParameters": joined(r.URL.Query()),
		"requestContext": s.context("$connect", "CONNECT", c),
	}, &p)
	return p, err
}

// route invokes the function of a route, and returns the status that it answers.
func (s *Sockets) route(key, kind string, c *connection) int {
	var answer events.APIGatewayProxyResponse
	event := map[string]any{"requestContext": s.context(key, kind, c), "isBase64Encoded": false}
	if err := s.ask(s.plan.Routes[key], event, &answer); err != nil {
		return http.StatusInternalServerError
	}
	return answer.StatusCode
}

// context is the requestContext of an event. What the authorizer said is in each event after its own.
func (s *Sockets) context(key, kind string, c *connection) map[string]any {
	context := map[string]any{
		"routeKey": key, "eventType": kind, "connectionId": c.id, "connectedAt": c.at.UnixMilli(), "requestId": requestID(),
		"stage": "live", "apiId": "local", "requestTimeEpoch": time.Now().UnixMilli(), "messageDirection": "IN",
	}
	if kind == "DISCONNECT" {
		context["disconnectStatusCode"] = cmp.Or(c.status, websocket.StatusAbnormalClosure)
	}
	if c.said != nil {
		context["authorizer"] = c.said
		c.said["principalId"], c.said["integrationLatency"] = "holder", 1
	}
	return context
}

func (s *Sockets) ask(function string, event, answer any) error {
	payload, err := json.Marshal(event)
	if err != nil {
		return err
	}
	text, err := s.invoke(function, payload)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, answer)
}

// serve reads what the client sends until the connection ends.
func (s *Sockets) serve(c *connection) {
	ctx, cancel := context.WithTimeout(context.Background(), connectionLife)
	defer cancel()
	for {
		if err := read(ctx, c.socket); err != nil {
			c.status = max(websocket.CloseStatus(err), 0)
			c.socket.Close(websocket.StatusGoingAway, "")
			return
		}
	}
}

func read(ctx context.Context, socket *websocket.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, idleLife)
	defer cancel()
	_, _, err := socket.Read(ctx)
	return err
}

func (s *Sockets) disconnect(c *connection) {
	s.mu.Lock()
	delete(s.open, c.id)
	s.mu.Unlock()
	s.route("$disconnect", "DISCONNECT", c)
}

// manage answers POST, which sends a frame, and DELETE, which closes the connection. It answers 410 for a closed one.
func (s *Sockets) manage(w http.ResponseWriter, r *http.Request, id string) {
	c := s.find(id)
	frame, err := io.ReadAll(io.LimitReader(r.Body, maxFrame))
	if c == nil || err != nil {
		w.WriteHeader(http.StatusGone)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), writeLimit)
	defer cancel()
	switch r.Method {
	case http.MethodPost:
		err = c.socket.Write(ctx, websocket.MessageText, frame)
	case http.MethodDelete:
		go c.socket.Close(websocket.StatusNormalClosure, "")
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if err != nil {
		w.WriteHeader(http.StatusGone)
	}
}

// find returns the open connection; nil if there is none.
func (s *Sockets) find(id string) *connection {
	s.mu.Lock()
	c := s.open[id]
	s.mu.Unlock()
	if c == nil {
		return nil
	}
	if <-c.opened; c.socket == nil {
		return nil
	}
	return c
}

// Close ends all connections, such as when the network between is lost.
func (s *Sockets) Close() {
	s.mu.Lock()
	all := slices.Collect(maps.Keys(s.open))
	s.mu.Unlock()
	for _, id := range all {
		if c := s.find(id); c != nil {
			_ = c.socket.CloseNow()
		}
	}
}
