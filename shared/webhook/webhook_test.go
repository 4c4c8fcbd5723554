package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
	"personal-rooms/shared/webhook"
)

const shared = secret.Text("known-to-both")

var nine = time.Date(2026, 3, 2, 9, 0, 0, 987_000_000, time.UTC)

// client returns a client with a fixed clock and no randomness.
func client(private bool) *webhook.Client {
	return webhook.New(private, meeting.Env{Now: func() time.Time { return nine }, Random: strings.NewReader(strings.Repeat("chance..", 8))})
}

// listening starts a server and returns its URL.
func listening(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.URL
}

// sign returns the HMAC-SHA256 of the text with the secret, in hexadecimal.
func sign(text string) string {
	mac := hmac.New(sha256.New, []byte("known-to-both"))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func TestPostSendsTheSignedBody(t *testing.T) {
	body := `{"event":"meeting.started","payload":{"object":{"topic":"R&D <all>  \u2028 ` + "\u2028" + `"}}}` + "\n"
	seen := map[string]string{}
	to := listening(t, func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		seen["request"], seen["body"] = r.Method+" "+r.RequestURI, string(got)
		for name := range r.Header {
			seen[name] = r.Header.Get(name)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	status, err := client(true).Post(t.Context(), to+"/hooks?of=acme", shared, []byte(body))
	if status != http.StatusNoContent || err != nil {
		t.Fatalf("%d, %v", status, err)
	}
	want := map[string]string{
		"request": "POST /hooks?of=acme", "body": body, "Content-Type": "application/json; charset=utf-8", "User-Agent": "personal-rooms-webhook/1",
		"X-Zm-Request-Timestamp": "1772442000", "X-Zm-Signature": "v0=" + sign("v0:1772442000:"+body),
		"Content-Length": fmt.Sprint(len(body)), "Accept-Encoding": "gzip",
	}
	if d := cmp.Diff(want, seen); d != "" {
		t.Error(d)
	}
}

func TestProxiesAreNotUsed(t *testing.T) {
	var asked atomic.Bool
	proxy := listening(t, func(http.ResponseWriter, *http.Request) { asked.Store(true) })
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(name, proxy)
	}
	to := listening(t, func(http.ResponseWriter, *http.Request) {})
	for _, address := range []string{to, "http://hooks.invalid/"} {
		_, _ = client(true).Post(t.Context(), address, shared, []byte("{}"))
	}
	if asked.Load() {
		t.Error("a proxy of the environment is used")
	}
}

// No request reaches a private address, in any spelling and behind any name.
func TestPrivateAddressesAreRefused(t *testing.T) {
	var reached atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{
		"127.0.0.1", "localhost", "localhost.", "LOCALHOST", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1.",
		"0", "0.0.0.0", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
		"[fe80::1%25lo]", "①②⑦.⓪.⓪.①", "127。0。0。1", "%31%32%37.0.0.1", "169.254.169.254", "10.0.0.1", "192.168.0.1", "[fd00:ec2::254]",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		status, err := client(false).Post(ctx, "https://"+host+":"+u.Port()+"/", shared, []byte("{}"))
		cancel()
		if err == nil || strings.Contains(err.Error(), "in time") {
			t.Errorf("%s: %d, %v", host, status, err)
		}
		if strings.Contains(err.Error(), "127") || strings.Contains(err.Error(), "refused") {
			t.Errorf("%s: the error shows our network: %v", host, err)
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("%d requests reached the server", n)
	}
}

func TestCausesOfNoAnswer(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	self := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(self.Close)
	long := listening(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Much", strings.Repeat("m", 1<<20)) })
	for to, want := range map[string]string{
		gone.URL:                 "there is no connection to it",
		self.URL:                 "certificate",
		listening(t, cut):        "EOF",
		long:                     "header",
		"https://hooks.invalid/": "its name leads nowhere",
		"nowhere":                "it is not an https address",
	} {
		status, err := client(true).Post(t.Context(), to, shared, []byte("{}"))
		if status != 0 || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %d, %v, want %q", to, status, err, want)
		}
	}
}

// cut cuts the connection.
func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func TestHandshake(t *testing.T) {
	const byteOrderMark = "\ufeff" // before the answer
	for what, answer := range map[string]struct {
		status int
		body   func(plain string) any
		passes bool
	}{
		"correct":        {200, func(p string) any { return validation{p, sign(p)} }, true},
		byteOrderMark:    {200, func(p string) any { return validation{p, sign(p)} }, true},
		"more members":   {200, func(p string) any { return map[string]any{"plainToken": p, "encryptedToken": sign(p), "more": 1} }, true},
		"another secret": {200, func(p string) any { return validation{p, sign(p + "?")} }, false},
		"another token":  {200, func(string) any { return validation{"another", sign("another")} }, false},
		"no proof":       {200, func(p string) any { return validation{p, ""} }, false},
		"status 201":     {201, func(p string) any { return validation{p, sign(p)} }, false},
		"no object":      {200, func(string) any { return "ok" }, false},
	} {
		err := client(true).Validate(t.Context(), listening(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(answer.status)
			if what == byteOrderMark {
				_, _ = io.WriteString(w, byteOrderMark)
			}
			_ = json.NewEncoder(w).Encode(answer.body(asked(t, r)))
		}), shared)
		refusal, answered := errors.AsType[*account.AnswerError](err)
		if answered == answer.passes || answered && refusal.Status != answer.status || answer.passes && err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

type validation struct {
	Plain     string `json:"plainToken"`
	Encrypted string `json:"encryptedToken"`
}

// asked returns the plainToken of a handshake, which must be signed.
func asked(t *testing.T, r *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	if got, want := r.Header.Get("X-Zm-Signature"), "v0="+sign("v0:1772442000:"+string(body)); got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
	var ask struct {
		Event   string
		At      int64 `json:"event_ts"`
		Payload struct{ PlainToken string }
	}
	if err := json.Unmarshal(body, &ask); err != nil || ask.Event != "endpoint.url_validation" || ask.At != nine.UnixMilli() || len(ask.Payload.PlainToken) != 22 {
		t.Errorf("%v: %s", err, body)
	}
	return ask.Payload.PlainToken
}

// Only the status counts: an error in the rest of the answer does not make the event be sent again. Redirects are not
// followed, and of a large answer only the beginning is read.
func TestOnlyTheStatusCounts(t *testing.T) {
	over := make(chan struct{})
	defer close(over)
	other := listening(t, func(http.ResponseWriter, *http.Request) { t.Error("a redirect is followed") })
	begun := func(w http.ResponseWriter) {
		fmt.Fprint(w, "a little")
		_ = http.NewResponseController(w).Flush()
	}
	for what, c := range map[string]struct {
		answer http.HandlerFunc
		want   int
	}{
		"is a redirect": {http.RedirectHandler(other, http.StatusFound).ServeHTTP, 302},
		"leads nowhere": {http.RedirectHandler("http://[::1", http.StatusFound).ServeHTTP, 302},
		"is cut": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			begun(w)
			cut(w, r)
		}, 200},
		"never ends": {func(w http.ResponseWriter, _ *http.Request) {
			begun(w)
			<-over
		}, 200},
		"is no gzip": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			begun(w)
		}, 200},
		"is large": {func(w http.ResponseWriter, _ *http.Request) {
			for range 1 << 14 {
				if _, err := w.Write(make([]byte, 1<<10)); err != nil {
					return
				}
			}
		}, 200},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		if status, err := client(true).Post(ctx, listening(t, c.answer), shared, []byte("{}")); status != c.want || err != nil {
			t.Errorf("an answer that %s: %d, %v", what, status, err)
		}
		cancel()
	}
}

