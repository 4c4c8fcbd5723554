// Package webhook posts events to endpoints, as Zoom does: signed, and after a handshake.
//
// # A request
//
// A request is a POST of one event. The header x-zm-request-timestamp is the time of the signature, in seconds;
// x-zm-signature is "v0=" and, in hexadecimal, the HMAC-SHA256 with the endpoint's secret of "v0:", the timestamp, ":"
// and the body. The body is posted byte for byte. Some receivers parse the JSON, write it again, and verify the
// signature over that. So the body must be as JavaScript writes it: no white space between its parts, & < > and U+2028
// as they are, members in their order, each once and none named by a number, and no number that a double cannot hold.
//
// # Private addresses
//
// An admin who registers an endpoint makes us send requests. No request goes to an address that is not public: the
// dialer checks the address when it connects, after the name is resolved. Redirects are not followed, and proxies are
// not used.
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
	"strconv"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

const (
	connectTime = 3 * time.Second // to open a connection; again as much to agree on TLS
	answerTime  = 7 * time.Second // for one request in all: it fits into a function's time limit
	mostAnswer  = 16 << 10        // bytes of an answer that are read
	agent       = "personal-rooms-webhook/1"
)

// A Client sends requests to endpoints. Its transport follows no redirect.
type Client struct {
	transport http.RoundTripper
	private   bool
	env       meeting.Env
}

var _ account.Caller = (*Client)(nil)

// New returns a client. With private, it may reach private addresses, at any port and without TLS.
func New(private bool, env meeting.Env) *Client {
	return &Client{private: private, env: env, transport: Transport(private)}
}

// Transport returns a transport that follows no redirect, and connects to public addresses only: any other is
// [ErrPrivate]. With private, it connects to all.
func Transport(private bool) http.RoundTripper {
	dialer := &net.Dialer{Timeout: connectTime}
	if !private {
		dialer.Control = publicOnly
	}
	// Without a proxy: it would reach what we must not.
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: connectTime, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: mostAnswer,
	}
}

// Post sends the signed event, and returns the status of the answer. It returns an error, in words for an admin, only
// if there is no answer: an error after the status is ignored, because the event must not be sent again.
func (c *Client) Post(ctx context.Context, to string, shared secret.Text, body []byte) (status int, err error) {
	status, _, err = c.post(ctx, to, shared, body)
	if status != 0 {
		return status, nil
	}
	return 0, err
}

// post sends the signed body. The status is 0 if there is no answer. If there is one, the error says that its body is
// incomplete.
func (c *Client) post(ctx context.Context, to string, shared secret.Text, body []byte) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	request, err := c.request(ctx, to, shared, body)
	if err != nil {
		return 0, nil, err
	}
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return 0, nil, cause(err)
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		err = cause(err)
	}
	return response.StatusCode, answer, err
}

// request returns the signed request. The empty Idempotency-Key allows net/http to send it again if the receiver closed
// an idle connection; the header itself is not sent.
func (c *Client) request(ctx context.Context, to string, shared secret.Text, body []byte) (*http.Request, error) {
	u, err := target(to, c.private)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, errAddress
	}
	at := strconv.FormatInt(c.env.Now().Unix(), 10)
	request.Header["Idempotency-Key"] = []string{}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("User-Agent", agent)
	request.Header.Set("X-Zm-Request-Timestamp", at)
	request.Header.Set("X-Zm-Signature", "v0="+hexMAC(shared, "v0:"+at+":"+string(body)))
	return request, nil
}

func hexMAC(shared secret.Text, text string) string {
	mac := hmac.New(sha256.New, []byte(shared))
	mac.Write([]byte(text)) // of a hash: cannot fail
	return hex.EncodeToString(mac.Sum(nil))
}

// cause returns why there is no answer. It hides the address of a name, because an admin could explore our network with
// it.
func cause(err error) error {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return account.ErrTimeout
	}
	if errors.Is(err, ErrPrivate) {
		return ErrPrivate
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return errors.New("its name leads nowhere")
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return errors.New("there is no connection to it")
	}
	return err
}

// handshakeTime is the time limit of the handshake, the same as Zoom's.
const handshakeTime = 3 * time.Second

// Validate makes the handshake: an endpoint that knows the secret answers 200 within 3 seconds, with the plainToken of
// the request and the encryptedToken, which is its HMAC-SHA256 with the secret in hexadecimal. It returns an
// [account.AnswerError] for any other answer, and another error if there is no answer.
func (c *Client) Validate(ctx context.Context, to string, shared secret.Text) error {
	var chance [16]byte
	if _, err := io.ReadFull(c.env.Random, chance[:]); err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	plain := base64.RawURLEncoding.EncodeToString(chance[:])
	const ask = `{"event":"endpoint.url_validation","event_ts":%d,"payload":{"plainToken":%q}}`
	body := fmt.Appendf(nil, ask, c.env.Now().UnixMilli(), plain)
	ctx, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	status, answer, err := c.post(ctx, to, shared, body)
	if err == nil && !verifyProof(status, answer, plain, shared) {
		err = &account.AnswerError{Status: status, Said: string(answer)}
	}
	return err
}

func verifyProof(status int, answer []byte, plain string, shared secret.Text) bool {
	var p struct {
		Plain     string `json:"plainToken"`
		Encrypted string `json:"encryptedToken"`
	}
	answer = bytes.TrimPrefix(answer, []byte("\ufeff")) // a byte order mark
	return status == http.StatusOK && json.Unmarshal(answer, &p) == nil &&
		hmac.Equal([]byte(p.Plain), []byte(plain)) && hmac.Equal([]byte(p.Encrypted), []byte(hexMAC(shared, plain)))
}
