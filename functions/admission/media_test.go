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

// meetsOn gives the door a media server, whose secret may be out of reach.
func (s *scene) meetsOn(server media.Server, unreachable ...error) {
	source := func(context.Context) (secret.Text, error) { return server.Secret.Given, errors.Join(unreachable...) }
	s.Serve(routes(s.Door(), media.New(server, source, s.Env), "")...)
}

// claims are those of the answer's ticket, which must be good now.
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

// video is a member of a LiveKit ticket's grant.
func (s *scene) video(a testkit.Answer, member string) any {
	s.t.Helper()
	grant, _ := s.claims(a)["video"].(map[string]any)
	return grant[member]
}

// ticketless fails the test if the answer has anything for the media server.
func ticketless(t testing.TB, a testkit.Answer) {
	t.Helper()
	if strings.Contains(a.Body, "media") || strings.Contains(a.Body, "eyJ") {
		t.Errorf("a ticket: %s", a.Body)
	}
}

func TestWithoutAMediaServerASeatIsAll(t *testing.T) {
	s := newScene(t)
	sam := s.guest("Sam")
	ticketless(t, in(t, s.ada.join()))
	ticketless(t, in(t, sam.join()))
	ticketless(t, in(t, sam.poll()))
}

func TestWhoIsAdmittedGetsATicket(t *testing.T) {
	s := newScene(t)
	s.meetsOn(liveKit)
	sam := s.guest("Sam")
	in(t, s.ada.join())
	a := in(t, sam.join())
	a.Is(t, fmt.Sprintf(`{"state":"admitted", "seat":{"id":%q, "secret":%q, "role":"participant", "display_name":"Sam"}, "renew_after":30,
		"meeting":{"id":%s, "uuid":%q, "topic":"Ada's Personal Meeting Room", "host_id":"ada", "started_at":"2026-03-02T09:00:00Z"},
		"media":{"provider":"livekit", "url":"wss://media.example.com", "room":%[4]q, "token":%[5]q, "expires_at":"2026-03-02T09:03:00Z"}}`,
		sam.seat.ID, sam.seat.Secret, s.room, a.Text(t, "meeting.uuid"), a.Text(t, "media.token")))
	same(t, "for", s.claims(a)["sub"], any(sam.seat.ID))
	same(t, "as", s.claims(a)["name"], any("Sam"))
}

func TestJitsiHasAPageForEachSitting(t *testing.T) {
	s := newScene(t)
	s.meetsOn(jitsi)
	a := in(t, s.ada.join())
	room := strings.ToLower(a.Text(t, "meeting.uuid"))
	same(t, "room", a.Text(t, "media.room"), room)
	same(t, "url", a.Text(t, "media.url"), "https://video.example.com/"+room)
	same(t, "the token's room", s.claims(a)["room"], any(room))
}

func TestI9NoTicketBeforeAdmission(t *testing.T) {
	for _, server := range []media.Server{liveKit, jitsi} {
		s := newScene(t)
		s.meetsOn(server)
		sam, sue := s.guest("Sam"), s.guest("Sue")
		ticketless(t, waits(t, sam.join(), "waiting_for_host"))
		s.waitingRoom()
		in(t, s.ada.join())
		ticketless(t, waits(t, sam.poll(), "waiting_room"))
		ticketless(t, waits(t, sue.join(), "waiting_room"))
		s.sayOf("admit", sam).Want(t, 204)
		s.claims(in(t, sam.poll()))
		ticketless(t, waits(t, sue.poll(), "waiting_room"))
		s.sayOf("wait", sam).Want(t, 204)
		ticketless(t, waits(t, sam.poll(), "waiting_room"))
	}
}

func TestI9NoTicketForWhoIsRefused(t *testing.T) {
	s := newScene(t)
	s.meetsOn(liveKit)
	sam, sue, sid := s.guest("Sam"), s.guest("Sue"), s.guest("Sid")
	in(t, s.ada.join())
	in(t, sam.join())
	in(t, sid.join())
	ticketless(t, sue.join(fields{"passcode": "wrong"}).Want(t, 404))
	s.sayOf("remove", sam).Want(t, 204)
	ticketless(t, sam.poll().Want(t, 403))
	s.lock(true)
	ticketless(t, sue.join().Want(t, 403))
	s.end("ada", s.room)
	ticketless(t, sid.poll().Want(t, 409))
}

