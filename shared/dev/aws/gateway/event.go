//go:build unix

package gateway

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/template"
)

const (
	accountID  = "000000000000"
	apiID      = "local"
	stage      = "$default"
	timeFormat = "02/Jan/2006:15:04:05 -0700"
)

func newEvent(
	r *http.Request, body []byte, route template.Route, parameters map[string]string, id string,
) events.APIGatewayV2HTTPRequest {
	now, source := time.Now().UTC(), sourceIP(r)
	event := events.APIGatewayV2HTTPRequest{
		Version:               "2.0",
		RouteKey:              route.Key(),
		RawPath:               r.URL.Path,
		RawQueryString:        r.URL.RawQuery,
		Cookies:               cookies(r),
		Headers:               headers(r, source),
		QueryStringParameters: query(r),
		PathParameters:        parameters,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: route.Key(), AccountID: accountID, Stage: stage, RequestID: id, APIID: apiID,
			DomainName: r.Host, DomainPrefix: apiID,
			Time: now.Format(timeFormat), TimeEpoch: now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: source, UserAgent: r.UserAgent(),
			},
		},
	}
	event.Body, event.IsBase64Encoded = encode(body, r.Header.Get("Content-Type"))
	return event
}

// requestID has the form of the service's: JKJaXmPLvHcESHA=
func requestID() string { return rand.Text()[:15] + "=" }

func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// headers are the client's, but for cookies, and those that the service adds. A header that was sent several times is
// one text with commas.
func headers(r *http.Request, source string) map[string]string {
	all := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		all[strings.ToLower(name)] = strings.Join(values, ",")
	}
	delete(all, "cookie")
	if r.ContentLength >= 0 {
		all["content-length"] = fmt.Sprint(r.ContentLength)
	}
	_, port, _ := net.SplitHostPort(r.Host)
	all["x-forwarded-for"] = strings.TrimPrefix(all["x-forwarded-for"]+", "+source, ", ")
	all["x-forwarded-port"] = port
	all["x-forwarded-proto"] = "http"
	if _, traced := all["x-amzn-trace-id"]; !traced {
		all["x-amzn-trace-id"] = fmt.Sprintf("Root=1-%08x-%s", time.Now().Unix(), strings.ToLower(rand.Text()[:24]))
	}
	return all
}

func cookies(r *http.Request) (all []string) {
	for _, line := range r.Header.Values("Cookie") {
		for cookie := range strings.SplitSeq(line, ";") {
			all = append(all, strings.TrimSpace(cookie))
		}
	}
	return all
}

// query is nil without a query; a parameter that was given several times is one text with commas.
func query(r *http.Request) map[string]string {
	values, _ := url.ParseQuery(r.URL.RawQuery) // what can be understood of it
	if len(values) == 0 {
		return nil
	}
	all := map[string]string{}
	for name, given := range values {
		all[name] = strings.Join(given, ",")
	}
	return all
}

var textTypes = []string{"application/json", "application/javascript", "application/xml"}

// encode is Base64 for all that is not known to be text: a form, and a body without a content type, are not.
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
