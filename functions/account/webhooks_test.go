package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

func TestWebhookLifecycle(t *testing.T) {
	s := newScene(t)
	made := s.root.Do("POST", webhooks, fields{
		"url": hook, "events": []string{"meeting.started", "room.*", "room.*"}, "note": "The board & the hall",
	}).Want(t, 201)
	one := webhooks + "/" + made.Text(t, "id")
	shape := func(state, more string) string {
		return fmt.Sprintf(`{"id":%q, "url":%q, "events":["meeting.started","room.*"], "note":"The board & the hall",
			"state":%q, "created_at":"2026-03-02T09:00:00Z", "created_by":"root"%s}`, made.Text(t, "id"), hook, state, more)
	}
	shared := string(account.Secret(key, testkit.Account, made.Text(t, "id")))
	made.Is(t, shape("pending", fmt.Sprintf(`, "secret":%q`, shared)))
	s.root.Do("GET", one, nil).Want(t, 200).Is(t, shape("pending", ""))
	s.root.Do("POST", one+"/activate", nil).Want(t, 204)
	s.root.Do("GET", one, nil).Want(t, 200).Is(t, shape("active", ""))

	s.Clock.Advance(time.Hour)
	s.suspend(made.Text(t, "id"))
	failing := shape("suspended", `, "failing_since":"2026-03-02T10:00:00Z", "last_error":"it answered 500"`)
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[`+failing+`]}`)
	s.root.Do("POST", one+"/activate", nil).Want(t, 204)
	version := s.stored(made.Text(t, "id")).Version
	s.root.Do("POST", one+"/activate", nil).Want(t, 204)
	testkit.Equal(t, "a repeated activation writes", s.stored(made.Text(t, "id")).Version, version)
	s.register(fields{"url": url(1)})
	list := s.root.Do("GET", webhooks, nil).Want(t, 200)
	testkit.Equal(t, "the oldest", list.Text(t, "webhooks.0.state"), "active")
	testkit.Equal(t, "the newest", list.Text(t, "webhooks.1.url"), url(1))

	s.root.Do("DELETE", one, nil).Want(t, 204)
	s.root.Do("GET", one, nil).Refused(t, 404, 4130, "webhook_not_found")
}

func TestEachRouteNeedsItsAdminScope(t *testing.T) {
	s := newScene(t)
	all := []string{account.AdminReadsWebhooks, account.AdminWritesWebhooks, account.AdminReadsAutomations,
		account.AdminWritesAutomations, account.AdminReadsApps, account.AdminWritesApps, "user:write:admin",
		"meeting:write:admin"}
	for _, r := range s.API.Routes() {
		if r.Open || strings.HasPrefix(r.Path, "/v2/users/{userId}/devices") { // the user's own
			continue
		}
		others := slices.DeleteFunc(slices.Clone(all), func(scope string) bool { return scope == r.Scope })
		for _, scopes := range []string{"", strings.Join(others, " ")} {
			said := s.As("root").Claiming("scope", scopes).Do(r.Method, r.Path, nil).Refused(t, 403, 4700, "scope")
			if !strings.Contains(said, r.Scope) {
				t.Errorf("%s %s: %s", r.Method, r.Path, said)
			}
		}
	}
}

func TestOnlyAnotherAccountMayHaveTheSameWebhook(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook})
	s.other.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[]}`)
	for _, r := range [][2]string{{"GET", ""}, {"DELETE", ""}, {"POST", "/activate"}, {"POST", "/test"}} {
		s.other.Do(r[0], webhooks+"/"+id+r[1], nil).Refused(t, 404, 4130, "webhook_not_found")
	}
	again := fields{"url": "HTTPS://Hooks.Example.com:443/rooms"}
	s.other.Do("POST", webhooks, again).Want(t, 201)
	if said := s.root.Do("POST", webhooks, again).Refused(t, 409, 4132, "webhook_taken"); !strings.Contains(said, id) {
		t.Error(said)
	}
}

