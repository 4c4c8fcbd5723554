// Package webhook reaches the web addresses to which events are sent, as Zoom does: signed, and after a handshake.
//
// # A request
//
// It is a POST of one event. x-zm-request-timestamp is when it was signed, in seconds; x-zm-signature is "v0=" and the HMAC-SHA256, in
// hexadecimal, of "v0:", the timestamp, ":" and the body, by the endpoint's secret. The body is posted byte for byte as it was given:
// receivers verify over it, and some over what their JSON library makes of it, so it must be written as JavaScript writes JSON.
//
// # Where none goes
//
// Whoever registers an endpoint makes us send requests. None goes to an address that is not one of the public Internet, whatever name it
// hides behind: that is decided when a connection is made, on the address that it is made to. No redirect is followed.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

const (
	connectTime   = 3 * time.Second
	answerTime    = 7 * time.Second // for one request in all
	handshakeTime = 3 * time.Second // as Zoom's
	mostAnswer    = 16 << 10        // of an answer is read
	agent         = "personal-rooms-webhook/1"
)

// A Client sends requests to endpoints.
type Client struct {
	http    *http.Client
	private bool
	env     meeting.Env
}

var _ account.Caller = (*Client)(nil)

// New makes a client. Private lets it reach private addresses, and speak without TLS.
func New(private bool, env meeting.Env) *Client {
	dialer := &net.Dialer{Timeout: connectTime}
	if !private {
		dialer.Control = publicOnly
	}
	return &Client{private: private, env: env, http: &http.Client{
		Timeout: answerTime,
		Transport: &http.Transport{ // no proxy: it would reach what we must not
			DialContext: dialer.DialContext, TLSHandshakeTimeout: connectTime, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: mostAnswer,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Post sends the event, signed, and is the status of the answer; an error is that none came.
func (c *Client) Post(ctx context.Context, to string, shared secret.Text, body []byte) (status int, err error) {
	status, _, err = c.post(ctx, to, shared, body)
	return status, err
}

// handshake is the request endpoint.url_validation.
type handshake struct {
	Payload struct {
		PlainToken string `json:"plainToken"`
	} `json:"payload"`
	At    int64  `json:"event_ts"`
	Event string `json:"event"`
}

// Validate makes the handshake: an endpoint that knows the secret answers 200 within 3 seconds, with the plainToken that it was sent and the
// encryptedToken, its HMAC-SHA256 by the secret, in hexadecimal. An *account.AnswerError is another answer; any other error, that none came.
func (c *Client) Validate(ctx context.Context, to string, shared secret.Text) error {
	var chance [16]byte
	if _, err := io.ReadFull(c.env.Random, chance[:]); err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	ask := handshake{At: c.env.Now().UnixMilli(), Event: "endpoint.url_validation"}
	ask.Payload.PlainToken = base64.RawURLEncoding.EncodeToString(chance[:])
	body, err := json.Marshal(ask)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	status, said, err := c.post(ctx, to, shared, body)
	if err != nil {
		return err
	}
	var shown struct {
		Plain     string `json:"plainToken"`
		Encrypted string `json:"encryptedToken"`
	}
	want := hexMAC(shared, ask.Payload.PlainToken)
	if status != http.StatusOK || json.Unmarshal(said, &shown) != nil || shown.Plain != ask.Payload.PlainToken ||
		!hmac.Equal([]byte(shown.Encrypted), []byte(want)) {
		return &account.AnswerError{Status: status, Said: string(said)}
	}
	return nil
}

func (c *Client) post(ctx context.Context, to string, shared secret.Text, body []byte) (status int, said []byte, err error) {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "https" && (u.Scheme != "http" || !c.private) {
		return 0, nil, errors.New("it is no https address")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, errors.New("it is no address that a request can be sent to")
	}
	at := strconv.FormatInt(c.env.Now().Unix(), 10)
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("User-Agent", agent)
	request.Header.Set("X-Zm-Request-Timestamp", at)
	request.Header.Set("X-Zm-Signature", "v0="+hexMAC(shared, "v0:"+at+":"+string(body)))
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, cause(err)
	}
	defer response.Body.Close()
	said, err = io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		return 0, nil, cause(err)
	}
	return response.StatusCode, said, nil
}

func hexMAC(shared secret.Text, text string) string {
	mac := hmac.New(sha256.New, []byte(shared))
	mac.Write([]byte(text)) // of a hash: cannot fail
	return hex.EncodeToString(mac.Sum(nil))
}

// cause is why no answer came, in words that an admin may read: neither the address that a name has, nor who else was asked.
func cause(err error) error {
	var timeout interface{ Timeout() bool }
	var dns *net.DNSError
	switch {
	case errors.Is(err, errPrivate):
		return errPrivate
	case errors.As(err, &dns):
		return errors.New("its name leads nowhere")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("it did not answer in time")
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if o, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("no connection: %w", o.Err)
	}
	return err
}
