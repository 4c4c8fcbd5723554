package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
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

func TestAWebhookFromItsRegistrationToItsEnd(t *testing.T) {
	s := newScene(t)
	made := s.root.Do("POST", webhooks, fields{"url": hook, "events": []string{"meeting.started", "room.*", "room.*"}, "note": "The board & the hall"}).Want(t, 201)
	id, shared := made.Text(t, "id"), made.Text(t, "secret")
	same(t, "the secret", shared, string(account.Secret(key, testkit.Account, id)))
	shape := func(state string) string {
		return fmt.Sprintf(`{"id":%q, "url":%q, "events":["meeting.started","room.*"], "note":"The board & the hall", "state":%q,
			"created_at":"2026-03-02T09:00:00Z", "created_by":"root"}`, id, hook, state)
	}
	made.Is(t, strings.Replace(shape("pending"), "{", fmt.Sprintf(`{"secret":%q,`, shared), 1))
	s.root.Do("GET", webhooks+"/"+id, nil).Want(t, 200).Is(t, shape("pending"))
	same(t, "requests before the receiver has its secret", len(s.receiver.names()), 0)

	s.receiver.learns(shared)
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(t, 204)
	s.root.Do("GET", webhooks+"/"+id, nil).Want(t, 200).Is(t, shape("active"))
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[`+shape("active")+`]}`)

	s.root.Do("DELETE", webhooks+"/"+id, nil).Want(t, 204)
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[]}`)
	for _, gone := range []struct{ method, path string }{{"GET", ""}, {"DELETE", ""}, {"POST", "/activate"}, {"POST", "/test"}} {
		s.root.Do(gone.method, webhooks+"/"+id+gone.path, nil).Refused(t, 404, 4130, "webhook_not_found")
	}
	same(t, "what was sent there", fmt.Sprint(s.receiver.names()), "[endpoint.url_validation]")
}

func TestWebhooksAreListedTheOldestFirst(t *testing.T) {
	s := newScene(t)
	for i := range 3 {
		s.root.Do("POST", webhooks, fields{"url": url(i)}).Want(t, 201)
		s.Clock.Advance(time.Millisecond)
	}
	list := s.root.Do("GET", webhooks, nil).Want(t, 200)
	for i := range 3 {
		same(t, "the URL", list.Text(t, fmt.Sprintf("webhooks.%d.url", i)), url(i))
	}
	if strings.Contains(list.Body, "secret") {
		t.Errorf("a secret is shown again: %s", list.Body)
	}
}

func TestOnlyAdminsReachWebhooks(t *testing.T) {
	s := newScene(t)
	id := s.activated(fields{"url": hook})
	for _, r := range s.API.Routes() {
		path := strings.ReplaceAll(r.Path, "{webhookId}", id)
		for _, who := range []*testkit.Client{
			s.As("ada"), s.As("ada").Claiming("scope", "openid profile"), s.As("ada").Claiming("scope", strings.TrimSuffix(r.Scope, ":admin")),
			s.As("root").Claiming("scope", "user:read:admin user:write:admin meeting:read:admin meeting:write:admin"),
			s.As("root").Claiming("scope", others(r.Scope)),
		} {
			if said := who.Do(r.Method, path, nil).Refused(t, 403, 4700, "scope"); !strings.Contains(said, r.Scope) {
				t.Errorf("%s %s: %s", r.Method, path, said)
			}
		}
		s.Guest().Do(r.Method, path, nil).Refused(t, 401, 124, "token")
	}
	same(t, "state", s.state(id), "active")
}

// others are the scopes that the routes ask for, but one.
func others(scope string) string {
	all := []string{account.AdminReadsWebhooks, account.AdminWritesWebhooks, account.AdminReadsAutomations, account.AdminWritesAutomations}
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == scope }), " ")
}

func TestAScopeIsEnoughForWhatItNames(t *testing.T) {
	s := newScene(t)
	id := s.activated(fields{"url": hook})
	reader, writer := s.As("root").Claiming("scope", "webhook:read:admin"), s.As("root").Claiming("scope", "webhook:write:admin")
	reader.Do("GET", webhooks, nil).Want(t, 200)
	reader.Do("GET", webhooks+"/"+id, nil).Want(t, 200)
	writer.Do("POST", webhooks+"/"+id+"/test", nil).Want(t, 200)
	writer.Do("DELETE", webhooks+"/"+id, nil).Want(t, 204)
	reader.Do("POST", webhooks, fields{"url": hook}).Refused(t, 403, 4700, "scope")
	writer.Do("GET", webhooks, nil).Refused(t, 403, 4700, "scope")
}

