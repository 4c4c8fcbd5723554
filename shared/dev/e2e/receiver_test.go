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
	"strings"
	"sync"
	"testing"

	"personal-rooms/shared/dev/testkit"
)

// An event is the body of a webhook request.
type event struct {
	testkit.Answer        // for At and Text
	Event, Item    string `json:"-"`
	id             string
}

// A receiver is the web address of an account's webhook.
type receiver struct {
	t *testing.T

	mu       sync.Mutex
	secret   string
	received []event
	failing  int // so many requests are answered 503
	arrived  chan struct{}
}

// listen registers and activates a webhook of the user's account for the events, all if none is named.
func (u user) listen(events ...string) *receiver {
	u.t.Helper()
	r := &receiver{t: u.t, arrived: make(chan struct{}, 1)}
	server := httptest.NewServer(r)
	u.t.Cleanup(server.Close)
	admin := u.administrator()
	webhook := fields{"url": server.URL + "/hook", "events": append([]string{}, events...)}
	made := admin.do("POST", "/v2/webhooks", webhook).Want(u.t, 201)
	r.mu.Lock()
	r.secret = made.Text(u.t, "secret")
	r.mu.Unlock()
	path := "/v2/webhooks/" + made.Text(u.t, "id")
	admin.do("POST", path+"/activate", nil).Want(u.t, 204)
	u.t.Cleanup(func() { _, _ = admin.send(context.Background(), "DELETE", path, nil) })
	return r
}

// fail makes the next n requests fail.
func (r *receiver) fail(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failing = n
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(q.Body)
	signature := "v0=" + sign(r.secret, "v0:"+q.Header.Get("X-Zm-Request-Timestamp")+":"+string(body))
	if err != nil || q.Header.Get("X-Zm-Signature") != signature {
		r.t.Errorf("a webhook request has a wrong signature: %s", body)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	a := testkit.Answer{Body: string(body), Request: "a webhook request"}
	e := event{Answer: a, Event: a.Text(r.t, "event"), Item: a.Text(r.t, "item"), id: a.Text(r.t, "event_id")}
	switch {
	case e.Event == "endpoint.url_validation":
		token := e.Text(r.t, "payload.plainToken")
		_ = json.NewEncoder(w).Encode(map[string]string{"plainToken": token, "encryptedToken": sign(r.secret, token)})
	case r.failing > 0:
		r.failing--
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		r.received = append(r.received, e)
		notify(r.arrived)
	}
}

func sign(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// all returns the events so far.
func (r *receiver) all() []event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.received)
}

// await waits for an event of the name, and returns the last one.
func (r *receiver) await(name string) (found event) {
	r.t.Helper()
	await(r.t, name, r.arrived, func() bool {
		for _, e := range r.all() {
			if e.Event == name {
				found = e
			}
		}
		return found.Event != ""
	})
	return found
}

// names returns the events of the item in the order of their first arrival.
func (r *receiver) names(item string) string {
	var names, ids []string
	for _, e := range r.all() {
		if e.Item == item && !slices.Contains(ids, e.id) {
			names, ids = append(names, e.Event), append(ids, e.id)
		}
	}
	return strings.Join(names, " ")
}
