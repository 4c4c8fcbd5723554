package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestI3RefusalOfANumberNamesItsRule(t *testing.T) {
	ada := newEdge(t).As("ada")
	for _, message := range []string{
		ada.Do("PATCH", me, `{"pmi":8005551234}`).Refused(t, 400, 300, "number_rule"),
		ada.Do("GET", "/v2/users/pmi?pmi=8005551234", nil).Refused(t, 400, 300, "number_rule"),
		ada.Do("PATCH", ownRoom, `{"number":"8005551234"}`).Refused(t, 400, 300, "number_rule"),
	} {
		if !strings.Contains(message, "starts with 800") {
			t.Error(message)
		}
	}
}

func TestTakenNamesComeWithSuggestions(t *testing.T) {
	edge := newEdge(t)
	ada, grace := edge.As("ada"), edge.As("grace")
	ada.Do("PATCH", me, `{"pmi":5552123434,"vanity_name":"ada.lovelace"}`).Want(t, 204)
	unchanged(t, grace, func() {
		grace.Do("PATCH", me, `{"pmi":5552123434,"dept":"Ships"}`).Refused(t, 409, 4101, "number_taken")
		grace.Do("PATCH", me, `{"vanity_name":"Ada.Lovelace","dept":"Ships"}`).Refused(t, 409, 4100, "link_taken")
	})
	for field, c := range map[string]struct{ free, taken string }{
		"pmi": {"666%20212-3434", "5552123434"}, "vanity_name": {"grace.hopper", "ADA.lovelace"},
	} {
		path := "/v2/users/" + field + "?" + field + "="
		grace.Do("GET", path+c.free, nil).Want(t, 200).Is(t, `{"existed":false,"suggestions":[]}`)
		var answer availability
		grace.Do("GET", path+c.taken, nil).Want(t, 200).Into(t, &answer)
		if !answer.Existed || len(answer.Suggestions) != 3 {
			t.Errorf("%s: %+v", path, answer)
		}
		for _, s := range answer.Suggestions {
			grace.Do("PATCH", me, map[string]string{field: s}).Want(t, 204)
		}
		ada.Do("GET", path, nil).Refuses(t, field)
	}
	message := ada.Do("GET", "/v2/users/vanity_name?vanity_name=ada", nil).Refuses(t, "vanity_name")
	if !strings.Contains(message, "5 to 40 characters") {
		t.Error(message)
	}
}

func TestNumberOfALiveRoomIsNotChanged(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	number := ada.Do("GET", ownRoom, nil).Text(t, "number")
	if err := edge.Starts().Start(t.Context(), testkit.Caller("ada"), number); err != nil {
		t.Fatal(err)
	}
	ada.Do("PATCH", ownRoom, `{"number":"5552123434","capacity":7}`).Refused(t, 409, 4102, "room_live")
	ada.Do("PATCH", me, `{"pmi":"`+number+`"}`).Want(t, 204)
	edge.Clock.Advance(meeting.AbandonedAfter + time.Minute)
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Want(t, 204) // the change ends the abandoned instance (I17)
}

func FuzzChecks(f *testing.F) {
	testkit.FuzzQuery(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		query := r.QueryForm()
		query.Require("pmi", "vanity_name")
		api.ParseNumber(query, "pmi", meeting.ParsePMI)
		api.Parse(query, "vanity_name", meeting.ParseLink)
		return api.NoContent(), query.Err()
	}, "pmi=5552123434&vanity_name=ada.lovelace", "pmi=&vanity_name=%00", "pmi=8005551234")
}
