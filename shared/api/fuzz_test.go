package api_test

import (
	"context"
	"encoding/json"
	"testing"

	"personal-rooms/shared/api"
)

// FuzzForm reads any body with every reader. Every body is read or refused, and never an internal error.
func FuzzForm(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `{"x":`, `{"a":1}{"b":2}`, `{"x":1e400}`, `{"x":-0.0}`, `{"x":"\ud800\u0000"}`,
		`{"x":"5551112222","settings":{"x":true,"odd":[]},"list":[{"x":"a@b.c"},null,5]}`,
		`{"x":["a",null,5],"settings":[{}],"list":{}}`,
	} {
		f.Add(body, false)
	}
	f.Add(`eyJ4IjoieCJ9`, true)
	f.Fuzz(func(t *testing.T, body string, base64 bool) {
		event := userEvent()
		event.Body, event.IsBase64Encoded = body, base64
		event.QueryStringParameters = map[string]string{"x": body, "settings": body}
		got := answer(t, api.Options{}, route(readEverything), event)
		if status := got.StatusCode; status != 200 && status != 400 && status != 413 ||
			!json.Valid([]byte(got.Body)) || len(got.Body) > 2*api.MaxBody {
			t.Errorf("answered %d with %d bytes: %s", got.StatusCode, len(got.Body), got.Body)
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