func TestAnotherAccountsWebhooksDoNotExist(t *testing.T) {
	s := newScene(t)
	id := s.activated(fields{"url": hook})
	other := s.AsAdmin("root").Claiming("account_id", "other")
	other.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[]}`)
	for _, r := range []struct{ method, path string }{{"GET", ""}, {"DELETE", ""}, {"POST", "/activate"}, {"POST", "/test"}} {
		other.Do(r.method, webhooks+"/"+id+r.path, nil).Refused(t, 404, 4130, "webhook_not_found")
	}
	theirs := other.Do("POST", webhooks, fields{"url": hook}).Want(t, 201) // one of the same URL is nobody else's affair
	if theirs.Text(t, "secret") == string(account.Secret(key, testkit.Account, id)) {
		t.Error("two accounts share a secret")
	}
	same(t, "state", s.state(id), "active")
	same(t, "what was sent", len(s.receiver.names()), 1)
}

func TestWhereWebhooksAreOffAllIsRefused(t *testing.T) {
	s := newScene(t)
	s.webhooks.Key = nil
	s.Serve(s.routes()...)
	for _, r := range s.API.Routes() {
		if strings.HasPrefix(r.Path, webhooks) {
			for _, body := range []any{nil, "{", fields{"url": hook}} {
				said := s.root.Do(r.Method, strings.ReplaceAll(r.Path, "{webhookId}", "x"), body).Refused(t, 409, 4131, "webhooks_off")
				if !strings.Contains(said, "parameter Webhooks") {
					t.Error(said)
				}
			}
		}
	}
	s.root.Do("GET", automation, nil).Want(t, 200) // needs no key
}

func TestAWebhookMustPassTheHandshake(t *testing.T) {
	for what, c := range map[string]struct {
		answer http.HandlerFunc // nil: what a receiver answers that does not know the secret
		says   string
	}{
		"a receiver that has another secret": {nil, `it answered 401 "who are you?`},
		"a page":                             {says(200, "<html>Welcome</html>"), `it answered 200 "<html>Welcome</html>"`},
		"an error":                           {says(500, ""), `it answered 500 ""`},
		"another's token":                    {says(200, `{"plainToken":"x","encryptedToken":"y"}`), "it answered 200"},
		"the plain token alone":              {says(200, `{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}`), "it answered 200"},
		"nothing like JSON":                  {says(200, "\x00\xff"), `it answered 200 "\x00`},
		"a long answer":                      {says(404, strings.Repeat("no", 500)), "it answered 404"},
	} {
		t.Run(what, func(t *testing.T) {
			s := newScene(t)
			id := s.register(fields{"url": hook})
			s.receiver.learns("another")
			s.receiver.answer = c.answer
			said := s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Refused(t, 409, 4135, "endpoint_invalid")
			if !strings.Contains(said, c.says) || !strings.Contains(said, "endpoint.url_validation") || len(said) > 500 {
				t.Error(said)
			}
			same(t, "state", s.state(id), "pending")
		})
	}
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestAWebhookThatIsNotThereIsNotActivated(t *testing.T) {
	s := newScene(t)
	id := s.activated(fields{"url": hook})
	s.fails(id, "it answered 500")
	s.receiver.Close()
	said := s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Refused(t, 409, 4134, "endpoint_unreachable")
	if !strings.Contains(said, "connection refused") {
		t.Error(said)
	}
	same(t, "state", s.state(id), "suspended")
}

func TestASuspendedWebhookSaysWhyAndComesBackByTheHandshake(t *testing.T) {
	s := newScene(t)
	id := s.activated(fields{"url": hook})
	s.Clock.Advance(time.Hour)
	s.fails(id, "it answered 500")
	got := s.root.Do("GET", webhooks+"/"+id, nil).Want(t, 200)
	same(t, "state", got.Text(t, "state"), "suspended")
	same(t, "since", got.Text(t, "failing_since"), "2026-03-02T10:00:00Z")
	same(t, "why", got.Text(t, "last_error"), "it answered 500")
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(t, 204)
	got = s.root.Do("GET", webhooks+"/"+id, nil).Want(t, 200)
	same(t, "state", got.Text(t, "state"), "active")
	same(t, "since and why", got.Text(t, "failing_since")+got.Text(t, "last_error"), "")
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(t, 204) // again, it changes nothing
	same(t, "the version", s.stored(id).Version, 4)
}

