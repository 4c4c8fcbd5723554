package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

func TestRoutesAreThoseOfTheTemplate(t *testing.T) { testkit.SameAsTemplate(t, routes(nil, nil)) }

func TestInstantMeetingAnswers(t *testing.T) {
	s := newScene(t)
	tap := s.ada.With("Idempotency-Key", "k1")
	a := tap.Do("POST", mine, `{"topic":"Stand-up & <more>","display_name":"The host"}`).Want(t, 201)
	id := a.Text(t, "id")
	testkit.Equal(t, "digits", len(id), 11)
	for path, want := range map[string]any{
		"topic": "Stand-up & <more>", "status": "started", "settings.use_pmi": false, "pmi": nil,
		"join_url":  "https://meet.example.com/j/" + id + "?pwd=" + s.LinkPasscode(id),
		"start_url": "https://meet.example.com/s/" + id, "admission.state": "admitted", "admission.seat.role": "host",
		"admission.seat.display_name": "The host", "admission.meeting.uuid": a.Text(t, "uuid"), "admission.media": nil,
	} {
		testkit.Equal(t, path, a.At(t, path), want)
	}
	testkit.Equal(t, "type and meeting", a.Text(t, "type")+" "+a.Text(t, "admission.meeting.id"), "1 "+id)
	s.Clock.Advance(10 * time.Second)
	again := tap.Do("POST", mine, `{"topic":"Stand-up & <more>","display_name":"The host"}`).Want(t, 201)
	testkit.Equal(t, "a retry", again.Body, a.Body)
	tap.Do("POST", mine, `{"topic":"Another"}`).Refused(t, 422, 4108, "idempotency_key")
	s.tap(`{"topic":"`+strings.Repeat("ä", 200)+`","unknown":{"x":[]}}`).Want(t, 201)
	s.tap(``).Want(t, 201)
}

func TestPersonalRoomAnswers(t *testing.T) {
	s := newScene(t)
	s.plan("Tea", true)
	first := s.tap(`{"use_pmi":true}`).Want(t, 201)
	if advice := first.Text(t, "advisories.0.message"); !strings.Contains(advice, "Tea") {
		t.Errorf("%q does not name Tea", advice)
	}
	testkit.Equal(t, "id", first.Text(t, "id"), s.pmi)
	testkit.Equal(t, "topic", first.Text(t, "topic"), "Ada Acme's Personal Meeting Room")
	second := s.tap(`{"use_pmi":true}`).Want(t, 200)
	testkit.Equal(t, "instance", second.Text(t, "uuid"), first.Text(t, "uuid"))
	s.edit(meeting.Edit{AlwaysPMI: new(true)})
	s.tap(`{"use_pmi":null}`).Want(t, 200)
	s.tap(`{"use_pmi":false}`).Refused(t, 409, 4103, "pmi_required")
}

func TestAnAdminStartsForAUser(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	const adas = "/v2/users/ada@example.com/instant_meetings"
	answer := root.Do("POST", adas, ``).Want(t, 201)
	testkit.Equal(t, "host", answer.Text(t, "host_id"), "ada")
	testkit.Equal(t, "I9: the admission of an admin", answer.At(t, "admission"), nil)
	// Her profile follows her verified address.
	s.ada.Claiming("email", "countess@example.com").Do("POST", mine, nil).Want(t, 201)
	root.Do("POST", adas, ``).Refused(t, 404, 1001, "user_not_found")
	root.Claiming("account_id", "other").Do("POST", adas, ``).Refused(t, 404, 1001, "user_not_found")
	s.ada.Claiming("scope", "meeting:read").Do("POST", mine, ``).Refused(t, 403, 4700, "scope")
	s.Guest().Do("POST", mine, ``).Refused(t, 401, 124, "token")
}

func TestTheHostGetsAMediaToken(t *testing.T) {
	s := newScene(t)
	s.useMedia(func(context.Context) (secret.Text, error) { return "", context.DeadlineExceeded })
	s.tap(`{"use_pmi":true}`).Refused(t, 503, 503, "timed_out")
	testkit.Equal(t, "live without the secret", s.live(s.pmi), false)
	s.status(s.ada, s.pmi, "start").Want(t, 204) // which needs no token
	s.useMedia(func(context.Context) (secret.Text, error) { return "nobody-but-the-media-server-knows", nil })
	a := s.tap(`{"use_pmi":true}`).Want(t, 200)
	testkit.Equal(t, "provider", a.Text(t, "admission.media.provider"), "livekit")
	testkit.Equal(t, "expires", a.Text(t, "admission.media.expires_at"), "2026-03-02T09:03:00Z")
	testkit.Equal(t, "room", a.Text(t, "admission.media.room"), meeting.SeatID(a.Text(t, "admission.seat.id")).Instance())
}

func TestAppsStartMeetingsOfTheirUser(t *testing.T) {
	s := newScene(t)
	made := s.AsApp("ada", "meeting:write").Do("POST", "/v2/users/me/instant_meetings", nil).Want(t, 201)
	testkit.Equal(t, "the host", made.Text(t, "host_id"), "ada")
	s.AsApp("ada", "meeting:read").Do("POST", "/v2/users/me/instant_meetings", nil).Refused(t, 403, 4700, "scope")
}

func TestAnInvitedUserTakesOverTheirProfile(t *testing.T) {
	s := newScene(t)
	s.Invite("grace@example.com", "5552123434", "grace.hopper")
	s.AsAdmin("root").Do("POST", "/v2/users/grace@example.com/instant_meetings", ``).Refused(t, 409, 4150, "user_pending")
	s.AsAdmin("root").Do("PUT", "/v2/meetings/5552123434/status", `{"action":"start"}`).Refused(t, 409, 4150, "user_pending")
	made := s.As("grace").Do("POST", mine, `{"use_pmi":true}`).Want(t, 201)
	testkit.Equal(t, "pmi and host", made.Text(t, "id")+" "+made.Text(t, "host_id"), "5552123434 grace")
}
