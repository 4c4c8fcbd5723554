//go:build unix

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// The emulator ignores the property Body of an HTTP API, in which SAM describes the routes, so they are made here, from what CloudFormation
// says that the property is.

// An endpoint is one route of a Body.
type endpoint struct {
	key      string // GET /j/{number}
	function string // the logical id of the function's alias
	open     bool   // no token is asked for
}

// endpoints reads the Body of the API with this logical id.
func (t processed) endpoints(api string) ([]endpoint, error) {
	var all []endpoint
	body := member(t.Resources[api].Properties, "Body")
	paths, _ := member(body, "paths").(map[string]any)
	for path, methods := range paths {
		methods, _ := methods.(map[string]any)
		for method, operation := range methods {
			uri, _ := member(operation, "x-amazon-apigateway-integration", "uri", "Fn::Sub").(string)
			_, function, found := strings.Cut(uri, "/functions/${")
			function, rest, _ := strings.Cut(function, "}")
			if !found || rest != "/invocations" {
				return nil, fmt.Errorf("%s %s: the integration %q is not understood", method, path, uri)
			}
			security, _ := member(operation, "security").([]any)
			open := slices.ContainsFunc(security, func(s any) bool { return member(s, "NONE") != nil })
			all = append(all, endpoint{strings.ToUpper(method) + " " + path, function, open || len(security) == 0})
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s has no routes", api)
	}
	return all, nil
}

// member is the value at the path of names within nested objects, nil if there is none.
func member(value any, names ...string) any {
	for _, name := range names {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// connectRoutes makes the routes of the API anew, with an authorizer for the tokens of this issuer.
func (r *rehearsal) connectRoutes(ctx context.Context, s stack, resources map[string]resource, tokens tokenSource) error {
	template, err := s.processed(ctx)
	if err != nil {
		return err
	}
	endpoints, err := template.endpoints("Api")
	if err != nil {
		return err
	}
	gateway := routeMaker{client: apigatewayv2.NewFromConfig(r.emulator.awsConfig()), api: resources["Api"].ID, integrations: map[string]string{}}
	if err := gateway.clear(ctx); err != nil {
		return err
	}
	authorizer, err := gateway.client.CreateAuthorizer(ctx, &apigatewayv2.CreateAuthorizerInput{
		ApiId: &gateway.api, AuthorizerType: types.AuthorizerTypeJwt, Name: aws.String("Token"),
		IdentitySource:   []string{"$request.header.Authorization"},
		JwtConfiguration: &types.JWTConfiguration{Issuer: &tokens.issuer, Audience: []string{tokens.audience}},
	})
	if err != nil {
		return err
	}
	for _, e := range endpoints {
		if err := gateway.connect(ctx, e, resources[e.function].ID, aws.ToString(authorizer.AuthorizerId)); err != nil {
			return fmt.Errorf("the route %s: %w", e.key, err)
		}
	}
	fmt.Fprintf(r.out, "    %d routes\n", len(endpoints))
	return nil
}

// A routeMaker makes routes of one API.
type routeMaker struct {
	client       *apigatewayv2.Client
	api          string
	integrations map[string]string // by the function's alias
}

// clear removes the routes of an earlier deployment.
func (m routeMaker) clear(ctx context.Context) error {
	routes, err := m.client.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: &m.api, MaxResults: aws.String("500")})
	if err != nil {
		return err
	}
	for _, route := range routes.Items {
		if _, err := m.client.DeleteRoute(ctx, &apigatewayv2.DeleteRouteInput{ApiId: &m.api, RouteId: route.RouteId}); err != nil {
			return err
		}
	}
	return nil
}

func (m routeMaker) connect(ctx context.Context, e endpoint, alias, authorizer string) error {
	if m.integrations[alias] == "" {
		made, err := m.client.CreateIntegration(ctx, &apigatewayv2.CreateIntegrationInput{
			ApiId: &m.api, IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: &alias, PayloadFormatVersion: aws.String("2.0"),
		})
		if err != nil {
			return err
		}
		m.integrations[alias] = aws.ToString(made.IntegrationId)
	}
	route := &apigatewayv2.CreateRouteInput{ApiId: &m.api, RouteKey: &e.key, Target: aws.String("integrations/" + m.integrations[alias])}
	if !e.open {
		route.AuthorizationType, route.AuthorizerId = types.AuthorizationTypeJwt, &authorizer
	}
	_, err := m.client.CreateRoute(ctx, route)
	return err
}
