// Package vault reads secrets, and caches them.
package vault

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"

	"personal-rooms/shared/secret"
)

const (
	lifetime    = 5 * time.Minute // of what was read
	readTimeout = 2 * time.Second // for one reading
)

// Open returns a function that reads the secret: as it was given, or from Secrets Manager. A secret from there is
// cached for five minutes: a rotation takes so long. If it cannot be read again then, the old one is used for another
// five minutes, with a warning in the log.
// It returns nil if there is no secret.
func Open(config aws.Config, p secret.Ref, now func() time.Time, log *slog.Logger) secret.Func {
	if p.None() {
		return nil
	}
	if p.ARN == "" {
		return func(context.Context) (secret.Text, error) { return p.Given, nil }
	}
	v := &vault{client: secretsmanager.NewFromConfig(config, inRegionOf(p.ARN)), arn: p.ARN, now: now, log: log}
	return v.secret
}

// inRegionOf asks Secrets Manager in the region that the ARN names, which need not be the function's own.
func inRegionOf(name string) func(*secretsmanager.Options) {
	return func(o *secretsmanager.Options) {
		if a, err := arn.Parse(name); err == nil {
			o.Region = a.Region
		}
	}
}

// A vault caches a secret.
type vault struct {
	client *secretsmanager.Client
	arn    string
	now    func() time.Time
	log    *slog.Logger

	mu   sync.Mutex
	held secret.Text
	read time.Time
}

func (v *vault) secret(ctx context.Context) (secret.Text, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.held != "" && v.now().Before(v.read.Add(lifetime)) {
		return v.held, nil
	}
	text, err := v.fetch(ctx)
	switch {
	case err == nil:
		v.held = text
	case v.held == "":
		return "", err
	default:
		v.log.WarnContext(ctx, "a secret could not be read again", "arn", v.arn, "cause", err)
	}
	v.read = v.now()
	return v.held, nil
}

// fetch reads the secret. Its errors do not show it.
func (v *vault) fetch(ctx context.Context) (secret.Text, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	out, err := v.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &v.arn})
	if _, unclear := errors.AsType[*smithy.DeserializationError](err); unclear { // it quotes what was answered
		err = errors.New("the answer cannot be decoded")
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", v.arn, err)
	}
	text := strings.TrimSpace(aws.ToString(out.SecretString))
	if text == "" || strings.HasPrefix(text, "{") {
		return "", errors.New(v.arn + " must hold the secret itself as text, not key/value pairs")
	}
	return secret.Text(text), nil
}
