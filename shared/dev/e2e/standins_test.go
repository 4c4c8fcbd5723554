package e2e

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/dev/testkit"
)

// An inbox holds what a server of the tests received.
type inbox[T any] struct {
	mu      sync.Mutex
	items   []T
	arrived chan struct{} // holds one signal
}

func newInbox[T any]() *inbox[T] { return &inbox[T]{arrived: make(chan struct{}, 1)} }

func (b *inbox[T]) add(item T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = append(b.items, item)
	select {
	case b.arrived <- struct{}{}:
	default:
	}
}

// all returns what was received so far.
func (b *inbox[T]) all() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.items)
}

// await waits for an item that fits, and returns the last one. It ends the test after a minute.
func (b *inbox[T]) await(t *testing.T, what string, fits func(T) bool) T {
	t.Helper()
	limit := time.After(timeLimit)
	for {
		for _, item := range slices.Backward(b.all()) {
			if fits(item) {
				return item
			}
		}
		select {
		case <-b.arrived:
		case <-limit:
			t.Fatalf("%s did not arrive", what)
		}
	}
}

const mediaKey = "APIkey"

// A mediaServer stands in for LiveKit. It keeps the commands that are signed with its secret: "RemoveParticipant <room>
// <identity>".
type mediaServer struct {
	*inbox[string]
	url string
}

// startMediaServer serves at the address. The caller must call stop.
func startMediaServer(address string) (m *mediaServer, stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	m = &mediaServer{inbox: newInbox[string]()}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: m, ReadHeaderTimeout: timeLimit}}
	server.Start()
	m.url = "ws" + strings.TrimPrefix(server.URL, "http")
	return m, server.Close, nil
}

func (m *mediaServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var command struct{ Room, Identity string }
	_, err := jwt.Parse(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "),
		func(*jwt.Token) (any, error) { return []byte(mediaSecret()), nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(mediaKey))
	if err != nil || json.NewDecoder(r.Body).Decode(&command) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_, method, _ := strings.Cut(r.URL.Path, "livekit.RoomService/")
	m.add(strings.TrimSpace(method + " " + command.Room + " " + command.Identity))
	_, _ = w.Write([]byte("{}"))
}

// await waits for a command that begins so: the identity of a participant ends with the number of their admission.
func (m *mediaServer) await(t *testing.T, command string) {
	t.Helper()
	m.inbox.await(t, command, func(got string) bool { return strings.HasPrefix(got, command) })
}

// An event is the body of a webhook request.
type event struct {
	testkit.Answer
	name, item, id string
}

// A receiver is the web address of an account's webhook.
type receiver struct {
	*inbox[event]
	t *testing.T

	setup   sync.Mutex
	secret  string
	failing int // so many requests are answered 503
}

// listen registers and activates a webhook of the user's account for all events.
func (p person) listen() *receiver {
	p.t.Helper()
	r := &receiver{inbox: newInbox[event](), t: p.t}
	server := httptest.NewServer(r)
	p.t.Cleanup(server.Close)
	admin := p.administrator()
	made := admin.do("POST", "/v2/webhooks", fields{"url": server.URL + "/hook", "events": []string{}}).Want(p.t, 201)
	r.setup.Lock()
	r.secret = made.Text(p.t, "secret")
	r.setup.Unlock()
	path := "/v2/webhooks/" + made.Text(p.t, "id")
	admin.do("POST", path+"/activate", nil).Want(p.t, 204)
	testkit.Equal(p.t, "the webhook's state", admin.get(path).Text(p.t, "state"), "active")
	p.t.Cleanup(func() { _, _ = admin.send(context.Background(), "DELETE", path, nil) })
	return r
}

// fail makes the next n requests fail.
func (r *receiver) fail(n int) {
	r.setup.Lock()
	defer r.setup.Unlock()
	r.failing = n
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.setup.Lock()
	defer r.setup.Unlock()
	body, err := io.ReadAll(q.Body)
	signature := "v0=" + r.sign("v0:"+q.Header.Get("X-Zm-Request-Timestamp")+":"+string(body))
	if err != nil || q.Header.Get("X-Zm-Signature") != signature {
		r.t.Errorf("a webhook request has a wrong signature: %s", body)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	a := testkit.Answer{Body: string(body), Request: "a webhook request"}
	e := event{a, a.Text(r.t, "event"), a.Text(r.t, "item"), a.Text(r.t, "event_id")}
	switch {
	case e.name == "endpoint.url_validation":
		token := e.Text(r.t, "payload.plainToken")
		_ = json.NewEncoder(w).Encode(fields{"plainToken": token, "encryptedToken": r.sign(token)})
	case r.failing > 0:
		r.failing--
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		r.add(e)
	}
}

func (r *receiver) sign(text string) string {
	mac := hmac.New(sha256.New, []byte(r.secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// await waits for an event of the name.
func (r *receiver) await(name string) event {
	r.t.Helper()
	return r.inbox.await(r.t, name, func(e event) bool { return e.name == name })
}

// names returns the events of the item in the order of their first arrival.
func (r *receiver) names(item string) string {
	var names, ids []string
	for _, e := range r.all() {
		if e.item == item && !slices.Contains(ids, e.id) {
			names, ids = append(names, e.name), append(ids, e.id)
		}
	}
	return strings.Join(names, " ")
}
