// Package socket sends frames to open WebSockets of API Gateway, and closes them.
package socket

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// A Server is the @connections API of a stage. Its two calls are requests that the SDK signs.
type Server struct {
	endpoint string // https://abc.execute-api.us-east-1.amazonaws.com/live
	config   aws.Config
	signer   *v4.Signer
}

// New returns the server at the endpoint.
func New(config aws.Config, endpoint string) *Server {
	return &Server{endpoint: strings.TrimSuffix(endpoint, "/"), config: config, signer: v4.NewSigner()}
}

// ErrGone is the error of a connection that is closed.
var ErrGone = errors.New("socket: the connection is closed")

// Post sends one text frame to the connection. It does not repeat the request. It returns [ErrGone] if the connection
// is closed.
func (s *Server) Post(ctx context.Context, id, frame string) error {
	return s.call(ctx, http.MethodPost, id, frame)
}

// Disconnect closes the connection. One that is closed already is no error.
func (s *Server) Disconnect(ctx context.Context, id string) error {
	if err := s.call(ctx, http.MethodDelete, id, ""); !errors.Is(err, ErrGone) {
		return err
	}
	return nil
}

func (s *Server) call(ctx context.Context, method, id, body string) error {
	r, err := s.request(ctx, method, id, body, time.Now())
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	answer, err := s.config.HTTPClient.Do(r)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer)) //nolint:errcheck // only the status counts
	switch {
	case answer.StatusCode == http.StatusGone:
		return ErrGone
	case answer.StatusCode >= http.StatusMultipleChoices:
		return fmt.Errorf("socket: %s", answer.Status)
	}
	return nil
}

// maxAnswer is how much of an answer is read, so that its connection is used again, in bytes.
const maxAnswer = 1 << 16

// request returns a signed request (Signature Version 4). The id is escaped in the path: API Gateway's ids end with
// "=".
func (s *Server) request(ctx context.Context, method, id, body string, at time.Time) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.endpoint+"/@connections/"+url.QueryEscape(id), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	credentials, err := s.config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(body))
	return r, s.signer.SignHTTP(ctx, credentials, r, hex.EncodeToString(sum[:]), "execute-api", s.config.Region, at)
}
