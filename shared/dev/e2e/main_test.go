package e2e

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/mailbox"
	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/bundletest"
)

// deployment is the one under test.
var deployment struct {
	url       string
	token     func(user string, o runner.TokenOptions) (string, error)
	temporary bool   // started by this run
	drop      func() // ends all WebSockets; nil if it was not started by this run
	onMachine bool
	http      *http.Client
	contract  *contract
	media     *mediaServer // nil if the deployment's media server is not the tests' own

	mails     func() ([]mailbox.Mail, error)   // that were sent; nil if the tests cannot see them
	failMails func(to, code string, times int) // refuses mails to somebody; nil if the deployment was not started by this run
}

// timeLimit is how long a request may take, cold starts on a busy machine included.
const timeLimit = time.Minute

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	log := must(os.CreateTemp("", "e2e-*.log"))
	stop, err := connect(log)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	code := m.Run()
	stop()
	if code == 0 {
		os.Remove(log.Name())
	} else if deployment.temporary {
		fmt.Fprintln(os.Stderr, "e2e: the log of the bundle is", log.Name())
	}
	return code
}

// connect finds the deployment at BASE_URL, or starts one. The caller must stop it.
func connect(log io.Writer) (stop func(), err error) {
	root, err := template.FindRoot(".")
	if err != nil {
		return nil, err
	}
	if deployment.contract, err = readContract(root); err != nil {
		return nil, err
	}
	deployment.url, stop = strings.TrimSuffix(os.Getenv("BASE_URL"), "/"), func() {}
	if deployment.url == "" {
		stop, err = start(log)
	} else {
		if address := os.Getenv("MEDIA_LISTEN"); address != "" {
			if deployment.media, stop, err = startMediaServer(address); err != nil {
				return nil, err
			}
		}
		if os.Getenv("EMULATOR") != "" {
			deployment.mails = emulatorMails
		}
		deployment.token, err = signer()
	}
	u, _ := url.Parse(deployment.url)
	deployment.onMachine = u != nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
	deployment.http = &http.Client{
		Timeout:       timeLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return stop, err
}

// start starts the bundle.
func start(log io.Writer) (stop func(), err error) {
	media, closeMedia, err := startMediaServer("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	bundle, stopBundle, err := bundletest.Start(map[string]string{
		"MEDIA": "livekit", "MEDIA_URL": media.url, "MEDIA_KEY": mediaKey, "MEDIA_SECRET": mediaSecret(),
		"MAIL_FROM": "Personal Rooms <rooms@example.com>"}, log)
	if err != nil {
		closeMedia()
		return nil, err
	}
	deployment.url, deployment.token, deployment.media, deployment.temporary = bundle.URL(), bundle.Token, media, true
	deployment.drop, deployment.failMails = bundle.DropSockets, bundle.Mails().Fail
	deployment.mails = func() ([]mailbox.Mail, error) { return bundle.Mails().Mails(), nil }
	return func() {
		stopBundle()
		closeMedia()
	}, nil
}

// unique returns a name that no other run uses.
func unique(name string) string { return strings.ToLower(name + "-" + rand.Text()[:10]) }

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in:\n%s", part, text)
		}
	}
}

func lacks(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q is in:\n%s", part, text)
		}
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// mediaSecret signs media tokens and media commands if the media server is the tests' own.
func mediaSecret() string { return cmp.Or(os.Getenv("MEDIA_SECRET"), "the secret of the tests") }
