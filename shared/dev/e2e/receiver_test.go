package e2e

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// A told is an event as it reached a receiver.
type told struct {
	Event   string
	EventID string `json:"event_id"`
	Item    string
	Order   struct {
		Instance   string
		Epoch, Seq int64
	}
	Payload struct {
		AccountID  string `json:"account_id"`
		Object     json.RawMessage
		PlainToken string
	}
}

// A receiver is a web address of an account, to which its events are sent.
type receiver struct {
	t *testing.T

	mu      sync.Mutex
	secret  string
	heard   []told
	refused int // so many requests are answered 503
	news    chan struct{}
}

// listens is a new receiver of the events of the person's account; of all, if none is named.
func (p person) listens(events ...string) *receiver {
	p.t.Helper()
	r := &receiver{t: p.t, news: make(chan struct{}, 1)}
	server := httptest.NewServer(r)
	p.t.Cleanup(server.Close)
	var made struct{ ID, Secret string }
	admin := p.administrator()
	admin.send("POST", "/v2/webhooks", fields{"url": server.URL + "/hook", "events": append([]string{}, events...)}).is(201).into(&made)
	r.mu.Lock()
	r.secret = made.Secret
	r.mu.Unlock()
	admin.send("POST", "/v2/webhooks/"+made.ID+"/activate", nil).is(204)
	p.t.Cleanup(func() { _, _ = admin.try(context.Background(), "DELETE", "/v2/webhooks/"+made.ID, nil) })
	return r
}

// refuses lets the next requests meet a receiver that is down.
func (r *receiver) refuses(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refused = n
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(q.Body)
	var event told
	if err != nil || json.Unmarshal(body, &event) != nil ||
		q.Header.Get("X-Zm-Signature") != "v0="+sum(r.secret, "v0:"+q.Header.Get("X-Zm-Request-Timestamp")+":"+string(body)) {
		r.t.Errorf("a request that is not genuine: %s", body)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	switch {
	case event.Event == "endpoint.url_validation":
		_ = json.NewEncoder(w).Encode(map[string]string{
			"plainToken": event.Payload.PlainToken, "encryptedToken": sum(r.secret, event.Payload.PlainToken)})
	case r.refused > 0:
		r.refused--
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		r.heard = append(r.heard, event)
		select {
		case r.news <- struct{}{}:
		default:
		}
	}
}

func sum(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// all is what was heard so far.
func (r *receiver) all() []told {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.heard)
}

// hears waits for an event of the name, and is the last of them.
func (r *receiver) hears(name string) told {
	r.t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		for _, e := range slices.Backward(r.all()) {
			if e.Event == name {
				return e
			}
		}
		select {
		case <-r.news:
		case <-limit.C:
			r.t.Fatalf("no %s was told, but %d others: %+v", name, len(r.all()), r.all())
		}
	}
}
