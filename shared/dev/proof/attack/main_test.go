package attack

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/bundletest"
)

// The tests are the proxy in front of the API, and send the client's address in a header.
const (
	proxySecret   = "the secret of the tests' proxy"
	addressHeader = "X-Client-Address"
)

var (
	bundle  *runner.Bundle
	network = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	last    atomic.Uint32 // the number of the last new user or address
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	sum := sha256.Sum256([]byte(proxySecret))
	started, stop, err := bundletest.Start(map[string]string{
		"TRUSTED_PROXY": hex.EncodeToString(sum[:]), "TRUSTED_PROXY_HEADER": addressHeader}, io.Discard)
	if err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		return 1
	}
	defer stop()
	bundle = started
	return m.Run()
}

type fields = testkit.Fields

// A client sends requests from a network address: a user who is signed in, or a guest.
type client struct {
	t                  *testing.T
	id, account, token string // of a user
	address            string
}

// guest returns a guest at a new address.
func guest(t *testing.T) client {
	t.Helper()
	n := last.Add(1)
	return client{t: t, address: fmt.Sprintf("198.18.%d.%d", n>>8, n&0xff)}
}

// user returns a new user of the account, at a new address. Without an account it is a new one.
func user(t *testing.T, account string) client {
	t.Helper()
	c := guest(t)
	c.id = fmt.Sprintf("user-%d", last.Add(1))
	c.account = cmp.Or(account, "of-"+c.id)
	token, err := bundle.Token(c.id, runner.TokenOptions{Account: c.account})
	testkit.Must(t, err)
	c.token = token
	return c
}

// signedOut returns a guest at the address of the client.
func (c client) signedOut() client { return client{t: c.t, address: c.address} }

// do sends a request, with one more header if it is given. One that gets no answer fails the test.
func (c client) do(method, path string, body any, header ...string) (a testkit.Answer) {
	c.t.Helper()
	a.Request = fmt.Sprintf("%s %s %v", method, path, body)
	encoded, err := json.Marshal(body)
	testkit.Must(c.t, err)
	r, err := http.NewRequestWithContext(c.t.Context(), method, bundle.URL()+path, bytes.NewReader(encoded))
	testkit.Must(c.t, err)
	r.Header = http.Header{"Content-Type": {"application/json"}, "X-Proxy-Secret": {proxySecret}}
	r.Header.Set(addressHeader, c.address)
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if len(header) > 0 {
		r.Header.Set(header[0], header[1])
	}
	response, err := network.Do(r)
	if err != nil {
		c.t.Errorf("%s: %v", a.Request, err)
		return a
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Errorf("%s: %v", a.Request, err)
	}
	a.Status, a.Body = response.StatusCode, string(answer)
	return a
}

// outcome returns the state of the seat, the reason of the refusal, or "ok".
func outcome(t *testing.T, a testkit.Answer) string {
	t.Helper()
	switch {
	case a.Status == 0:
		return "no answer"
	case a.Body == "":
		return "ok"
	}
	return cmp.Or(a.Text(t, "reason"), a.Text(t, "state"), "ok")
}

// expect ends the test unless the answer has the outcome.
func expect(t *testing.T, a testkit.Answer, want string) testkit.Answer {
	t.Helper()
	if got := outcome(t, a); got != want {
		t.Fatalf("%s: %d %s, want %s", a.Request, a.Status, a.Body, want)
	}
	return a
}

// atOnce sends n requests concurrently, and returns the answers.
func atOnce(n int, request func(i int) testkit.Answer) []testkit.Answer {
	answers, sending := make([]testkit.Answer, n), sync.WaitGroup{}
	for i := range n {
		sending.Go(func() { answers[i] = request(i) })
	}
	sending.Wait()
	return answers
}

// warmUp lets the functions of a request start their processes, a few at a time: sixty at once take longer than a
// request may on a small machine.
func warmUp(request func(i int) testkit.Answer) {
	for n := 10; n <= 60; n += 10 {
		atOnce(n, request)
	}
}

// count counts the outcomes of the answers.
func count(t *testing.T, answers []testkit.Answer) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, a := range answers {
		counts[outcome(t, a)]++
	}
	return counts
}

// expectAll fails the test unless all answers have the outcome.
func expectAll(t *testing.T, answers []testkit.Answer, want string) {
	t.Helper()
	if got := count(t, answers); got[want] != len(answers) {
		t.Errorf("%s: %v, want %s", answers[0].Request, got, want)
	}
}
