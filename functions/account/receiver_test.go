package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/secret"
)

// A receiver is what listens at https://hooks.example.com, and at any other name of example.com: a server of its own that knows its secret.
type receiver struct {
	*httptest.Server
	now       func() time.Time // of those who send
	answer    http.HandlerFunc // instead of what a receiver answers
	meanwhile func()           // what happens, once, before it answers

	mu     sync.Mutex
	secret string
	got    []map[string]any // what it took for genuine
}

func listen(t *testing.T, now func() time.Time) *receiver {
	t.Helper()
	r := &receiver{now: now}
	r.Server = httptest.NewTLSServer(r)
	t.Cleanup(r.Close)
	return r
}

// learns tells the receiver the secret of its webhook.
func (r *receiver) learns(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = secret
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if happens := r.meanwhile; happens != nil {
		r.meanwhile = nil
		happens()
	}
	if r.answer != nil {
		r.answer(w, q)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(q.Body)
	signed := "v0=" + sum(r.secret, "v0:"+q.Header.Get("X-Zm-Request-Timestamp")+":"+string(body))
	if err != nil || q.Header.Get("X-Zm-Signature") != signed {
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	var event map[string]any
	if err := json.Unmarshal(body, &event); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.got = append(r.got, event)
	if payload, _ := event["payload"].(map[string]any); event["event"] == "endpoint.url_validation" {
		token, _ := payload["plainToken"].(string)
		_ = json.NewEncoder(w).Encode(map[string]string{"plainToken": token, "encryptedToken": sum(r.secret, token)})
	}
}

func sum(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// names are those of the events that the receiver took for genuine.
func (r *receiver) names() (all []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, event := range r.got {
		all = append(all, event["event"])
	}
	return all
}

// Validate makes Zoom's handshake.
func (r *receiver) Validate(ctx context.Context, url string, s secret.Text) error {
	const token = "qgg8vlvZRS6UYooatFL8Aw"
	body := fmt.Sprintf(`{"event":"endpoint.url_validation","event_ts":%d,"payload":{"plainToken":%q}}`, r.now().UnixMilli(), token)
	status, said, err := r.post(ctx, url, s, []byte(body))
	if err != nil {
		return err
	}
	var shown struct{ PlainToken, EncryptedToken string }
	if status != http.StatusOK || json.Unmarshal(said, &shown) != nil || shown.PlainToken != token || shown.EncryptedToken != sum(string(s), token) {
		return &account.AnswerError{Status: status, Said: string(said)}
	}
	return nil
}

// Post posts, signed as Zoom signs.
func (r *receiver) Post(ctx context.Context, url string, s secret.Text, body []byte) (status int, err error) {
	status, _, err = r.post(ctx, url, s, body)
	return status, err
}

func (r *receiver) post(ctx context.Context, url string, s secret.Text, body []byte) (status int, said []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	at := strconv.FormatInt(r.now().Unix(), 10)
	request.Header.Set("X-Zm-Request-Timestamp", at)
	request.Header.Set("X-Zm-Signature", "v0="+sum(string(s), "v0:"+at+":"+string(body)))
	response, err := r.Client().Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	said, err = io.ReadAll(response.Body)
	return response.StatusCode, said, err
}
