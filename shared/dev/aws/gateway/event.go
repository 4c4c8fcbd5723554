//go:build unix

package gateway

import (
	"crypto/rand"
	"encoding/base64"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/template"
)

// newEvent returns the event with the fields that a function of ours may read.
func newEvent(r *http.Request, body []byte, route template.Route, id string) events.APIGatewayV2HTTPRequest {
	source, _, _ := net.SplitHostPort(r.RemoteAddr)
	event := events.APIGatewayV2HTTPRequest{
		Version:               "2.0",
		RouteKey:              route.Key(),
		RawPath:               r.URL.Path,
		RawQueryString:        r.URL.RawQuery,
		Headers:               headers(r, source),
		QueryStringParameters: joined(r.URL.Query()),
		PathParameters:        parameters(r, route.Path),
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: route.Key(), RequestID: id, DomainName: r.Host,
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.Path, SourceIP: source,
			},
		},
	}
	event.Body, event.IsBase64Encoded = encode(body, r.Header.Get("Content-Type"))
	return event
}

// requestID has the form of the service's: JKJaXmPLvHcESHA=
func requestID() string { return rand.Text()[:15] + "=" }

// headers returns the client's headers without cookies, which no function reads. The service adds the host and the
// client's address.
func headers(r *http.Request, source string) map[string]string {
	all := map[string]string{"host": r.Host}
	for name, value := range joined(r.Header) {
		all[strings.ToLower(name)] = value
	}
	delete(all, "cookie")
	all["x-forwarded-for"] = strings.TrimPrefix(all["x-forwarded-for"]+", "+source, ", ")
	return all
}

// joined joins repeated values by commas. It returns nil for no values.
func joined(values map[string][]string) (all map[string]string) {
	for name, several := range values {
		if all == nil {
			all = map[string]string{}
		}
		all[name] = strings.Join(several, ",")
	}
	return all
}

// parameters returns the values of the path's variables.
func parameters(r *http.Request, path string) (all map[string]string) {
	for segment := range strings.SplitSeq(path, "/") {
		if name, isVariable := strings.CutPrefix(segment, "{"); isVariable {
			if all == nil {
				all = map[string]string{}
			}
			name = strings.TrimSuffix(name, "}")
			all[name] = r.PathValue(name)
		}
	}
	return all
}

var textTypes = []string{"application/json", "application/javascript", "application/xml"}

// encode encodes a body in base 64 if its content type is not known to be text: forms are encoded, and bodies without a
// content type.
func encode(body []byte, contentType string) (text string, isBase64 bool) {
	if len(body) == 0 {
		return "", false
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	if utf8.Valid(body) && (strings.HasPrefix(kind, "text/") || slices.Contains(textTypes, kind)) {
		return string(body), false
	}
	return base64.StdEncoding.EncodeToString(body), true
}