func TestI10ARemovedPersonGetsNoTicketAgain(t *testing.T) {
	s := newScene(t)
	s.meetsOn(liveKit)
	in(t, s.ada.join())
	bob := s.user("bob")
	s.claims(in(t, bob.join()))
	s.sayOf("remove", bob).Want(t, 204)
	ticketless(t, bob.poll().Want(t, 403))
	ticketless(t, s.user("bob").join().Want(t, 403))
}

func TestHostsModerateTheMedia(t *testing.T) {
	s := newScene(t)
	s.meetsOn(liveKit)
	s.policy(meeting.SettingsEdit{AlternativeHosts: new([]string{"bob@example.com"})})
	eve := s.user("eve")
	same(t, "Ada", s.video(in(t, s.ada.join()), "roomAdmin"), any(true))
	same(t, "Bob", s.video(in(t, s.user("bob").join()), "roomAdmin"), any(true))
	same(t, "Eve", s.video(in(t, eve.join()), "roomAdmin"), nil)
	s.sayOf("make_host", eve).Want(t, 204)
	same(t, "Eve, now that she is host", s.video(in(t, eve.poll()), "roomAdmin"), any(true))
}

func TestATicketExpiresAndARenewalBringsAnother(t *testing.T) {
	s := newScene(t)
	s.meetsOn(liveKit)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	first := in(t, sam.join())
	s.Clock.Advance(30 * time.Second)
	second := in(t, sam.poll())
	same(t, "expires", second.Text(t, "media.expires_at"), "2026-03-02T09:03:30Z")
	same(t, "who", s.claims(second)["sub"], s.claims(first)["sub"])
	same(t, "where", s.video(second, "room"), s.video(first, "room"))
	s.Clock.Advance(3 * time.Minute)
	_, err := jwt.Parse(first.Text(t, "media.token"), func(*jwt.Token) (any, error) { return []byte(mediaSecret), nil }, jwt.WithTimeFunc(s.Clock.Now))
	if !errors.Is(err, jwt.ErrTokenExpired) {
		t.Errorf("the first one: %v", err)
	}
}

func TestTheNextSittingMeetsElsewhere(t *testing.T) {
	for _, server := range []media.Server{liveKit, jitsi} {
		s := newScene(t)
		s.meetsOn(server)
		first := in(t, s.ada.join()).Text(t, "media.room")
		same(t, "one room for all", in(t, s.guest("Sam").join()).Text(t, "media.room"), first)
		s.end("ada", s.room)
		if next := in(t, s.ada.join()).Text(t, "media.room"); next == first || next == "" {
			t.Errorf("%s: %q, and then %q", server.Provider, first, next)
		}
	}
}

func TestWhereTheSecretIsOutOfReachNobodyIsLetIn(t *testing.T) {
	s := newScene(t)
	s.meetsOn(liveKit, context.DeadlineExceeded)
	s.guest("Sam").join().Refused(t, 503, 503, "timed_out")
	s.meetsOn(liveKit, errors.New("access denied"))
	s.ada.join().Refused(t, 500, 500, "internal")
	s.do("GET", "", nil).Want(t, 200) // the host's controls need no secret
	s.meetsOn(liveKit)
	in(t, s.ada.join())
	same(t, "seats", s.names("admitted"), "Ada")
}

func TestTheLogHoldsNeitherTicketsNorTheirSecret(t *testing.T) {
	s := newScene(t)
	var logged bytes.Buffer
	source := func(context.Context) (secret.Text, error) { return mediaSecret, nil }
	s.API = api.New(api.Options{Logger: boot.Logger(&logged, slog.LevelDebug, "", ""), Now: s.Clock.Now},
		routes(s.Door(), media.New(liveKit, source, s.Env), "")...)
	token := in(t, s.ada.join()).Text(t, "media.token")
	s.guest("Sam").join(fields{"passcode": "wrong"}).Want(t, 404)
	if said := logged.String(); said == "" || strings.Contains(said, mediaSecret) || strings.Contains(said, token) {
		t.Errorf("logged %s", said)
	}
}
