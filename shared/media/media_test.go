package media_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	secrets "personal-rooms/shared/secret"
)

// verifier is where make puts what verifies our tokens.
const verifier = "../../.tools/media"

func TestMain(m *testing.M) {
	if _, err := os.Stat(verifier + "/node_modules/.package-lock.json"); err != nil {
		fmt.Fprintln(os.Stderr, "What verifies tokens is not in .tools/media: run make token-verifier, as make test does.")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const (
	secret   = "nobody-but-the-media-server-knows"
	instance = "Xq2-7wAAAAAAAAAAAAAA_A"
)

func liveKit() media.Server {
	return media.Server{Provider: media.LiveKit, URL: "wss://media.example.com", Key: "APIkey", Secret: secrets.Ref{Given: secret}}
}

func jitsi() media.Server {
	return media.Server{Provider: media.Jitsi, URL: "https://meet.example.com", Key: "rooms", Domain: "meet.example.com", Secret: secrets.Ref{Given: secret}}
}

// admitted is the admission of somebody to the sitting.
func admitted(name string, role meeting.Role) meeting.Admission {
	return meeting.Admission{
		State: meeting.Admitted, Room: meeting.Room{Live: meeting.LiveState{Instance: instance}},
		Seat: meeting.Seat{ID: instance + ".0123456789abcdef", Name: name, Role: role, Email: "ada@example.com"},
	}
}

// signer makes tickets of the server at a time, for seats with a lease of a minute.
func signer(t *testing.T, s media.Server, now time.Time) media.Signer {
	t.Helper()
	source := func(context.Context) (secrets.Text, error) { return s.Secret.Given, nil }
	env := meeting.Env{Now: func() time.Time { return now }, Config: meeting.Config{Lease: time.Minute}}
	made, err := media.New(s, source, env).Signer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// A verdict is what the media server makes of a token.
type verdict struct {
	Error          string
	Header, Claims map[string]any
}

func verify(t *testing.T, s media.Server, token string) (said verdict) {
	t.Helper()
	asked, err := json.Marshal(map[string]string{"provider": string(s.Provider), "token": token, "key": s.Key, "secret": string([]byte(s.Secret.Given))})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "testdata/verify.mjs", verifier)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(asked), os.Stderr
	answer, err := cmd.Output()
	if err := errors.Join(err, json.Unmarshal(answer, &said)); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	return said
}

func TestLiveKitAcceptsItsTickets(t *testing.T) {
	now := time.Now()
	ticket := signer(t, liveKit(), now).Ticket(admitted("Ada & Co", meeting.Participant))
	expires := now.Add(2 * time.Minute).Truncate(time.Second)
	want := &media.Ticket{Provider: media.LiveKit, URL: "wss://media.example.com", Room: instance, Token: ticket.Token, Expires: expires}
	if d := cmp.Diff(want, ticket); d != "" {
		t.Error(d)
	}
	claims := map[string]any{
		"iss": "APIkey", "sub": instance + ".0123456789abcdef", "name": "Ada & Co", "metadata": `{"role":"participant"}`,
		"nbf": float64(now.Add(-10 * time.Second).Unix()), "exp": float64(expires.Unix()),
		"video": map[string]any{"room": instance, "roomJoin": true, "canPublish": true, "canSubscribe": true, "canPublishData": true},
	}
	if d := cmp.Diff(verdict{Header: map[string]any{"alg": "HS256", "typ": "JWT"}, Claims: claims}, verify(t, liveKit(), ticket.Token)); d != "" {
		t.Error(d)
	}
}

func TestJitsiAcceptsItsTickets(t *testing.T) {
	now := time.Now()
	ticket := signer(t, jitsi(), now).Ticket(admitted("Ada & Co", meeting.Participant))
	room, expires := strings.ToLower(instance), now.Add(2*time.Minute).Truncate(time.Second)
	want := &media.Ticket{Provider: media.Jitsi, URL: "https://meet.example.com/" + room, Room: room, Token: ticket.Token, Expires: expires}
	if d := cmp.Diff(want, ticket); d != "" {
		t.Error(d)
	}
	claims := map[string]any{
		"iss": "rooms", "aud": "rooms", "sub": "meet.example.com", "room": room,
		"nbf": float64(now.Add(-10 * time.Second).Unix()), "exp": float64(expires.Unix()),
		"context": map[string]any{"user": map[string]any{
			"id": instance + ".0123456789abcdef", "name": "Ada & Co", "affiliation": "member", "moderator": "false",
		}},
	}
	if d := cmp.Diff(verdict{Header: map[string]any{"alg": "HS256", "typ": "JWT"}, Claims: claims}, verify(t, jitsi(), ticket.Token)); d != "" {
		t.Error(d)
	}
}

func TestHostsModerate(t *testing.T) {
	for role, hosts := range map[meeting.Role]bool{meeting.Host: true, meeting.AlternativeHost: true, meeting.Participant: false} {
		of := func(s media.Server) map[string]any {
			return verify(t, s, signer(t, s, time.Now()).Ticket(admitted("Ada", role)).Token).Claims
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

func TestATicketIsForItsTimeAndItsServer(t *testing.T) {
	for _, s := range []media.Server{liveKit(), jitsi()} {
		token := func(of media.Server, age time.Duration) string {
			return signer(t, of, time.Now().Add(-age)).Ticket(admitted("Ada", meeting.Host)).Token
		}
		another, foreign := s, s
		another.Secret.Given, foreign.Key = "another", "another"
		for what, c := range map[string]struct{ token, says string }{
			"now":                           {token(s, 0), ""},
			"of a clock that is ahead":      {token(s, -8*time.Second), ""},
			"of a minute ago":               {token(s, time.Minute), ""},
			"of three minutes ago":          {token(s, 3*time.Minute), `"exp" claim timestamp check failed`},
			"of a minute from now":          {token(s, -time.Minute), `"nbf" claim timestamp check failed`},
			"signed with another secret":    {token(another, 0), "signature verification failed"},
			"of another key, or app":        {token(foreign, 0), `unexpected "iss" claim value`},
			"with its claims made stronger": {strings.Replace(token(s, 0), ".", ".e", 1), "signature verification failed"},
		} {
			if got := verify(t, s, c.token).Error; got != c.says {
				t.Errorf("%s, %s: %q, want %q", s.Provider, what, got, c.says)
			}
		}
	}
}

func TestI9OnlyTheAdmittedGetATicket(t *testing.T) {
	for _, s := range []media.Server{liveKit(), jitsi()} {
		signer := signer(t, s, time.Now())
		for _, state := range []meeting.State{"", meeting.Waiting, meeting.WasDenied, meeting.WasRemoved, meeting.Left} {
			a := admitted("Ada", meeting.Host)
			a.State = state
			if ticket := signer.Ticket(a); ticket != nil {
				t.Errorf("%s: somebody %q gets %v", s.Provider, state, ticket)
			}
		}
	}
}

func TestNoServerNoTicket(t *testing.T) {
	signer, err := media.New(media.Server{}, nil, meeting.Env{}).Signer(t.Context())
	if ticket := signer.Ticket(admitted("Ada", meeting.Host)); ticket != nil || err != nil {
		t.Errorf("%v, %v", ticket, err)
	}
}

func TestNoSecretNoSigner(t *testing.T) {
	failing := func(context.Context) (secrets.Text, error) { return "", context.DeadlineExceeded }
	_, err := media.New(liveKit(), failing, meeting.Env{}).Signer(t.Context())
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestTokensNameNoAddress(t *testing.T) {
	for _, s := range []media.Server{liveKit(), jitsi()} {
		token := signer(t, s, time.Now()).Ticket(admitted("Ada", meeting.Host)).Token
		if said := fmt.Sprint(verify(t, s, token)); strings.Contains(said, "@") {
			t.Errorf("%s: %s", s.Provider, said)
		}
	}
}

func TestASecretDoesNotShowItself(t *testing.T) {
	var said bytes.Buffer
	server := liveKit()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&said, verb+verb+verb, server, &server, server.Secret.Given)
	}
	log := slog.New(slog.NewJSONHandler(&said, nil))
	log.Info("a server", "server", server, "secret", server.Secret.Given)
	slog.New(slog.NewTextHandler(&said, nil)).Info("a server", "server", server, "secret", server.Secret.Given)
	if text := said.String(); strings.Contains(text, secret) || strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", secret)) {
		t.Error(text)
	}
}
