package media_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit/mediatest"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	secrets "personal-rooms/shared/secret"
)

const secret = mediatest.Secret

var (
	liveKit  = mediatest.LiveKit
	jitsi    = mediatest.Jitsi
	admitted = mediatest.Admitted
)

func TestI9OnlyAdmittedParticipantsGetAToken(t *testing.T) {
	for _, s := range []media.Server{liveKit(), jitsi()} {
		signer := mediatest.Signer(t, s, time.Now())
		for _, state := range []meeting.State{"", meeting.Waiting, meeting.WasDenied, meeting.WasRemoved, meeting.Left} {
			a := admitted("Ada", meeting.Host)
			a.State = state
			if token := signer.Token(a); token != nil {
				t.Errorf("%s: in the state %q: token %v", s.Provider, state, token)
			}
		}
	}
}

// A token cannot be revoked: it is valid for three minutes at most, however long a lease is.
func TestI9ATokenIsShort(t *testing.T) {
	now := time.Unix(1772442000, 0)
	env := meeting.Env{Now: func() time.Time { return now }, Config: meeting.Config{Lease: meeting.DefaultLease}}
	source := func(context.Context) (secrets.Text, error) { return secret, nil }
	signer, err := media.New(liveKit(), source, env).Signer(t.Context())
	if token := signer.Token(admitted("Ada", meeting.Host)); err != nil || !token.Expires.Equal(now.Add(3*time.Minute)) {
		t.Errorf("%v, %v", token, err)
	}
}

func TestSignerNeedsAServerAndASecret(t *testing.T) {
	signer, err := media.New(media.Server{}, nil, meeting.Env{}).Signer(t.Context())
	if token := signer.Token(admitted("Ada", meeting.Host)); token != nil || err != nil {
		t.Errorf("%v, %v", token, err)
	}
	failing := func(context.Context) (secrets.Text, error) { return "", context.DeadlineExceeded }
	if _, err := media.New(liveKit(), failing, meeting.Env{}).Signer(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestSecretIsNotPrinted(t *testing.T) {
	var printed bytes.Buffer
	server := liveKit()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&printed, verb+verb+verb, server, &server, server.Secret.Given)
	}
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&printed, nil), slog.NewTextHandler(&printed, nil)} {
		slog.New(handler).Info("a server", "server", server, "secret", server.Secret.Given)
	}
	if text := printed.String(); strings.Contains(text, secret) || strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", secret)) {
		t.Error(text)
	}
}

func TestHasLeft(t *testing.T) {
	for reason, want := range map[string]bool{
		"": true, "UNKNOWN_REASON": true, "CLIENT_INITIATED": true, "ROOM_CLOSED": true, "USER_UNAVAILABLE": true, "of_the_future": true,
		"DUPLICATE_IDENTITY": false, "MIGRATION": false, "SIGNAL_CLOSE": false, "CONNECTION_TIMEOUT": false, "PARTICIPANT_REMOVED": false, "ROOM_DELETED": false,
	} {
		if got := (media.Webhook{Event: "participant_left", Reason: reason}).HasLeft(); got != want {
			t.Errorf("%s: %v", reason, got)
		}
	}
	if (media.Webhook{Event: "participant_joined"}).HasLeft() {
		t.Error("a participant who joins has left")
	}
}
