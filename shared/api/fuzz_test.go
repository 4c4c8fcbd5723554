package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"personal-rooms/shared/api"
)

// FuzzForm reads any body with every reader. Every body is read or refused, and never an internal error.
func FuzzForm(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `{"x":`, `{"a":1}{"b":2}`, `{"x":1e400}`, `{"x":-0.0}`, `{"x":9223372036854775808}`, `{"x":"\ud800\u0000"}`,
		`{"x":"5551112222","settings":{"x":true,"odd":[]},"list":[{"x":"a@b.c"},null,5]}`, `{"x":["a",null,5],"settings":[{}],"list":{}}`,
	} {
		f.Add(body, false)
	}
	f.Add(`eyJ4IjoieCJ9`, true)
	f.Fuzz(func(t *testing.T, body string, base64 bool) {
		event := userEvent()
		event.Body, event.IsBase64Encoded = body, base64
		event.QueryStringParameters = map[string]string{"x": body, "settings": body}
		got := answer(t, api.Options{}, route(readEverything), event)
		if got.StatusCode != http.StatusOK && got.StatusCode != http.StatusBadRequest && got.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("answered %d %s", got.StatusCode, got.Body)
		}
		if !json.Valid([]byte(got.Body)) || len(got.Body) > 2*api.MaxBody {
			t.Errorf("answered %d bytes, or not JSON: %s", len(got.Body), got.Body)
		}
	})
}

func readEverything(_ context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	settings := form.Object("settings")
	for _, f := range append(form.Objects("list", 50), form, settings, r.QueryForm()) {
		for _, read := range readers {
			read(f)
		}
		f.Require("x")
	}
	return api.JSON(200, settings.Rest()), form.EditErr()
}

// FuzzEvent sends any header, address and claims. No request passes without a valid user, and none is an internal error.
func FuzzEvent(f *testing.F) {
	f.Add("Bearer x.y.z", "192.0.2.7", "ada", "acme", "Ada@Example.com", "meeting:read")
	f.Add("Basic x", "::1", "", "#", "@", "[]")
	f.Fuzz(func(t *testing.T, header, ip, sub, account, email, scope string) {
		event := eventWithClaims(map[string]string{
			"sub": sub, "account_id": account, "email": email, "email_verified": "true", "name": email, "scope": scope,
		})
		event.Headers = map[string]string{"Authorization": header, "Idempotency-Key": header}
		event.RequestContext.HTTP.SourceIP = ip
		got := answer(t, api.Options{}, route(func(_ context.Context, r *api.Request) (api.Response, error) {
			if r.Caller.ID == "" || r.Caller.Account == "" || strings.Contains(r.Caller.ID+r.Caller.Account, "#") {
				t.Errorf("the caller is %+v", r.Caller)
			}
			_, err := r.IdempotencyKey()
			return api.Redirect(email), err
		}), event)
		if got.StatusCode >= http.StatusInternalServerError || strings.ContainsAny(got.Headers["Location"], "\r\n") {
			t.Errorf("answered %d %v", got.StatusCode, got.Headers)
		}
	})
}
