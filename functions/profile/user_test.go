package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestAUserSeesTheirProfile(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	got := ada.Do("GET", me, nil).Want(t, 200)
	pmi, key := got.Text(t, "pmi"), got.Text(t, "host_key")
	got.Is(t, fmt.Sprintf(`{
		"id": "ada", "account_id": "acme", "first_name": "Ada", "last_name": "Acme", "display_name": "Ada Acme",
		"email": "ada@example.com", "verified": 1, "status": "active", "type": 1, "pmi": %s, "use_pmi": false, "timezone": "UTC",
		"language": "", "dept": "", "personal_meeting_url": "https://meet.example.com/j/%s", "forward_old_numbers": false,
		"created_at": "2026-03-02T09:00:00Z", "host_key": "%s"}`, pmi, pmi, key))
	if _, err := meeting.ParsePMI(pmi); err != nil {
		t.Error(err)
	}
	if len(key) != 6 {
		t.Errorf("host_key is %q", key)
	}
	for _, path := range []string{me, "/v2/users/ada", "/v2/users/ADA@example.com"} {
		if again := ada.Do("GET", path, nil).Want(t, 200); again.Body != got.Body {
			t.Errorf("%s: %s", path, again.Body)
		}
	}
}

func TestAProfileIsMadeOnce(t *testing.T) {
	edge := newEdge(t)
	answers := make([]testkit.Answer, 10)
	var calls []func()
	for i := range answers {
		calls = append(calls, func() { answers[i] = edge.As("ada").Do("GET", me, nil) })
	}
	atOnce(calls...)
	for _, a := range answers {
		if a.Want(t, 200); a.Body != answers[0].Body {
			t.Errorf("two profiles:\n%s\n%s", a.Body, answers[0].Body)
		}
	}
}

func TestAUserEditsTheirProfile(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	ada.Do("PATCH", me, `{"pmi":"555 212-3434","use_pmi":true,"vanity_name":"Ada.Lovelace","first_name":"Augusta Ada","last_name":"King",
		"timezone":"Europe/London","language":"en-GB","dept":"Engines","host_key":"012345","forward_old_numbers":true,
		"type":2,"job_title":"Countess","cms_user_id":null}`).Want(t, 204)
	ada.Do("GET", me, nil).Want(t, 200).Is(t, `{
		"id": "ada", "account_id": "acme", "first_name": "Augusta Ada", "last_name": "King", "display_name": "Augusta Ada King",
		"email": "ada@example.com", "verified": 1, "status": "active", "type": 1, "pmi": 5552123434, "use_pmi": true,
		"timezone": "Europe/London", "language": "en-GB", "dept": "Engines", "personal_meeting_url": "https://meet.example.com/j/5552123434",
		"vanity_url": "https://meet.example.com/my/Ada.Lovelace", "forward_old_numbers": true, "created_at": "2026-03-02T09:00:00Z",
		"host_key": "012345"}`)
	room := ada.Do("GET", ownRoom, nil).Want(t, 200)
	if got := room.Text(t, "topic"); got != "Augusta Ada King's Personal Meeting Room" {
		t.Errorf("the room is called %q", got)
	}
	if got := room.Text(t, "number"); got != "5552123434" {
		t.Errorf("the room has the number %s", got)
	}
}

func TestThePMIComesAsNumberOrText(t *testing.T) {
	ada := newEdge(t).As("ada")
	for body, want := range map[string]string{
		`{"pmi":5552123434}`: "5552123434", `{"pmi":"6662123434"}`: "6662123434", `{"pmi":7.772123434e9}`: "7772123434",
		`{"pmi":" 222-343-5656 "}`: "2223435656",
	} {
		ada.Do("PATCH", me, body).Want(t, 204)
		if got := ada.Do("GET", me, nil).Text(t, "pmi"); got != want {
			t.Errorf("%s made it %s", body, got)
		}
	}
}

func TestWhatIsAbsentStays(t *testing.T) {
	ada := newEdge(t).As("ada")
	ada.Do("PATCH", me, `{"vanity_name":"ada.lovelace","timezone":"Europe/London","host_key":"123456"}`).Want(t, 204)
	before := ada.Do("GET", me, nil).Body
	ada.Do("PATCH", me, `{"pmi":"","use_pmi":null,"timezone":"","host_key":"","vanity_name":null,"first_name":null,"dept":""}`).Want(t, 204)
	if after := ada.Do("GET", me, nil).Body; after != before {
		t.Errorf("was %s\nis  %s", before, after)
	}
}

