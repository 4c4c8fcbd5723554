package template

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

const appsKind = "AWS::ApiGatewayV2::Api"

// readAppRoutes reads the routes of the API of apps, whether the parameters make it or not.
func (b *Bundle) readAppRoutes(t *template) error {
	for _, r := range t.resources {
		if r.kind != appsKind {
			continue
		}
		var api struct {
			Body struct {
				Paths yaml.Node `yaml:"paths"`
			} `yaml:"Body"`
		}
		if err := t.decode(r.properties, &api); err != nil {
			return fmt.Errorf("%s: %w", r.id, err)
		}
		routes, err := readRoutes(&api.Body.Paths)
		if err != nil {
			return fmt.Errorf("%s: %w", r.id, err)
		}
		b.AppRoutes = append(b.AppRoutes, routes...)
	}
	return nil
}

// TokenRoutes returns the routes that only the API of apps has, which are those of one method. They need no token.
func (b *Bundle) TokenRoutes() (routes []Route) {
	for _, r := range b.AppRoutes {
		if r.Method != "" {
			r.Open = true
			routes = append(routes, r)
		}
	}
	return routes
}
