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
	ctx context.Context, folder string, resources map[string]resource, issuer issuerKey,
) error {
	bundle, err := template.Load(d.path(folder), nil)
	if err != nil {
		return err
	}
	client, api := apigatewayv2.NewFromConfig(d.emulator.awsConfig()), resources["Api"].ID
	if err := deleteRoutes(ctx, client, api); err != nil {
		return err
	}
	authorizer, err := client.CreateAuthorizer(ctx, &apigatewayv2.CreateAuthorizerInput{
		ApiId: &api, AuthorizerType: types.AuthorizerTypeJwt, Name: aws.String("Token"),
		IdentitySource:   []string{"$request.header.Authorization"},
		JwtConfiguration: &types.JWTConfiguration{Issuer: &issuer.name, Audience: issuer.audiences()},
	})
	if err != nil {
		return err
	}
	for _, r := range bundle.Routes {
		f, _ := bundle.Function(r.Function)
		alias, route := resources[f.ID+"Aliaslive"].ID, &apigatewayv2.CreateRouteInput{ApiId: &api, RouteKey: aws.String(r.Key())}
		if !r.Open {
			route.AuthorizationType, route.AuthorizerId = types.AuthorizationTypeJwt, authorizer.AuthorizerId
		}
		if err := createRoute(ctx, client, route, alias); err != nil {
			return fmt.Errorf("the route %s: %w", r.Key(), err)
		}
	}
	d.proxy.api.Store(&api)
	fmt.Fprintf(d.out, "    %d routes, for tokens of %s\n", len(bundle.Routes), issuer.name)
	return nil
}

// deleteRoutes removes the routes of an earlier deployment.
func deleteRoutes(ctx context.Context, client *apigatewayv2.Client, api string) error {
	routes, err := client.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: &api, MaxResults: aws.String("500")})
	if err != nil {
		return err
	}
	for _, route := range routes.Items {
		_, err := client.DeleteRoute(ctx, &apigatewayv2.DeleteRouteInput{ApiId: &api, RouteId: route.RouteId})
		if err != nil {
			return err
		}
	}
	return nil
}

// createRoute makes the route, which leads to the function's alias.
func createRoute(ctx context.Context, client *apigatewayv2.Client, route *apigatewayv2.CreateRouteInput, alias string) error {
	made, err := client.CreateIntegration(ctx, &apigatewayv2.CreateIntegrationInput{
		ApiId: route.ApiId, IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: &alias,
		PayloadFormatVersion: aws.String("2.0"),
	})
	if err != nil {
		return err
	}
	route.Target = aws.String("integrations/" + aws.ToString(made.IntegrationId))
	_, err = client.CreateRoute(ctx, route)
	return err
}
