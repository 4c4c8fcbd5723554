package testkit

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"personal-rooms/shared/api"
)

// A parameter is one of a route, as openapi.yaml describes it.
type parameter struct {
	Ref             string `yaml:"$ref"`
	Name            string
	In              string
	AllowEmptyValue bool `yaml:"allowEmptyValue"`
	Required        bool
	Example         string
}

// EmptyParameters sends each query parameter of the function's routes empty, at a path with these replacements:
// "{userId}", "me"; other required ones have the value of their example. By openapi.yaml, it fails the test unless
// exactly those are refused that may not be empty.
func EmptyParameters(t *testing.T, c *Client, replacements ...string) {
	t.Helper()
	paths := strings.NewReplacer(replacements...)
	tried := 0
	for _, r := range c.edge.API.Routes() {
		all := queryParameters(t, r)
		for _, p := range all {
			answer := c.Do(r.Method, paths.Replace(r.Path)+emptied(p, all), `{"agenda":"None"}`)
			if tried++; p.AllowEmptyValue {
				answer.Want(t, 200, 201, 204)
			} else {
				answer.Refuses(t, p.Name)
			}
		}
	}
	if tried == 0 {
		t.Error("openapi.yaml has no query parameter of these routes")
	}
}

// emptied returns the query with the parameter empty.
func emptied(p parameter, all []parameter) string {
	query := url.Values{}
	for _, other := range all {
		if other.Required {
			query.Set(other.Name, other.Example)
		}
	}
	query.Set(p.Name, "")
	return "?" + query.Encode()
}

// queryParameters returns the query parameters of the route that openapi.yaml describes.
func queryParameters(t *testing.T, r api.Route) (of []parameter) {
	t.Helper()
	var document struct {
		Paths      map[string]map[string]yaml.Node
		Components struct{ Parameters map[string]parameter }
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "shared", "api", "openapi.yaml"))
	Must(t, err)
	Must(t, yaml.Unmarshal(text, &document))
	path := document.Paths[r.Path]
	method, shared := path[strings.ToLower(r.Method)], path["parameters"]
	var operation struct{ Parameters []parameter }
	var all []parameter
	Must(t, method.Decode(&operation))
	if !shared.IsZero() {
		Must(t, shared.Decode(&all))
	}
	for _, p := range append(all, operation.Parameters...) {
		if p.Ref != "" {
			p = document.Components.Parameters[filepath.Base(p.Ref)]
		}
		if p.In == "query" {
			of = append(of, p)
		}
	}
	return of
}
