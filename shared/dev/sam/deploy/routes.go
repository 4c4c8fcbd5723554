//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
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

// values are what the functions of a template refer to.
type values struct {
	refs       map[string]string // parameters, and the physical ids of resources
	conditions map[string]bool
}

// resolve is the text that !Ref, !Sub and !If make; "" if the value is nothing of that.
func (v values) resolve(value any) string {
	if text, isText := value.(string); isText {
		return text
	}
	if name, isRef := member(value, "Ref").(string); isRef {
		return v.refs[name]
	}
	if text, isSub := member(value, "Fn::Sub").(string); isSub {
		return os.Expand(text, func(name string) string { return v.refs[name] })
	}
	if choice, _ := member(value, "Fn::If").([]any); len(choice) == 3 {
		if condition, _ := choice[0].(string); v.conditions[condition] {
			return v.resolve(choice[1])
		}
		return v.resolve(choice[2])
	}
	return ""
}

// authorizer is the JWT authorizer Token of the Body.
func (t processed) authorizer(api string, v values) (*apigatewayv2.CreateAuthorizerInput, error) {
	declared := member(t.Resources[api].Properties, "Body", "components", "securitySchemes", "Token", "x-amazon-apigateway-authorizer")
	audiences, _ := member(declared, "jwtConfiguration", "audience").([]any)
	issuer, source := v.resolve(member(declared, "jwtConfiguration", "issuer")), v.resolve(member(declared, "identitySource"))
	if len(audiences) != 1 || v.resolve(audiences[0]) == "" || issuer == "" || source == "" {
		return nil, fmt.Errorf("the authorizer of %s is not understood: %v", api, declared)
	}
	return &apigatewayv2.CreateAuthorizerInput{
		AuthorizerType: types.AuthorizerTypeJwt, Name: aws.String("Token"), IdentitySource: []string{source},
		JwtConfiguration: &types.JWTConfiguration{Issuer: &issuer, Audience: []string{v.resolve(audiences[0])}},
	}, nil
}

// connectRoutes makes the routes of the API anew, with its authorizer.
func (r *rehearsal) connectRoutes(ctx context.Context, s stack, resources map[string]resource) error {
	template, err := s.processed(ctx)
	if err != nil {
		return err
	}
	endpoints, err := template.endpoints("Api")
	if err != nil {
		return err
	}
	v, err := s.values(ctx, resources)
	if err != nil {
		return err
	}
	declared, err := template.authorizer("Api", v)
	if err != nil {
		return err
	}
	gateway := routeMaker{client: apigatewayv2.NewFromConfig(r.emulator.awsConfig()), api: resources["Api"].ID, integrations: map[string]string{}}
	if err := gateway.clear(ctx); err != nil {
		return err
	}
	declared.ApiId = &gateway.api
	authorizer, err := gateway.client.CreateAuthorizer(ctx, declared)
	if err != nil {
		return err
	}
	for _, e := range endpoints {
		if err := gateway.connect(ctx, e, resources[e.function].ID, aws.ToString(authorizer.AuthorizerId)); err != nil {
			return fmt.Errorf("the route %s: %w", e.key, err)
		}
	}
	fmt.Fprintf(r.out, "    %d routes, for tokens of %s\n", len(endpoints), *declared.JwtConfiguration.Issuer)
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
