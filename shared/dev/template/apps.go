package template

import (
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	appsKind  = "AWS::ApiGatewayV2::Api"
	anyMethod = "x-amazon-apigateway-any-method"
	anyRoute  = "ANY" // the method of a route for any
)

// readAppRoutes reads the routes of the API of apps, whether the parameters make it or not. Its body is not translated
// by SAM: each route names its function's integration.
func (b *Bundle) readAppRoutes(t *template) error {
	for _, r := range t.resources {
		if r.kind != appsKind {
			continue
		}
		var properties struct {
			Body struct {
				Paths yaml.Node `yaml:"paths"`
			} `yaml:"Body"`
		}
		if err := r.properties.Decode(&properties); err != nil {
			return fmt.Errorf("%s: %w", r.id, err)
		}
		for at, methods := range pairs(&properties.Body.Paths) {
			for method, node := range pairs(methods) {
				if err := b.readAppRoute(method, at, node); err != nil {
					return fmt.Errorf("%s: %s %s: %w", r.id, method, at, err)
				}
			}
		}
	}
	return nil
}

func (b *Bundle) readAppRoute(method, at string, node *yaml.Node) error {
	var operation struct {
		Integration struct {
			Ref string `yaml:"$ref"`
		} `yaml:"x-amazon-apigateway-integration"`
	}
	if err := node.Decode(&operation); err != nil {
		return err
	}
	if method == anyMethod {
		method = anyRoute
	}
	name := strings.ToLower(path.Base(operation.Integration.Ref))
	if _, found := b.Function(name); !found {
		return fmt.Errorf("its integration %q is not that of a function", operation.Integration.Ref)
	}
	b.AppRoutes = append(b.AppRoutes, Route{strings.ToUpper(method), at, name, true})
	return nil
}

// TokenRoutes returns the routes that only the API of apps has: those of one method.
func (b *Bundle) TokenRoutes() (routes []Route) {
	for _, r := range b.AppRoutes {
		if r.Method != anyRoute {
			routes = append(routes, r)
		}
	}
	return routes
}
