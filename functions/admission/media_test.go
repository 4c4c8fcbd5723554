package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

const mediaSecret = "nobody-but-the-media-server-knows"

var (
	liveKit = media.Server{Provider: media.LiveKit, URL: "wss://media.example.com", Key: "APIkey", Secret: secret.Ref{Given: mediaSecret}}
	jitsi   = media.Server{Provider: media.Jitsi, URL: "https://video.example.com", Key: "rooms", Domain: "video.example.com", Secret: secret.Ref{Given: mediaSecret}}
)

// useMedia gives the function a media server, whose secret cannot be read if there is an error.
func (s *scene) useMedia(server media.Server, unreadable error) {
	source := func(context.Context) (secret.Text, error) { return server.Secret.Given, unreadable }
	s.Serve(routes(s.Door(), media.New(server, source, s.Env), "")...)
}

// claims are those of the answer's ticket, which must be valid now.
func (s *scene) claims(a testkit.Answer) jwt.MapClaims {
	s.t.Helper()
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(a.Text(s.t, "media.token"), claims,
		func(*jwt.Token) (any, error) { return []byte(mediaSecret), nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired(), jwt.WithTimeFunc(s.Clock.Now))
	if err != nil {
		s.t.Fatalf("%v: %s", err, a.Body)
	}
	return claims
}

func TestLiveKitTickets(t *testing.T) {
	s := newScene(t)
	s.useMedia(liveKit, nil)
	sam := s.guest("Sam")
	in(t, s.ada.join())
	a := in(t, sam.join())
	a.Is(t, fmt.Sprintf(`{"state":"admitted", "seat":{"id":%q, "secret":%q, "role":"participant", "display_name":"Sam"}, "renew_after":30,
		"meeting":{"id":%s, "uuid":%q, "topic":"Ada's Personal Meeting Room", "host_id":"ada", "started_at":"2026-03-02T09:00:00Z"},
		"media":{"provider":"livekit", "url":"wss://media.example.com", "room":%[4]q, "token":%[5]q, "expires_at":"2026-03-02T09:03:00Z"}}`,
		sam.seat.ID, sam.seat.Secret, s.room, sam.instance(), a.Text(t, "media.token")))
	same(t, "subject", s.claims(a)["sub"], any(sam.seat.ID))
	same(t, "name", s.claims(a)["name"], any("Sam"))
	host, _ := s.claims(in(t, s.ada.poll()))["video"].(map[string]any)
	same(t, "the host moderates", host["roomAdmin"], any(true))
	s.Clock.Advance(30 * time.Second)
	renewed := in(t, sam.poll())
	same(t, "expiry of the renewed ticket", renewed.Text(t, "media.expires_at"), "2026-03-02T09:03:30Z")
	same(t, "subject of the renewed ticket", s.claims(renewed)["sub"], any(sam.seat.ID))
}

func TestJitsiTicketsNameThePageOfTheInstance(t *testing.T) {
	s := newScene(t)
	s.useMedia(jitsi, nil)
	a := in(t, s.ada.join())
	room := strings.ToLower(s.ada.instance())
	same(t, "room", a.Text(t, "media.room"), room)
	same(t, "url", a.Text(t, "media.url"), "https://video.example.com/"+room)
	same(t, "the token's room", s.claims(a)["room"], any(room))
}

func TestI9OnlyTheAdmittedGetATicket(t *testing.T) {
	withoutTicket := func(t testing.TB, a testkit.Answer) {
		t.Helper()
		if strings.Contains(a.Body, "media") || strings.Contains(a.Body, "eyJ") {
			t.Errorf("the answer has a ticket: %s", a.Body)
		}
	}
	s := newScene(t)
	withoutTicket(t, in(t, s.ada.join())) // there is no media server
	s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone)})
	for _, server := range []media.Server{liveKit, jitsi} {
		s.useMedia(server, nil)
		sam := s.guest("Sam")
		withoutTicket(t, stands(t, sam.join(), "waiting_room"))
		withoutTicket(t, sam.join(fields{"passcode": "wrong"}).Want(t, 404))
		s.sayOf("admit", sam).Want(t, 204)
		s.claims(in(t, sam.poll()))
		s.sayOf("wait", sam).Want(t, 204)
		withoutTicket(t, stands(t, sam.poll(), "waiting_room"))
		s.sayOf("remove", sam).Want(t, 204)
		withoutTicket(t, sam.poll().Want(t, 403))
	}
}

func TestNobodyIsAdmittedWithoutTheMediaSecret(t *testing.T) {
	s := newScene(t)
	s.useMedia(liveKit, context.DeadlineExceeded)
	s.guest("Sam").join().Refused(t, 503, 503, "timed_out")
	s.useMedia(liveKit, errors.New("access denied"))
	s.ada.join().Refused(t, 500, 500, "internal")
	s.do("GET", "", nil).Want(t, 200) // the host's controls need no secret
	same(t, "present", s.present(), "")
}

func TestLogsHoldNeitherTicketsNorTheMediaSecret(t *testing.T) {
	s := newScene(t)
	var logged bytes.Buffer
	source := func(context.Context) (secret.Text, error) { return mediaSecret, nil }
	s.API = api.New(api.Options{Logger: boot.Logger(&logged, slog.LevelDebug, "", ""), Now: s.Clock.Now},
		routes(s.Door(), media.New(liveKit, source, s.Env), "")...)
	token := in(t, s.ada.join()).Text(t, "media.token")
	s.guest("Sam").join(fields{"passcode": "wrong"}).Want(t, 404)
	if text := logged.String(); text == "" || strings.Contains(text, mediaSecret) || strings.Contains(text, token) {
		t.Errorf("logged %s", text)
	}
}
