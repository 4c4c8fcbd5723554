package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// FuzzForm reads any body with every reader: it is read or refused, and never our mistake.
func FuzzForm(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `{"x":`, `{"a":1}{"b":2}`,
		`{"topic":"My Meeting","type":2,"start_time":"2026-03-01T12:00:00Z","duration":60,"timezone":"Europe/Berlin","password":"123456","agenda":"a\nb",` +
			`"settings":{"use_pmi":true,"host_video":"true","jbh_time":0,"alternative_hosts":"a@b.c;d@e.f","meeting_invitees":[{"email":"a@b.c"}]}}`,
		`{"topic":"","type":"8","recurrence":{"type":2,"repeat_interval":1,"weekly_days":"1,3","end_times":7}}`,
		`{"pmi":5551112222,"use_pmi":true,"vanity_name":"ada.lovelace","first_name":"Ada"}`,
		`{"pmi":"555 111 2222","first_name":"\ud800","last_name":"\u0000"}`,
		`{"display_name":"Bob","passcode":"x@1","omn":"83123456789","seat":{"id":"s","secret":"t"}}`,
		`{"action":"admit","participant_ids":["a","b",null,5]}`,
		`{"pmi":1e400,"duration":-0.0,"type":9223372036854775808}`,
		`{"settings":[{"settings":{}}],"topic":{"topic":[]}}`,
	} {
		f.Add(body, false)
	}
	f.Add(`eyJ0b3BpYyI6IngifQ==`, true)
	f.Fuzz(func(t *testing.T, body string, base64 bool) {
		event := ask("POST /thing")
		event.Body, event.IsBase64Encoded = body, base64
		event.QueryStringParameters = map[string]string{"topic": body, "settings": body}
		edit := api.Route{Method: "POST", Path: "/thing", Handle: readEverything}
		got := answer(t, api.Options{}, edit, event)
		if got.StatusCode != http.StatusOK && got.StatusCode != http.StatusBadRequest && got.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("answered %d %s", got.StatusCode, got.Body)
		}
		if !json.Valid([]byte(got.Body)) || len(got.Body) > 2*api.MaxBody {
			t.Errorf("answered %d bytes, or no JSON: %s", len(got.Body), got.Body)
		}
	})
}

func readEverything(_ context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	readAll(r.QueryForm())
	readAll(form)
	settings := form.Object("settings")
	readAll(settings)
	for _, invitee := range settings.Objects("meeting_invitees", 50) {
		readAll(invitee)
	}
	if err := form.EditErr(); err != nil {
		return api.Response{}, err
	}
	return api.JSON(200, settings.Rest()), nil
}

func readAll(f *api.Form) {
	for _, name := range []string{"topic", "agenda", "first_name", "last_name", "display_name", "timezone", "password"} {
		f.String(name, 200)
		f.Text(name, 200)
		f.Checked(name, noSpaces)
	}
	for _, name := range []string{"type", "duration", "pmi", "omn", "jbh_time"} {
		f.Int(name, 0, 1440)
		f.ChoiceInt(name, 1, 2, 3, 8)
		api.ParseNumber(f, name, func(s string) (string, error) { return s, noSpaces(s) })
	}
	f.Bool("use_pmi")
	f.Bool("host_video")
	f.Choice("action", "admit", "deny")
	f.Strings("participant_ids", 100, 40)
	api.Parse(f, "start_time", parseTime)
	api.Parse(f, "vanity_name", meeting.ParseLink)
	f.Require("topic")
}

// FuzzEvent sends any header, address and claims: the answer is a sound one, and nobody gets in unknown.
func FuzzEvent(f *testing.F) {
	f.Add("Bearer x.y.z", "192.0.2.7", "ada", "acme", "Ada@Example.com", "meeting:read")
	f.Add("Basic x", "::1", "", "#", "@", "[]")
	f.Fuzz(func(t *testing.T, header, ip, sub, account, email, scope string) {
		event := ask("GET /thing")
		event.Headers["Authorization"] = header
		event.Headers["Idempotency-Key"] = header
		event.RequestContext.HTTP.SourceIP = ip
		event.RequestContext.Authorizer = authorizer(map[string]string{"sub": sub, "account_id": account, "email": email, "email_verified": "true", "name": email, "scope": scope})
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
