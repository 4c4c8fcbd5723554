package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/meeting"
)

// MaxBody is the maximum size of a body, in bytes.
const MaxBody = 64 << 10

const (
	maxParam = 512 // bytes; every id, e-mail address, link and number is shorter
	maxKey   = 255
)

// A Request is one call of a route.
type Request struct {
	Caller    meeting.Caller // on an open route always a guest
	clientIP  string
	event     events.APIGatewayV2HTTPRequest
	publicURL string
}

// ID returns the id of the request, which the log and the X-Request-Id of the answer show.
func (r *Request) ID() string { return r.event.RequestContext.RequestID }

// Method returns the method that the client sent.
func (r *Request) Method() string { return r.event.RequestContext.HTTP.Method }

// Path returns the decoded path.
func (r *Request) Path() string { return r.event.RawPath }

// Param returns a decoded path parameter, "userId" of /v2/users/{userId}: at most 512 bytes.
func (r *Request) Param(name string) string { return r.event.PathParameters[name] }

// Query returns a decoded query parameter; empty if absent. API Gateway joins repeated ones by a comma.
func (r *Request) Query(name string) string { return r.event.QueryStringParameters[name] }

// RawQuery returns the query as sent, without the question mark.
func (r *Request) RawQuery() string { return r.event.RawQueryString }

// Header returns a request header, in whatever case its name was sent; empty if absent.
func (r *Request) Header(name string) string {
	value, _ := r.header(name)
	return value
}

func (r *Request) header(name string) (value string, found bool) {
	for key, value := range r.event.Headers {
		if strings.EqualFold(key, name) {
			return value, true
		}
	}
	return "", false
}

// Prefers reports whether the Prefer header (RFC 7240) names the preference: "return=representation".
func (r *Request) Prefers(preference string) bool {
	return listContains(r.Header("Prefer"), preference)
}

// Accepts reports whether the Accept header names the media type. A wildcard does not name it.
func (r *Request) Accepts(mediaType string) bool { return listContains(r.Header("Accept"), mediaType) }

// listContains reports whether a header's list contains the member. It ignores case, white space and parameters.
func listContains(header, member string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, _, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.ReplaceAll(name, " ", ""), member) {
			return true
		}
	}
	return false
}

// BaseURL returns the URL of this API for clients, without a slash at its end.
func (r *Request) BaseURL() string {
	if r.publicURL != "" {
		return strings.TrimSuffix(r.publicURL, "/")
	}
	return "https://" + r.DomainName()
}

// DomainName returns the host that the request was sent to.
func (r *Request) DomainName() string { return r.event.RequestContext.DomainName }

// IdempotencyKey returns the Idempotency-Key header: 1 to 255 visible ASCII characters (I15), or empty if it was not
// sent.
func (r *Request) IdempotencyKey() (string, error) {
	key, sent := r.header("Idempotency-Key")
	if !sent {
		return "", nil
	}
	invisible := func(c rune) bool { return c <= ' ' || c > '~' }
	if key == "" || len(key) > maxKey || strings.ContainsFunc(key, invisible) {
		return "", meeting.RefuseField("Idempotency-Key", fmt.Sprintf("must be 1 to %d visible ASCII characters", maxKey))
	}
	return key, nil
}

// routeKey returns the key of the route that answers: HEAD is answered as GET (RFC 9110, 9.3.2), and a path with a
// slash at its end as the one without. The routes of the apps' API are for any method: "ANY /v2/users/{userId}".
func (r *Request) routeKey() string {
	key := r.event.RouteKey
	if short := strings.TrimSuffix(key, "/"); !strings.HasSuffix(short, " ") { // not the root: "GET /"
		key = short
	}
	if path, anyMethod := strings.CutPrefix(key, "ANY "); anyMethod {
		key = r.Method() + " " + path
	}
	if path, head := strings.CutPrefix(key, http.MethodHead+" "); head {
		return http.MethodGet + " " + path
	}
	return key
}

// Fingerprint returns a hash of the route, its path parameters and the body. The same Idempotency-Key with another
// fingerprint belongs to another request (I15).
func (r *Request) Fingerprint() string {
	content, _ := json.Marshal([]any{r.routeKey(), r.event.PathParameters, r.event.Body}) // strings: cannot fail
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// Form reads the body: one JSON object in UTF-8 of at most MaxBody bytes. An absent body and null give an empty form.
// It returns [TooLarge], or meeting.Invalid for the field "body".
func (r *Request) Form() (*Form, error) {
	body, err := r.Body()
	if err != nil {
		return nil, err
	}
	return ParseForm(body)
}

// QueryForm returns the query parameters as a form. Its Bool reads true and false as text.
func (r *Request) QueryForm() *Form { return textForm(r.event.QueryStringParameters) }

// Body returns the body as sent, for the verification of a signature. It returns [TooLarge] beyond MaxBody bytes.
func (r *Request) Body() ([]byte, error) {
	body := []byte(r.event.Body)
	if r.event.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(r.event.Body)
		if err != nil {
			return nil, meeting.RefuseField("body", "must be base64, as the event declares")
		}
		body = decoded
	}
	if len(body) > MaxBody {
		message := fmt.Sprintf("The body has %d bytes; at most %d are allowed.", len(body), MaxBody)
		return nil, meeting.Refuse(TooLarge, message)
	}
	return body, nil
}

// tooLong reports whether a path parameter is too long for a key of the table.
func (r *Request) tooLong() bool {
	for _, value := range r.event.PathParameters {
		if len(value) > maxParam {
			return true
		}
	}
	return false
}

// network returns what the guess budget counts by (I13): an IPv4 address, or the /64 network of an IPv6 address,
// because one client has many of those.
func network(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return "unknown"
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	prefix, _ := a.Prefix(64) // of a valid IPv6 address: cannot fail
	return prefix.String()
}
