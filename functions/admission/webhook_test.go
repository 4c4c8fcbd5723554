package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// A webhookTest is the route of the media server, with use cases that only record how they are called. Their rules are
// tested in shared/dev/proof/rules.
type webhookTest struct {
	*testkit.Edge
	t        testing.TB
	secret   string                // that the media server signs with
	standing meeting.MediaStanding // the answer of CheckParticipant
	fails    error                 // of what is called
	called   []string
}

func newWebhookTest(t testing.TB, server media.Server) *webhookTest {
	t.Helper()
	w := &webhookTest{t: t, secret: mediaSecret}
	source := func(context.Context) (secret.Text, error) { return server.Secret.Given, nil }
	w.Edge = testkit.New(t, nil, func(_ meeting.Store, env meeting.Env) []api.Route {
		return mediaRoutes(w, media.New(server, source, env), func(_ context.Context, o media.Order) error {
			return w.call("disconnect", o.Room, o.Participant)
		})
	})
	return w
}

func (w *webhookTest) call(name string, what ...any) error {
	w.called = append(w.called, strings.TrimSpace(name+" "+fmt.Sprintln(what...)))
	return w.fails
}

func (w *webhookTest) OnParticipantLeft(_ context.Context, instance string, id meeting.MediaIdentity, at time.Time) error {
	return w.call("left", instance, id, at.UTC().Format(time.TimeOnly))
}

func (w *webhookTest) OnMediaEmpty(_ context.Context, instance string, at time.Time) error {
	return w.call("empty", instance, at.UTC().Format(time.TimeOnly))
}

func (w *webhookTest) OnConnectionLost(_ context.Context, instance string, id meeting.MediaIdentity, at time.Time) error {
	return w.call("lost", instance, id, at.UTC().Format(time.TimeOnly))
}

func (w *webhookTest) OnParticipantJoined(context.Context, string, meeting.MediaIdentity, time.Time) (meeting.MediaStanding, error) {
	return w.standing, nil
}

// sign makes the server's token for the body, with some claims changed.
func (w *webhookTest) sign(body string, changed jwt.MapClaims) string {
	sum := sha256.Sum256([]byte(body))
	claims := jwt.MapClaims{
		"iss": liveKit.Key, "nbf": w.Clock.Now().Unix(), "exp": w.Clock.Now().Add(5 * time.Minute).Unix(),
		"sha256": base64.StdEncoding.EncodeToString(sum[:]),
	}
	maps.Copy(claims, changed)
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(w.secret))
	testkit.Must(w.t, err)
	return token
}

// send sends the body, signed unless an authorization is given.
func (w *webhookTest) send(body string, authorization ...string) testkit.Answer {
	w.called = nil
	token := strings.Join(append(authorization, w.sign(body, nil))[:1], "")
	server := w.Guest().With("Authorization", token).With("Content-Type", "application/webhook+json")
	return server.Do("POST", "/media/livekit", body)
}

const leftBody = `{"event":"participant_left","createdAt":"1772442010",
	"room":{"name":"r"},"participant":{"identity":"r.sam"}}`

func TestWebhooksReachTheirUseCase(t *testing.T) {
	w := newWebhookTest(t, liveKit)
	const sam = `"room":{"name":"r"},"participant":{"identity":"r.sam"`
	const joined = `{"event":"participant_joined",` + sam + `}}`
	for _, c := range []struct {
		body     string
		standing meeting.MediaStanding
		want     string
	}{
		{leftBody, meeting.Allowed, "left r r.sam 09:00:10"},
		{`{"event":"participant_left","createdAt":"1772442010",` + sam + `,"disconnectReason":"SIGNAL_CLOSE"}}`, meeting.Allowed,
			"lost r r.sam 09:00:10"},
		{`{"event":"participant_left",` + sam + `,"disconnectReason":"DUPLICATE_IDENTITY"}}`, meeting.Allowed, ""},
		{`{"event":"room_finished","room":{"name":"r"},"createdAt":1772442010}`, meeting.Allowed, "empty r 09:00:10"},
		{joined, meeting.Allowed, ""},
		{joined, meeting.NotAllowed, "disconnect r r.sam"}, // I10
		{joined, meeting.InstanceOver, "disconnect r"},
		{`{"event":"track_published"}`, meeting.Allowed, ""},
		{`{}`, meeting.Allowed, ""},
	} {
		w.standing = c.standing
		w.send(c.body).Want(t, 200).Is(t, `{}`)
		testkit.Equal(t, c.body, strings.Join(w.called, "; "), c.want)
	}
	w.standing, w.fails = meeting.NotAllowed, errors.New("no answer")
	for _, body := range []string{leftBody, joined} {
		w.send(body).Want(t, 500) // LiveKit sends it again
	}
}

func TestOnlyTheMediaServerIsBelieved(t *testing.T) {
	w := newWebhookTest(t, liveKit)
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"iss": "APIkey"}).
		SignedString(jwt.UnsafeAllowNoneSignatureType)
	testkit.Must(t, err)
	past, future := w.Clock.Now().Add(-time.Minute).Unix(), w.Clock.Now().Add(time.Minute).Unix()
	good := w.sign(leftBody, nil)
	w.secret = "another"
	another := w.sign(leftBody, nil)
	w.secret = mediaSecret
	for what, token := range map[string]string{
		"nothing": "", "no token": "Bearer", "no signature": none, "another secret": another,
		"another body": w.sign(leftBody+" ", nil), "without a body": w.sign(leftBody, jwt.MapClaims{"sha256": ""}),
		"another key": w.sign(leftBody, jwt.MapClaims{"iss": "another"}), "expired": w.sign(leftBody, jwt.MapClaims{"exp": past}),
		"not valid yet": w.sign(leftBody, jwt.MapClaims{"nbf": future}), "without an end": w.sign(leftBody, jwt.MapClaims{"exp": nil}),
	} {
		if a := w.send(leftBody, token); a.Status != 401 || len(w.called) > 0 {
			t.Errorf("%s: %d %s; called %v", what, a.Status, a.Body, w.called)
		}
	}
	w.send(strings.Repeat(" ", 64<<10)+leftBody, good).Refused(t, 413, 300, "too_large")
	w.send(leftBody, "Bearer "+good).Want(t, 200)
	for _, body := range []string{"", "[]", `{"event":1}`, `{"event":"participant_left","createdAt":"soon"}`, "\xff"} {
		w.send(body).Refuses(t, "body")
	}
	newWebhookTest(t, media.Server{}).send(`{"event":"room_started"}`).Refused(t, 404, 2300, "no_route")
}
