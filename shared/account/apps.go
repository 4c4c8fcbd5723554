package account

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// The scopes that a token must name to see and to register apps. No app can have them, so nothing that an app does
// outlives the app.
const (
	AdminReadsApps  = "app:read:admin"
	AdminWritesApps = "app:write:admin"
)

// Limits of apps.
const (
	MaxApps    = 20 // of an account
	MaxAppName = 100
	MaxOverlap = 30 * 24 * time.Hour // in which an old secret goes on working
)

// An App is a program of an account that gets tokens for itself: Zoom's server-to-server app. It acts as one user,
// within its scopes.
type App struct {
	Account string
	ID      string // a ULID
	Name    string
	Scopes  []string    // of [AppScopes], at least one
	User    string      // the id of the user that it acts as
	Secrets []AppSecret // that work, or did; the newest first, at most two

	CreatedAt time.Time
	CreatedBy meeting.User
	Version   int64 // of the item, for conditional writes; 0: not stored
}

// Exists reports whether the app is stored.
func (a App) Exists() bool { return a.Version > 0 }

// ClientID names the app and its account, so that one read finds it.
func (a App) ClientID() string {
	return a.ID + "." + base64.RawURLEncoding.EncodeToString([]byte(a.Account))
}

// parseClientID returns the account and the id in a client id.
func parseClientID(text string) (of, id string, ok bool) {
	id, encoded, _ := strings.Cut(text, ".")
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	of = string(decoded)
	return of, id, err == nil && isULID(id) && KeyPart(of, MaxAccount)
}

// IsClientID reports whether the text can be the client id of an app.
func IsClientID(text string) bool {
	_, _, ok := parseClientID(text)
	return ok
}

// AppScopes are all scopes that an app can have.
func AppScopes() []string {
	return []string{
		"user:read", meeting.AdminReadsUsers, "user:write", meeting.AdminWritesUsers,
		"meeting:read", meeting.AdminReadsMeetings, "meeting:write", meeting.AdminWritesMeetings,
		AdminReadsWebhooks, AdminWritesWebhooks, AdminReadsAutomations, AdminWritesAutomations, meeting.AdminReadsReports,
		AdminReadsAccount, AdminWritesAccount,
	}
}

// AdminScopes are all scopes of an admin of an account: those that an app can have, and those that it cannot.
func AdminScopes() []string {
	ofApps := slices.DeleteFunc(AppScopes(), func(scope string) bool { return !strings.HasSuffix(scope, ":admin") })
	return append(ofApps, AdminReadsApps, AdminWritesApps)
}

// ParseAppScope checks a scope for an app.
func ParseAppScope(text string) (string, error) {
	if !slices.Contains(AppScopes(), text) {
		return "", fmt.Errorf("is %s; must be one of %s", quote(text), strings.Join(AppScopes(), ", "))
	}
	return text, nil
}

// ParseAppUser checks the id of the user that an app acts as.
func ParseAppUser(text string) (string, error) {
	if text == Everyone || !KeyPart(text, MaxUser) {
		return "", fmt.Errorf("is %s; must be the id of a user, as in their tokens", quote(text))
	}
	return text, nil
}

// An AppStore stores apps and their tokens. All reads are consistent.
type AppStore interface {
	meeting.ActiveStore

	// Apps returns all apps of the account, oldest first.
	Apps(ctx context.Context, account string) ([]App, error)
	// App returns the zero App if there is none.
	App(ctx context.Context, account, id string) (App, error)
	// PutApp replaces the version that the app names, 0 for none, and returns the stored one. Otherwise it returns
	// ErrStale. The audit entries are stored with it, or neither.
	PutApp(context.Context, App, ...meeting.PutAudit) (App, error)
	// DropApp deletes an app. If there is none it returns no error, and stores no audit entry.
	DropApp(ctx context.Context, account, id string, audit ...meeting.PutAudit) error

	// AppToken returns the zero AppToken if there is none.
	AppToken(ctx context.Context, account, app string, hash Digest) (AppToken, error)
	// PutAppToken stores a token, until it expires.
	PutAppToken(context.Context, AppToken) error
}

// Apps are the use cases of the apps of accounts. Those of admins return [AppsOff] if apps are off.
type Apps struct {
	store AppStore
	env   meeting.Env
	on    bool
}

