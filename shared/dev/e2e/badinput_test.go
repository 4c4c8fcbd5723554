package e2e

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/runner"
)

// A bad request, and how it is refused: 400/300 with the field named, unless it says otherwise.
type bad struct {
	what, method, path string
	body               any
	field              string // that is named first
	says               string // what the message holds: the refusal's, or else the field's
	status, code       int
	reason             string
}

const (
	me       = "/v2/users/me"
	settings = "/v2/users/me/settings"
	ownRoom  = "/v2/users/me/personal_meeting_room"
	instant  = "/v2/users/me/instant_meetings"
	meetings = "/v2/users/me/meetings"
)

// everything is all that people see of what is theirs: what a refusal must not change.
func (p person) everything(numbers ...string) string {
	p.t.Helper()
	var all strings.Builder
	paths := []string{me, settings, ownRoom, meetings, "/v2/live_meetings/" + p.room().Number}
	for _, number := range numbers {
		paths = append(paths, "/v2/meetings/"+number)
	}
	for _, path := range paths {
		all.Write(p.send("GET", path, nil).is(200).body)
		all.WriteByte('\n')
	}
	return all.String()
}

// areRefused sends every bad request, and sees it refused; and that none of them had an effect.
func (p person) areRefused(t *testing.T, requests []bad, numbers ...string) {
	t.Helper()
	before := p.everything(numbers...)
	for _, r := range requests {
		t.Run(r.what, func(t *testing.T) {
			who := p
			who.t = t
			if r.status == 0 {
				r.status, r.code, r.reason = 400, 300, "invalid"
			}
			refusal := who.send(r.method, r.path, r.body).refused(r.status, r.code, r.reason)
			message := refusal.Message
			if r.field != "" {
				equal(t, "the field named", strings.Join(refusal.fields(), " "), r.field)
			}
			for _, e := range refusal.Errors {
				message += " " + e.Field + ": " + e.Message
			}
			contains(t, message, r.says)
		})
	}
	equal(t, "what is hers", p.everything(numbers...), before)
}

func TestBodiesThatAreNone(t *testing.T) {
	ada := signUp(t, "Ada")
	planned := ada.plans(fields{"topic": "Planned"}).number()
	routes := []struct{ method, path string }{
		{"PATCH", me}, {"PATCH", settings}, {"PATCH", ownRoom}, {"POST", instant}, {"POST", meetings},
		{"PUT", "/v2/meetings/" + planned + "/status"}, {"PATCH", "/v2/meetings/" + planned},
		{"POST", "/v2/live_meetings/" + planned + "/participants"}, {"PATCH", "/v2/live_meetings/" + planned},
		{"PUT", "/v2/live_meetings/" + planned + "/participants/status"},
		{"PUT", "/v2/live_meetings/" + planned + "/participants/x.y/status"},
	}
	var requests []bad
	for _, r := range routes {
		requests = append(requests,
			bad{what: r.method + " malformed", method: r.method, path: r.path, body: `{"pmi":`, field: "body", says: "one JSON object"},
			bad{what: r.method + " a list", method: r.method, path: r.path, body: `[]`, field: "body", says: "one JSON object"},
			bad{what: r.method + " two", method: r.method, path: r.path, body: `{}{}`, field: "body", says: "one JSON object"},
			bad{what: r.method + " too deep", method: r.method, path: r.path,
				body: strings.Repeat(`{"settings":`, 40) + "1" + strings.Repeat("}", 40), field: "body", says: "deep"},
			bad{what: r.method + " too large", method: r.method, path: r.path, body: `{"topic":"` + strings.Repeat("x", 64<<10) + `"}`,
				says: "65536", status: 413, code: 300, reason: "too_large"},
		)
	}
	ada.areRefused(t, requests, planned)
}

