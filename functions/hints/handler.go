package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
)

// A handler answers the authorizer's question and the routes of the WebSocket API.
type handler struct {
	issuer      *hint.Issuer
	connections connections
	door        door
	log         *slog.Logger
}

// connections has the use cases that the handler calls. *hint.Connections is one.
type connections interface {
	Open(ctx context.Context, s hint.Subject, id string) error
	Close(ctx context.Context, s hint.Subject, id string) (last bool, err error)
}

// A door has the use case that the handler calls. *meeting.Door is one.
type door interface {
	OnDisconnected(ctx context.Context, id meeting.SeatID, at time.Time) error
}

// An event is a question of the authorizer, whose type is REQUEST, or a request of a route.
type event struct {
	Type      string            `json:"type"`
	MethodARN string            `json:"methodArn"`
	Query     map[string]string `json:"queryStringParameters"`
	Context   struct {
		Route      string `json:"routeKey"`
		Connection string `json:"connectionId"`
		At         int64  `json:"requestTimeEpoch"`     // in milliseconds
		Status     int    `json:"disconnectStatusCode"` // of RFC 6455, 7.4
		Authorizer struct {
			Room   meeting.Number `json:"room"`
			Holder hint.Holder    `json:"holder"`
		} `json:"authorizer"` // what it said when the connection was opened
	} `json:"requestContext"`
}

// handle returns the policy of the authorizer, or the status of a route. With another status than 200, API Gateway
// refuses to connect.
func (h handler) handle(ctx context.Context, e event) (any, error) {
	if e.Type == "REQUEST" {
		return h.authorize(ctx, e)
	}
	return events.APIGatewayProxyResponse{StatusCode: h.status(ctx, e)}, nil
}

func (h handler) status(ctx context.Context, e event) int {
	err := h.route(ctx, e)
	switch {
	case errors.Is(err, hint.ErrTicket):
		return http.StatusUnauthorized
	case errors.Is(err, hint.ErrTooMany):
		return http.StatusTooManyRequests
	case err != nil:
		h.log.ErrorContext(ctx, "a connection was not opened or closed", "route", e.Context.Route, "cause", err)
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

// route opens or closes a connection.
func (h handler) route(ctx context.Context, e event) error {
	subject := hint.Subject(e.Context.Authorizer)
	switch {
	case subject.Room == "" || subject.Holder == "":
		return hint.ErrTicket // the API has no authorizer
	case e.Context.Route == "$connect":
		return h.connections.Open(ctx, subject, e.Context.Connection)
	case e.Context.Route == "$disconnect":
		return h.closed(ctx, subject, e)
	}
	return fmt.Errorf("there is no route %q", e.Context.Route)
}

// done is the status with which a client closes a connection that it needs no more. All others may mean that the client
// is gone.
const done = 1000

// closed deletes a connection. If its client may be gone, it shortens the lease of their seat.
func (h handler) closed(ctx context.Context, s hint.Subject, e event) error {
	last, err := h.connections.Close(ctx, s, e.Context.Connection)
	if seat := s.Holder.Seat(); err == nil && last && seat != "" && e.Context.Status != done {
		err = h.door.OnDisconnected(ctx, seat, time.UnixMilli(e.Context.At))
	}
	return err
}

// authorize allows the connection if its ticket is valid. It reads nothing but the key, once.
func (h handler) authorize(ctx context.Context, e event) (any, error) {
	signer, err := h.issuer.Signer(ctx)
	if err != nil {
		return nil, err
	}
	subject, err := signer.Open(e.Query["ticket"])
	effect := "Allow"
	if err != nil {
		effect = "Deny"
	}
	return events.APIGatewayCustomAuthorizerResponse{
		PrincipalID: "holder",
		PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{Version: "2012-10-17", Statement: []events.IAMPolicyStatement{
			{Action: []string{"execute-api:Invoke"}, Effect: effect, Resource: []string{e.MethodARN}}}},
		Context: map[string]any{"room": string(subject.Room), "holder": string(subject.Holder)},
	}, nil
}
