package api_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// userEvent returns an event of a signed-in user, in API Gateway's format.
func userEvent() events.APIGatewayV2HTTPRequest {
	return eventWithClaims(map[string]string{"sub": "ada", "account_id": "acme"})
}

func eventWithClaims(claims map[string]string) events.APIGatewayV2HTTPRequest {
	event := guestEvent(nil)
	event.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: claims},
	}
	return event
}

func guestEvent(headers map[string]string) events.APIGatewayV2HTTPRequest {
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: "GET /thing", Headers: headers}
	event.RequestContext.RequestID = "request-1"
	event.RequestContext.DomainName = "abc.execute-api.eu-central-1.amazonaws.com"
	event.RequestContext.HTTP.SourceIP = "192.0.2.7"
	return event
}

func answer(
	t *testing.T, o api.Options, r api.Route, event events.APIGatewayV2HTTPRequest,
) events.APIGatewayV2HTTPResponse {
	t.Helper()
	if o.Users == nil {
		o.Users = meeting.NewUsers(states{})
	}
	response, err := api.New(o, r).Handle(t.Context(), event)
	if err != nil {
		t.Fatalf("Handle returned an error, which API Gateway would show as its own: %v", err)
	}
	return response
}

func route(handle api.Handler) api.Route {
	return api.Route{Method: "GET", Path: "/thing", Handle: handle}
}

func failing(err error) api.Route {
	return route(func(context.Context, *api.Request) (api.Response, error) { return api.Response{}, err })
}

func answering(response api.Response) api.Route {
	return route(func(context.Context, *api.Request) (api.Response, error) { return response, nil })
}

// handle gives the event to read as a handler, and returns the answer.
func handle(
	t *testing.T, event events.APIGatewayV2HTTPRequest, read func(*api.Request) error,
) events.APIGatewayV2HTTPResponse {
	t.Helper()
	return answer(t, api.Options{}, route(func(_ context.Context, r *api.Request) (api.Response, error) {
		return api.NoContent(), read(r)
	}), event)
}

func readForm(t *testing.T, body string, read func(*api.Form)) {
	t.Helper()
	event := userEvent()
	event.Body = body
	got := handle(t, event, func(r *api.Request) error {
		form, err := r.Form()
		if err == nil {
			read(form)
		}
		return err
	})
	if got.StatusCode != http.StatusNoContent {
		t.Errorf("%s: answered %d %s", body, got.StatusCode, got.Body)
	}
}

// onlyField returns the only field of a refusal, with its message.
func onlyField(t *testing.T, err error) string {
	t.Helper()
	refusal, ok := errors.AsType[*meeting.Refusal](err)
	if !ok || len(refusal.Fields) != 1 {
		t.Fatalf("not one field: %v", err)
	}
	return refusal.Fields[0].Name + " " + refusal.Fields[0].Message
}