// What delivering notes of a webhook while it is activated is not lost, nor in the way.
func TestAWebhookIsActivatedWhileOthersWriteIt(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook})
	s.receiver.meanwhile = func() { s.fails(id, "meanwhile") }
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(t, 204)
	same(t, "writes: of its registration, meanwhile, and of its activation", s.stored(id).Version, 3)
	same(t, "state", s.state(id), "active")
}

func TestAWebhookThatIsDeletedDuringItsHandshakeStaysSo(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook})
	s.receiver.meanwhile = func() { s.root.Do("DELETE", webhooks+"/"+id, nil).Want(t, 204) }
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Refused(t, 404, 4130, "webhook_not_found")
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[]}`)
}

func TestATestDelivery(t *testing.T) {
	s := newScene(t)
	id := s.activated(fields{"url": hook, "events": []string{"room.locked"}, "note": "The board & the <hall>"})
	s.Clock.Advance(time.Second)
	s.root.Do("POST", webhooks+"/"+id+"/test", nil).Want(t, 200).Is(t, `{"delivered":true, "status":200, "duration":0}`)
	event := s.receiver.got[1]
	eventID, _ := event["event_id"].(string)
	same(t, "its id's length", len(eventID), 26)
	same(t, "the event", fmt.Sprint(event), fmt.Sprintf("map[event:endpoint.test event_id:%s event_ts:%v item:webhook/%s payload:map[account_id:acme object:map[id:%[3]s note:The board & the <hall>]]]",
		eventID, float64(s.Clock.Now().UnixMilli()), id))
	s.root.Do("POST", webhooks+"/"+id+"/test", nil).Want(t, 200)
	if s.receiver.got[2]["event_id"] == eventID {
		t.Error("two tests are one event")
	}
}

func TestATestDeliveryTellsWhatCameOfIt(t *testing.T) {
	s := newScene(t)
	id := s.activated(fields{"url": hook})
	before := s.stored(id).Version
	s.receiver.answer = func(w http.ResponseWriter, _ *http.Request) {
		s.Clock.Advance(1500 * time.Millisecond)
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	s.root.Do("POST", webhooks+"/"+id+"/test", nil).Want(t, 200).Is(t, `{"delivered":false, "status":503, "duration":1500}`)
	s.receiver.Close()
	got := s.root.Do("POST", webhooks+"/"+id+"/test", nil).Want(t, 200)
	if got.Text(t, "delivered") != "false" || got.At(t, "status") != nil || !strings.Contains(got.Text(t, "error"), "connection refused") {
		t.Error(got.Body)
	}
	same(t, "the version", s.stored(id).Version, before)
}

// Who waits too long for an endpoint is told that it took too long, and not that the endpoint is bad.
func TestAnEndpointThatHangs(t *testing.T) {
	s := newScene(t)
	id := s.activated(fields{"url": hook})
	for _, action := range []string{"/activate", "/test"} {
		ctx, cancel := context.WithCancel(t.Context())
		s.receiver.answer = func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // else the server does not notice that nobody waits any more
			cancel()
			<-r.Context().Done()
			panic(http.ErrAbortHandler) // it never answers
		}
		event, _ := s.root.Event("POST", webhooks+"/"+id+action, "")
		answer, err := s.API.Handle(ctx, event)
		if err != nil || answer.StatusCode != 503 || !strings.Contains(answer.Body, "timed_out") {
			t.Errorf("%s: %d %s, %v", action, answer.StatusCode, answer.Body, err)
		}
	}
	same(t, "state", s.state(id), "active")
}

func TestAnAccountHasOneWebhookOfAURL(t *testing.T) {
	s := newScene(t)
	id := s.register(fields{"url": hook})
	for _, again := range []string{hook, "HTTPS://Hooks.Example.com:443/rooms"} {
		said := s.root.Do("POST", webhooks, fields{"url": again}).Refused(t, 409, 4132, "webhook_taken")
		if !strings.Contains(said, id) {
			t.Error(said)
		}
	}
	s.root.Do("POST", webhooks, fields{"url": hook + "/"}).Want(t, 201)
	s.root.Do("DELETE", webhooks+"/"+id, nil).Want(t, 204)
	s.root.Do("POST", webhooks, fields{"url": hook}).Want(t, 201)
}

func TestAnAccountHasSoManyWebhooks(t *testing.T) {
	s := newScene(t)
	first := ""
	for i := range account.MaxEndpoints {
		first = s.root.Do("POST", webhooks, fields{"url": url(i)}).Want(t, 201).Text(t, "id")
	}
	said := s.root.Do("POST", webhooks, fields{"url": hook}).Refused(t, 409, 4133, "too_many_webhooks")
	if !strings.Contains(said, "20") {
		t.Error(said)
	}
	s.AsAdmin("root").Claiming("account_id", "other").Do("POST", webhooks, fields{"url": hook}).Want(t, 201)
	s.root.Do("DELETE", webhooks+"/"+first, nil).Want(t, 204)
	s.root.Do("POST", webhooks, fields{"url": hook}).Want(t, 201)
}

func TestManyWhoRegisterAtOnceAreNeverMoreThanMayBe(t *testing.T) {
	s := newScene(t)
	register := func(url func(int) string) (made int) {
		answers := make([]testkit.Answer, 12)
		atOnce(len(answers), func(i int) { answers[i] = s.root.Do("POST", webhooks, fields{"url": url(i)}) })
		for _, a := range answers {
			switch a.Status {
			case 201:
				made++
			case 409: // there was one already
			default:
				a.Refused(t, 503, 4117, "busy")
			}
		}
		return made
	}
	same(t, "of one URL", register(func(int) string { return hook }) <= 1, true)
	for i := range account.MaxEndpoints - 3 {
		s.root.Do("POST", webhooks, fields{"url": url(100 + i)}).Want(t, 201)
	}
	register(url)
	list, err := s.store.Endpoints(t.Context(), testkit.Account)
	if err != nil || len(list) > account.MaxEndpoints {
		t.Errorf("%d webhooks, %v", len(list), err)
	}
}

func TestI15ARegistrationThatIsSentAgainIsTheSame(t *testing.T) {
	s := newScene(t)
	body := fields{"url": hook, "events": []string{"room.*"}, "note": "a"}
	root := s.root.With("Idempotency-Key", "k1")
	first := root.Do("POST", webhooks, body).Want(t, 201)
	s.Clock.Advance(meeting.IdempotencyLife - time.Second)
	same(t, "the answer", root.Do("POST", webhooks, body).Want(t, 201).Body, first.Body)
	for _, other := range []fields{{"url": hook + "/2"}, {"url": hook, "events": []string{"room.*"}}, {"url": hook, "events": []string{"*"}, "note": "a"}} {
		root.Do("POST", webhooks, other).Refused(t, 422, 4108, "idempotency_key")
	}
	s.AsAdmin("ada").With("Idempotency-Key", "k1").Do("POST", webhooks, fields{"url": hook + "/2"}).Want(t, 201) // a key of her own
	s.Clock.Advance(time.Second)
	root.Do("POST", webhooks, body).Refused(t, 409, 4132, "webhook_taken")
	s.root.With("Idempotency-Key", "a key").Do("POST", webhooks, body).Refuses(t, "Idempotency-Key")
}

func TestWhereTheKeyIsOutOfReachNothingIsStored(t *testing.T) {
	s := newScene(t)
	s.webhooks.Key = func(context.Context) (secret.Text, error) { return "", errors.New("access denied") }
	s.Serve(s.routes()...)
	s.root.Do("POST", webhooks, fields{"url": hook}).Refused(t, 500, 500, "internal")
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[]}`)
}

func TestTheLogHoldsNoSecret(t *testing.T) {
	s := newScene(t)
	var logged bytes.Buffer
	s.API = api.New(api.Options{Logger: boot.Logger(&logged, slog.LevelDebug, "", ""), Now: s.Clock.Now}, s.routes()...)
	id := s.activated(fields{"url": hook})
	s.root.Do("POST", webhooks+"/"+id+"/test", nil).Want(t, 200)
	s.receiver.learns("another")
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(t, 409)
	if said := logged.String(); said == "" || strings.Contains(said, string(account.Secret(key, testkit.Account, id))) || strings.Contains(said, string(key)) {
		t.Errorf("logged %s", said)
	}
}
