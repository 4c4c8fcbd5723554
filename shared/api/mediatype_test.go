package api_test

import (
	"net/http"
	"testing"

	"personal-rooms/shared/api"
)

// A browser sends these without asking us: text/plain, forms, and a Blob without a type. It always adds its Origin.
func TestI13NoWebsiteMakesItsVisitorsSpendTheirGuesses(t *testing.T) {
	const unsupported, accepted = http.StatusUnsupportedMediaType, http.StatusNoContent
	for _, c := range []struct {
		contentType, origin string
		status              int
	}{
		{"text/plain", "https://evil.example", unsupported},
		{"text/plain;charset=UTF-8", "null", unsupported},
		{"text/plain", "", unsupported},
		{"text/plain; application/json", "", unsupported},
		{"text/plain, application/json", "", unsupported},
		{"application/json, text/x+json", "", unsupported},
		{"application/x-www-form-urlencoded", "", unsupported},
		{"multipart/form-data; boundary=x", "", unsupported},
		{"", "https://evil.example", unsupported},
		{"", "null", unsupported},
		{"", "", accepted},
		{"application/json", "https://app.example.com", accepted},
		{"Application/JSON; charset=utf-8", "", accepted},
		{"application/webhook+json", "", accepted},
	} {
		for _, body := range []string{`{"passcode":"123456"}`, ""} {
			event := guestEvent(map[string]string{"content-type": c.contentType, "origin": c.origin})
			event.RouteKey, event.Body = "POST /thing", body
			open := api.Route{Method: "POST", Path: "/thing", Open: true, Handle: answering(api.NoContent()).Handle}
			if got := answer(t, api.Options{}, open, event); got.StatusCode != c.status {
				t.Errorf("%+v, body %q: answered %d %s", c, body, got.StatusCode, got.Body)
			}
		}
	}
}

// A token is never sent by itself, so that a route with a token takes every type; to leave needs a header of ours.
func TestOtherRequestsNeedNoContentType(t *testing.T) {
	headers := map[string]string{"content-type": "text/plain", "origin": "https://evil.example"}
	withToken := userEvent()
	withToken.RouteKey, withToken.Headers = "POST /thing", headers
	post := api.Route{Method: "POST", Path: "/thing", Handle: answering(api.NoContent()).Handle}
	leaves := guestEvent(headers)
	leaves.RouteKey = "DELETE /thing"
	leave := api.Route{Method: "DELETE", Path: "/thing", Open: true, Handle: post.Handle}
	for _, got := range []int{
		answer(t, api.Options{}, post, withToken).StatusCode, answer(t, api.Options{}, leave, leaves).StatusCode,
	} {
		if got != http.StatusNoContent {
			t.Errorf("answered %d", got)
		}
	}
}
