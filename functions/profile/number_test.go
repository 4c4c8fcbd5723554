package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestI3_ABannedNumberIsRefusedWithItsRule(t *testing.T) {
	ada := newEdge(t).As("ada")
	before := everything(t, ada)
	for number, rule := range map[string]string{
		"123":         "10 digits",
		"81234567890": "10 digits",
		"1552123434":  "starts with 1",
		"8005551234":  "starts with 800",
		"5555512343":  "55555",
		"2123456789":  "sequence 123456789",
		"5125125124":  "512 three times",
		"5552224443":  "555 222 444",
		"55x2123434":  `holds "x"`,
		"-5552123434": "hyphen",
	} {
		message := ada.Do("PATCH", me, map[string]string{"pmi": number}).Refused(t, 400, 300, "number_rule")
		checked := ada.Do("GET", "/v2/users/pmi?pmi="+number, nil).Refused(t, 400, 300, "number_rule")
		room := ada.Do("PATCH", ownRoom, map[string]string{"number": number}).Refused(t, 400, 300, "number_rule")
		for _, m := range []string{message, checked, room} {
			if !strings.Contains(m, rule) {
				t.Errorf("%s: %s; want %s", number, m, rule)
			}
		}
	}
	if after := everything(t, ada); after != before {
		t.Errorf("refused numbers changed something:\n%s\n%s", before, after)
	}
}

func TestI1_FiftyUsersClaimOneNumberAndOneHasIt(t *testing.T) {
	const users = 50
	edge := newEdge(t)
	before := make([]string, users)
	var seen, claims []func()
	status := make([]testkit.Answer, users)
	for i := range users {
		user := edge.As(fmt.Sprintf("user%d", i))
		seen = append(seen, func() { before[i] = user.Do("GET", me, nil).Body })
		claims = append(claims, func() { status[i] = user.Do("PATCH", me, `{"pmi":"5552123434","dept":"Claimants"}`) })
	}
	atOnce(seen...)
	atOnce(claims...)
	winners := 0
	for i, a := range status {
		after := edge.As(fmt.Sprintf("user%d", i)).Do("GET", me, nil).Want(t, 200)
		if a.Status == 204 {
			winners++
			if got := after.Text(t, "pmi"); got != "5552123434" {
				t.Errorf("the winner has the number %s", got)
			}
			continue
		}
		if a.Status != 503 { // too many at once: nothing was done
			a.Refused(t, 409, 4101, "number_taken")
		}
		if after.Body != before[i] {
			t.Errorf("user%d lost and was changed:\n%s\n%s", i, before[i], after.Body)
		}
	}
	if winners != 1 {
		t.Errorf("%d users have the number", winners)
	}
}

func TestI2_AReleasedNumberRests(t *testing.T) {
	edge := newEdge(t)
	ada, grace := edge.As("ada"), edge.As("grace")
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Want(t, 204)
	ada.Do("PATCH", me, `{"pmi":6662123434}`).Want(t, 204)

	before := grace.Do("GET", me, nil).Body
	grace.Do("PATCH", me, `{"pmi":5552123434,"dept":"Ships"}`).Refused(t, 409, 4101, "number_taken")
	if got := grace.Do("GET", "/v2/users/pmi?pmi=5552123434", nil).Text(t, "existed"); got != "true" {
		t.Errorf("to another user, a resting number shows existed %s", got)
	}
	if got := ada.Do("GET", "/v2/users/pmi?pmi=5552123434", nil).Text(t, "existed"); got != "false" {
		t.Errorf("to its last owner, a resting number shows existed %s", got)
	}
	edge.Clock.Advance(meeting.DefaultQuarantine - time.Second)
	grace.Do("PATCH", me, `{"pmi":5552123434,"dept":"Ships"}`).Refused(t, 409, 4101, "number_taken")
	if after := grace.Do("GET", me, nil).Body; after != before {
		t.Errorf("refused edits changed something:\n%s\n%s", before, after)
	}
	edge.Clock.Advance(time.Second)
	grace.Do("PATCH", me, `{"pmi":5552123434,"dept":"Ships"}`).Want(t, 204)
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Refused(t, 409, 4101, "number_taken")
}

func TestI2_ItsLastOwnerTakesAReleasedNumberBack(t *testing.T) {
	ada := newEdge(t).As("ada")
	first := ada.Do("GET", me, nil).Text(t, "pmi")
	room := ada.Do("GET", ownRoom, nil)
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Want(t, 204)
	ada.Do("PATCH", me, `{"pmi":`+first+`}`).Want(t, 204)
	back := ada.Do("GET", ownRoom, nil)
	if got := back.Text(t, "number"); got != first {
		t.Errorf("the number is %s, want %s", got, first)
	}
	if got, want := back.Text(t, "passcode"), room.Text(t, "passcode"); got != want {
		t.Errorf("the passcode is %s, was %s: the policy moves with the room", got, want)
	}
}

