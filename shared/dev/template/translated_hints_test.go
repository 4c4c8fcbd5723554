//go:build translator

package template_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// A connection is made only with a ticket that the function accepts: $connect has the authorizer, which is asked only
// if there is a ticket.
func TestConnectionsNeedATicket(t *testing.T) {
	for t, s := range eachStack(t) {
		p, authorizer := s.Resources["HintsApiConnectRoute"].Properties, s.Resources["HintsApiConnectAuthorizer"].Properties
		if at(p, "AuthorizationType") != "CUSTOM" || at(p, "AuthorizerId", "Ref") != "HintsApiConnectAuthorizer" {
			t.Errorf("$connect is %v", p)
		}
		if got := texts(at(authorizer, "IdentitySource")); !gocmp.Equal(got, []string{"route.request.querystring.ticket"}) {
			t.Errorf("the authorizer is asked with %v", got)
		}
	}
}

// What clients send starts no function: the route of every message has an integration that is none.
func TestMessagesOfClientsStartNoFunction(t *testing.T) {
	for t, s := range eachStack(t) {
		var routes []string
		for id, r := range s.Resources {
			if r.Type != "AWS::ApiGatewayV2::Route" || at(r.Properties, "ApiId", "Ref") != "HintsApi" {
				continue
			}
			key, _ := at(r.Properties, "RouteKey").(string)
			integration := s.Resources[strings.TrimSuffix(id, "Route")+"Integration"].Properties
			routes = append(routes, fmt.Sprint(key, " ", at(integration, "IntegrationType")))
		}
		slices.Sort(routes)
		if want := []string{"$connect AWS_PROXY", "$default MOCK", "$disconnect AWS_PROXY"}; !slices.Equal(routes, want) {
			t.Errorf("the routes are %v, want %v", routes, want)
		}
	}
}