func TestProfilesRefuseWhatCannotBe(t *testing.T) {
	ada := signUp(t, "Ada")
	rule := func(what, pmi, says string) bad {
		return bad{what: what, method: "PATCH", path: me, body: fields{"pmi": pmi, "first_name": "Changed"}, field: "pmi", says: says,
			status: 400, code: 300, reason: "number_rule"}
	}
	ada.areRefused(t, []bad{
		rule("a number with letters", "55511I2222", "only the digits"),
		rule("a short number", "555111222", "10 digits, not 9"),
		rule("a first digit", "1551112223", "digit from 2 to 9"),
		rule("a reserved prefix", "8005551234", "starts with 800"),
		rule("one digit in a row", "5111112346", "11111"),
		rule("a sequence", "5123456789", "123456789"),
		rule("a group three times", "2472472475", "247"),
		rule("three runs", "2224447775", "222 444 777"),
		rule("mostly one digit", "5552555155", "mostly the digit 5"),
		{what: "a number of another type", method: "PATCH", path: me, body: `{"pmi":true}`, field: "pmi", says: "is true"},
		{what: "a fraction", method: "PATCH", path: me, body: `{"pmi":5551112222.5}`, field: "pmi", says: "5551112222.5"},
		{what: "wrong types, all named", method: "PATCH", path: me, body: `{"use_pmi":"yes","first_name":7,"dept":[],"timezone":{}}`,
			field: "use_pmi first_name timezone dept", says: `is "yes"; must be true or false`},
		{what: "an over-long name", method: "PATCH", path: me, body: fields{"first_name": strings.Repeat("ä", 65)}, field: "first_name", says: "at most 64"},
		{what: "a name of two lines", method: "PATCH", path: me, body: fields{"last_name": "Love\nlace"}, field: "last_name", says: "control characters"},
		{what: "an absurd time zone", method: "PATCH", path: me, body: fields{"timezone": "Moon/Tranquility"}, field: "timezone", says: "IANA"},
		{what: "a time zone that is a file", method: "PATCH", path: me, body: fields{"timezone": "../../etc/passwd"}, field: "timezone", says: "IANA"},
		{what: "a host key", method: "PATCH", path: me, body: fields{"host_key": "12345"}, field: "host_key", says: "6 digits"},
		{what: "a short link", method: "PATCH", path: me, body: fields{"vanity_name": "ada"}, field: "vanity_name", says: "5 to 40"},
		{what: "a link with a slash", method: "PATCH", path: me, body: fields{"vanity_name": "ada/lovelace"}, field: "vanity_name", says: "/"},
		{what: "nothing to change", method: "PATCH", path: me, body: `{"colour":"blue"}`, field: "body", says: "no field that can be changed"},
		{what: "a setting of another type", method: "PATCH", path: settings, body: `{"schedule_meeting":{"use_pmi_for_scheduled_meetings":1}}`,
			field: "schedule_meeting.use_pmi_for_scheduled_meetings", says: "true or false"},
		{what: "a section that is none", method: "PATCH", path: settings, body: `{"in_meeting":"on"}`, field: "in_meeting", says: "an object"},
		{what: "a room for none", method: "PATCH", path: ownRoom, body: fields{"capacity": 0}, field: "capacity", says: "from 1 to 1000"},
		{what: "an unknown waiting room", method: "PATCH", path: ownRoom, body: fields{"waiting_room": "sometimes"}, field: "waiting_room", says: "everyone"},
		{what: "an over-long passcode", method: "PATCH", path: ownRoom, body: fields{"passcode": "12345678901"}, field: "passcode", says: "at most 10"},
		{what: "an open door", method: "PATCH", path: ownRoom, body: fields{"passcode": ""}, field: "passcode", says: "a passcode or a waiting room"},
		{what: "no e-mail address", method: "PATCH", path: ownRoom, body: fields{"alternative_hosts": []string{"ben"}}, field: "alternative_hosts[0]", says: "e-mail"},
		{what: "a look-up without a number", method: "GET", path: "/v2/users/pmi", field: "pmi", says: "is required"},
		{what: "a look-up of a banned number", method: "GET", path: "/v2/users/pmi?pmi=8005551234", field: "pmi", says: "800",
			status: 400, code: 300, reason: "number_rule"},
		{what: "a look-up of no link", method: "GET", path: "/v2/users/vanity_name?vanity_name=1", field: "vanity_name", says: "5 to 40"},
		{what: "another user", method: "GET", path: "/v2/users/nobody", says: "nobody", status: 404, code: 1001, reason: "user_not_found"},
	})
}

