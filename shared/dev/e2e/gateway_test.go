package e2e

import (
	"testing"
)

// What clients meet before they reach a function.

func TestUnknownRoutesAreNotThere(t *testing.T) {
	needs(t, unknownRoutes)
	ada := signUp(t, "Ada")
	for _, unknown := range []struct{ method, path string }{
		{"GET", "/"}, {"GET", "/v2"}, {"GET", "/v2/users"}, {"GET", "/v2/users/me/nothing"}, {"POST", "/v2/users/me"},
		{"DELETE", "/v2/users/me/personal_meeting_room"}, {"GET", "/v2/live_meetings"}, {"PUT", "/j/5551112222"},
	} {
		ada.send(unknown.method, unknown.path, nil).is(404)
	}
}

func TestHeadIsNoGet(t *testing.T) {
	signUp(t, "Ada").send("HEAD", "/v2/users/me", nil).is(404)
}

func TestASlashMayStandInAName(t *testing.T) {
	needs(t, escapedSlash)
	refusal := signUp(t, "Ada").send("GET", "/v2/users/a%2Fb", nil).refused(404, 1001, "user_not_found")
	contains(t, refusal.Message, `"a/b"`)
}

func TestBodiesMustBeUTF8(t *testing.T) {
	needs(t, anyBytes)
	ada := signUp(t, "Ada")
	before := ada.profile()
	refusal := ada.send("PATCH", "/v2/users/me", []byte("{\"first_name\":\"\xff\xfe\"}")).refused(400, 300, "invalid")
	equal(t, "the field named", refusal.fields()[0], "body")
	equal(t, "her profile", ada.profile(), before)
}

func TestEveryRequestHasAnID(t *testing.T) {
	ada := signUp(t, "Ada")
	first, second := ada.send("GET", "/v2/users/me", nil), ada.send("GET", "/v2/users/me", nil)
	if id := first.header.Get("X-Request-Id"); id == "" || id == second.header.Get("X-Request-Id") {
		t.Errorf("two requests have the ids %q and %q", id, second.header.Get("X-Request-Id"))
	}
}

// A body is read as what it is, whatever a client says that it is.
func TestTheContentTypeDoesNotMatter(t *testing.T) {
	ada := signUp(t, "Ada")
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8"} {
		ada.with("Content-Type", kind).send("PUT", "/v2/meetings/"+ada.room().Number+"/status", `{"action":"end"}`).is(204)
	}
}
