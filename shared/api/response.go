package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// A Response is an answer. Make it with JSON, NoContent, Redirect, Moved, Body or Bytes.
type Response struct {
	Status int
	Header map[string]string
	Body   string
	Base64 bool  // the body is encoded in base 64: it is not text
	err    error // the value could not be encoded
}

// JSON answers with a value. It does not escape & < >, because Zoom's clients compare links as text.
func JSON(status int, v any) Response {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	response := Body(status, "application/json", strings.TrimSuffix(b.String(), "\n"))
	response.err = err
	return response
}

// NoContent answers 204.
func NoContent() Response { return Response{Status: http.StatusNoContent} }

// Redirect answers 302 with a URL. It percent-encodes bytes that a header cannot contain. The next page does not see
// the address of this one as its referrer, because join links contain passcodes.
func Redirect(url string) Response {
	return Response{Status: http.StatusFound}.With("Location", escapeForHeader(url)).With("Referrer-Policy", "no-referrer")
}

// Moved answers 308 with a path of this API: clients send the same request, with its body and token, to it.
func Moved(path string) Response {
	return Response{Status: http.StatusPermanentRedirect}.With("Location", path).With("Referrer-Policy", "no-referrer")
}

// Body answers with text of any content type.
func Body(status int, contentType, body string) Response {
	return Response{Status: status, Header: map[string]string{"Content-Type": contentType}, Body: body}
}

// Bytes answers with bytes that are not text: a compressed file, a picture.
func Bytes(status int, contentType string, body []byte) Response {
	response := Body(status, contentType, base64.StdEncoding.EncodeToString(body))
	response.Base64 = true
	return response
}

// With returns a copy of the response with one more header.
func (r Response) With(name, value string) Response {
	r.Header = maps.Clone(r.Header)
	if r.Header == nil {
		r.Header = map[string]string{}
	}
	r.Header[name] = value
	return r
}

// failure returns an error if a handler made a response that cannot be sent.
func (r Response) failure() error {
	switch {
	case r.err != nil:
		return fmt.Errorf("api: encoding a response: %w", r.err)
	case r.Status < 200 || r.Status > 599:
		return fmt.Errorf("api: a response of status %d", r.Status)
	}
	return nil
}

func (r Response) event(requestID string) events.APIGatewayV2HTTPResponse {
	sent := r.With("X-Content-Type-Options", "nosniff").With("X-Request-Id", requestID)
	if sent.Header["Cache-Control"] == "" {
		sent.Header["Cache-Control"] = "no-store"
	}
	return events.APIGatewayV2HTTPResponse{
		StatusCode: sent.Status, Headers: sent.Header, Body: sent.Body, IsBase64Encoded: sent.Base64,
	}
}

func escapeForHeader(url string) string {
	var b strings.Builder
	for i := range len(url) {
		if c := url[i]; c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
