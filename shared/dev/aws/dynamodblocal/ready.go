//go:build unix

package dynamodblocal

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	probeEvery = 20 * time.Millisecond
	tailLength = 64 << 10
)

// awaitReady returns nil once the server answers a request, so that the first caller does not pay for its warm-up.
func (s *Server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.Done():
			return s.startFailure()
		case <-ctx.Done():
			return fmt.Errorf("DynamoDB Local did not answer: %w\n%s", ctx.Err(), s.Output())
		case <-tick.C:
			if s.answers(ctx) {
				return nil
			}
		}
	}
}

func (s *Server) startFailure() error {
	if strings.Contains(s.Output(), "BindException") {
		return errPortTaken
	}
	return fmt.Errorf("DynamoDB Local ended at once; it wrote:\n%s", s.Output())
}

func (s *Server) answers(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint(), strings.NewReader("{}"))
	if err != nil {
		return false
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=probe/20200101/us-east-1/dynamodb/aws4_request, "+
		"SignedHeaders=host, Signature=probe")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
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
	if over := len(t.kept) - tailLength; over > 0 {
		t.kept = append([]byte(nil), t.kept[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
