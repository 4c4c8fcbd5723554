package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

// A scene is the function on a table, behind an API that keeps what the authorizer said.
type scene struct {
	handler

	t      *testing.T
	clock  *testkit.Clock
	table  *table.Table
	meter  *dynamoproxy.Meter
	signer hint.Signer
	closed []string // by the function
	failed error    // of the server that closes connections
	gone   []string // the seats whose people may be gone, and since when
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, clock: testkit.NewClock(), meter: &dynamoproxy.Meter{}}
	client, name := dynamotest.Table(t, dynamotest.Transport(s.meter.Wrap))
	s.table = table.New(client, name)
	env := meeting.Env{Now: s.clock.Now, Config: meeting.Config{Lease: meeting.DefaultLease}}
	issuer := hint.NewIssuer("wss://hints.example.com", s.table, env)
	s.handler = handler{issuer, hint.NewConnections(s.table, s, s.clock.Now), s, slog.New(slog.DiscardHandler)}
	var err error
	s.signer, err = issuer.Signer(dynamoproxy.Watched(t.Context()))
	testkit.Must(t, err)
	return s
}

// Disconnect implements hint.Server.
func (s *scene) Disconnect(_ context.Context, id string) error {
	s.closed = append(s.closed, id)
	return s.failed
}

// OnDisconnected implements door.
func (s *scene) OnDisconnected(_ context.Context, id meeting.SeatID, at time.Time) error {
	s.gone = append(s.gone, fmt.Sprint(id, " ", at.UnixMilli()))
	return nil
}

// send sends the function an event in JSON, with the values in place of the format's verbs. It decodes the answer.
func (s *scene) send(answer any, format string, values ...any) {
	s.t.Helper()
	var e event
	testkit.Must(s.t, json.Unmarshal([]byte(fmt.Sprintf(format, values...)), &e))
	got, err := s.handle(dynamoproxy.Watched(s.t.Context()), e)
	testkit.Must(s.t, err)
	text, err := json.Marshal(got)
	testkit.Must(s.t, err)
	testkit.Must(s.t, json.Unmarshal(text, answer))
}

// asks returns what the authorizer says to a ticket: its effect and its context.
func (s *scene) asks(ticket string) (effect string, context map[string]any) {
	s.t.Helper()
	var p events.APIGatewayCustomAuthorizerResponse
	s.send(&p, `{"type": "REQUEST", "methodArn": "arn:of:connect", "queryStringParameters": {"ticket": %q},
		"requestContext": {"routeKey": "$connect", "connectionId": "a=", "messageId": null}}`, ticket)
	testkit.Equal(s.t, "resource", p.PolicyDocument.Statement[0].Resource[0], "arn:of:connect")
	return p.PolicyDocument.Statement[0].Effect, p.Context
}

// route sends an event of a route for the holder, and returns the status of the answer.
func (s *scene) route(key, connection string, of hint.Subject) int {
	s.t.Helper()
	var answer events.APIGatewayProxyResponse
	s.send(&answer, `{"requestContext": {"routeKey": %q, "connectionId": %q,
		"authorizer": {"room": %q, "holder": %q, "principalId": "holder", "integrationLatency": 12}}}`, key, connection, of.Room, of.Holder)
	return answer.StatusCode
}

