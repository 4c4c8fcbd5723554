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
	ada := newEdge(t).As("ada")
	unchanged(t, ada, func() {
		for number, rule := range map[string]string{"81234567890": "10 digits", "8005551234": "starts with 800", "55x2123434": `holds "x"`} {
			for _, message := range []string{
				ada.Do("PATCH", me, map[string]string{"pmi": number}).Refused(t, 400, 300, "number_rule"),
				ada.Do("GET", "/v2/users/pmi?pmi="+number, nil).Refused(t, 400, 300, "number_rule"),
				ada.Do("PATCH", ownRoom, map[string]string{"number": number}).Refused(t, 400, 300, "number_rule"),
			} {
				if !strings.Contains(message, rule) {
					t.Errorf("%s: %s; want %s", number, message, rule)
				}
			}
		}
	})
}

func TestI1OneOfFiftyUsersGetsTheNumber(t *testing.T) {
	const users = 50
	edge := newEdge(t)
	before, claims := make([]string, users), make([]testkit.Answer, users)
	user := func(i int) *testkit.Client { return edge.As(fmt.Sprintf("user%d", i)) }
	concurrently(users, func(i int) { before[i] = user(i).Do("GET", me, nil).Body })
	concurrently(users, func(i int) { claims[i] = user(i).Do("PATCH", me, `{"pmi":"5552123434","dept":"Claimants"}`) })
	winners := 0
	for i, a := range claims {
		after := user(i).Do("GET", me, nil).Want(t, 200)
		if a.Status == 204 && after.Text(t, "pmi") == "5552123434" {
			winners++
			continue
		}
		if a.Status != 503 { // too many at once: nothing was done
			a.Refused(t, 409, 4101, "number_taken")
		}
		if after.Body != before[i] {
			t.Errorf("user%d was refused, and changed:\n%s\n%s", i, before[i], after.Body)
		}
	}
	if winners != 1 {
		t.Errorf("%d users have the number", winners)
	}
}

func TestI2ReleasedNumberIsQuarantined(t *testing.T) {
	edge := newEdge(t)
	ada, grace := edge.As("ada"), edge.As("grace")
	passcode := ada.Do("GET", ownRoom, nil).Text(t, "passcode")
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Want(t, 204)
	ada.Do("PATCH", me, `{"pmi":6662123434}`).Want(t, 204)
	shows(t, grace, "/v2/users/pmi?pmi=5552123434", map[string]string{"existed": "true"})
	shows(t, ada, "/v2/users/pmi?pmi=5552123434", map[string]string{"existed": "false"})
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Want(t, 204) // its last owner may take it back
	shows(t, ada, ownRoom, map[string]string{"number": "5552123434", "passcode": passcode})
	ada.Do("PATCH", me, `{"pmi":6662123434}`).Want(t, 204)
	unchanged(t, grace, func() {
		grace.Do("PATCH", me, `{"pmi":5552123434,"dept":"Ships"}`).Refused(t, 409, 4101, "number_taken")
		edge.Clock.Advance(meeting.DefaultQuarantine - time.Second)
		grace.Do("PATCH", me, `{"pmi":5552123434,"dept":"Ships"}`).Refused(t, 409, 4101, "number_taken")
	})
	edge.Clock.Advance(time.Second)
	grace.Do("PATCH", me, `{"pmi":5552123434,"dept":"Ships"}`).Want(t, 204)
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Refused(t, 409, 4101, "number_taken")
}

func TestI2ReleasedNumberLeadsToTheRoomIfItsOwnerWants(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	old := ada.Do("GET", ownRoom, nil)
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Want(t, 204)
	for _, c := range []struct {
		path, body string
		want       meeting.Reason
	}{
		{me, `{"dept":"Engines"}`, meeting.NoMeeting},
		{me, `{"forward_old_numbers":true}`, ""},
		{ownRoom, `{"forward_old_numbers":false}`, meeting.NoMeeting},
	} {
		ada.Do("PATCH", c.path, c.body).Want(t, 204)
		_, err := edge.Door().Join(t.Context(), meeting.Caller{Address: "198.51.100.9"},
			meeting.JoinInput{Address: old.Text(t, "number"), Passcode: old.Text(t, "passcode")})
		if meeting.ReasonOf(err) != c.want || c.want == "" && err != nil {
			t.Errorf("after %s, a join by the old number is answered %v, want %q", c.body, err, c.want)
		}
	}
}

func TestI4LinksDifferByMoreThanCase(t *testing.T) {
	edge := newEdge(t)
	ada, grace := edge.As("ada"), edge.As("grace")
	ada.Do("PATCH", me, `{"vanity_name":"ada.lovelace"}`).Want(t, 204)
	unchanged(t, grace, func() {
		grace.Do("PATCH", me, `{"vanity_name":"Ada.Lovelace","dept":"Ships"}`).Refused(t, 409, 4100, "link_taken")
	})
	ada.Do("PATCH", me, `{"vanity_name":"ADA.Lovelace"}`).Want(t, 204)
	shows(t, ada, me, map[string]string{"vanity_url": "https://meet.example.com/my/ADA.Lovelace"})
	ada.Do("PATCH", me, `{"vanity_name":"countess"}`).Want(t, 204)
	grace.Do("PATCH", me, `{"vanity_name":"ada.lovelace"}`).Want(t, 204)
	grace.Do("PATCH", me, `{"vanity_name":""}`).Want(t, 204)
	shows(t, grace, me, map[string]string{"vanity_url": ""})
	ada.Do("PATCH", me, `{"vanity_name":"Ada.Lovelace"}`).Want(t, 204)
}

