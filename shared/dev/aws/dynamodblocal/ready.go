//go:build unix

package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"personal-rooms/shared/dev/process"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

const (
	probeEvery = 20 * time.Millisecond
	tailLength = 64 << 10 // in bytes
)

// awaitReady returns when the server answers a request, so that its first user does not wait for it to warm up.
func (s *Server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	client := NewClient(s.Endpoint(), nil)
	err := s.process.AwaitReady(ctx, probeEvery, func(ctx context.Context) bool {
		_, err := client.ListTables(ctx, nil, func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
		return err == nil
	})
	if errors.Is(err, process.ErrEnded) && strings.Contains(s.Output(), "BindException") {
		return errPortTaken
	}
	if err != nil {
		return fmt.Errorf("DynamoDB Local did not answer: %w; its output:\n%s", err, s.Output())
	}
	return nil
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	t.kept = t.kept[max(0, len(t.kept)-tailLength):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
