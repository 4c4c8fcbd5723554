// Package webhook reaches the web addresses to which events are sent, as Zoom does: signed, and after a handshake.
//
// # A request
//
// It is a POST of one event. x-zm-request-timestamp is when it was signed, in seconds; x-zm-signature is "v0=" and, in hexadecimal, the
// HMAC-SHA256 by the endpoint's secret of "v0:", the timestamp, ":" and the body. The body is posted byte for byte as it was given. Some
// receivers verify over JSON that they have parsed and written anew, so it must be as JavaScript writes it: no white space between its parts,
// & < > and U+2028 as they are, members in their order, each once and none named by a number, and no number that a double cannot hold.
//
// # Where none goes
//
// Whoever registers an endpoint makes us send requests. None goes to an address that is not one of the public Internet, whatever name it
// hides behind: that is decided when a connection is made, on the address that it is made to. No redirect is followed, no proxy asked.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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
	connectTime = 3 * time.Second // to open a connection; again as much to agree on TLS
	answerTime  = 7 * time.Second // for one request in all: it fits into a function's time limit
	mostAnswer  = 16 << 10        // bytes of an answer that are read
	agent       = "personal-rooms-webhook/1"
)

// A Client sends requests to endpoints.
type Client struct {
	http    *http.Client
	private bool
	env     meeting.Env
}

var _ account.Caller = (*Client)(nil)

// New makes a client. Private lets it reach private addresses, at any port and without TLS.
func New(private bool, env meeting.Env) *Client {
	dialer := &net.Dialer{Timeout: connectTime}
	if !private {
		dialer.Control = publicOnly
	}
	return &Client{private: private, env: env, http: &http.Client{
		Timeout: answerTime,
		Transport: ignoreLocation{&http.Transport{ // without a proxy: it would reach what we must not
			DialContext: dialer.DialContext, TLSHandshakeTimeout: connectTime, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: mostAnswer,
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// ignoreLocation hands answers on without the address that they redirect to: one that cannot be read would be an error, and no answer.
type ignoreLocation struct{ http.RoundTripper }

func (s ignoreLocation) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := s.RoundTripper.RoundTrip(request)
	if err == nil {
		response.Header.Del("Location")
	}
	return response, err
}

// Post sends the event, signed, and is the status of the answer. An error is that none came, in words that an admin may read. What becomes
// of the answer after its status does not matter: who answered is not sent the event again.
func (c *Client) Post(ctx context.Context, to string, shared secret.Text, body []byte) (status int, err error) {
	status, _, err = c.post(ctx, to, shared, body)
	if status != 0 {
		return status, nil
	}
	return 0, err
}

// post sends the body, signed. Status is 0 if no answer came; with another one, an error is that not all came that was said.
func (c *Client) post(ctx context.Context, to string, shared secret.Text, body []byte) (status int, said []byte, err error) {
	request, err := c.request(ctx, to, shared, body)
	if err != nil {
		return 0, nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, cause(err)
	}
	defer response.Body.Close()
	said, err = io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		err = cause(err)
	}
	return response.StatusCode, said, err
}

// request is the signed request. It may be sent again where the receiver closed a connection that was kept, before it answered: Idempotency-Key
// says so to net/http, and is sent to nobody.
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

// cause is why no answer came. It tells neither the address that a name has nor who else was asked: admins could explore our network by it.
func cause(err error) error {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return account.ErrTimeout
	}
	if errors.Is(err, errPrivate) {
		return errPrivate
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return errors.New("its name leads nowhere")
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return errors.New("there is no connection to it")
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