func TestBadProfilesAreRefused(t *testing.T) {
	ada := newEdge(t).As("ada")
	refusals{
		`{`:                             "body",
		`[]`:                            "body",
		`"x"`:                           "body",
		``:                              "body",
		`{}`:                            "body",
		`{"type":2,"nonsense":true}`:    "body",
		`{"use_pmi":null}`:              "body",
		`{"use_pmi":"yes"}`:             "use_pmi",
		`{"use_pmi":1}`:                 "use_pmi",
		`{"pmi":true}`:                  "pmi",
		`{"pmi":[5552123434]}`:          "pmi",
		`{"pmi":5552123434.5}`:          "pmi",
		`{"pmi":5e400}`:                 "pmi",
		`{"vanity_name":5}`:             "vanity_name",
		`{"vanity_name":"ada"}`:         "vanity_name",
		`{"vanity_name":"1ada.l"}`:      "vanity_name",
		`{"vanity_name":"ada lovel"}`:   "vanity_name",
		`{"vanity_name":"ada_lovel"}`:   "vanity_name",
		`{"vanity_name":"ädä.lovel"}`:   "vanity_name",
		`{"first_name":{}}`:             "first_name",
		`{"first_name":"a\nb"}`:         "first_name",
		`{"last_name":7}`:               "last_name",
		`{"timezone":"Mars/Olympus"}`:   "timezone",
		`{"timezone":"Local"}`:          "timezone",
		`{"timezone":"../etc/passwd"}`:  "timezone",
		`{"timezone":60}`:               "timezone",
		`{"language":true}`:             "language",
		`{"dept":[]}`:                   "dept",
		`{"host_key":"12345"}`:          "host_key",
		`{"host_key":"12345a"}`:         "host_key",
		`{"host_key":123456}`:           "host_key",
		`{"host_key":"١٢٣٤٥٦"}`:         "host_key",
		`{"forward_old_numbers":"off"}`: "forward_old_numbers",
		`{"use_pmi":0,"dept":0,"pmi":{},"first_name":"Ada"}`:              "pmi use_pmi dept",
		`{"first_name":"` + strings.Repeat("a", 65) + `"}`:                "first_name",
		`{"last_name":"` + strings.Repeat("ä", 65) + `"}`:                 "last_name",
		`{"vanity_name":"` + strings.Repeat("a", 41) + `"}`:               "vanity_name",
		`{"vanity_name":"` + strings.Repeat("a", 2000) + `"}`:             "vanity_name",
		`{"timezone":"` + strings.Repeat("a", 2000) + `"}`:                "timezone",
		`{"language":"` + strings.Repeat("a", 36) + `"}`:                  "language",
		`{"dept":"` + strings.Repeat("a", 129) + `"}`:                     "dept",
		`{"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`: "body",
	}.hold(t, ada, me)
	ada.Do("PATCH", me, `{"dept":"`+strings.Repeat("a", 64<<10)+`"}`).Refused(t, 413, 300, "too_large")
}

func FuzzEditUser(f *testing.F) {
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		form, err := r.Form()
		if err != nil {
			return api.Response{}, err
		}
		edit, err := editOfUser(form)
		if err == nil && edit.PMI != nil {
			_, err = meeting.ParsePMI(string(*edit.PMI))
		}
		if err == nil && edit.Link != nil && *edit.Link != "" {
			_, err = meeting.ParseLink(string(*edit.Link))
		}
		return api.NoContent(), err // a rule that the decoder let pass would be a 500
	}, `{"pmi":"555 212-3434","use_pmi":true,"vanity_name":"Ada.Lovelace","first_name":"Ada","last_name":"King",
		"timezone":"Europe/London","language":"en-GB","dept":"Engines","host_key":"012345","forward_old_numbers":true}`,
		`{"pmi":5552123434,"vanity_name":"","type":2,"cms_user_id":null}`, `{"pmi":7.77e9}`, `{"host_key":123456}`, `{}`, ``)
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
