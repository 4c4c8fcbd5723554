package testkit_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// echo answers with parts of the request.
func echo(meeting.Store, meeting.Env) []api.Route {
	handle := func(name string) api.Handler {
		return func(_ context.Context, r *api.Request) (api.Response, error) {
			form, err := r.Form()
			if err != nil {
				return api.Response{}, err
			}
			if number := form.Int("number", 1, 9); number != nil {
				return api.JSON(200, map[string]any{"number": *number}), nil
			}
			return api.JSON(200, map[string]any{
				"route": name, "user": r.Caller.ID, "email": r.Caller.Email, "room": r.Param("room"), "q": r.Query("q"),
			}), form.Err()
		}
	}
	return []api.Route{
		{Method: "GET", Path: "/rooms/{room}", Handle: handle("room")},
		{Method: "GET", Path: "/rooms/mine", Handle: handle("mine")},
		{Method: "POST", Path: "/rooms/{room}/guests", Open: true, Handle: handle("guests")},
	}
}

func TestDoCallsTheRouteOfThePath(t *testing.T) {
	edge := testkit.New(t, nil, echo)
	for path, want := range map[string]map[string]any{
		"/rooms/555%20111-2222?q=a&q=b": {"route": "room", "user": "ada", "email": "ada@example.com",
			"room": "555 111-2222", "q": "a,b"},
		"/rooms/mine": {"route": "mine", "user": "ada", "email": "ada@example.com", "room": "", "q": ""},
	} {
		var got map[string]any
		edge.As("ada").Do("GET", path, "").Want(t, 200).Into(t, &got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", path, d)
		}
	}
	edge.Guest().Do("GET", "/rooms/mine", "").Refused(t, 401, 124, "token")
	if got := edge.Guest().Do("POST", "/rooms/1/guests", nil).Want(t, 200).Text(t, "user"); got != "" {
		t.Errorf("a guest is %q", got)
	}
}

func TestRefusesComparesFields(t *testing.T) {
	edge := testkit.New(t, nil, echo)
	edge.Guest().Do("POST", "/rooms/1/guests", `{"number":10}`).Refuses(t, "number")
	if got := edge.Guest().Do("POST", "/rooms/1/guests", map[string]int{"number": 9}).Text(t, "number"); got != "9" {
		t.Errorf("number is %s", got)
	}
}
