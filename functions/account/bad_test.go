package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestBadWebhooksAreRefused(t *testing.T) {
	s := newScene(t)
	for body, named := range map[string]string{
		``:                                "url",
		`{`:                               "body",
		`[]`:                              "body",
		`{}`:                              "url",
		`{"url":null}`:                    "url",
		`{"url":""}`:                      "url",
		`{"url":7}`:                       "url",
		`{"url":"hooks"}`:                 "url",
		`{"url":"http://a.example/"}`:     "url",
		`{"url":"https://10.0.0.1/"}`:     "url",
		`{"url":"https://localhost/"}`:    "url",
		`{"url":"https://a:b@c.example"}`: "url",
		`{"url":"https://a.example/\n"}`:  "url",
		`{"url":"https://a.example/#a"}`:  "url",
		`{"url":"https://a.example/` + strings.Repeat("a", 2048) + `"}`:                 "url",
		`{"url":"https://a.example/","events":"*"}`:                                     "events",
		`{"url":"https://a.example/","events":[7]}`:                                     "events[0]",
		`{"url":"https://a.example/","events":[null]}`:                                  "events[0]",
		`{"url":"https://a.example/","events":[""]}`:                                    "events[0]",
		`{"url":"https://a.example/","events":["meeting.started","meeting.exploded"]}`:  "events[1]",
		`{"url":"https://a.example/","events":["endpoint.*"]}`:                          "events[0]",
		`{"url":"https://a.example/","events":["` + strings.Repeat("m", 65) + `"]}`:     "events[0]",
		`{"url":"https://a.example/","events":[` + strings.Repeat(`"*",`, 64) + `"*"]}`: "events",
		`{"url":"https://a.example/","note":7}`:                                         "note",
		`{"url":"https://a.example/","note":"a\nb"}`:                                    "note",
		`{"url":"https://a.example/","note":"` + strings.Repeat("ä", 201) + `"}`:        "note",
		`{"url":"ftp://a.example/","events":["x"],"note":{}}`:                           "url events[0] note",
	} {
		s.root.Do("POST", webhooks, body).Refuses(t, strings.Fields(named)...)
	}
	s.root.Do("POST", webhooks, `{"x":"`+strings.Repeat("a", 64<<10)+`"}`).Refused(t, 413, 300, "too_large")
	s.root.Do("GET", webhooks, nil).Want(t, 200).Is(t, `{"webhooks":[]}`)
}

func TestNoWebhookHasAnOddID(t *testing.T) {
	s := newScene(t)
	for _, id := range []string{"x", "%00", "%23", "..%2F..", "%FF", strings.Repeat("a", 512)} {
		event, found := s.root.Event("GET", webhooks+"/"+id, "")
		if !found {
			t.Fatalf("no route for %s", id)
		}
		s.Handle(event).Refused(t, 404, 4130, "webhook_not_found")
	}
	event, _ := s.root.Event("GET", webhooks+"/"+strings.Repeat("a", 513), "")
	s.Handle(event).Refused(t, 404, 404, "no_route")
}

func TestWherePrivateAddressesAreAllowedSoIsHTTP(t *testing.T) {
	s := newScene(t)
	s.webhooks.Private = true
	s.Serve(s.routes()...)
	s.root.Do("POST", webhooks, `{"url":"http://127.0.0.1:4000/rooms","events":null,"note":null}`).Want(t, 201)
}

func FuzzWebhook(f *testing.F) {
	endpoints := account.NewEndpoints(nil, meeting.Env{}, account.WebhookConfig{Names: eventNames()})
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		draft, err := draftOf(r, endpoints)
		if again, bad := account.ParseURL(draft.URL, false); err == nil && (bad != nil || again != draft.URL) {
			panic(fmt.Sprintf("%+v was let pass", draft))
		}
		return api.NoContent(), err
	}, `{"url":"https://hooks.example.com/rooms","events":["meeting.started","room.*"],"note":"The board"}`, `{"url":"https://10.0.0.1/#"}`,
		`{"events":[null,7]}`, `{}`, ``)
}
