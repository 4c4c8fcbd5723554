// Package vault keeps the secret of the media server. It stands apart from package media so that AWS Secrets Manager's client is only in
// the functions that need it.
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
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"

	"personal-rooms/shared/media"
)

const (
	lifetime = 5 * time.Minute // of what was read
	patience = 2 * time.Second // for one reading
)

// Open is where the server's secret comes from: the configuration, or Secrets Manager. What was read there is used for five minutes, so
// that is how long a rotation takes; if it cannot be read anew then, it is used for another five, and the log says so.
func Open(config aws.Config, s media.Server, now func() time.Time, log *slog.Logger) media.Source {
	if s.SecretARN == "" {
		return func(context.Context) (media.Secret, error) { return s.Secret, nil }
	}
	v := &vault{client: secretsmanager.NewFromConfig(config), arn: s.SecretARN, now: now, log: log}
	return v.secret
}

// A vault holds what was read last.
type vault struct {
	client *secretsmanager.Client
	arn    string
	now    func() time.Time
	log    *slog.Logger

	mu   sync.Mutex
	held media.Secret
	read time.Time
}

func (v *vault) secret(ctx context.Context) (media.Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.held != "" && v.now().Before(v.read.Add(lifetime)) {
		return v.held, nil
	}
	secret, err := v.fetch(ctx)
	switch {
	case err == nil:
		v.held = secret
	case v.held == "":
		return "", err
	default:
		v.log.WarnContext(ctx, "the media server's secret could not be read anew", "cause", err)
	}
	v.read = v.now()
	return v.held, nil
}

// fetch reads the secret. Its errors do not show it.
func (v *vault) fetch(ctx context.Context) (media.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
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
	return media.Secret(text), nil
}
