// Package media makes the tickets with which people who were admitted come into the media server: LiveKit, or a Jitsi Meet
// that its operator runs. It makes nothing for anybody else (I9).
//
// # A ticket
//
// A [Ticket] names one media room for each sitting, so the next sitting starts in an empty one. Its token says who it is for by their
// seat, which stays theirs when they reconnect, and by the name that others see; never by an e-mail address. Hosts may moderate.
// It is good for twice a seat's lease, and each renewal of the seat brings another. Media servers look at it when somebody connects:
// whoever is in stays in, and a ticket that is out cannot be called back before it expires.
//
// # What a host decides
//
// LiveKit obeys: by an [Order] somebody who was removed or put back is disconnected, and the room of a sitting that ended is closed. It tells
// us, by a [Hook], who left it, and who came; whoever comes with an old ticket and is not admitted any more is disconnected again. Jitsi Meet
// has no such call: who was removed there gets no further ticket, and stays connected until a moderator of the meeting ejects them.
//
// # What the servers need
//
// LiveKit verifies tokens by the API key and its secret, and makes rooms when somebody enters (auto_create, its default).
//
// Jitsi Meet verifies them with Prosody's token authentication: app_id is the key, app_secret the secret, and the modules
// token_verification and token_affiliation are on, so that a token opens its own room only, and makes moderators of hosts only. Jicofo's
// own choice of moderators must be off (enable-auto-owner). Tokens signed with a private key (8x8's JaaS) are not made.
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

// A Server is a media server as its operator describes it. The zero Server is none.
type Server struct {
	Provider Provider
	URL      string     // wss://… of LiveKit, https://… of Jitsi Meet. No slash at its end
	Key      string     // LiveKit's API key, Jitsi's app id
	Domain   string     // Jitsi's domain or tenant
	Secret   secret.Ref // what tokens are signed with
}

// An Issuer makes tickets for a server. Without one, nil, there are none.
type Issuer struct {
	server Server
	source secret.Func
	env    meeting.Env
}

// New makes the issuer of a server, or none for none.
func New(s Server, source secret.Func, env meeting.Env) *Issuer {
	if s.Provider == "" {
		return nil
	}
	return &Issuer{server: s, source: source, env: env}
}

// Signer gets what tickets need. It is asked before the door is: where it fails nobody was admitted yet, and the call may be repeated.
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

// A Signer signs tickets. The zero Signer signs none.
type Signer struct {
	server Server
	secret secret.Text
	env    meeting.Env
}

// A Ticket lets one participant into the media room of their sitting.
type Ticket struct {
	Provider Provider
	URL      string // where the client connects
	Room     string
	Token    string
	Expires  time.Time
}

// skew is how far a media server's clock may be behind ours.
const skew = 10 * time.Second

// Ticket is the ticket of somebody who is admitted, and nil for everybody else (I9).
func (s Signer) Ticket(a meeting.Admission) *Ticket {
	if s.server.Provider == "" || a.State != meeting.Admitted {
		return nil
	}
	now := s.env.Now()
	t := &Ticket{Provider: s.server.Provider, URL: s.server.URL, Room: a.Room.Live.Instance,
		Expires: now.Add(2 * s.env.Config.Lease).Truncate(time.Second)}
	claims := jwt.MapClaims{"iss": s.server.Key, "nbf": now.Add(-skew).Unix(), "exp": t.Expires.Unix()}
	switch s.server.Provider {
	case LiveKit:
		liveKit(claims, t.Room, a.Seat)
	case Jitsi:
		t.Room = strings.ToLower(t.Room) // as Jitsi does with every room's name
		t.URL += "/" + t.Room
		s.server.jitsi(claims, t.Room, a.Seat)
	}
	t.Token = s.sign(claims)
	return t
}

func (s Signer) sign(claims jwt.MapClaims) string {
	token, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(s.secret)) // plain claims, a key of bytes: cannot fail
	return token
}