// NewApps returns the use cases of apps. They are off unless the operator turned them on.
func NewApps(store AppStore, env meeting.Env, on bool) *Apps { return &Apps{store, env, on} }

// Ready returns [AppsOff] if apps are off.
func (s *Apps) Ready() error {
	if !s.on {
		return meeting.Refuse(AppsOff, "Apps are off here: the operator turns them on with the parameter Apps.")
	}
	return nil
}

// List returns all apps of the account, oldest first.
func (s *Apps) List(ctx context.Context, c meeting.Caller) ([]App, error) {
	if err := s.Ready(); err != nil {
		return nil, err
	}
	return s.store.Apps(ctx, c.Account)
}

// Get returns an app of the account, or [NoApp].
func (s *Apps) Get(ctx context.Context, c meeting.Caller, id string) (App, error) {
	if err := s.Ready(); err != nil {
		return App{}, err
	}
	if !isULID(id) {
		return App{}, noApp()
	}
	a, err := s.store.App(ctx, c.Account, id)
	if err == nil && !a.Exists() {
		err = noApp()
	}
	return a, err
}

func noApp() error { return meeting.Refuse(NoApp, "There is no such app.") }

// An AppDraft describes a new app. The scopes must be valid by [ParseAppScope], and at least one; the user by
// [ParseUser].
type AppDraft struct {
	Name   string
	Scopes []string
	User   string // empty: the caller
	Key    string // an Idempotency-Key; empty: none (I15)
}

// Register stores an app and returns it with its secret, which is never shown again. With the key of an app that the
// caller registered within meeting.IdempotencyLife, it returns that one, or meeting.KeyReused if the draft differs or
// the secret was changed. It returns [AppTooMighty] if the app could do what the caller may not, meeting.UserInactive
// if its user is inactive, and [TooManyApps].
func (s *Apps) Register(ctx context.Context, c meeting.Caller, d AppDraft) (App, secret.Text, error) {
	all, err := s.List(ctx, c)
	if err != nil {
		return App{}, "", err
	}
	made, shared, err := s.newApp(c, d)
	if err != nil {
		return App{}, "", err
	}
	if err := s.checkRights(ctx, c, made); err != nil {
		return App{}, "", err
	}
	if i := slices.IndexFunc(all, func(a App) bool { return isAppRepeat(a, made, d) }); i >= 0 {
		return repeatRegister(all[i], made, d)
	}
	if len(all) >= MaxApps {
		return App{}, "", meeting.Refuse(TooManyApps, fmt.Sprintf("The account has %d apps; delete one first.", len(all)))
	}
	made, err = s.putNew(ctx, c, made)
	return made, shared, err
}

func (s *Apps) newApp(c meeting.Caller, d AppDraft) (App, secret.Text, error) {
	id, err := newKeyedID(s.env, "app", c, d.Key)
	if err != nil {
		return App{}, "", err
	}
	made, shared, err := newAppSecret(s.env, 1, d.Key)
	return App{
		Account: c.Account, ID: id, Name: d.Name, Scopes: distinct(d.Scopes), User: cmp.Or(d.User, c.ID),
		Secrets: []AppSecret{made}, CreatedAt: s.env.Now(), CreatedBy: c.User,
	}, shared, err
}

func distinct(scopes []string) []string { return slices.Compact(slices.Sorted(slices.Values(scopes))) }

func isAppRepeat(a, made App, d AppDraft) bool {
	return d.Key != "" && sameKey(a.ID, made.ID) && made.CreatedAt.Before(a.CreatedAt.Add(meeting.IdempotencyLife))
}

func repeatRegister(a, made App, d AppDraft) (App, secret.Text, error) {
	shared, ok := a.Secrets[0].madeWith(d.Key)
	same := a.Name == made.Name && a.User == made.User && slices.Equal(a.Scopes, made.Scopes)
	if !ok || a.Secrets[0].Serial != 1 || !same {
		return App{}, "", keyReused()
	}
	return a, shared, nil
}

func keyReused() error {
	return meeting.Refuse(meeting.KeyReused, "This Idempotency-Key was used for another request.")
}

