//go:build unix

package dynamodblocal

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

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
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	client := NewClient(s.Endpoint(), nil)
	for {
		select {
		case <-s.Done():
			if strings.Contains(s.Output(), "BindException") {
				return errPortTaken
			}
			return fmt.Errorf("DynamoDB Local ended at once; its output:\n%s", s.Output())
		case <-ctx.Done():
			return fmt.Errorf("DynamoDB Local did not answer: %w\n%s", ctx.Err(), s.Output())
		case <-tick.C:
			_, err := client.ListTables(ctx, nil, func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
			if err == nil {
				return nil
			}
		}
	}
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