// open returns the ids of the open connections in the room, in order.
func (s *scene) open() string {
	s.t.Helper()
	all, err := s.table.Connections(s.t.Context(), sam.Room, false)
	testkit.Must(s.t, err)
	var ids []string
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

var sam = hint.Subject{Room: "5551234321", Holder: hint.Seat("i-1.sam")}

func TestTheAuthorizerAcceptsOnlyTickets(t *testing.T) {
	s := newScene(t)
	offer := s.signer.ForSeat(meeting.Admission{State: meeting.Waiting, Room: meeting.Room{Number: sam.Room}, Seat: meeting.Seat{ID: "i-1.sam"}})
	s.meter.Reset()
	effect, context := s.asks(offer.Ticket)
	testkit.Equal(t, "effect", effect, "Allow")
	testkit.Equal(t, "context", fmt.Sprint(context), fmt.Sprintf("map[holder:%s room:%s]", sam.Holder, sam.Room))
	for name, ticket := range map[string]string{"none": "", "forged": "A" + offer.Ticket[1:], "another text": "eyJhbGciOiJub25lIn0.e30."} {
		if effect, _ := s.asks(ticket); effect != "Deny" {
			t.Errorf("%s: %s", name, effect)
		}
	}
	testkit.Equal(t, "to check tickets", s.meter.Cost(), "0 trips, 0 WCU, 0 RCU")
	s.clock.Advance(time.Hour)
	effect, _ = s.asks(offer.Ticket)
	testkit.Equal(t, "effect, expired", effect, "Deny")
}

// The fifth connection of a holder replaces the oldest one.
func TestConnectionsOpenAndClose(t *testing.T) {
	s := newScene(t)
	for _, id := range []string{"a=", "b=", "c=", "d="} {
		testkit.Equal(t, "status of "+id, s.route("$connect", id, sam), 200)
		s.clock.Advance(time.Second)
	}
	testkit.Equal(t, "open", s.open(), "a= b= c= d=")
	testkit.Equal(t, "status of the fifth within seconds", s.route("$connect", "e=", sam), 429)
	s.clock.Advance(6 * time.Second)
	s.failed = errors.New("503")
	testkit.Equal(t, "status of the fifth, although the first was not closed", s.route("$connect", "e=", sam), 200)
	testkit.Equal(t, "open", s.open(), "b= c= d= e=")
	testkit.Equal(t, "closed", strings.Join(s.closed, " "), "a=")
	for _, id := range []string{"c=", "a="} { // the latter is the one that was replaced
		testkit.Equal(t, "status of the end of "+id, s.route("$disconnect", id, sam), 200)
	}
	testkit.Equal(t, "open", s.open(), "b= d= e=")
	testkit.Equal(t, "status of another person", s.route("$connect", "f=", hint.Subject{Room: sam.Room, Holder: hint.Seat("i-1.bea")}), 200)
	testkit.Equal(t, "open", s.open(), "b= d= e= f=")
}

func TestCostsOfConnections(t *testing.T) {
	s := newScene(t)
	c := testkit.NewCostTest(t, s.meter)
	c.Measure("open a connection", func() testkit.Answer { return testkit.Answer{Status: s.route("$connect", "a=", sam)} })
	c.Measure("close a connection", func() testkit.Answer { return testkit.Answer{Status: s.route("$disconnect", "a=", sam)} })
	holder := s.admitted()
	testkit.Equal(t, "status", s.route("$connect", "b=", holder), 200)
	c.Measure("lose the connection of somebody who is in", func() testkit.Answer { return testkit.Answer{Status: s.loses("b=", holder)} })
}

// The last connection of a seat that ends without the status of a client that needs it no more shortens the lease.
func TestTheEndOfTheLastConnectionShortensTheLease(t *testing.T) {
	s := newScene(t)
	ends := func(id string, status int, of hint.Subject) {
		var answer events.APIGatewayProxyResponse
		s.send(&answer, `{"requestContext": {"routeKey": "$disconnect", "connectionId": %q, "requestTimeEpoch": 1772442000000,
			"disconnectStatusCode": %d, "authorizer": {"room": %q, "holder": %q}}}`, id, status, of.Room, of.Holder)
		testkit.Equal(t, "status", answer.StatusCode, 200)
	}
	ada := hint.Subject{Room: sam.Room, Holder: hint.Console(meeting.User{Account: "acme", ID: "ada"})}
	for id, of := range map[string]hint.Subject{"a=": sam, "b=": sam, "c=": ada} {
		testkit.Equal(t, "status", s.route("$connect", id, of), 200)
	}
	ends("a=", 1006, sam)
	ends("b=", done, sam)
	ends("c=", 1001, ada)
	testkit.Equal(t, "gone", len(s.gone), 0)
	testkit.Equal(t, "status", s.route("$connect", "d=", sam), 200)
	ends("d=", 1001, sam)
	testkit.Equal(t, "gone", strings.Join(s.gone, ", "), "i-1.sam 1772442000000")
}

// admitted lets Ada, Sam and Lee into Ada's room, which remembers that Sam is in. It returns Sam's seat.
func (s *scene) admitted() hint.Subject {
	t := s.t
	t.Helper()
	env := meeting.Env{Now: s.clock.Now, Random: rand.Reader, Config: meeting.Config{Lease: meeting.DefaultLease}}
	door := meeting.NewDoor(s.table, env)
	s.door = door
	_, room, err := meeting.NewProfiles(s.table, env).Room(t.Context(), testkit.Caller("ada"), "me")
	testkit.Must(t, err)
	join := func(who string, seat meeting.Credential) meeting.Credential {
		input := meeting.JoinInput{Address: string(room.Number), Passcode: room.Settings.Passcode, Seat: seat}
		a, err := door.Join(t.Context(), testkit.Caller(who), input)
		testkit.Must(t, err)
		return meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}
	}
	join("ada", meeting.Credential{})
	sams := join("sam", meeting.Credential{})
	s.clock.Advance(2 * time.Minute)
	join("sam", sams)
	join("lee", meeting.Credential{})
	s.clock.Advance(time.Minute)
	return hint.Subject{Room: room.Number, Holder: hint.Seat(sams.ID)}
}