func TestProofThatIsCutIsRefused(t *testing.T) {
	to := listening(t, func(w http.ResponseWriter, r *http.Request) {
		plain := asked(t, r)
		w.Header().Set("Content-Length", "1000")
		_ = json.NewEncoder(w).Encode(validation{plain, sign(plain)})
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	if err := client(true).Validate(t.Context(), to, shared); err == nil || err.Error() != "unexpected EOF" {
		t.Error(err)
	}
}

// Receivers close idle connections, Node after five seconds: the request is then sent again on a new connection.
func TestClosedIdleConnectionIsNoFailure(t *testing.T) {
	var first atomic.Value
	to := listening(t, func(_ http.ResponseWriter, r *http.Request) {
		first.CompareAndSwap(nil, r.RemoteAddr)
		if r.Header.Get("X-Zm-Signature") == "" || len(r.Header["Idempotency-Key"]) > 0 {
			t.Errorf("%v", r.Header)
		}
		if again := r.ContentLength == 3; again && r.RemoteAddr == first.Load() {
			panic(http.ErrAbortHandler)
		}
	})
	c := client(true)
	for _, body := range []string{"{}", "{ }"} {
		if status, err := c.Post(t.Context(), to, shared, []byte(body)); status != 200 || err != nil {
			t.Errorf("%s: %d, %v", body, status, err)
		}
	}
}