func TestWebhooksOff(t *testing.T) {
	s := newScene(t)
	s.webhooks.Key = nil
	s.serve()
	for _, r := range s.API.Routes() {
		if !strings.HasPrefix(r.Path, webhooks) && !strings.HasPrefix(r.Path, automation) {
			continue
		}
		if !strings.HasPrefix(r.Path, webhooks) {
			s.root.Do(r.Method, r.Path, fields{"grants": []any{}}).Want(t, 200, 204, 400, 404)
			continue
		}
		said := s.root.Do(r.Method, r.Path, "{").Refused(t, 409, 4131, "webhooks_off")
		if !strings.Contains(said, "parameter Webhooks") {
			t.Error(said)
		}
	}
	s.webhooks.Key = func(context.Context) (secret.Text, error) { return "", errors.New("access denied") }
	s.serve()
	s.root.Do("POST", webhooks, fields{"url": hook}).Refused(t, 500, 500, "internal")
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[]}`)
}

func TestActivationNeedsTheHandshake(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook})
	for _, c := range []struct {
		err          error
		code         int
		reason, says string
	}{
		{&account.AnswerError{Status: 200, Said: strings.Repeat("no", 500)}, 4135, "endpoint_invalid", "it answered 200"},
		{errors.New("connection refused"), 4134, "endpoint_unreachable", "connection refused"},
	} {
		s.receiver.err = c.err
		said := s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Refused(t, 409, c.code, c.reason)
		if !strings.Contains(said, c.says) || len(said) > 500 {
			t.Error(said)
		}
		testkit.Equal(t, "state", s.state(id), "pending")
	}
}

func TestActivationDuringOtherChanges(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook})
	s.receiver.during = func() { s.suspend(id) }
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(t, 204)
	testkit.Equal(t, "state", s.state(id), "active")

	s.suspend(id)
	s.receiver.during = func() { s.root.Do("DELETE", webhooks+"/"+id, nil).Want(t, 204) }
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Refused(t, 404, 4130, "webhook_not_found")
}

func TestTestDelivery(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook, "note": "The board & the <hall>"})
	test := func(want string) {
		t.Helper()
		s.root.Do("POST", webhooks+"/"+id+"/test", nil).Want(t, 200).Is(t, want)
	}
	test(`{"delivered":true, "status":204, "duration":0}`)
	s.receiver.status, s.receiver.during = 503, func() { s.Clock.Advance(1500 * time.Millisecond) }
	test(`{"delivered":false, "status":503, "duration":1500}`)
	s.receiver.err = errors.New("connection refused")
	test(`{"delivered":false, "error":"connection refused", "duration":0}`)
	testkit.Equal(t, "the version", s.stored(id).Version, 1)
	if sent := s.receiver.events; !bytes.Contains(sent[0], []byte(`"note":"The board & the <hall>"`)) || bytes.Equal(sent[0], sent[1]) {
		t.Errorf("sent %s, then %s", sent[0], sent[1])
	}
}

func TestSlowEndpointsTimeOut(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook})
	for _, action := range []string{"/activate", "/test"} {
		ctx, cancel := context.WithCancel(t.Context())
		s.receiver.during, s.receiver.err = cancel, context.Canceled
		event, _ := s.root.Event("POST", webhooks+"/"+id+action, "")
		answer, err := s.API.Handle(ctx, event)
		if err != nil || answer.StatusCode != 503 || !strings.Contains(answer.Body, "timed_out") {
			t.Errorf("%s: %d %s, %v", action, answer.StatusCode, answer.Body, err)
		}
	}
}

func TestAnAccountHasAtMost20Webhooks(t *testing.T) {
	s := newScene(t)
	for i := range account.MaxEndpoints - 3 {
		s.register(fields{"url": url(100 + i)})
	}
	for _, urlOf := range []func(i int) string{func(int) string { return hook }, url} {
		for _, a := range concurrently(12, func(i int) testkit.Answer {
			return s.root.Do("POST", webhooks, fields{"url": urlOf(i)})
		}) {
			if a.Status != 201 && a.Status != 409 {
				a.Refused(t, 503, 4117, "busy")
			}
		}
	}
	list, err := s.store.Endpoints(t.Context(), testkit.Account)
	testkit.Must(t, err)
	urls := map[string]bool{}
	for _, e := range list {
		urls[e.URL] = true
	}
	if len(list) > account.MaxEndpoints || len(urls) < len(list) {
		t.Errorf("%d webhooks with %d URLs", len(list), len(urls))
	}
	for i := range account.MaxEndpoints - len(list) {
		s.register(fields{"url": url(200 + i)})
	}
	s.root.Do("POST", webhooks, fields{"url": url(300)}).Refused(t, 409, 4133, "too_many_webhooks")
}

func TestI15RepeatedRegistrationsAreOne(t *testing.T) {
	s := newScene(t)
	body := `{"url":"https://hooks.example.com/rooms","events":["room.*"],"note":"a"}`
	root := s.root.With("Idempotency-Key", "k1")
	first := root.Do("POST", webhooks, body).Want(t, 201)
	s.Clock.Advance(meeting.IdempotencyLife - time.Second)
	testkit.Equal(t, "the answer", root.Do("POST", webhooks, body).Want(t, 201).Body, first.Body)
	for part, other := range map[string]string{"/rooms": "/others", "room.*": "*", `"a"`: `"b"`} {
		root.Do("POST", webhooks, strings.Replace(body, part, other, 1)).Refused(t, 422, 4108, "idempotency_key")
	}
	s.AsAdmin("ada").With("Idempotency-Key", "k1").Do("POST", webhooks, fields{"url": url(2)}).Want(t, 201)
	s.Clock.Advance(time.Second)
	root.Do("POST", webhooks, body).Refused(t, 409, 4132, "webhook_taken")
	s.root.With("Idempotency-Key", "a key").Do("POST", webhooks, body).Refuses(t, "Idempotency-Key")
}

func TestBadWebhooks(t *testing.T) {
	s := newScene(t)
	with := func(member string) string { return `{"url":"https://a.example/",` + member + `}` }
	for body, named := range map[string]string{
		`[]`: "body", `{"url":""}`: "url", `{"url":"https://a.example/` + strings.Repeat("a", 2048) + `"}`: "url",
		with(`"events":"*"`): "events", with(`"events":["meeting.started","meeting.exploded"]`): "events[1]",
		with(`"events":[` + strings.Repeat(`"*",`, account.MaxPatterns) + `"*"]`): "events",
		with(`"note":"` + strings.Repeat("ä", account.MaxNote+1) + `"`):           "note",
		`{"url":"http://a.example/","events":["x"],"note":{}}`:                    "url events[0] note",
	} {
		s.root.Do("POST", webhooks, body).Refuses(t, strings.Fields(named)...)
	}
	for _, id := range []string{"%00", "%23", "..%2F..", "%FF", strings.Repeat("a", 512)} {
		s.root.Do("GET", webhooks+"/"+id, nil).Refused(t, 404, 4130, "webhook_not_found")
	}
	s.webhooks.Private = true
	s.serve()
	s.register(fields{"url": "http://127.0.0.1:4000/rooms", "events": nil, "note": nil})
}

func FuzzBodies(f *testing.F) {
	endpoints := account.NewEndpoints(nil, meeting.Env{}, account.WebhookConfig{Names: eventNames()})
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		draft, err := draftOf(r, endpoints)
		if again, bad := account.ParseURL(draft.URL, false); err == nil && (bad != nil || again != draft.URL) {
			panic(fmt.Sprintf("%+v passed", draft))
		}
		grants, err := grantsOf(r)
		for _, g := range grants {
			if _, bad := account.ParseUser(g.User); err == nil && (bad != nil || len(g.Commands) == 0) {
				panic(fmt.Sprintf("%+v passed", g))
			}
		}
		return api.NoContent(), err
	}, `{"url":"https://hooks.example.com/rooms","events":["meeting.started","room.*"],"note":"The board"}`,
		`{"url":"https://10.0.0.1/#","events":[null,7]}`, `{"grants":[{"user_id":"ada","commands":["room.lock"]},null,{}]}`)
}