// loses ends the connection as API Gateway does when the network fails. It returns the status of the answer.
func (s *scene) loses(id string, of hint.Subject) int {
	var answer events.APIGatewayProxyResponse
	s.send(&answer, `{"requestContext": {"routeKey": "$disconnect", "connectionId": %q, "requestTimeEpoch": %d,
		"disconnectStatusCode": 1006, "authorizer": {"room": %q, "holder": %q}}}`, id, s.clock.Now().UnixMilli(), of.Room, of.Holder)
	return answer.StatusCode
}

// The lease of somebody whose connection ended is shortened in the table.
func TestAnAdmittedSeatLosesItsLease(t *testing.T) {
	s := newScene(t)
	holder := s.admitted()
	testkit.Equal(t, "status", s.route("$connect", "a=", holder), 200)
	testkit.Equal(t, "status", s.loses("a=", holder), 200)
	seat, err := s.table.Seat(t.Context(), holder.Holder.Seat())
	testkit.Must(t, err)
	testkit.Equal(t, "the rest of the lease", seat.Lease.Sub(s.clock.Now()), meeting.LeaveGrace)
}

// A slot whose connection was never reported as closed is free after its two hours.
func TestExpiredConnectionsAreReplaced(t *testing.T) {
	s := newScene(t)
	for _, id := range []string{"a=", "b=", "c=", "d="} {
		testkit.Equal(t, "status", s.route("$connect", id, sam), 200)
	}
	s.clock.Advance(3 * time.Hour)
	testkit.Equal(t, "status", s.route("$connect", "e=", sam), 200)
	testkit.Equal(t, "closed", len(s.closed), 0)
	testkit.Equal(t, "open", s.open(), "b= c= d= e=")
}

// Without the authorizer's word, nothing is opened.
func TestNothingIsOpenedWithoutTheAuthorizer(t *testing.T) {
	s := newScene(t)
	var answer events.APIGatewayProxyResponse
	s.send(&answer, `{"requestContext": {"routeKey": "$connect", "connectionId": "a="}}`)
	testkit.Equal(t, "status", answer.StatusCode, 401)
	testkit.Equal(t, "status of an unknown route", s.route("other", "a=", sam), 500)
}

func TestSampleEventsAnswerAsTheirNamesSay(t *testing.T) {
	s := newScene(t)
	for name, want := range map[string]string{
		"connect": `{"statusCode":200,`, "disconnect": `{"statusCode":200,`, "forged-ticket": `"Effect":"Deny"`,
	} {
		text, err := os.ReadFile("events/" + name + ".json")
		testkit.Must(t, err)
		var answer json.RawMessage
		s.send(&answer, "%s", text)
		if !strings.Contains(string(answer), want) {
			t.Errorf("%s: %s", name, answer)
		}
	}
}