func TestPlansRefuseWhatCannotBe(t *testing.T) {
	ada := signUp(t, "Ada")
	kept := ada.plans(fields{"topic": "Kept", "type": 2, "start_time": "2030-03-01T10:00:00Z"}).number()
	post := func(what, body, field, says string) bad {
		return bad{what: what, method: "POST", path: meetings, body: body, field: field, says: says}
	}
	patch := func(what, body, field, says string) bad {
		return bad{what: what, method: "PATCH", path: "/v2/meetings/" + kept, body: body, field: field, says: says}
	}
	status := func(what, body, says string) bad {
		return bad{what: what, method: "PUT", path: "/v2/meetings/" + kept + "/status", body: body, field: "action", says: says}
	}
	ada.areRefused(t, []bad{
		post("an unknown type", `{"type":5}`, "type", "is 5"),
		post("a type in words", `{"type":"weekly"}`, "type", `"weekly"`),
		post("no time", `{"start_time":"tomorrow"}`, "start_time", "must be a time"),
		post("an absurd date", `{"start_time":"2030-02-30T10:00:00Z"}`, "start_time", "must be a time"),
		post("long ago", `{"start_time":"1815-12-10T10:00:00Z"}`, "start_time", "between now and ten years"),
		post("far ahead", `{"start_time":"9999-12-31T23:59:59Z"}`, "start_time", "between now and ten years"),
		post("an absurd zone", `{"timezone":"Mars/Olympus","start_time":"2030-03-01T10:00:00"}`, "timezone", "IANA"),
		post("the machine's zone", `{"timezone":"Local"}`, "timezone", "IANA"),
		post("a long day", `{"duration":1441}`, "duration", "1440"),
		post("a negative duration", `{"duration":-5}`, "duration", "-5"),
		post("an over-long topic", `{"topic":"`+strings.Repeat("x", 201)+`"}`, "topic", "at most 200"),
		post("an over-long agenda", `{"agenda":"`+strings.Repeat("x", 2001)+`"}`, "agenda", "at most 2000"),
		post("use_pmi in words", `{"settings":{"use_pmi":"yes"}}`, "settings.use_pmi", "true or false"),
		post("an invitee without address", `{"settings":{"meeting_invitees":[{}]}}`, "settings.meeting_invitees[0].email", "is required"),
		post("a list that is none", `{"settings":{"meeting_invitees":"ben@example.com"}}`, "settings.meeting_invitees", "a list"),
		post("another passcode in the personal room", `{"password":"another1","settings":{"use_pmi":true}}`, "password", "the room's passcode"),
		patch("nothing to change", `{}`, "body", "no field that can be changed"),
		patch("a passcode that nobody can type", `{"password":"pass word"}`, "password", "letters, digits"),
		patch("a change to instant", `{"type":1}`, "type", "instant"),
		status("an unknown action", `{"action":"explode"}`, `"explode"`),
		status("no action", `{}`, "is required"),
		status("an action of another type", `{"action":7}`, "is 7"),
		{what: "an unknown list", method: "GET", path: meetings + "?type=lost", field: "type", says: `"lost"`},
		{what: "too large a page", method: "GET", path: meetings + "?page_size=301", field: "page_size", says: "from 1 to 300"},
		{what: "a token that was made up", method: "GET", path: meetings + "?next_page_token=abc", field: "next_page_token", says: "not a token"},
		{what: "the personal room, deleted", method: "DELETE", path: "/v2/meetings/" + ada.room().Number, says: "cannot be deleted",
			status: 400, code: 3018, reason: "delete_pmi"},
		{what: "a number with letters", method: "GET", path: "/v2/meetings/83abc456789", says: "83abc456789", status: 404, code: 3001, reason: "meeting_not_found"},
		{what: "an unknown number", method: "DELETE", path: "/v2/meetings/83123456789", says: "83123456789", status: 404, code: 3001, reason: "meeting_not_found"},
	}, kept)
}

