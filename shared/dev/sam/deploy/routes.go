//go:build unix

package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"personal-rooms/shared/dev/template"
)

// connectAPI makes the routes and the authorizer of the API, and sends the proxy's requests to it. The emulator ignores
// the property Body of an HTTP API, in which SAM describes the routes, so they are made from the template in the
// folder. The tests of shared/dev/template show that the Body has the same routes and the same authorizer.
func (d *deployer) connectAPI(
	ctx context.Context,
	folder string,
	resources map[string]resource,
	issuer issuerKey,
) error {
	bundle, err := template.Load(d.path(folder), nil)
	if err != nil {
		return err
	}
	m := routeMaker{apigatewayv2.NewFromConfig(d.emulator.awsConfig()), resources["Api"].ID, map[string]string{}}
	if err := m.deleteRoutes(ctx); err != nil {
		return err
	}
	authorizer, err := m.client.CreateAuthorizer(ctx, &apigatewayv2.CreateAuthorizerInput{
		ApiId: &m.api, AuthorizerType: types.AuthorizerTypeJwt, Name: aws.String("Token"),
		IdentitySource:   []string{"$request.header.Authorization"},
		JwtConfiguration: &types.JWTConfiguration{Issuer: &issuer.name, Audience: []string{issuer.audience}},
	})
	if err != nil {
		return err
	}
	for _, r := range bundle.Routes {
		f, _ := bundle.Function(r.Function)
		if err := m.create(ctx, r, resources[f.ID+"Aliaslive"].ID, aws.ToString(authorizer.AuthorizerId)); err != nil {
			return fmt.Errorf("the route %s: %w", r.Key(), err)
		}
	}
	d.proxy.api.Store(&m.api)
	fmt.Fprintf(d.out, "    %d routes, for tokens of %s\n", len(bundle.Routes), issuer.name)
	return nil
}

// A routeMaker makes the routes of one API.
type routeMaker struct {
	client       *apigatewayv2.Client
	api          string
	integrations map[string]string // by the function's alias
}

// deleteRoutes removes the routes of an earlier deployment.
func (m routeMaker) deleteRoutes(ctx context.Context) error {
	routes, err := m.client.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: &m.api, MaxResults: aws.String("500")})
	if err != nil {
		return err
	}
	for _, route := range routes.Items {
		if _, err := m.client.DeleteRoute(ctx, &apigatewayv2.DeleteRouteInput{ApiId: &m.api,
			RouteId: route.RouteId}); err != nil {
			return err
		}
	}
	return nil
}

func (m routeMaker) create(ctx context.Context, r template.Route, alias, authorizer string) error {
	if m.integrations[alias] == "" {
		made, err := m.client.CreateIntegration(ctx, &apigatewayv2.CreateIntegrationInput{
			ApiId: &m.api, IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: &alias,
			PayloadFormatVersion: aws.String("2.0"),
		})
		if err != nil {
			return err
		}
		m.integrations[alias] = aws.ToString(made.IntegrationId)
	}
	route := &apigatewayv2.CreateRouteInput{
		ApiId: &m.api, RouteKey: aws.String(r.Key()), Target: aws.String("integrations/" + m.integrations[alias]),
	}
	if !r.Open {
		route.AuthorizationType, route.AuthorizerId = types.AuthorizationTypeJwt, &authorizer
	}
	_, err := m.client.CreateRoute(ctx, route)
	return err
}