// checkMight returns [AppTooMighty] if the app has a scope that the token of the caller does not have, or acts as
// another user and the caller may not edit other users.
func checkMight(c meeting.Caller, a App) error {
	for _, scope := range a.Scopes {
		if !c.May(scope) && !c.May(scope+":admin") {
			return meeting.Refuse(AppTooMighty, "Your token does not have the app's scope "+scope+".")
		}
	}
	if a.User != c.ID && !c.May(meeting.AdminWritesUsers) {
		return meeting.Refuse(AppTooMighty, "For an app that acts as another user, your token needs the scope "+
			meeting.AdminWritesUsers+".")
	}
	return nil
}

// checkRights returns the error of checkMight, or meeting.UserInactive if the app acts as another user, who is
// inactive. Whether the caller is active was checked before.
func (s *Apps) checkRights(ctx context.Context, c meeting.Caller, a App) error {
	if err := checkMight(c, a); err != nil || a.User == c.ID {
		return err
	}
	user := meeting.User{Account: a.Account, ID: a.User}
	return meeting.CheckActive(ctx, s.store, meeting.Caller{User: user, IssuedAt: a.CreatedAt})
}

// putNew stores the app. It deletes it again and returns meeting.Busy if a concurrent request stored another one that
// leaves no room for it.
func (s *Apps) putNew(ctx context.Context, c meeting.Caller, made App) (App, error) {
	entry, err := s.audit(c, meeting.AuditAdd, made)
	if err != nil {
		return App{}, err
	}
	stored, err := s.store.PutApp(ctx, made, entry)
	if err != nil {
		return App{}, err
	}
	all, err := s.store.Apps(ctx, made.Account)
	if err != nil || len(all) <= MaxApps {
		return stored, err
	}
	if entry, err = s.audit(c, meeting.AuditDelete, made); err != nil {
		return App{}, err
	}
	return App{}, cmp.Or(s.store.DropApp(ctx, made.Account, made.ID, entry), busy())
}

// audit returns the entry of a change of the app.
func (s *Apps) audit(c meeting.Caller, action string, a App) (meeting.PutAudit, error) {
	detail := fmt.Sprintf("app %s %q as %s with %s", a.ID, a.Name, a.User, strings.Join(a.Scopes, " "))
	return s.env.Audit(c, meeting.AuditApp, action, detail)
}

// An AppEdit changes an app; nil: unchanged.
type AppEdit struct {
	Name   *string
	Scopes *[]string
	User   *string
}

// Edit changes an app. It is in force at once, for tokens that the app has too. It returns [NoApp], and the refusals
// of [Apps.Register].
func (s *Apps) Edit(ctx context.Context, c meeting.Caller, id string, e AppEdit) error {
	_, err := s.change(ctx, c, id, meeting.AuditUpdate, func(a *App) (bool, error) {
		if e.Name != nil {
			a.Name = *e.Name
		}
		if e.Scopes != nil {
			a.Scopes = distinct(*e.Scopes)
		}
		if e.User != nil {
			a.User = *e.User
		}
		if e.Scopes == nil && e.User == nil {
			return true, nil
		}
		return true, s.checkRights(ctx, c, *a)
	})
	return err
}

// change applies the edit to the stored app, and again if it was changed meanwhile. It stores nothing if the edit
// reports that it changed nothing.
func (s *Apps) change(
	ctx context.Context, c meeting.Caller, id, action string, edit func(*App) (changed bool, err error),
) (App, error) {
	for range maxTries {
		a, err := s.Get(ctx, c, id)
		if err != nil {
			return App{}, err
		}
		if changed, err := edit(&a); err != nil || !changed {
			return a, err
		}
		entry, err := s.audit(c, action, a)
		if err != nil {
			return App{}, err
		}
		if a, err = s.store.PutApp(ctx, a, entry); !errors.Is(err, ErrStale) {
			return a, err
		}
	}
	return App{}, busy()
}

// Delete deletes an app: its secrets and tokens are refused from now on. It returns [NoApp].
func (s *Apps) Delete(ctx context.Context, c meeting.Caller, id string) error {
	a, err := s.Get(ctx, c, id)
	if err != nil {
		return err
	}
	entry, err := s.audit(c, meeting.AuditDelete, a)
	if err != nil {
		return err
	}
	return s.store.DropApp(ctx, a.Account, a.ID, entry)
}

// Now returns the time of the use cases.
func (s *Apps) Now() time.Time { return s.env.Now() }
