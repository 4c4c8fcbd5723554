package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/meeting"
)

// MaxBody is the longest body that is read, in bytes.
const MaxBody = 64 << 10

const (
	maxParam = 512 // bytes; no id, e-mail address, link or number is longer
	maxKey   = 255
)

// A Request is one call of a route.
type Request struct {
	Caller    meeting.Caller // on an open route a guest, whatever token they sent
	clientIP  string
	event     events.APIGatewayV2HTTPRequest
	publicURL string
}

// ID names the request in the log and in the X-Request-Id of its answer.
func (r *Request) ID() string { return r.event.RequestContext.RequestID }

// Param is a path parameter, decoded: "userId" of /v2/users/{userId}. It has at most 512 bytes.
func (r *Request) Param(name string) string { return r.event.PathParameters[name] }

// Query is a query parameter, decoded; empty if it is not there. One that was given twice is both, with a comma between.
func (r *Request) Query(name string) string { return r.event.QueryStringParameters[name] }

// RawQuery is the whole query as it came, without the question mark.
func (r *Request) RawQuery() string { return r.event.RawQueryString }

// Header is a request header, whatever the case of its name; empty if it is not there.
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

// Prefers reports whether the caller asked for it in a Prefer header (RFC 7240): "return=representation".
func (r *Request) Prefers(preference string) bool {
	return listed(r.Header("Prefer"), preference)
}

// Accepts reports whether the caller named the media type in its Accept header. To accept anything is not to name it.
func (r *Request) Accepts(mediaType string) bool {
	return listed(r.Header("Accept"), mediaType)
}

// listed reports whether a header that is a list has the member, whatever its case, its white space and its parameters.
func listed(header, member string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, _, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.ReplaceAll(name, " ", ""), member) {
			return true
		}
	}
	return false
}

// BaseURL is where clients find this API, without a slash at its end.
func (r *Request) BaseURL() string {
	if r.publicURL != "" {
		return strings.TrimSuffix(r.publicURL, "/")
	}
	return "https://" + r.event.RequestContext.DomainName
}

// IdempotencyKey is the Idempotency-Key header, if it was sent: 1 to 255 visible ASCII characters (I15).
func (r *Request) IdempotencyKey() (string, error) {
	key, sent := r.header("Idempotency-Key")
	if !sent {
		return "", nil
	}
	unfit := func(c rune) bool { return c <= ' ' || c > '~' }
	if key == "" || len(key) > maxKey || strings.IndexFunc(key, unfit) >= 0 {
		return "", meeting.RefuseField("Idempotency-Key", fmt.Sprintf("must be 1 to %d visible ASCII characters", maxKey))
	}
	return key, nil
}

// Fingerprint stands for what was asked: the route, its parameters and the body. The same Idempotency-Key with another
// fingerprint is another request (I15).
func (r *Request) Fingerprint() string {
	asked, _ := json.Marshal([]any{r.event.RouteKey, r.event.PathParameters, r.event.Body}) // strings: cannot fail
	sum := sha256.Sum256(asked)
	return hex.EncodeToString(sum[:])
}

// Form reads the body: one JSON object of at most MaxBody bytes, in UTF-8. No body and null are the empty form. Its
// faults are TooLarge and meeting.Invalid, naming the field "body".
func (r *Request) Form() (*Form, error) {
	body, err := r.body()
	if err != nil {
		return nil, err
	}
	return ParseForm(body)
}

// QueryForm is the query parameters as a form, for the same readers. Here Bool reads true and false as text.
func (r *Request) QueryForm() *Form { return textForm(r.event.QueryStringParameters) }

// Body is the body as it was sent, of at most MaxBody bytes: for what is signed.
func (r *Request) Body() ([]byte, error) { return r.body() }

func (r *Request) body() ([]byte, error) {
	body := []byte(r.event.Body)
	if r.event.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(r.event.Body)
		if err != nil {
			return nil, meeting.RefuseField("body", "must be base64, as the event says it is")
		}
		body = decoded
	}
	if len(body) > MaxBody {
		return nil, meeting.Refuse(TooLarge, fmt.Sprintf("The body has %d bytes; at most %d are allowed.", len(body), MaxBody))
	}
	return body, nil
}

// overlong reports whether a path parameter is too long to name anything: it would not fit into a key of the table.
func (r *Request) overlong() bool {
	for _, value := range r.event.PathParameters {
		if len(value) > maxParam {
			return true
		}
	}
	return false
}

// address is what the guess budget knows a client by (I13): an IPv4 address, or the network of an IPv6 address, of which
// one client has as many as it likes.
func address(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return "unknown"
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	network, _ := a.Prefix(64) // of a valid IPv6 address: cannot fail
	return network.String()
}
