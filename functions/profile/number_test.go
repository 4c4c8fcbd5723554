package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestI3RefusalOfANumberNamesItsRule(t *testing.T) {
	s := newScene(t)
	for _, message := range []string{
		s.ada.Do("PATCH", me, `{"pmi":8005551234}`).Refused(t, 400, 300, "number_rule"),
		s.ada.Do("GET", "/v2/users/pmi?pmi=8005551234", nil).Refused(t, 400, 300, "number_rule"),
		s.ada.Do("PATCH", ownRoom, `{"number":"8005551234"}`).Refused(t, 400, 300, "number_rule"),
	} {
		if !strings.Contains(message, "starts with 800") {
			t.Error(message)
		}
	}
	for path, rule := range map[string]string{
		"pmi?pmi=8005551234": "reserved_prefix", "pmi?pmi=55521234341": "length", "vanity_name?vanity_name=1room": "first_letter",
		"vanity_name?vanity_name=Admin": "reserved",
	} {
		testkit.Equal(t, path, s.ada.Do("GET", "/v2/users/"+path, nil).Want(t, 400).Text(t, "errors.0.rule"), rule)
	}
	answer := s.ada.Do("PATCH", me, `{"vanity_name":"support"}`).Want(t, 400)
	testkit.Equal(t, "taking a reserved name", answer.Text(t, "errors.0.rule"), "reserved")
}

func TestTakenNamesComeWithSuggestions(t *testing.T) {
	s := newScene(t)
	grace := s.As("grace")
	s.ada.Do("PATCH", me, `{"pmi":5552123434,"vanity_name":"ada.lovelace"}`).Want(t, 204)
	grace.Do("PATCH", me, `{"pmi":5552123434,"dept":"Ships"}`).Refused(t, 409, 4101, "number_taken")
	grace.Do("PATCH", me, `{"vanity_name":"Ada.Lovelace","dept":"Ships"}`).Refused(t, 409, 4100, "link_taken")
	s.shows(grace, me, map[string]string{"dept": ""})
	for field, c := range map[string]struct{ free, taken string }{
		"pmi": {"666%20212-3434", "5552123434"}, "vanity_name": {"grace.hopper", "ADA.lovelace"},
	} {
		path := "/v2/users/" + field + "?" + field + "="
		grace.Do("GET", path+c.free, nil).Want(t, 200).Is(t, `{"existed":false,"yours":false,"suggestions":[]}`)
		s.ada.Do("GET", path+c.taken, nil).Want(t, 200).Is(t, `{"existed":true,"yours":true,"suggestions":[]}`)
		answer := grace.Do("GET", path+c.taken, nil).Want(t, 200)
		testkit.Equal(t, "existed", answer.Text(t, "existed"), "true")
		grace.Do("PATCH", me, testkit.Fields{field: answer.At(t, "suggestions.2")}).Want(t, 204)
		s.ada.Do("GET", path, nil).Refuses(t, field)
	}
}

func TestI2OldestOfTooManyReleasedLinksIsFree(t *testing.T) {
	s := newScene(t)
	take := func(c *testkit.Client, n int) testkit.Answer {
		return c.Do("PATCH", me, fmt.Sprintf(`{"vanity_name":"link.%d"}`, n))
	}
	for n := range meeting.MaxQuarantined + 2 {
		take(s.ada, n).Want(t, 204)
		s.Clock.Advance(24 * time.Hour)
	}
	take(s.As("grace"), 1).Refused(t, 409, 4100, "link_taken")
	take(s.As("grace"), 0).Want(t, 204)
}

func TestNoEmptyParameterWidensARequest(t *testing.T) {
	testkit.EmptyParameters(t, newScene(t).AsAdmin("root"), "{userId}", "me")
}

func TestNumberOfALiveRoomIsNotChanged(t *testing.T) {
	s := newScene(t)
	number := s.ada.Do("GET", ownRoom, nil).Text(t, "number")
	testkit.Must(t, s.Starts().Start(t.Context(), testkit.Caller("ada"), number))
	s.ada.Do("PATCH", ownRoom, `{"number":"5552123434","capacity":7}`).Refused(t, 409, 4102, "room_live")
	s.ada.Do("PATCH", me, `{"pmi":"`+number+`"}`).Want(t, 204)
	s.Clock.Advance(meeting.NeverEnteredFor)
	s.ada.Do("PATCH", me, `{"pmi":5552123434}`).Want(t, 204) // the change ends the abandoned instance (I17)
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
