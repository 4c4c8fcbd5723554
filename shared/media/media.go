// Package media makes tokens for the media server, LiveKit or a self-hosted Jitsi Meet, for admitted participants only
// (I9).
//
// # A token
//
// A [Token] is for the media room of one instance, so the next instance starts in an empty room. LiveKit's token has
// the [meeting.MediaIdentity], which is the same after a reconnect and another one after they left; Jitsi's has the
// seat. It has the displayed name, and never an e-mail address. Hosts may moderate. A token is valid for three
// minutes, and each renewal of the seat returns a new one. Media servers verify it when somebody connects: a connection
// stays open after the token has expired, and a token cannot be revoked.
//
// # Decisions of hosts
//
// LiveKit executes orders: an [Order] disconnects somebody who is not admitted any more, closes the room of an instance
// that ended, or disconnects everybody whom the roster does not show. By a [Webhook] it reports who joined and left;
// somebody who joins with an old token and is not admitted any more is disconnected. Jitsi Meet has no such call: a
// removed participant gets no new token, and stays connected until a moderator of the meeting ejects them.
//
// # Configuration of the servers
//
// LiveKit verifies tokens by the API key and its secret, and makes rooms when somebody joins (auto_create, its
// default).
//
// Jitsi Meet verifies them with Prosody's token authentication: app_id is the key, app_secret the secret, and the
// modules token_verification and token_affiliation are on, so that a token opens only its own room, and only hosts are
// moderators. Jicofo's own choice of moderators must be off (enable-auto-owner). Tokens with a private key (8x8's JaaS)
// are not supported.
package media

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// A Provider is a kind of media server.
type Provider string

const (
	LiveKit Provider = "livekit"
	Jitsi   Provider = "jitsi"
)

// A Server is the configuration of a media server. The zero Server is none.
type Server struct {
	Provider Provider
	URL      string     // wss://… of LiveKit, https://… of Jitsi Meet. No slash at its end
	Key      string     // LiveKit's API key, Jitsi's app id
	Domain   string     // Jitsi's domain or tenant
	Secret   secret.Ref // signs the tokens
}

// An Issuer makes tokens for a server. A nil Issuer makes none.
type Issuer struct {
	server Server
	source secret.Func
	env    meeting.Env
}

// New returns the issuer of a server; nil for the zero Server.
func New(s Server, source secret.Func, env meeting.Env) *Issuer {
	if s.Provider == "" {
		return nil
	}
	return &Issuer{server: s, source: source, env: env}
}

// Signer reads the secret. Call it before an admission: if it fails, nobody is admitted yet, and the request may be
// repeated.
func (i *Issuer) Signer(ctx context.Context) (Signer, error) {
	if i == nil {
		return Signer{}, nil
	}
	text, err := i.source(ctx)
	if err != nil {
		return Signer{}, fmt.Errorf("the secret of the media server: %w", err)
	}
	return Signer{server: i.server, secret: text, env: i.env}, nil
}

// A Signer signs tokens. The zero Signer signs none.
type Signer struct {
	server Server
	secret secret.Text
	env    meeting.Env
}

// A Token lets one participant into the media room of their instance.
type Token struct {
	Provider Provider
	URL      string // where the client connects
	Room     string
	Text     string
	Expires  time.Time
}

// tokenLife is how long a token is valid: clients connect at once. It cannot be revoked, so it is short.
const tokenLife = 3 * time.Minute

// skew is how far a media server's clock may be behind ours.
const skew = 10 * time.Second

// Token returns the token of an admitted participant, and nil for everybody else (I9).
func (s Signer) Token(a meeting.Admission) *Token {
	if s.server.Provider == "" || a.State != meeting.Admitted {
		return nil
	}
	now := s.env.Now()
	t := &Token{Provider: s.server.Provider, URL: s.server.URL, Room: a.Room.Live.Instance,
		Expires: now.Add(min(2*s.env.Config.Lease, tokenLife)).Truncate(time.Second)}
	claims := jwt.MapClaims{"iss": s.server.Key, "nbf": now.Add(-skew).Unix(), "exp": t.Expires.Unix()}
	switch s.server.Provider {
	case LiveKit:
		liveKit(claims, t.Room, a.Seat)
	case Jitsi:
		t.Room = strings.ToLower(t.Room) // as Jitsi does with every room's name
		t.URL += "/" + t.Room
		s.server.jitsi(claims, t.Room, a.Seat)
	}
	t.Text = s.sign(claims)
	return t
}

func (s Signer) sign(claims jwt.MapClaims) string {
	token, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(s.secret)) // plain claims, a key of bytes: cannot fail
	return token
}

// jitsi adds the claims of Jitsi Meet. The audience is a string, not a list, because Prosody compares it so; and the
// values of the user are strings, because Prosody copies them into XMPP.
func (s Server) jitsi(claims jwt.MapClaims, room string, seat meeting.Seat) {
	user := map[string]string{"id": string(seat.ID), "name": seat.Name, "affiliation": "member", "moderator": "false"}
	if seat.Role.IsHost() {
		user["affiliation"], user["moderator"] = "owner", "true"
	}
	claims["aud"], claims["sub"], claims["room"] = s.Key, s.Domain, room
	claims["context"] = map[string]any{"user": user}
}
