package webhook

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/secret"
)

// handshakeTime is the time limit of the handshake, the same as Zoom's.
const handshakeTime = 3 * time.Second

// A handshake is the request endpoint.url_validation.
type handshake struct {
	Event   string `json:"event"`
	At      int64  `json:"event_ts"` // milliseconds
	Payload struct {
		Plain string `json:"plainToken"`
	} `json:"payload"`
}

// A validation is the answer of an endpoint that knows its secret.
type validation struct {
	Plain     string `json:"plainToken"`
	Encrypted string `json:"encryptedToken"`
}

// Validate makes the handshake: an endpoint that knows the secret answers 200 within 3 seconds, with the plainToken of
// the request and the encryptedToken, which is its HMAC-SHA256 with the secret in hexadecimal. It returns an
// [account.AnswerError] for any other answer, and another error if there is no answer.
func (c *Client) Validate(ctx context.Context, to string, shared secret.Text) error {
	var chance [16]byte
	if _, err := io.ReadFull(c.env.Random, chance[:]); err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	ask := handshake{Event: "endpoint.url_validation", At: c.env.Now().UnixMilli()}
	ask.Payload.Plain = base64.RawURLEncoding.EncodeToString(chance[:])
	body, err := json.Marshal(ask)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	status, answer, err := c.post(ctx, to, shared, body)
	if err == nil && !verifyProof(status, answer, ask.Payload.Plain, shared) {
		err = &account.AnswerError{Status: status, Said: string(answer)}
	}
	return err
}

func verifyProof(status int, answer []byte, plain string, shared secret.Text) bool {
	var p validation
	return status == http.StatusOK && json.Unmarshal(answer, &p) == nil &&
		hmac.Equal([]byte(p.Plain), []byte(plain)) && hmac.Equal([]byte(p.Encrypted), []byte(hexMAC(shared, plain)))
}
