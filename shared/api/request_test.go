package api_test

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"

	"personal-rooms/shared/api"
)

func TestBaseURL(t *testing.T) {
	for publicURL, want := range map[string]string{
		"": "https://abc.execute-api.eu-central-1.amazonaws.com", "https://meet.example.com/": "https://meet.example.com",
	} {
		answer(t, api.Options{PublicURL: publicURL}, route(func(_ context.Context, r *api.Request) (api.Response, error) {
			if got := r.BaseURL(); got != want {
				t.Errorf("%q: %s", publicURL, got)
			}
			return api.NoContent(), nil
		}), userEvent())
	}
}

func TestAcceptIsAListOfMediaTypes(t *testing.T) {
	for accept, want := range map[string]bool{"text/html, TEXT/Calendar;q=0.9": true, "text/*": false, "": false} {
		event := userEvent()
		event.Headers = map[string]string{"accept": accept}
		handle(t, event, func(r *api.Request) error {
			if r.Accepts("text/calendar") != want {
				t.Errorf("%q accepts a calendar: not %v", accept, want)
			}
			return nil
		})
	}
}

func TestI13ClientsAreCountedByNetwork(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.7":              "192.0.2.7",
		"::ffff:192.0.2.7":       "192.0.2.7",
		"2001:db8:1:2:3:4:5:6":   "2001:db8:1:2::/64",
		"fe80::1%eth0":           "fe80::/64",
		"":                       "unknown",
		"BUDGET#somebody else's": "unknown",
	} {
		event := userEvent()
		event.RequestContext.HTTP.SourceIP = ip
		handle(t, event, func(r *api.Request) error {
			if r.Caller.Address != want {
				t.Errorf("%q is counted as %q, want %q", ip, r.Caller.Address, want)
			}
			return nil
		})
	}
}

func TestI15IdempotencyKey(t *testing.T) {
	const refused = "Idempotency-Key must be 1 to 255 visible ASCII characters"
	for key, want := range map[string]int{
		"5f0c9a52-9f5e-4a44-8f1c-1f1f3a3a7a52": 204, strings.Repeat("k", 255): 204, "~!#": 204,
		strings.Repeat("k", 256): 400, "": 400, "a b": 400, "a\x00b": 400, "schlüssel": 400,
	} {
		event := userEvent()
		event.Headers = map[string]string{"idempotency-key": key}
		got := handle(t, event, func(r *api.Request) error {
			read, err := r.IdempotencyKey()
			if err == nil && read != key || err != nil && onlyField(t, err) != refused {
				t.Errorf("%q: read as %q, %v", key, read, err)
			}
			return err
		})
		if got.StatusCode != want {
			t.Errorf("%q: answered %d %s", key, got.StatusCode, got.Body)
		}
	}
}

func TestI15Fingerprint(t *testing.T) {
	fingerprints := map[string]bool{}
	for _, c := range [][2]string{{"1", `{"a":1}`}, {"1", `{"a":1}`}, {"2", `{"a":1}`}, {"1", `{"a":2}`}} {
		event := userEvent()
		event.PathParameters, event.Body = map[string]string{"id": c[0]}, c[1]
		handle(t, event, func(r *api.Request) error { fingerprints[r.Fingerprint()] = true; return nil })
	}
	if len(fingerprints) != 3 {
		t.Errorf("two equal requests and two others have %d fingerprints", len(fingerprints))
	}
}

func TestBodies(t *testing.T) {
	nested := func(depth int) string { return `{"x":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}` }
	for name, c := range map[string]struct {
		body   string
		base64 bool
		status int
		says   string
	}{
		"base64":                {base64.StdEncoding.EncodeToString([]byte(`{"topic":"Café"}`)), true, 204, ""},
		"byte order mark":       {"\ufeff" + `{"topic":"Café"}`, false, 204, ""},
		"mark and no body":      {"\ufeff", false, 204, ""},
		"empty":                 {"", false, 204, ""},
		"null":                  {" null ", false, 204, ""},
		"longest":               {`{"x":"` + strings.Repeat("x", api.MaxBody-8) + `"}`, false, 204, ""},
		"too long":              {`{"x":"` + strings.Repeat("x", api.MaxBody-7) + `"}`, false, 413, "has 65537 bytes"},
		"not base64":            {"%", true, 400, "base64"},
		"a list":                {`[1]`, false, 400, "must be one JSON object"},
		"text":                  {`"x"`, false, 400, "must be one JSON object"},
		"two objects":           {`{}{}`, false, 400, "must be one JSON object"},
		"half an object":        {`{"x":`, false, 400, "must be one JSON object"},
		"not UTF-8":             {"{\"x\":\"\xff\"}", false, 400, "UTF-8"},
		"deepest":               {nested(31), false, 204, ""},
		"too deep":              {nested(32), false, 400, "at most 32 nested"},
		"brackets in text":      {`{"x":"` + strings.Repeat(`[\"{`, 50) + `"}`, false, 204, ""},
		"many unclosed objects": {strings.Repeat(`{"x":[`, 9000), false, 400, "at most 32 nested"},
	} {
		t.Run(name, func(t *testing.T) {
			event := userEvent()
			event.Body, event.IsBase64Encoded = c.body, c.base64
			got := handle(t, event, func(r *api.Request) error {
				form, err := r.Form()
				if err == nil && form.Has("topic") && *form.String("topic", 4) != "Café" {
					t.Error("the topic is different")
				}
				return err
			})
			if got.StatusCode != c.status || !strings.Contains(got.Body, c.says) {
				t.Errorf("answered %d %s", got.StatusCode, got.Body)
			}
		})
	}
}