func TestDoorsRefuseWhatCannotBe(t *testing.T) {
	ada := signUp(t, "Ada")
	ada.startsNow(fields{"use_pmi": true})
	room := "/v2/live_meetings/" + ada.room().Number
	ada.areRefused(t, []bad{
		{what: "an unknown action", method: "PUT", path: room + "/participants/status", body: `{"action":"eject"}`, field: "action", says: `"eject"`},
		{what: "all, removed", method: "PUT", path: room + "/participants/status", body: `{"action":"wait"}`, field: "participant_ids", says: "is required"},
		{what: "nobody's seat", method: "PUT", path: room + "/participants/x.y/status", body: `{"action":"admit"}`, says: "x.y",
			status: 404, code: 4109, reason: "seat_not_found"},
		{what: "herself", method: "PUT", path: room + "/participants/" + ada.roster(ada.room().Number)[0].ID + "/status", body: `{"action":"remove"}`,
			says: "owner", status: 409, code: 4107, reason: "is_owner"},
		{what: "nothing to set", method: "PATCH", path: room, body: `{"colour":"blue"}`, field: "body", says: "no field that can be changed"},
		{what: "a lock of another type", method: "PATCH", path: room, body: `{"locked":"yes"}`, field: "locked", says: "true or false"},
		{what: "half a seat", method: "POST", path: room + "/participants", body: `{"seat":{"id":"x.y"}}`, field: "seat.secret", says: "is required"},
		{what: "an over-long name", method: "POST", path: room + "/participants", body: fields{"display_name": strings.Repeat("x", 65)}, field: "display_name", says: "at most 64"},
		{what: "a meeting with letters", method: "POST", path: room + "/participants", body: `{"omn":"83abc456789"}`, field: "omn", says: "only the digits",
			status: 400, code: 300, reason: "number_rule"},
		{what: "a seat without its secret", method: "DELETE", path: room + "/participants/x.y", field: "X-Seat-Secret", says: "is required"},
		{what: "somebody else's seat", method: "POST", path: room + "/participants", body: fields{"seat": fields{"id": "x.y", "secret": "z"}}, says: "does not exist",
			status: 404, code: 3001, reason: "meeting_not_found"},
		{what: "an absurd page", method: "GET", path: room + "/participants?page_size=none", field: "page_size", says: `"none"`},
	})
}

func TestIdempotencyKeysRefuseWhatCannotBe(t *testing.T) {
	ada := signUp(t, "Ada")
	for _, key := range []string{"a key", strings.Repeat("k", 256)} {
		ada.withKey(key).send("POST", meetings, fields{}).refused(400, 300, "invalid")
	}
	equal(t, "meetings", len(ada.planned()), 0)
}

func TestAnothersMeetingDoesNotExist(t *testing.T) {
	ada, ben := signUp(t, "Ada"), signUp(t, "Ben")
	made := ada.plans(fields{"topic": "Hers", "settings": fields{"use_pmi": true}}).number()
	ada.startsNow(fields{"use_pmi": true})
	pmi := ada.room().Number
	before := ada.everything(made)
	for _, who := range []person{ben, ada.colleague("Cleo")} {
		for _, number := range []string{made, pmi} {
			who.send("GET", "/v2/meetings/"+number, nil).notThere()
			who.send("GET", "/v2/meetings/"+number+"/invitation", nil).notThere()
			who.send("PATCH", "/v2/meetings/"+number, fields{"topic": "His"}).notThere()
			who.send("DELETE", "/v2/meetings/"+number, nil).notThere()
			who.presses("end", number).notThere()
			who.send("GET", "/v2/live_meetings/"+number, nil).notThere()
			who.send("PATCH", "/v2/live_meetings/"+number, fields{"locked": true}).notThere()
			who.send("GET", "/v2/live_meetings/"+number+"/participants", nil).notThere()
			who.send("PUT", "/v2/live_meetings/"+number+"/participants/status", fields{"action": "admit"}).notThere()
		}
		who.send("PATCH", "/v2/users/"+ada.id, fields{"use_pmi": true}).refused(404, 1001, "user_not_found")
		who.send("POST", "/v2/users/"+ada.id+"/meetings", fields{}).refused(404, 1001, "user_not_found")
		who.send("POST", "/v2/users/"+ada.id+"/instant_meetings", fields{}).refused(404, 1001, "user_not_found")
	}
	equal(t, "what is hers", ada.everything(made), before)
}

