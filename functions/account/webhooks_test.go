package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

func TestWebhookLifecycle(t *testing.T) {
	s := newScene(t)
	made := s.root.Do("POST", webhooks, fields{
		"url": hook, "events": []string{"meeting.started", "room.*", "room.*"}, "note": "The board & the hall",
	}).Want(t, 201)
	id := made.Text(t, "id")
	shape := func(state, more string) string {
		return fmt.Sprintf(`{"id":%q, "url":%q, "events":["meeting.started","room.*"], "note":"The board & the hall", "state":%q,
			"created_at":"2026-03-02T09:00:00Z", "created_by":"root"%s}`, id, hook, state, more)
	}
	made.Is(t, shape("pending", fmt.Sprintf(`, "secret":%q`, string(account.Secret(key, testkit.Account, id)))))
	s.root.Do("GET", webhooks+"/"+id, nil).Want(t, 200).Is(t, shape("pending", ""))
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(t, 204)
	s.root.Do("GET", webhooks+"/"+id, nil).Want(t, 200).Is(t, shape("active", ""))

	s.Clock.Advance(time.Hour)
	s.suspend(id)
	failing := `, "failing_since":"2026-03-02T10:00:00Z", "last_error":"it answered 500"`
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[`+shape("suspended", failing)+`]}`)
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(t, 204)
	version := s.stored(id).Version
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(t, 204)
	same(t, "a repeated activation writes", s.stored(id).Version, version)
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[`+shape("active", "")+`]}`)

	s.root.Do("DELETE", webhooks+"/"+id, nil).Want(t, 204)
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[]}`)
}

func TestWebhooksAreListedOldestFirst(t *testing.T) {
	s := newScene(t)
	for i := range 3 {
		s.register(fields{"url": url(i)})
		s.Clock.Advance(time.Millisecond)
	}
	list := s.root.Do("GET", webhooks, nil).Want(t, 200)
	for i := range 3 {
		same(t, "the URL", list.Text(t, fmt.Sprintf("webhooks.%d.url", i)), url(i))
	}
}

func TestEachRouteNeedsItsAdminScope(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook})
	all := []string{
		account.AdminReadsWebhooks, account.AdminWritesWebhooks, account.AdminReadsAutomations, account.AdminWritesAutomations,
		"user:write:admin", "meeting:write:admin",
	}
	for _, r := range s.API.Routes() {
		path := strings.ReplaceAll(r.Path, "{webhookId}", id)
		others := strings.Join(slices.DeleteFunc(slices.Clone(all), func(scope string) bool { return scope == r.Scope }), " ")
		for _, scopes := range []string{"", "openid profile", strings.TrimSuffix(r.Scope, ":admin"), others} {
			said := s.As("root").Claiming("scope", scopes).Do(r.Method, path, nil).Refused(t, 403, 4700, "scope")
			if !strings.Contains(said, r.Scope) {
				t.Errorf("%s %s: %s", r.Method, path, said)
			}
		}
		s.Guest().Do(r.Method, path, nil).Refused(t, 401, 124, "token")
		if got := s.As("root").Claiming("scope", r.Scope).Do(r.Method, path, nil); got.Status == 403 {
			t.Errorf("%s %s: refused with its scope", r.Method, path)
		}
	}
}

func TestAnotherAccountsWebhooksDoNotExist(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook})
	other := s.AsAdmin("root").Claiming("account_id", "other")
	other.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[]}`)
	for _, client := range []*testkit.Client{other, s.root} {
		missing := map[*testkit.Client]string{other: id, s.root: "01JNA8V6ZK3W9X5T2R7Q4M1C8B"}[client]
		for _, r := range []struct{ method, path string }{{"GET", ""}, {"DELETE", ""}, {"POST", "/activate"}, {"POST", "/test"}} {
			client.Do(r.method, webhooks+"/"+missing+r.path, nil).Refused(t, 404, 4130, "webhook_not_found")
		}
	}
	other.Do("POST", webhooks, fields{"url": hook}).Want(t, 201)
	same(t, "state", s.state(id), "pending")
}

func TestWebhooksOff(t *testing.T) {
	s := newScene(t)
	s.webhooks.Key = nil
	s.serve()
	for _, r := range s.API.Routes() {
		for _, body := range []any{nil, "{", fields{"url": hook}} {
			if !strings.HasPrefix(r.Path, webhooks) {
				continue
			}
			said := s.root.Do(r.Method, strings.ReplaceAll(r.Path, "{webhookId}", "x"), body).Refused(t, 409, 4131, "webhooks_off")
			if !strings.Contains(said, "parameter Webhooks") {
				t.Error(said)
			}
		}
	}
	s.root.Do("GET", automation, nil).Want(t, 200)
}

