package interop

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/testkit/mediatest"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

const instance = mediatest.Instance

var (
	liveKit  = mediatest.LiveKit
	jitsi    = mediatest.Jitsi
	admitted = mediatest.Admitted
)

// The claims are complete: a token has no e-mail address.
func TestServersAcceptTickets(t *testing.T) {
	now := time.Now()
	expires, room := now.Add(2*time.Minute).Truncate(time.Second), strings.ToLower(instance)
	for _, c := range []struct {
		server media.Server
		ticket media.Ticket
		claims map[string]any
	}{
		{liveKit(), media.Ticket{URL: "wss://media.example.com", Room: instance}, map[string]any{
			"iss": "APIkey", "sub": instance + ".0123456789abcdef", "name": "Ada & Co", "metadata": `{"role":"participant"}`,
			"video": map[string]any{"room": instance, "roomJoin": true, "canPublish": true, "canSubscribe": true, "canPublishData": true},
		}},
		{jitsi(), media.Ticket{URL: "https://meet.example.com/" + room, Room: room}, map[string]any{
			"iss": "rooms", "aud": "rooms", "sub": "meet.example.com", "room": room,
			"context": map[string]any{"user": map[string]any{
				"id": instance + ".0123456789abcdef", "name": "Ada & Co", "affiliation": "member", "moderator": "false",
			}},
		}},
	} {
		ticket := mediatest.Signer(t, c.server, now).Ticket(admitted("Ada & Co", meeting.Participant))
		c.ticket.Provider, c.ticket.Token, c.ticket.Expires = c.server.Provider, ticket.Token, expires
		if d := cmp.Diff(&c.ticket, ticket); d != "" {
			t.Error(d)
		}
		c.claims["nbf"], c.claims["exp"] = float64(now.Add(-10*time.Second).Unix()), float64(expires.Unix())
		want := decodedToken{Header: map[string]any{"alg": "HS256", "typ": "JWT"}, Claims: c.claims}
		if d := cmp.Diff(want, verify(t, c.server, ticket.Token)); d != "" {
			t.Error(d)
		}
	}
}

func TestHostsModerate(t *testing.T) {
	for role, hosts := range map[meeting.Role]bool{meeting.Host: true, meeting.AlternativeHost: true, meeting.Participant: false} {
		of := func(s media.Server) map[string]any {
			return verify(t, s, mediatest.Signer(t, s, time.Now()).Ticket(admitted("Ada", role)).Token).Claims
		}
		if got := at(of(liveKit()), "video", "roomAdmin") == true; got != hosts {
			t.Errorf("%s administers the LiveKit room: %v", role, got)
		}
		user := of(jitsi())
		if got := at(user, "context", "user", "moderator") == "true" && at(user, "context", "user", "affiliation") == "owner"; got != hosts {
			t.Errorf("%s moderates the Jitsi meeting: %v", role, got)
		}
	}
}

func at(value any, path ...string) any {
	for _, name := range path {
		members, _ := value.(map[string]any)
		value = members[name]
	}
	return value
}
