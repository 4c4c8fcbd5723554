package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// A contract checks answers against openapi.yaml.
type contract struct {
	document *openapi3.T
	router   routers.Router
}

func readContract(root string) (*contract, error) {
	document, err := openapi3.NewLoader().LoadFromFile(filepath.Join(root, "shared", "api", "openapi.yaml"))
	if err != nil {
		return nil, err
	}
	if err := document.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	for _, text := range []string{
		"text/html", "text/calendar", "text/javascript", "image/svg+xml", "application/manifest+json", "application/yaml",
	} {
		openapi3filter.RegisterBodyDecoder(text, openapi3filter.PlainBodyDecoder)
	}
	router, err := gorillamux.NewRouter(document)
	return &contract{document, router}, err
}

// check validates the answer, and the request too if it was accepted. An error says how they break the contract.
func (c *contract) check(r *http.Request, sent []byte, response *http.Response, body []byte) error {
	ctx := r.Context()
	r = r.Clone(ctx)
	r.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	if r.Method == http.MethodHead {
		return nil // the same as GET without a body
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	addChallenge(response)
	r.Header.Set("Content-Type", "application/json") // the API reads every body as JSON
	route, parameters, err := c.router.FindRoute(r)
	if err != nil {
		return nil //nolint:nilerr // the route is not documented, and the test checks the answer
	}
	options := &openapi3filter.Options{
		IncludeResponseStatus: true, MultiError: true, SkipSettingDefaults: true,
		AuthenticationFunc:      openapi3filter.NoopAuthenticationFunc,
		SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.EnableFormatValidation(), formats},
	}
	request := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route, Options: options}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request, Status: response.StatusCode, Header: response.Header, Options: options,
	}
	if err := openapi3filter.ValidateResponse(ctx, answer.SetBodyBytes(body)); err != nil {
		return err
	}
	if response.StatusCode < 300 {
		if err := openapi3filter.ValidateRequest(ctx, request); err != nil {
			return fmt.Errorf("%s %s was accepted but is not documented: %w", r.Method, r.URL, err)
		}
	}
	isFile := response.Header.Get("ETag") != "" // browsers keep it
	if h := response.Header; response.StatusCode < 400 && (!isFile && h.Get("Cache-Control") != "no-store" ||
		h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Request-Id") == "") {
		return fmt.Errorf("it lacks one of the headers that all our answers have: %v", h)
	}
	return nil
}

var formats = openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
	"uri": openapi3.NewCallbackValidator(func(s string) error {
		u, err := url.Parse(s)
		if err == nil && (u.Scheme == "" || u.Host == "") {
			err = fmt.Errorf("%q is not an absolute URL", s)
		}
		return err
	}),
	"email": openapi3.NewCallbackValidator(func(s string) error {
		_, err := mail.ParseAddress(s)
		return err
	}),
})

func TestContractRejectsWrongAnswers(t *testing.T) {
	const get, free = "GET /v2/users/pmi?pmi=5551112222", `{"existed":false,"yours":false,"suggestions":[]}`
	for _, c := range []struct{ what, request, status, body, cache, want string }{
		{"a correct answer", get, "200", free, "no-store", ""},
		{"an unknown member", get, "200", `{"existed":false,"yours":false,"suggestions":[],"secret":1}`, "no-store", "secret"},
		{"an unknown status", get, "418", free, "no-store", "status is not supported"},
		{"a missing header", get, "200", free, "", "Cache-Control"},
		{"an undocumented request", "PUT /v2/meetings/1/status", "204", "", "no-store", "value is required"},
	} {
		method, target, _ := strings.Cut(c.request, " ")
		request := must(http.NewRequestWithContext(t.Context(), method, deployment.url+target, http.NoBody))
		answer := httptest.NewRecorder()
		for name, value := range map[string]string{"Content-Type": "application/json", "Cache-Control": c.cache,
			"X-Content-Type-Options": "nosniff", "X-Request-Id": "1"} {
			answer.Header().Set(name, value)
		}
		answer.WriteHeader(must(strconv.Atoi(c.status)))
		err := deployment.contract.check(request, nil, answer.Result(), []byte(c.body))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
	}
}