func TestUnreadableKeyStoresNothing(t *testing.T) {
	s := newScene(t)
	s.webhooks.Key = func(context.Context) (secret.Text, error) { return "", errors.New("access denied") }
	s.serve()
	s.root.Do("POST", webhooks, fields{"url": hook}).Refused(t, 500, 500, "internal")
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[]}`)
}

func TestActivationNeedsTheHandshake(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook})
	for _, c := range []struct {
		err    error
		code   int
		reason string
		says   string
	}{
		{&account.AnswerError{Status: 200, Said: strings.Repeat("no", 500)}, 4135, "endpoint_invalid", "it answered 200"},
		{errors.New("connection refused"), 4134, "endpoint_unreachable", "connection refused"},
	} {
		s.receiver.err = c.err
		said := s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Refused(t, 409, c.code, c.reason)
		if !strings.Contains(said, c.says) || len(said) > 500 {
			t.Error(said)
		}
		same(t, "state", s.state(id), "pending")
	}
}

func TestActivationDuringOtherChanges(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook})
	s.receiver.during = func() { s.suspend(id) }
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(t, 204)
	same(t, "state", s.state(id), "active")

	s.suspend(id)
	s.receiver.during = func() { s.root.Do("DELETE", webhooks+"/"+id, nil).Want(t, 204) }
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Refused(t, 404, 4130, "webhook_not_found")
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[]}`)
}

func TestTestDelivery(t *testing.T) {
	s := newScene(t)
	id := s.registerActive(fields{"url": hook, "events": []string{"room.locked"}, "note": "The board & the <hall>"})
	before := s.stored(id)
	test := func() testkit.Answer { return s.root.Do("POST", webhooks+"/"+id+"/test", nil).Want(t, 200) }
	test().Is(t, `{"delivered":true, "status":204, "duration":0}`)
	s.receiver.status, s.receiver.during = 503, func() { s.Clock.Advance(1500 * time.Millisecond) }
	test().Is(t, `{"delivered":false, "status":503, "duration":1500}`)
	s.receiver.err = errors.New("connection refused")
	test().Is(t, `{"delivered":false, "error":"connection refused", "duration":0}`)
	same(t, "the version", s.stored(id).Version, before.Version)

	var first, second struct {
		ID string `json:"event_id"`
	}
	if err := errors.Join(json.Unmarshal(s.receiver.events[0], &first), json.Unmarshal(s.receiver.events[1], &second)); err != nil {
		t.Fatal(err)
	}
	if len(first.ID) != 26 || first == second {
		t.Errorf("the event ids are %q and %q", first, second)
	}
	same(t, "the event", string(s.receiver.events[0]), fmt.Sprintf(`{"event":"endpoint.test","event_ts":1772442000000,"payload":{`+
		`"account_id":%q,"object":{"id":%q,"note":"The board & the <hall>"}},"event_id":%q,"item":"webhook/%[2]s"}`,
		testkit.Account, id, first.ID))
}

func TestSlowEndpointsTimeOut(t *testing.T) {
	s := newScene(t)
	id := s.registerActive(fields{"url": hook})
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

func TestAnAccountHasOneWebhookForEachURL(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook})
	said := s.root.Do("POST", webhooks, fields{"url": "HTTPS://Hooks.Example.com:443/rooms"}).Refused(t, 409, 4132, "webhook_taken")
	if !strings.Contains(said, id) {
		t.Error(said)
	}
	s.root.Do("DELETE", webhooks+"/"+id, nil).Want(t, 204)
	s.register(fields{"url": hook})
}

func TestAnAccountHasAtMost20Webhooks(t *testing.T) {
	s := newScene(t)
	for i := range account.MaxEndpoints - 3 {
		s.register(fields{"url": url(100 + i)})
	}
	for _, requests := range []func(i int) string{func(int) string { return hook }, url} {
		for _, a := range concurrently(12, func(i int) testkit.Answer { return s.root.Do("POST", webhooks, fields{"url": requests(i)}) }) {
			if a.Status != 201 && a.Status != 409 {
				a.Refused(t, 503, 4117, "busy")
			}
		}
	}
	list, err := s.store.Endpoints(t.Context(), testkit.Account)
	if err != nil || len(list) > account.MaxEndpoints {
		t.Errorf("%d webhooks, %v", len(list), err)
	}
	slices.SortFunc(list, func(a, b account.Endpoint) int { return strings.Compare(a.URL, b.URL) })
	if distinct := slices.CompactFunc(slices.Clone(list), func(a, b account.Endpoint) bool { return a.URL == b.URL }); len(distinct) < len(list) {
		t.Errorf("a URL is repeated: %+v", list)
	}
	for i := range account.MaxEndpoints - len(list) {
		s.register(fields{"url": url(200 + i)})
	}
	said := s.root.Do("POST", webhooks, fields{"url": url(300)}).Refused(t, 409, 4133, "too_many_webhooks")
	if !strings.Contains(said, "20") {
		t.Error(said)
	}
	s.AsAdmin("root").Claiming("account_id", "other").Do("POST", webhooks, fields{"url": hook}).Want(t, 201)
}

