package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/media"
	"personal-rooms/shared/secret"
)

const mediaSecret = "nobody-but-the-media-server-knows"

var (
	liveKit = media.Server{
		Provider: media.LiveKit, URL: "wss://media.example.com", Key: "APIkey", Secret: secret.Ref{Given: mediaSecret},
	}
	jitsi = media.Server{
		Provider: media.Jitsi, URL: "https://video.example.com", Key: "rooms", Domain: "video.example.com",
		Secret: secret.Ref{Given: mediaSecret},
	}
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

func TestJitsiTicketsNameThePageOfTheInstance(t *testing.T) {
	s := newScene(t)
	testkit.Equal(t, "media without a server", in(t, s.ada.join()).At(t, "media"), nil)
	s.useMedia(jitsi, nil)
	a := in(t, s.ada.join())
	room := strings.ToLower(s.ada.instance())
	testkit.Equal(t, "room", a.Text(t, "media.room"), room)
	testkit.Equal(t, "url", a.Text(t, "media.url"), "https://video.example.com/"+room)
	testkit.Equal(t, "the token's room", s.claims(a)["room"], any(room))
}

func TestNobodyIsAdmittedWithoutTheMediaSecret(t *testing.T) {
	s := newScene(t)
	s.useMedia(liveKit, context.DeadlineExceeded)
	s.guest("Sam").join().Refused(t, 503, 503, "timed_out")
	s.useMedia(liveKit, errors.New("access denied"))
	s.ada.join().Refused(t, 500, 500, "internal")
	view := s.do("GET", "", nil).Want(t, 200) // the host's controls need no secret
	testkit.Equal(t, "admitted", view.Text(t, "admitted"), "0")
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
