package main

import (
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
)

const passes = ownRoom + "/passes"

func TestPassesAreMadeListedAndRevoked(t *testing.T) {
	s := newScene(t)
	passcode := s.ada.Do("GET", ownRoom, nil).Text(t, "passcode")
	keyed := s.ada.With("Idempotency-Key", "k")
	body := `{"name":" Charles ","max_uses":3,"valid_until":"2027-01-31T18:00:00+01:00","skips_waiting_room":true}`
	made := keyed.Do("POST", passes, body).Want(t, 201)
	testkit.Equal(t, "retry", keyed.Do("POST", passes, body).Want(t, 201).Body, made.Body)
	keyed.Do("POST", passes, `{"name":"Mary"}`).Refused(t, 422, 4108, "idempotency_key")
	id, token, link := made.Text(t, "id"), made.Text(t, "pass"), made.Text(t, "join_url")
	number := s.ada.Do("GET", ownRoom, nil).Text(t, "number")
	testkit.Equal(t, "link", link, "https://meet.example.com/j/"+number+"?pass="+token)
	if strings.Contains(made.Body, passcode) || len(token) != 22 {
		t.Errorf("the answer is %s", made.Body)
	}
	listed := s.ada.Do("GET", passes, nil).Want(t, 200)
	listed.Is(t, `{"passes":[{"id":"`+id+`","name":"Charles","skips_waiting_room":true,"max_uses":3,"uses":0,
		"valid_until":"2027-01-31T17:00:00Z","state":"usable","created_at":"`+made.Text(t, "created_at")+`"}]}`)
	s.As("grace").Do("DELETE", "/v2/users/ada/personal_meeting_room/passes/"+id, nil).Refused(t, 404, 1001, "user_not_found")
	s.AsAdmin("root").Do("DELETE", "/v2/users/ada/personal_meeting_room/passes/"+id, nil).Want(t, 204)
	s.ada.Do("DELETE", passes+"/"+id, nil).Refused(t, 404, 4170, "pass_not_found")
	keyed.Do("POST", passes, body).Refused(t, 404, 4170, "pass_not_found")
	s.ada.Do("GET", passes, nil).Want(t, 200).Is(t, `{"passes":[]}`)
}

func TestBadPassesAreRefusedByField(t *testing.T) {
	s := newScene(t)
	for body, fields := range map[string]string{
		``: "name", `{"name":" "}`: "name", `{"name":"` + strings.Repeat("ä", 65) + `"}`: "name",
		`{"name":"A","max_uses":0}`: "max_uses", `{"name":"A","max_uses":101}`: "max_uses",
		`{"name":"A","valid_until":"2020-01-01T00:00:00Z"}`: "valid_until", `{"name":"A","valid_until":"2099-01-01T00:00:00Z"}`: "valid_until",
		`{"name":"A","valid_until":"2027-01-01"}`: "valid_until", `{"name":"A","skips_waiting_room":1}`: "skips_waiting_room",
	} {
		s.ada.Do("POST", passes, body).Refuses(t, fields)
	}
}

func TestARoomHasAtMost100Passes(t *testing.T) {
	s := newScene(t)
	for range 100 {
		s.ada.Do("POST", passes, `{"name":"A"}`).Want(t, 201)
	}
	s.ada.Do("POST", passes, `{"name":"A"}`).Refused(t, 429, 4171, "too_many_passes")
	s.ada.Do("DELETE", passes+"/"+s.ada.Do("GET", passes, nil).Text(t, "passes.0.id"), nil).Want(t, 204)
	s.ada.Do("POST", passes, `{"name":"A"}`).Refused(t, 429, 4171, "too_many_passes") // so many were made today
	s.Clock.Advance(24 * time.Hour)
	s.ada.Do("POST", passes, `{"name":"A"}`).Want(t, 201)
}
