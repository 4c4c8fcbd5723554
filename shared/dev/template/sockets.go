package template

import (
	"fmt"
	"strings"
)

const socketsKind = "AWS::Serverless::WebSocketApi"

// Sockets is the WebSocket API.
type Sockets struct {
	Routes     map[string]string // Function.Name by the key of the route: "$connect"
	Authorizer string            // Function.Name; "": there is none
	Ticket     string            // the parameter of the query without which the authorizer is not asked
}

// readSockets reads the WebSocket API.
func (b *Bundle) readSockets(t *template, r resource) error {
	var api struct {
		Auth struct {
			Function string   `yaml:"AuthArn"`
			Sources  []string `yaml:"IdentitySource"`
		} `yaml:"Auth"`
		Routes map[string]struct {
			Function string `yaml:"FunctionArn"`
		} `yaml:"Routes"`
	}
	if err := t.decode(r.properties, &api); err != nil {
		return err
	}
	b.Sockets = &Sockets{Routes: map[string]string{}, Authorizer: functionOf(api.Auth.Function)}
	for key, route := range api.Routes {
		b.Sockets.Routes[key] = functionOf(route.Function)
	}
	if len(api.Auth.Sources) != 1 || !strings.HasPrefix(api.Auth.Sources[0], querySource) {
		return fmt.Errorf("its identity source is %v, and must be one parameter of the query", api.Auth.Sources)
	}
	b.Sockets.Ticket = strings.TrimPrefix(api.Auth.Sources[0], querySource)
	return nil
}

// querySource begins the identity source of an authorizer that is a parameter of the query.
const querySource = "route.request.querystring."

// functionOf returns the name of the function whose alias is referred to.
func functionOf(alias string) string {
	return strings.ToLower(strings.TrimSuffix(alias, functionSuffix+samAlias))
}
