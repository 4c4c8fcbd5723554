package main

import (
	"context"
	"errors"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/media"
	"personal-rooms/shared/secret"
)

const mediaSecret = "nobody-but-the-media-server-knows"

// meetsOnLiveKit gives the function a media server, whose secret may be out of reach.
func (s *scene) meetsOnLiveKit(unreachable ...error) {
	server := media.Server{Provider: media.LiveKit, URL: "wss://media.example.com", Key: "APIkey"}
	source := func(context.Context) (secret.Text, error) { return mediaSecret, errors.Join(unreachable...) }
	s.Serve(routes(s.Starts(), media.New(server, source, s.Env))...)
}

// video is what the answer's ticket allows; the ticket must be good now.
func (s *scene) video(a testkit.Answer) map[string]any {
	s.t.Helper()
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(a.Text(s.t, "admission.media.token"), claims,
		func(*jwt.Token) (any, error) { return []byte(mediaSecret), nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired(), jwt.WithTimeFunc(s.Clock.Now))
	if err != nil {
		s.t.Fatalf("%v: %s", err, a.Body)
	}
	video, _ := claims["video"].(map[string]any)
	return video
}

func TestOneTapBringsTheHostsTicket(t *testing.T) {
	s := newScene(t)
	same(t, "without a media server", s.tap(`{"use_pmi":true}`).Want(t, 201).At(t, "admission.media"), nil)
	s.meetsOnLiveKit()
	for body, status := range map[string]int{`{"use_pmi":true}`: 200, `{"use_pmi":false}`: 201} {
		a := s.tap(body).Want(t, status)
		same(t, "room", s.video(a)["room"], any(a.Text(t, "uuid")))
		same(t, "hosts", s.video(a)["roomAdmin"], any(true))
		same(t, "provider", a.Text(t, "admission.media.provider"), "livekit")
		same(t, "expires", a.Text(t, "admission.media.expires_at"), "2026-03-02T09:03:00Z")
	}
}

func TestI9WhoStartsForAnotherGetsNoTicket(t *testing.T) {
	s := newScene(t)
	s.meetsOnLiveKit()
	a := s.AsAdmin("root").Do("POST", "/v2/users/ada/instant_meetings", `{"use_pmi":true}`).Want(t, 201)
	same(t, "admission", a.At(t, "admission"), nil)
}

func TestWhereTheSecretIsOutOfReachNothingStarts(t *testing.T) {
	s := newScene(t)
	s.meetsOnLiveKit(context.DeadlineExceeded)
	s.tap(`{"use_pmi":true}`).Refused(t, 503, 503, "timed_out")
	same(t, "live", s.live(s.pmi), false)
	s.status(s.ada, s.pmi, "start").Want(t, 204) // which needs no ticket
}
