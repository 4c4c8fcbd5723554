package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// A Digest is a SHA-256.
type Digest [sha256.Size]byte

// An AppSecret is what we keep of a secret of an app. The secret has 256 random bits, so a plain hash hides it.
type AppSecret struct {
	Serial    int64  // 1, 2…
	Hash      Digest // of the secret
	Salt      Digest // of a secret that was made with an Idempotency-Key; else zero
	CreatedAt time.Time
	Expires   time.Time // zero: never
}

// newAppSecret makes a secret. With an Idempotency-Key, it is derived from the key and a random salt, so a retry gets
// the same one (I15). Neither a guessed key nor the stored salt is enough to derive it.
func newAppSecret(env meeting.Env, serial int64, key string) (AppSecret, secret.Text, error) {
	var random Digest
	if _, err := io.ReadFull(env.Random, random[:]); err != nil {
		return AppSecret{}, "", fmt.Errorf("account: random bits for a secret: %w", err)
	}
	s := AppSecret{Serial: serial, CreatedAt: env.Now()}
	shared := secret.Text(base64.RawURLEncoding.EncodeToString(random[:]))
	if key != "" {
		s.Salt = random
		shared = s.derive(key)
	}
	s.Hash = digestOf(string(shared))
	return s, shared, nil
}

func digestOf(text string) Digest { return sha256.Sum256([]byte(text)) }

func (s AppSecret) derive(key string) secret.Text {
	mac := hmac.New(sha256.New, s.Salt[:])
	mac.Write([]byte(key)) // of a hash: cannot fail
	return secret.Text(base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
}

// madeWith returns the secret, if it was made with the Idempotency-Key.
func (s AppSecret) madeWith(key string) (secret.Text, bool) {
	if key == "" || s.Salt == (Digest{}) {
		return "", false
	}
	shared := s.derive(key)
	return shared, digestOf(string(shared)) == s.Hash
}

// Works reports whether the secret is accepted at that time.
func (s AppSecret) Works(now time.Time) bool { return s.Expires.IsZero() || now.Before(s.Expires) }

// secretOf returns the secret with that text, if it is accepted at that time. The time that it takes does not depend on
// the text.
func (a App) secretOf(text secret.Text, now time.Time) (found AppSecret, ok bool) {
	sum := digestOf(string(text))
	for _, s := range a.Secrets {
		if subtle.ConstantTimeCompare(sum[:], s.Hash[:]) == 1 && s.Works(now) {
			found, ok = s, true
		}
	}
	return found, ok
}

// hasSecret reports whether the secret of that serial is accepted at that time.
func (a App) hasSecret(serial int64, now time.Time) bool {
	for _, s := range a.Secrets {
		if s.Serial == serial && s.Works(now) {
			return true
		}
	}
	return false
}

// AuditRotate is the action of the audit trail for another secret.
const AuditRotate = "Rotate"

// Rotate gives an app another secret, and returns it; it is never shown again. The newest secret so far goes on
// working for the overlap, of at most [MaxOverlap]; older ones, and all tokens of secrets that ended, are refused from
// now on. With the Idempotency-Key of the last rotation it returns that secret again, or meeting.KeyReused if the
// overlap differs. It returns [NoApp], and [AppTooMighty] if the app may do what the caller may not.
func (s *Apps) Rotate(
	ctx context.Context, c meeting.Caller, id string, overlap time.Duration, key string,
) (a App, shared secret.Text, err error) {
	a, err = s.change(ctx, c, id, AuditRotate, func(a *App) (changed bool, err error) {
		if err := checkMight(c, *a); err != nil {
			return false, err
		}
		newest := a.Secrets[0].Serial
		shared, err = a.rotate(s.env, overlap, key)
		return a.Secrets[0].Serial != newest, err
	})
	return a, shared, err
}

func (a *App) rotate(env meeting.Env, overlap time.Duration, key string) (secret.Text, error) {
	if repeated, isRepeat := a.madeWith(key, env.Now()); isRepeat {
		if repeated == "" || a.overlap() != overlap {
			return "", keyReused()
		}
		return repeated, nil
	}
	newest := a.Secrets[0]
	made, shared, err := newAppSecret(env, newest.Serial+1, key)
	a.Secrets = []AppSecret{made}
	if newest.Expires = made.CreatedAt.Add(overlap); overlap > 0 {
		a.Secrets = append(a.Secrets, newest)
	}
	return shared, err
}

// madeWith reports whether a rotation within meeting.IdempotencyLife had the key, and returns its secret, if that is
// the newest.
func (a *App) madeWith(key string, now time.Time) (shared secret.Text, isRepeat bool) {
	for i, s := range a.Secrets {
		text, made := s.madeWith(key)
		if !made || s.Serial == 1 || !now.Before(s.CreatedAt.Add(meeting.IdempotencyLife)) {
			continue
		}
		if isRepeat = true; i == 0 {
			shared = text
		}
	}
	return shared, isRepeat
}

// overlap returns that of the last rotation.
func (a *App) overlap() time.Duration {
	if len(a.Secrets) == 1 {
		return 0
	}
	return a.Secrets[1].Expires.Sub(a.Secrets[0].CreatedAt)
}
