package main

import (
	"context"
	"errors"
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/media"
	"personal-rooms/shared/secret"
)

const mediaSecret = "nobody-but-the-media-server-knows"

var liveKit = media.Server{
	Provider: media.LiveKit, URL: "wss://media.example.com", Key: "APIkey", Secret: secret.Ref{Given: mediaSecret},
}

// useMedia gives the function a media server, whose secret cannot be read if there is an error.
func (s *scene) useMedia(server media.Server, unreadable error) {
	source := func(context.Context) (secret.Text, error) { return server.Secret.Given, unreadable }
	s.Serve(routes(s.Door(), media.New(server, source, s.Env), nil)...)
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
