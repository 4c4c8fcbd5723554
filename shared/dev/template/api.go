package template

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// CORS is the CorsConfiguration of the HTTP API: which web pages may call it, and how.
type CORS struct {
	Origins     []string `yaml:"allowOrigins"`
	Methods     []string `yaml:"allowMethods"`
	Headers     []string `yaml:"allowHeaders"`
	Exposed     []string `yaml:"exposeHeaders"`
	MaxAge      *int     `yaml:"maxAge"` // seconds
	Credentials bool     `yaml:"allowCredentials"`
}

// readAPI reads the routes and the CORS configuration of the HTTP API.
func (b *Bundle) readAPI(t *template, r resource) error {
	var api struct {
		CORS           *CORS `yaml:"CorsConfiguration"`
		DefinitionBody struct {
			Paths yaml.Node `yaml:"paths"`
		} `yaml:"DefinitionBody"`
	}
	if err := t.decode(r.properties, &api); err != nil {
		return err
	}
	b.CORS = api.CORS
	routes, err := readRoutes(&api.DefinitionBody.Paths)
	b.Routes = append(b.Routes, routes...)
	return err
}

// readRoutes reads the paths of a body.
func readRoutes(paths *yaml.Node) (routes []Route, err error) {
	for path, methods := range pairs(paths) {
		for method, operation := range pairs(methods) {
			route, err := readRoute(method, path, operation)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			routes = append(routes, route)
		}
	}
	return routes, nil
}

// anyMethod is the method of the route for all other requests.
const anyMethod = "x-amazon-apigateway-any-method"

// invoked finds the function in the address of an integration.
var invoked = regexp.MustCompile(`/functions/(\w+)` + functionSuffix + `\.Arn:live/invocations$`)

func readRoute(method, path string, operation *yaml.Node) (Route, error) {
	var read struct {
		Security    []map[string][]string `yaml:"security"`
		Integration struct {
			URI string `yaml:"uri"`
		} `yaml:"x-amazon-apigateway-integration"`
	}
	if err := operation.Decode(&read); err != nil {
		return Route{}, err
	}
	found := invoked.FindStringSubmatch(read.Integration.URI)
	if found == nil {
		return Route{}, fmt.Errorf("its integration %q is not the alias of a function", read.Integration.URI)
	}
	if method == anyMethod {
		method = ""
	}
	open := len(read.Security) == 1 && read.Security[0]["NONE"] != nil
	return Route{Method: strings.ToUpper(method), Path: path, Function: strings.ToLower(found[1]), Open: open}, nil
}