func TestI2_AReleasedNumberLeadsToTheRoomIfItsOwnerWants(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	old := ada.Do("GET", ownRoom, nil)
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Want(t, 204)
	knock := func() meeting.Reason {
		door := edge.Door()
		_, err := door.Join(context.Background(), meeting.Caller{Address: "198.51.100.9"},
			meeting.JoinInput{Address: old.Text(t, "number"), Passcode: old.Text(t, "passcode")})
		if err != nil && meeting.ReasonOf(err) == "" {
			t.Fatal(err)
		}
		return meeting.ReasonOf(err)
	}
	if got := knock(); got != meeting.NoMeeting {
		t.Errorf("forwarding is off, and the old number answers %q", got)
	}
	ada.Do("PATCH", me, `{"forward_old_numbers":true}`).Want(t, 204)
	if got := knock(); got != "" {
		t.Errorf("forwarding is on, and the old number answers %q", got)
	}
	ada.Do("PATCH", ownRoom, `{"forward_old_numbers":false}`).Want(t, 204)
	if got := knock(); got != meeting.NoMeeting {
		t.Errorf("forwarding is off again, and the old number answers %q", got)
	}
}

func TestI4_ALinkIsOneWhateverItsCase(t *testing.T) {
	edge := newEdge(t)
	ada, grace := edge.As("ada"), edge.As("grace")
	ada.Do("PATCH", me, `{"vanity_name":"ada.lovelace"}`).Want(t, 204)
	before := everything(t, grace)
	grace.Do("PATCH", me, `{"vanity_name":"Ada.Lovelace","dept":"Ships"}`).Refused(t, 409, 4100, "link_taken")
	if after := everything(t, grace); after != before {
		t.Errorf("a refused link changed something:\n%s\n%s", before, after)
	}
	ada.Do("PATCH", me, `{"vanity_name":"ADA.Lovelace"}`).Want(t, 204)
	if got := ada.Do("GET", me, nil).Text(t, "vanity_url"); got != "https://meet.example.com/my/ADA.Lovelace" {
		t.Errorf("the link is %s", got)
	}
	ada.Do("PATCH", me, `{"vanity_name":"countess"}`).Want(t, 204)
	grace.Do("PATCH", me, `{"vanity_name":"ada.lovelace"}`).Want(t, 204)
	grace.Do("PATCH", me, `{"vanity_name":""}`).Want(t, 204)
	if got := grace.Do("GET", me, nil).At(t, "vanity_url"); got != nil {
		t.Errorf("the link that was taken away is %v", got)
	}
	ada.Do("PATCH", me, `{"vanity_name":"Ada.Lovelace"}`).Want(t, 204)
}

func TestAvailabilityIsToldWithSuggestions(t *testing.T) {
	edge := newEdge(t)
	ada, grace := edge.As("ada"), edge.As("grace")
	ada.Do("PATCH", me, `{"pmi":5552123434,"vanity_name":"ada.lovelace"}`).Want(t, 204)
	for _, free := range []string{"pmi?pmi=666%20212-3434", "vanity_name?vanity_name=grace.hopper"} {
		grace.Do("GET", "/v2/users/"+free, nil).Want(t, 200).Is(t, `{"existed":false,"suggestions":[]}`)
	}
	for path, patch := range map[string]string{"pmi?pmi=5552123434": "pmi", "vanity_name?vanity_name=ADA.lovelace": "vanity_name"} {
		ada.Do("GET", "/v2/users/"+path, nil).Want(t, 200).Is(t, `{"existed":false,"suggestions":[]}`)
		got := grace.Do("GET", "/v2/users/"+path, nil).Want(t, 200)
		var said availability
		if got.Into(t, &said); !said.Existed || len(said.Suggestions) != 3 {
			t.Fatalf("%s: %s", path, got.Body)
		}
		for _, s := range said.Suggestions {
			grace.Do("PATCH", me, map[string]string{patch: s}).Want(t, 204)
		}
	}
}

func TestBadChecksAreRefused(t *testing.T) {
	ada := newEdge(t).As("ada")
	ada.Do("GET", "/v2/users/pmi", nil).Refuses(t, "pmi")
	ada.Do("GET", "/v2/users/pmi?pmi=", nil).Refuses(t, "pmi")
	ada.Do("GET", "/v2/users/vanity_name", nil).Refuses(t, "vanity_name")
	message := ada.Do("GET", "/v2/users/vanity_name?vanity_name=ada", nil).Refuses(t, "vanity_name")
	if !strings.Contains(message, "5 to 40 characters") {
		t.Error(message)
	}
}

