package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/bundle"
	"personal-rooms/shared/local"
	"personal-rooms/shared/local/console"
	"personal-rooms/shared/local/dynamotest"
)

// here is what the tests are run against.
var here struct {
	url       string
	tokens    tokens
	ours      bool // brought up by this run, and gone after it
	onMachine bool // on this one
	oracle    *oracle
	media     *recorder // its media server, if that is the tests' own
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var log logged
	stop, err := reach(&log)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer stop()
	code := m.Run()
	if err := here.oracle.guestsWereSparing(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	if code != 0 {
		log.show()
	}
	return code
}

// reach finds the bundle at BASE_URL, or brings it up.
func reach(log *logged) (stop func(), err error) {
	root, err := bundle.FindRoot(".")
	if err != nil {
		return nil, err
	}
	if here.oracle, err = newOracle(root); err != nil {
		return nil, err
	}
	here.url = strings.TrimSuffix(os.Getenv("BASE_URL"), "/")
	stop = func() {}
	if here.url == "" {
		if stop, err = bringUp(root, log); err != nil {
			return nil, err
		}
	} else if here.tokens, err = findTokens(here.url); err != nil {
		return nil, err
	} else if address := os.Getenv("MEDIA_LISTEN"); address != "" {
		if here.media, stop, err = startRecorder(address); err != nil {
			return nil, err
		}
	}
	here.onMachine = isLoopback(here.url)
	return stop, nil
}

// bringUp starts the bundle: on the DynamoDB of DYNAMODB_ENDPOINT, with a table of its own, or on one that it starts.
func bringUp(root string, log *logged) (stop func(), err error) {
	media, shut, err := startRecorder("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	env, endpoint := mediaServer(media.url), os.Getenv("DYNAMODB_ENDPOINT")
	env["TABLE_NAME"] = dynamotest.UniqueName()
	rooms, err := local.Start(context.Background(), local.Options{Root: root, Env: env, Log: console.New(log, true), DynamoDBEndpoint: endpoint})
	if err != nil {
		shut()
		return nil, err
	}
	here.url, here.ours, here.tokens, here.media = rooms.URL(), true, rooms, media
	return func() {
		rooms.Close()
		shut()
		if endpoint == "" {
			return
		}
		if err := dynamotest.DeleteAt(endpoint, env["TABLE_NAME"]); err != nil {
			fmt.Fprintln(os.Stderr, "e2e: delete the table:", err)
		}
	}, nil
}

func isLoopback(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// patience is how long a request may take: a cold start on a busy machine, and much more.
const patience = time.Minute

// newHTTP is a client whose answers the oracle checks. From another address than the usual one if from is given.
func newHTTP(from net.Addr) *http.Client {
	dial := &net.Dialer{LocalAddr: from, Timeout: patience}
	transport := &http.Transport{
		DialContext: dial.DialContext, Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 64, ForceAttemptHTTP2: true,
	}
	return &http.Client{
		Transport: here.oracle.checking(challenging(transport), from == nil), Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// challenging adds the header WWW-Authenticate to a 401 where the emulator lacks it, so that the rest of the answer is checked.
func challenging(next http.RoundTripper) http.RoundTripper {
	if missing(challenges) == "" {
		return next
	}
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(r)
		if err == nil && response.StatusCode == http.StatusUnauthorized {
			response.Header.Set("WWW-Authenticate", "Bearer")
		}
		return response, err
	})
}

// usual is the client of everybody who does not need an address of their own.
var usual = sync.OnceValue(func() *http.Client { return newHTTP(nil) })

// fresh makes a name that nobody had before, in this run or another.
func fresh(name string) string {
	return strings.ToLower(name) + "-" + strings.ToLower(rand.Text()[:10])
}

// logged is what the bundle wrote, for when a test fails.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// show shows what is out of the ordinary.
func (l *logged) show() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		if !strings.Contains(line, `"level":"INFO"`) {
			fmt.Fprint(os.Stderr, line)
		}
	}
}
