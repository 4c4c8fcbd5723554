package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// An oracle knows from openapi.yaml how every answer must be.
type oracle struct {
	document *openapi3.T
	router   routers.Router
	refusals map[refusal]bool // the table of the document
	guesses  atomic.Int64     // wrong ones, by guests at the address that all share
}

// A refusal is one row of the table of refusals.
type refusal struct {
	Status, Code int
	Reason       string
}

func newOracle(root string) (*oracle, error) {
	document, err := openapi3.NewLoader().LoadFromFile(filepath.Join(root, "shared", "api", "openapi.yaml"))
	if err != nil {
		return nil, err
	}
	if err := document.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/calendar", openapi3filter.PlainBodyDecoder)
	router, err := gorillamux.NewRouter(document)
	return &oracle{document: document, router: router, refusals: refusalsOf(document)}, err
}

var refusalRow = regexp.MustCompile("(?m)^\\| (\\d+) \\| (\\d+) \\| `(\\w+)` \\|")

func refusalsOf(document *openapi3.T) map[refusal]bool {
	all := map[refusal]bool{}
	for _, row := range refusalRow.FindAllStringSubmatch(document.Info.Description, -1) {
		all[refusal{must(strconv.Atoi(row[1])), must(strconv.Atoi(row[2])), row[3]}] = true
	}
	return all
}

// checking lets requests through and turns an answer that is not as documented into an error.
func (o *oracle) checking(next http.RoundTripper, shared bool) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		var sent []byte
		if r.Body != nil {
			var err error
			if sent, err = io.ReadAll(r.Body); err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(sent))
		}
		response, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return nil, err
		}
		response.Body.Close()
		response.Body = io.NopCloser(bytes.NewReader(body))
		if err := o.check(r, sent, response, body, shared); err != nil {
			return nil, fmt.Errorf("the answer is not as openapi.yaml says: %w\n%d %s", err, response.StatusCode, body)
		}
		return response, nil
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (o *oracle) check(r *http.Request, sent []byte, response *http.Response, body []byte, shared bool) error {
	ctx := r.Context()
	r = r.Clone(ctx)
	r.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	r.Header.Set("Content-Type", "application/json") // whatever it says: bodies are read as what they are
	route, parameters, err := o.router.FindRoute(r)
	if err != nil {
		return nil //nolint:nilerr // nothing is documented there, and the test says what it expects
	}
	options := &openapi3filter.Options{
		IncludeResponseStatus: true, MultiError: true, SkipSettingDefaults: true,
		AuthenticationFunc:      openapi3filter.NoopAuthenticationFunc,
		SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.EnableFormatValidation(), formats},
	}
	asked := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route, Options: options}
	answered := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: asked, Status: response.StatusCode, Header: response.Header, Options: options,
	}
	if err := openapi3filter.ValidateResponse(ctx, answered.SetBodyBytes(body)); err != nil {
		return err
	}
	if response.StatusCode < 300 {
		if err := openapi3filter.ValidateRequest(ctx, asked); err != nil {
			return fmt.Errorf("%s %s was accepted, and is not documented: %w", r.Method, r.URL, err)
		}
	}
	if shared && strings.HasSuffix(route.Path, "/guests") && response.StatusCode == http.StatusNotFound {
		o.guesses.Add(1)
	}
	return o.manners(response, body)
}

// manners are what all answers of ours have in common. The gateway's own have a message only.
func (o *oracle) manners(response *http.Response, body []byte) error {
	var said struct {
		refusal
		Message string
	}
	if response.StatusCode >= 400 && strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(body, &said); err != nil {
			return err
		}
		if said.Status = response.StatusCode; said.Reason == "" {
			return nil
		}
		if !o.refusals[said.refusal] {
			return fmt.Errorf("the table of refusals has no %+v", said.refusal)
		}
	}
	switch {
	case response.StatusCode == http.StatusNoContent && len(body) > 0:
		return errors.New("there is a body")
	case response.Header.Get("Cache-Control") != "no-store":
		return errors.New("it may be stored")
	case response.Header.Get("X-Content-Type-Options") != "nosniff":
		return errors.New("its type may be guessed")
	case response.Header.Get("X-Request-Id") == "":
		return errors.New("it has no X-Request-Id")
	}
	return nil
}

var formats = openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
	"uri": openapi3.NewCallbackValidator(func(s string) error {
		u, err := url.Parse(s)
		if err == nil && (u.Scheme == "" || u.Host == "") {
			err = fmt.Errorf("%q is no absolute URL", s)
		}
		return err
	}),
	"email": openapi3.NewCallbackValidator(func(s string) error {
		_, err := mail.ParseAddress(s)
		return err
	}),
})

// guestsWereSparing reports whether a second run within the same ten minutes would find enough of the budget left.
func (o *oracle) guestsWereSparing() error {
	const budget, runs = 20, 2
	if n := o.guesses.Load(); n*runs >= budget {
		return fmt.Errorf("guests guessed wrong %d times: fewer than %d are allowed, see doc.go", n, budget/runs)
	}
	return nil
}
