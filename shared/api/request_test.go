package api_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/api"
)

// within calls read as a handler that got the event, and returns what was answered.
func within(t *testing.T, event events.APIGatewayV2HTTPRequest, read func(*api.Request) error) events.APIGatewayV2HTTPResponse {
	t.Helper()
	return answer(t, api.Options{}, route(func(_ context.Context, r *api.Request) (api.Response, error) {
		return api.NoContent(), read(r)
	}), event)
}

func TestARequestIsRead(t *testing.T) {
	event := ask("GET /thing")
	event.PathParameters = map[string]string{"userId": "ada@example.com", "odd": "a%2Fb"}
	event.QueryStringParameters = map[string]string{"pwd": "a b"}
	event.RawQueryString = "pwd=a%20b"
	event.Headers = map[string]string{"X-Seat-Secret": "s", "accept": "text/calendar"}
	within(t, event, func(r *api.Request) error {
		for what, pair := range map[string][2]string{
			"a path parameter":               {r.Param("userId"), "ada@example.com"},
			"one that is not decoded twice":  {r.Param("odd"), "a%2Fb"},
			"a query parameter":              {r.Query("pwd"), "a b"},
			"the raw query":                  {r.RawQuery(), "pwd=a%20b"},
			"a header in another case":       {r.Header("x-seat-secret"), "s"},
			"a header as API Gateway has it": {r.Header("Accept"), "text/calendar"},
			"no header":                      {r.Header("X-None"), ""},
			"the address of the API":         {r.BaseURL(), "https://abc.execute-api.eu-central-1.amazonaws.com"},
			"the caller":                     {r.Caller.Account + "/" + r.Caller.ID, "acme/ada"},
			"the caller's address":           {r.Caller.Address, "192.0.2.7"},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
			}
		}
		return nil
	})
}

func TestThePublicURLIsTheOperators(t *testing.T) {
	var base string
	answer(t, api.Options{PublicURL: "https://meet.example.com/"}, route(func(_ context.Context, r *api.Request) (api.Response, error) {
		base = r.BaseURL()
		return api.NoContent(), nil
	}), ask("GET /thing"))
	if base != "https://meet.example.com" {
		t.Errorf("BaseURL is %q", base)
	}
}

func TestI13AClientIsKnownByItsNetwork(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.7":              "192.0.2.7",
		"::ffff:192.0.2.7":       "192.0.2.7",
		"2001:db8:1:2:3:4:5:6":   "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1":   "2001:db8:1:2::/64",
		"fe80::1%eth0":           "fe80::/64",
		"":                       "unknown",
		"BUDGET#somebody else's": "unknown",
	} {
		event := ask("GET /thing")
		event.RequestContext.HTTP.SourceIP = ip
		within(t, event, func(r *api.Request) error {
			if r.Caller.Address != want {
				t.Errorf("%q is known as %q, want %q", ip, r.Caller.Address, want)
			}
			return nil
		})
	}
}

func TestI15IdempotencyKey(t *testing.T) {
	refused := `{"code":300,"message":"Validation failed.","reason":"invalid","errors":[{"field":"Idempotency-Key","message":"must be 1 to 255 visible ASCII characters"}]}`
	for name, c := range map[string]struct {
		key string
		ok  bool
	}{
		"a UUID":        {"5f0c9a52-9f5e-4a44-8f1c-1f1f3a3a7a52", true},
		"the longest":   {strings.Repeat("k", 255), true},
		"one too long":  {strings.Repeat("k", 256), false},
		"empty":         {"", false},
		"a space":       {"a b", false},
		"a control":     {"a\x00b", false},
		"not ASCII":     {"schlüssel", false},
		"the last sign": {"~!#", true},
	} {
		event := ask("GET /thing")
		event.Headers["idempotency-key"] = c.key
		got := within(t, event, func(r *api.Request) error {
			key, err := r.IdempotencyKey()
			if err == nil && key != c.key {
				t.Errorf("%s: read as %q", name, key)
			}
			return err
		})
		if c.ok != (got.StatusCode == http.StatusNoContent) || !c.ok && got.Body != refused {
			t.Errorf("%s: answered %d %s", name, got.StatusCode, got.Body)
		}
	}
	within(t, ask("GET /thing"), func(r *api.Request) error {
		if key, err := r.IdempotencyKey(); key != "" || err != nil {
			t.Errorf("no header: %q, %v", key, err)
		}
		return nil
	})
}

func TestI15AFingerprintStandsForWhatWasAsked(t *testing.T) {
	fingerprint := func(id, body string) (sum string) {
		event := ask("GET /thing")
		event.PathParameters, event.Body = map[string]string{"id": id}, body
		within(t, event, func(r *api.Request) error {
			sum = r.Fingerprint()
			return nil
		})
		return sum
	}
	one := fingerprint("1", `{"a":1}`)
	if one != fingerprint("1", `{"a":1}`) {
		t.Error("the same request has two fingerprints")
	}
	if one == fingerprint("2", `{"a":1}`) || one == fingerprint("1", `{"a":2}`) || one == "" {
		t.Error("two requests have one fingerprint")
	}
}

func TestBodies(t *testing.T) {
	object := `{"topic":"Café"}`
	for name, c := range map[string]struct {
		body   string
		base64 bool
		status int
		says   string
	}{
		"an object":               {body: object, status: 204},
		"an object in base64":     {body: base64.StdEncoding.EncodeToString([]byte(object)), base64: true, status: 204},
		"none":                    {status: 204},
		"null":                    {body: " null ", status: 204},
		"the longest":             {body: `{"x":"` + strings.Repeat("x", api.MaxBody-8) + `"}`, status: 204},
		"one byte more":           {body: `{"x":"` + strings.Repeat("x", api.MaxBody-7) + `"}`, status: 413, says: `{"code":300,"message":"The body has 65537 bytes; at most 65536 are allowed.","reason":"too_large"}`},
		"no base64":               {body: "%", base64: true, status: 400, says: "base64"},
		"a list":                  {body: `[1]`, status: 400, says: "must be one JSON object"},
		"text":                    {body: `"x"`, status: 400, says: "must be one JSON object"},
		"two objects":             {body: `{}{}`, status: 400, says: "must be one JSON object"},
		"half an object":          {body: `{"x":`, status: 400, says: "must be one JSON object"},
		"a form of another kind":  {body: `topic=x`, status: 400, says: "must be one JSON object"},
		"no UTF-8":                {body: "{\"x\":\"\xff\"}", status: 400, says: "UTF-8"},
		"as deep as may be":       {body: `{"x":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `}`, status: 204},
		"too deep":                {body: `{"x":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`, status: 400, says: "32 deep"},
		"brackets that are text":  {body: `{"x":"` + strings.Repeat(`[\"{`, 50) + `"}`, status: 204},
		"a bracket flood, broken": {body: strings.Repeat(`{"x":[`, 9000), status: 400, says: "32 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			event := ask("GET /thing")
			event.Body, event.IsBase64Encoded = c.body, c.base64
			got := within(t, event, func(r *api.Request) error {
				form, err := r.Form()
				if err == nil && form.Has("topic") && *form.String("topic", 4) != "Café" {
					t.Error("the topic is another")
				}
				return err
			})
			if got.StatusCode != c.status || !strings.Contains(got.Body, c.says) {
				t.Errorf("answered %d %s", got.StatusCode, got.Body)
			}
		})
	}
}
