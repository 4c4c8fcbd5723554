package e2e

import (
	"strings"
	"testing"

	"personal-rooms/shared/dev/runner"
)

// What an account's admins decide for all of it.

const (
	webhooks   = "/v2/webhooks"
	automation = "/v2/automation"
)

func TestAdminsSayWhatAutomationsMayDo(t *testing.T) {
	ada := signUp(t, "Ada")
	admin := ada.administrator()
	equal(t, "at first", string(admin.send("GET", automation, nil).is(200).body), `{"grants":[]}`)
	policy := fields{"grants": []fields{
		{"user_id": ada.id, "commands": []string{"room.*", "meeting.start"}}, {"user_id": "*", "commands": []string{"meeting.schedule"}},
	}}
	admin.send("PUT", automation, policy).is(204)
	want := `{"grants":[{"user_id":"` + ada.id + `","commands":["room.*","meeting.start"]},{"user_id":"*","commands":["meeting.schedule"]}]}`
	equal(t, "then", string(admin.send("GET", automation, nil).is(200).body), want)
	equal(t, "another account's", string(signUp(t, "Ben").administrator().send("GET", automation, nil).is(200).body), `{"grants":[]}`)

	contains(t, ada.send("GET", automation, nil).refused(403, 4700, "scope").Message, "automation:read:admin")
	contains(t, ada.send("PUT", automation, fields{"grants": []fields{}}).refused(403, 4700, "scope").Message, "automation:write:admin")
	reader := admin.bearing(admin.asks(runner.TokenOptions{Scope: "automation:read:admin"}))
	reader.send("GET", automation, nil).is(200)
	reader.send("PUT", automation, policy).refused(403, 4700, "scope")
	reader.send("GET", me, nil).refused(403, 4700, "scope")
	equal(t, "after all of that", string(admin.send("GET", automation, nil).is(200).body), want)

	admin.send("PUT", automation, fields{"grants": []fields{}}).is(204)
	equal(t, "in the end", string(admin.send("GET", automation, nil).is(200).body), `{"grants":[]}`)
}

func TestPoliciesRefuseWhatCannotBe(t *testing.T) {
	admin := signUp(t, "Ada").administrator()
	for _, c := range []struct{ body, field, says string }{
		{`{"grants":`, "body", "one JSON object"},
		{`{}`, "grants", "is required"},
		{`{"grants":"all"}`, "grants", "a list"},
		{`{"grants":[{"user_id":"ada","commands":["room.explode"]}]}`, "grants[0].commands[0]", "room.change_number"},
		{`{"grants":[{"user_id":"ada","commands":[]}]}`, "grants[0].commands", "must name a command"},
		{`{"grants":[{"commands":["*"]}]}`, "grants[0].user_id", "is required"},
		{`{"grants":[{"user_id":"ada","commands":["*"]},{"user_id":"ada","commands":["*"]}]}`, "grants[1].user_id", "twice"},
	} {
		refusal := admin.send("PUT", automation, c.body).refused(400, 300, "invalid")
		equal(t, "the field named", strings.Join(refusal.fields(), " "), c.field)
		contains(t, refusal.Errors[0].Message, c.says)
	}
	equal(t, "what is granted", string(admin.send("GET", automation, nil).is(200).body), `{"grants":[]}`)
}

func TestWebhooksAreForAdmins(t *testing.T) {
	ada := signUp(t, "Ada")
	for _, r := range []struct{ method, path string }{
		{"GET", webhooks}, {"POST", webhooks}, {"GET", webhooks + "/x"}, {"DELETE", webhooks + "/x"}, {"POST", webhooks + "/x/activate"}, {"POST", webhooks + "/x/test"},
	} {
		contains(t, ada.send(r.method, r.path, nil).refused(403, 4700, "scope").Message, "webhook:")
	}
}

func TestWebhooksRefuseWhatCannotBe(t *testing.T) {
	admin := signUp(t, "Ada").administrator()
	if a := admin.send("GET", webhooks, nil).is(200, 409); a.status == 409 { // the operator keeps them off
		contains(t, a.refused(409, 4131, "webhooks_off").Message, "parameter Webhooks")
		admin.send("POST", webhooks, fields{"url": "https://hooks.example.com/rooms"}).refused(409, 4131, "webhooks_off")
		return
	}
	for _, c := range []struct{ body, field, says string }{
		{`{"url":`, "body", "one JSON object"},
		{`{}`, "url", "is required"},
		{`{"url":"ftp://hooks.example.com/"}`, "url", "https://hooks.example.com/rooms"},
		{`{"url":"https://ada:secret@hooks.example.com/"}`, "url", "a user or a password"},
		{`{"url":"https://hooks.example.com/","events":["meeting.exploded"]}`, "events[0]", "must be an event"},
	} {
		refusal := admin.send("POST", webhooks, c.body).refused(400, 300, "invalid")
		equal(t, "the field named", strings.Join(refusal.fields(), " "), c.field)
		contains(t, refusal.Errors[0].Message, c.says)
	}
	for _, r := range []struct{ method, path string }{{"GET", ""}, {"DELETE", ""}, {"POST", "/activate"}, {"POST", "/test"}} {
		admin.send(r.method, webhooks+"/nothing"+r.path, nil).refused(404, 4130, "webhook_not_found")
	}
	equal(t, "webhooks", string(admin.send("GET", webhooks, nil).is(200).body), `{"webhooks":[]}`)
}
