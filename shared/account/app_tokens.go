package account

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// AppTokenLife is how long a token of an app is valid.
const AppTokenLife = time.Hour

// Tokens of apps begin with appToken, then the client id, a point, and 256 random bits. No JSON Web Token begins so.
const (
	appToken    = "app_"
	randomBytes = 32
)

var (
	// ErrAppToken is wrapped by the error of a token that is refused. Only the log shows the cause.
	ErrAppToken = errors.New("account: a token of an app is refused")
	// ErrAppSecret is wrapped by the error of a client id and a secret that are refused: likewise.
	ErrAppSecret = errors.New("account: client id or secret are refused")
)

// An AppToken is what we keep of a token. What it allows is read from the app, each time.
type AppToken struct {
	Account string
	App     string // its id
	Hash    Digest // of the token
	Secret  int64  // the serial of the secret that it was issued for; 0: there is no such token
	Expires time.Time
}

// IsAppToken reports whether the text is meant as a token of an app.
func IsAppToken(text string) bool { return strings.HasPrefix(text, appToken) }

// parseAppToken returns the account and the app that a token names.
func parseAppToken(text string) (of, id string, ok bool) {
	rest, isApp := strings.CutPrefix(text, appToken)
	point := strings.LastIndexByte(rest, '.')
	if !isApp || point < 0 {
		return "", "", false
	}
	random, err := base64.RawURLEncoding.Strict().DecodeString(rest[point+1:])
	if err != nil || len(random) != randomBytes {
		return "", "", false
	}
	return parseClientID(rest[:point])
}

// Credentials are what a program shows to get a token.
type Credentials struct {
	ClientID string
	Secret   secret.Text
}

// Authenticate returns the app with these credentials. Otherwise it returns an error that wraps [ErrAppSecret],
// whether the app exists or not, and writes nothing.
func (s *Apps) Authenticate(ctx context.Context, c Credentials) (App, int64, error) {
	of, id, ok := parseClientID(c.ClientID)
	if !s.on || !ok {
		return App{}, 0, fmt.Errorf("%w: apps are off, or no client id", ErrAppSecret)
	}
	a, err := s.store.App(ctx, of, id)
	if err != nil {
		return App{}, 0, err
	}
	used, ok := a.secretOf(c.Secret, s.env.Now())
	if !ok {
		return App{}, 0, fmt.Errorf("%w: no such app, or not with this secret", ErrAppSecret)
	}
	return a, used.Serial, nil
}

// Issue returns a new token of the app, valid for [AppTokenLife] and as long as the app keeps the secret of that
// serial. We store its hash only.
func (s *Apps) Issue(ctx context.Context, a App, serial int64) (secret.Text, error) {
	random := make([]byte, randomBytes)
	if _, err := io.ReadFull(s.env.Random, random); err != nil {
		return "", fmt.Errorf("account: random bits for a token: %w", err)
	}
	text := appToken + a.ClientID() + "." + base64.RawURLEncoding.EncodeToString(random)
	return secret.Text(text), s.store.PutAppToken(ctx, AppToken{
		Account: a.Account, App: a.ID, Hash: digestOf(text), Secret: serial, Expires: s.env.Now().Add(AppTokenLife),
	})
}

// Check returns an app with this token as a caller: the user that it acts as, with the scopes of the app. It reads the
// token, the app and the user, so what an admin changed or deleted holds at once. It returns an error that wraps
// [ErrAppToken] for any other text, and meeting.UserInactive if the user is inactive.
func (s *Apps) Check(ctx context.Context, text string) (meeting.Caller, error) {
	of, id, ok := parseAppToken(text)
	if !s.on || !ok {
		return meeting.Caller{}, fmt.Errorf("%w: apps are off, or it has another form", ErrAppToken)
	}
	var t AppToken
	var a App
	var both errgroup.Group
	both.Go(func() (err error) { t, err = s.store.AppToken(ctx, of, id, digestOf(text)); return err })
	both.Go(func() (err error) { a, err = s.store.App(ctx, of, id); return err })
	if err := both.Wait(); err != nil {
		return meeting.Caller{}, err
	}
	if cause := t.refusal(a, s.env.Now()); cause != "" {
		return meeting.Caller{}, fmt.Errorf("%w: %s", ErrAppToken, cause)
	}
	c := meeting.Caller{
		User: meeting.User{Account: a.Account, ID: a.User}, Scopes: a.Scopes, App: a.ID, IssuedAt: a.CreatedAt,
	}
	return c, meeting.CheckActive(ctx, s.store, c)
}

// refusal returns why the token of the app is refused at that time; empty if it is not.
func (t AppToken) refusal(a App, now time.Time) string {
	switch {
	case !a.Exists():
		return "there is no such app any more"
	case t.Secret == 0:
		return "the app has no such token"
	case !now.Before(t.Expires):
		return "it has expired"
	case !a.hasSecret(t.Secret, now):
		return "its secret has ended"
	case len(a.Scopes) == 0 || !KeyPart(a.User, MaxUser): // a caller without scopes would not be limited
		return "the app has no scope, or no user"
	}
	return ""
}