func TestI13_ChecksSpendTheGuessBudget(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	before := ada.Do("GET", me, nil).Body
	for i := range meeting.ClientGuesses {
		path := "/v2/users/vanity_name?vanity_name=ada.lovelace"
		if i%2 == 0 {
			path = "/v2/users/pmi?pmi=5552123434"
		}
		ada.Do("GET", path, nil).Want(t, 200)
	}
	spent := ada.Do("GET", "/v2/users/pmi?pmi=5552123434", nil)
	spent.Refused(t, 429, 429, "too_many_guesses")
	if spent.Header["Retry-After"] == "" {
		t.Error("no Retry-After")
	}
	ada.From("203.0.113.4").Do("GET", "/v2/users/vanity_name?vanity_name=ada.lovelace", nil).Refused(t, 429, 429, "too_many_guesses")
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Refused(t, 429, 429, "too_many_guesses")
	ada.Do("PATCH", me, `{"vanity_name":"ada.lovelace"}`).Refused(t, 429, 429, "too_many_guesses")
	if after := ada.Do("GET", me, nil).Body; after != before {
		t.Errorf("refused edits changed something:\n%s\n%s", before, after)
	}
	ada.Do("PATCH", me, `{"use_pmi":true}`).Want(t, 204)
	edge.As("grace").Do("GET", "/v2/users/pmi?pmi=5552123434", nil).Want(t, 200)
	edge.Clock.Advance(meeting.GuessWindow)
	ada.Do("GET", "/v2/users/pmi?pmi=5552123434", nil).Want(t, 200)
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Want(t, 204)
}

func TestI13_TryingTakenNumbersSpendsTheGuessBudget(t *testing.T) {
	edge := newEdge(t)
	ada, grace := edge.As("ada"), edge.As("grace")
	ada.Do("PATCH", me, `{"pmi":5552123434,"vanity_name":"ada.lovelace"}`).Want(t, 204)
	for range meeting.ClientGuesses / 2 {
		grace.Do("PATCH", me, `{"pmi":5552123434}`).Refused(t, 409, 4101, "number_taken")
		grace.Do("PATCH", me, `{"vanity_name":"ada.lovelace"}`).Refused(t, 409, 4100, "link_taken")
	}
	grace.Do("PATCH", me, `{"pmi":5552123434}`).Refused(t, 429, 429, "too_many_guesses")
}

func TestTheNumberOfALiveRoomStays(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	number := ada.Do("GET", ownRoom, nil).Text(t, "number")
	starts := edge.Starts()
	if _, err := starts.Instant(t.Context(), caller("ada"), "me", meeting.InstantStart{UsePMI: new(true)}); err != nil {
		t.Fatal(err)
	}
	before := everything(t, ada)
	ada.Do("PATCH", me, `{"pmi":5552123434,"dept":"Engines"}`).Refused(t, 409, 4102, "room_live")
	ada.Do("PATCH", ownRoom, `{"number":"5552123434","capacity":7}`).Refused(t, 409, 4102, "room_live")
	if after := everything(t, ada); after != before {
		t.Errorf("refused edits changed something:\n%s\n%s", before, after)
	}
	ada.Do("PATCH", me, `{"use_pmi":true,"vanity_name":"ada.lovelace","pmi":"`+number+`"}`).Want(t, 204)
	ada.Do("PATCH", ownRoom, `{"waiting_room":"everyone"}`).Want(t, 204)
	if err := starts.End(t.Context(), caller("ada"), number); err != nil {
		t.Fatal(err)
	}
	ada.Do("PATCH", me, `{"pmi":5552123434,"dept":"Engines"}`).Want(t, 204)
}

func TestANumberIsFreeAgainWhenItsSittingWasAbandoned(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	starts := edge.Starts()
	if _, err := starts.Instant(t.Context(), caller("ada"), "me", meeting.InstantStart{UsePMI: new(true)}); err != nil {
		t.Fatal(err)
	}
	edge.Clock.Advance(6 * time.Minute)
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Refused(t, 409, 4102, "room_live")
	edge.Clock.Advance(2 * time.Minute)
	ada.Do("PATCH", me, `{"pmi":5552123434}`).Want(t, 204)
	past, _, err := edge.Store.PastInstances(t.Context(), caller("ada").User, time.Time{}, edge.Clock.Now(), "", 10)
	if err != nil || len(past) != 1 || past[0].EndedAt.Sub(past[0].OpenedAt) != meeting.DefaultLease {
		t.Errorf("it is recorded as %+v, %v", past, err)
	}
}
