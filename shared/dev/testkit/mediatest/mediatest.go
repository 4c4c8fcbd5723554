// Package mediatest has the media servers and admissions for tests of media tokens.
package mediatest

import (
	"context"
	"testing"
	"time"

	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

const (
	// Secret is the secret of both media servers.
	Secret = "nobody-but-the-media-server-knows"
	// Instance is the instance of all admissions.
	Instance = "Xq2-7wAAAAAAAAAAAAAA_A"
)

// LiveKit is a LiveKit server.
func LiveKit() media.Server {
	return media.Server{Provider: media.LiveKit, URL: "wss://media.example.com", Key: "APIkey", Secret: secret.Ref{Given: Secret}}
}

// Jitsi is a Jitsi server.
func Jitsi() media.Server {
	return media.Server{Provider: media.Jitsi, URL: "https://meet.example.com", Key: "rooms", Domain: "meet.example.com", Secret: secret.Ref{Given: Secret}}
}

// Admitted returns an admission to [Instance].
func Admitted(name string, role meeting.Role) meeting.Admission {
	return meeting.Admission{
		State: meeting.Admitted, Room: meeting.Room{Live: meeting.LiveState{Instance: Instance}},
		Seat: meeting.Seat{ID: Instance + ".0123456789abcdef", Name: name, Role: role, Email: "ada@example.com"},
	}
}

// Signer returns a signer for the server at the time, for seats with a lease of a minute.
func Signer(t testing.TB, s media.Server, now time.Time) media.Signer {
	t.Helper()
	source := func(context.Context) (secret.Text, error) { return s.Secret.Given, nil }
	env := meeting.Env{Now: func() time.Time { return now }, Config: meeting.Config{Lease: time.Minute}}
	signer, err := media.New(s, source, env).Signer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return signer
}