func TestI15RepeatedRegistrationsAreOne(t *testing.T) {
	s := newScene(t)
	body := fields{"url": hook, "events": []string{"room.*"}, "note": "a"}
	root := s.root.With("Idempotency-Key", "k1")
	first := root.Do("POST", webhooks, body).Want(t, 201)
	s.Clock.Advance(meeting.IdempotencyLife - time.Second)
	same(t, "the answer", root.Do("POST", webhooks, body).Want(t, 201).Body, first.Body)
	for _, other := range []fields{
		{"url": url(2)}, {"url": hook, "events": []string{"room.*"}}, {"url": hook, "events": []string{"*"}, "note": "a"},
	} {
		root.Do("POST", webhooks, other).Refused(t, 422, 4108, "idempotency_key")
	}
	s.AsAdmin("ada").With("Idempotency-Key", "k1").Do("POST", webhooks, fields{"url": url(2)}).Want(t, 201)
	s.Clock.Advance(time.Second)
	root.Do("POST", webhooks, body).Refused(t, 409, 4132, "webhook_taken")
	s.root.With("Idempotency-Key", "a key").Do("POST", webhooks, body).Refuses(t, "Idempotency-Key")
}

func TestLogsContainNoSecret(t *testing.T) {
	s := newScene(t)
	var logged bytes.Buffer
	s.API = api.New(api.Options{Logger: boot.Logger(&logged, slog.LevelDebug, "", ""), Now: s.Clock.Now}, s.routes()...)
	id := s.registerActive(fields{"url": hook})
	s.receiver.err = errors.New("connection refused")
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(t, 409)
	text, shared := logged.String(), string(account.Secret(key, testkit.Account, id))
	if text == "" || strings.Contains(text, shared) || strings.Contains(text, string(key)) {
		t.Errorf("logged %s", text)
	}
}

func TestBadWebhooks(t *testing.T) {
	s := newScene(t)
	with := func(member string) string { return `{"url":"https://a.example/",` + member + `}` }
	for body, named := range map[string]string{
		``:                           "url",
		`[]`:                         "body",
		`{"url":""}`:                 "url",
		`{"url":7}`:                  "url",
		`{"url":"http://a.example"}`: "url",
		`{"url":"https://a.example/` + strings.Repeat("a", 2048) + `"}`: "url",
		with(`"events":"*"`):    "events",
		with(`"events":[7]`):    "events[0]",
		with(`"events":[null]`): "events[0]",
		with(`"events":["meeting.started","meeting.exploded"]`):                   "events[1]",
		with(`"events":[` + strings.Repeat(`"*",`, account.MaxPatterns) + `"*"]`): "events",
		with(`"note":"a\nb"`): "note",
		with(`"note":"` + strings.Repeat("ä", account.MaxNote+1) + `"`): "note",
		`{"url":"ftp://a.example/","events":["x"],"note":{}}`:           "url events[0] note",
	} {
		s.root.Do("POST", webhooks, body).Refuses(t, strings.Fields(named)...)
	}
	for _, id := range []string{"%00", "%23", "..%2F..", "%FF", strings.Repeat("a", 512)} {
		s.root.Do("GET", webhooks+"/"+id, nil).Refused(t, 404, 4130, "webhook_not_found")
	}
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[]}`)
	s.webhooks.Private = true
	s.serve()
	s.register(fields{"url": "http://127.0.0.1:4000/rooms", "events": nil, "note": nil})
}

func FuzzWebhook(f *testing.F) {
	endpoints := account.NewEndpoints(nil, meeting.Env{}, account.WebhookConfig{Names: eventNames()})
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		draft, err := draftOf(r, endpoints)
		if again, bad := account.ParseURL(draft.URL, false); err == nil && (bad != nil || again != draft.URL) {
			panic(fmt.Sprintf("%+v passed", draft))
		}
		return api.NoContent(), err
	}, `{"url":"https://hooks.example.com/rooms","events":["meeting.started","room.*"],"note":"The board"}`, `{"url":"https://10.0.0.1/#"}`,
		`{"events":[null,7]}`, `{}`, ``)
}
