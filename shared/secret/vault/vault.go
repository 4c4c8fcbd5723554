// Package vault reads secrets, and keeps them for a while.
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

// Open is where the secret of the place is read: as it was given, or in Secrets Manager. What was read there is used for five minutes, so
// that is how long a rotation takes; if it cannot be read anew then, it is used for another five, and the log says so.
func Open(config aws.Config, p secret.Ref, now func() time.Time, log *slog.Logger) secret.Func {
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

// A vault holds what was read last.
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
		v.log.WarnContext(ctx, "a secret could not be read anew", "arn", v.arn, "cause", err)
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
		err = errors.New("the answer is not understood")
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