func TestTakenNamesComeWithSuggestions(t *testing.T) {
	edge := newEdge(t)
	ada, grace := edge.As("ada"), edge.As("grace")
	ada.Do("PATCH", me, `{"pmi":5552123434,"vanity_name":"ada.lovelace"}`).Want(t, 204)
	const free = `{"existed":false,"suggestions":[]}`
	for field, c := range map[string]struct{ free, taken string }{"pmi": {"666%20212-3434", "5552123434"}, "vanity_name": {"grace.hopper", "ADA.lovelace"}} {
		path := "/v2/users/" + field + "?" + field + "="
		grace.Do("GET", path+c.free, nil).Want(t, 200).Is(t, free)
		ada.Do("GET", path+c.taken, nil).Want(t, 200).Is(t, free)
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
	if message := ada.Do("GET", "/v2/users/vanity_name?vanity_name=ada", nil).Refuses(t, "vanity_name"); !strings.Contains(message, "5 to 40 characters") {
		t.Error(message)
	}
}

func TestI13ChecksAndTakenNamesSpendTheGuessBudget(t *testing.T) {
	edge := newEdge(t)
	ada, grace := edge.As("ada"), edge.As("grace")
	ada.Do("PATCH", me, `{"pmi":5552123434,"vanity_name":"ada.lovelace"}`).Want(t, 204)
	grace.Do("GET", me, nil).Want(t, 200)
	const check, claim = "/v2/users/pmi?pmi=6662123434", `{"pmi":6662123434}`
	for spender, spend := range map[*testkit.Client]func(){
		ada: func() {
			for range meeting.ClientGuesses / 2 {
				ada.Do("GET", check, nil).Want(t, 200)
				ada.Do("GET", "/v2/users/vanity_name?vanity_name=grace.hopper", nil).Want(t, 200)
			}
		},
		grace: func() {
			for range meeting.ClientGuesses / 2 {
				grace.Do("PATCH", me, `{"pmi":5552123434}`).Refused(t, 409, 4101, "number_taken")
				grace.Do("PATCH", me, `{"vanity_name":"ada.lovelace"}`).Refused(t, 409, 4100, "link_taken")
			}
		},
	} {
		unchanged(t, spender, func() {
			spend()
			for _, a := range []testkit.Answer{
				spender.Do("GET", check, nil), spender.From("203.0.113.4").Do("GET", "/v2/users/vanity_name?vanity_name=ada.lovelace", nil),
				spender.Do("PATCH", me, claim), spender.Do("PATCH", me, `{"vanity_name":"joan.clarke"}`),
			} {
				if a.Refused(t, 429, 429, "too_many_guesses"); a.Header["Retry-After"] == "" {
					t.Error("no Retry-After")
				}
			}
		})
		spender.Do("PATCH", me, `{"use_pmi":true}`).Want(t, 204)
	}
	edge.As("joan").Do("GET", check, nil).Want(t, 200)
	edge.Clock.Advance(meeting.GuessWindow)
	ada.Do("GET", check, nil).Want(t, 200)
	ada.Do("PATCH", me, claim).Want(t, 204)
}

func TestNumberOfALiveRoomIsNotChanged(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	number := ada.Do("GET", ownRoom, nil).Text(t, "number")
	if _, err := edge.Starts().Instant(t.Context(), caller("ada"), "me", meeting.InstantStart{UsePMI: new(true)}); err != nil {
		t.Fatal(err)
	}
	unchanged(t, ada, func() {
		ada.Do("PATCH", me, `{"pmi":5552123434,"dept":"Engines"}`).Refused(t, 409, 4102, "room_live")
		ada.Do("PATCH", ownRoom, `{"number":"5552123434","capacity":7}`).Refused(t, 409, 4102, "room_live")
	})
	ada.Do("PATCH", me, `{"use_pmi":true,"vanity_name":"ada.lovelace","pmi":"`+number+`"}`).Want(t, 204)
	ada.Do("PATCH", ownRoom, `{"waiting_room":"everyone"}`).Want(t, 204)
	edge.Clock.Advance(meeting.AbandonedAfter + time.Minute) // the change ends the abandoned instance (I17)
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Want(t, 204)
	past, _, err := edge.Store.PastInstances(t.Context(), caller("ada").User, time.Time{}, edge.Clock.Now(), "", 10)
	if err != nil || len(past) != 1 || past[0].EndedAt.Sub(past[0].OpenedAt) != meeting.DefaultLease {
		t.Errorf("it is recorded as %+v, %v", past, err)
	}
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
