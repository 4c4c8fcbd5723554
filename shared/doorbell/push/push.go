// Package push sends messages to the push services of browsers: encrypted (RFC 8291), and signed with the key of the
// deployment (RFC 8292). The service learns when and to which browser, and nothing of the content; the library pads it.
package push

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/secret"
	"personal-rooms/shared/webhook"
)

const (
	answerTime = 5 * time.Second // for one message in all: it fits into a function's time limit
	mostAnswer = 4 << 10         // bytes of an answer that are read
	longest    = time.Hour       // that a service may have us wait
)

// A Sender sends messages.
type Sender struct {
	client  client
	subject string
}

// client does not follow redirects.
type client struct{ http.RoundTripper }

func (c client) Do(r *http.Request) (*http.Response, error) { return c.RoundTrip(r) }

// New returns a sender. The URL of the deployment tells a push service whom to write to (RFC 8292, 2.1). With private,
// it may reach private addresses, at any port and without TLS.
func New(publicURL string, private bool) *Sender {
	subject := "doorbell@localhost" // the library adds mailto:
	if strings.HasPrefix(publicURL, "https:") {
		subject = publicURL
	}
	return &Sender{client{webhook.Transport(private)}, subject}
}

// Send sends the message to the device, with the key pair of the secret. It returns [doorbell.ErrGone] if the
// subscription is over, a *[doorbell.Retry] if the service may take the message later, and another error if it never
// will.
func (s *Sender) Send(ctx context.Context, d doorbell.Device, m doorbell.Message, from secret.Text) error {
	pair, err := doorbell.VAPID(from)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	answer, err := webpush.SendNotificationWithContext(ctx, m.Content,
		&webpush.Subscription{Endpoint: d.Endpoint, Keys: webpush.Keys{P256dh: d.P256dh, Auth: d.Auth}},
		&webpush.Options{
			HTTPClient: s.client, Subscriber: s.subject, Topic: m.Topic, TTL: int(m.TTL.Seconds()), Urgency: webpush.UrgencyHigh,
			VAPIDPublicKey: pair.Public, VAPIDPrivateKey: string(pair.Private),
		})
	if errors.Is(err, webhook.ErrPrivate) {
		return fmt.Errorf("the push service cannot be used: %w", err)
	}
	if err != nil {
		return &doorbell.Retry{Cause: err}
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, mostAnswer)) // so that the connection is used again
	return errorOf(answer)
}

// errorOf returns what the answer means (RFC 8030, 5 and 7.3); nil if the message is taken.
func errorOf(answer *http.Response) error {
	status := fmt.Errorf("the push service answered %d", answer.StatusCode)
	switch code := answer.StatusCode; {
	case code < 300:
		return nil
	case code == http.StatusNotFound, code == http.StatusGone:
		return doorbell.ErrGone
	case code == http.StatusTooManyRequests, code >= 500:
		return &doorbell.Retry{After: after(answer.Header.Get("Retry-After")), Cause: status}
	}
	return status
}

// after returns how long to wait by the header Retry-After (RFC 9110, 10.2.3); 0 if it says nothing that can be read.
func after(header string) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return min(max(0, time.Duration(seconds)*time.Second), longest)
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(0, time.Until(at)), longest)
	}
	return 0
}