func TestADeletedMeetingDoesNotExist(t *testing.T) {
	ada := signUp(t, "Ada")
	made := ada.plans(fields{"topic": "Gone"})
	number := made.number()
	ada.send("DELETE", "/v2/meetings/"+number, nil).is(204)
	for range 2 {
		ada.send("GET", "/v2/meetings/"+number, nil).notThere()
		ada.send("PATCH", "/v2/meetings/"+number, fields{"topic": "Back"}).notThere()
		ada.send("DELETE", "/v2/meetings/"+number, nil).notThere()
		ada.presses("start", number).notThere()
		ada.visits().knocks(number, fields{"passcode": made.Password}).notThere()
	}
	equal(t, "meetings", len(ada.planned()), 0)
}

func TestTokensThatAreNoGood(t *testing.T) {
	ada := signUp(t, "Ada")
	before := ada.everything()
	header, rest, _ := strings.Cut(ada.token, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	plain := string(must(base64.RawURLEncoding.DecodeString(claims)))
	tampered := base64.RawURLEncoding.EncodeToString([]byte(strings.ReplaceAll(plain, ada.id, "mallory")))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	hours := func(n int) int64 { return time.Now().Add(time.Duration(n) * time.Hour).Unix() }

	for what, c := range map[string]struct{ token, says string }{
		"no token":               {"", "Invalid access token."},
		"no token at all":        {"nonsense", "Invalid access token."},
		"a signature cut off":    {header + "." + claims + ".", "Invalid access token."},
		"another's claims":       {header + "." + tampered + "." + signature, "Invalid access token."},
		"no algorithm":           {none + "." + claims + ".", "Invalid access token."},
		"an expired token":       {ada.asks(runner.TokenOptions{Claims: map[string]any{"exp": hours(-1), "iat": hours(-2)}}), "Access token is expired."},
		"another issuer's token": {ada.asks(runner.TokenOptions{Claims: map[string]any{"iss": "https://elsewhere.example.com"}}), "Invalid access token."},
		"a token for others":     {ada.asks(runner.TokenOptions{Claims: map[string]any{"aud": "others"}}), "Invalid access token."},
	} {
		t.Run(what, func(t *testing.T) {
			bad := ada.bearing(c.token)
			bad.t = t
			bad.send("PATCH", me, fields{"first_name": "Mallory"}).unauthorized(c.says)
			bad.send("POST", instant, fields{"use_pmi": true}).unauthorized(c.says)
		})
	}
	equal(t, "what is hers", ada.everything(), before)
}

func TestATokenIsLimitedToItsScopes(t *testing.T) {
	ada := signUp(t, "Ada")
	reader := ada.bearing(ada.asks(runner.TokenOptions{Scope: "user:read"}))
	reader.send("GET", me, nil).is(200)
	contains(t, reader.send("PATCH", me, fields{"use_pmi": true}).refused(403, 4700, "scope").Message, "user:write")
	contains(t, reader.send("GET", meetings, nil).refused(403, 4700, "scope").Message, "meeting:read")
	equal(t, "the choice", ada.profile().UsePMI, false)
}
