package vault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"personal-rooms/shared/secret"
	"personal-rooms/shared/secret/vault"
)

const (
	arn    = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:media-AbCdEf"
	hidden = "nobody-but-the-media-server-knows"
)

// A manager is a Secrets Manager, and a function that reads from it.
type manager struct {
	t      *testing.T
	answer func(*http.Request) (status int, body string)
	asked  []string
	signed string // the last request's Authorization
	now    time.Time
	logged bytes.Buffer
	source secret.Func
}

func newManager(t *testing.T) *manager {
	t.Helper()
	m := &manager{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	m.holds(hidden)
	keys := credentials.NewStaticCredentialsProvider("a", "b", "")
	config := aws.Config{Region: "us-east-1", HTTPClient: m, Credentials: keys}
	log := slog.New(slog.NewJSONHandler(&m.logged, nil))
	m.source = vault.Open(config, secret.Ref{ARN: arn}, func() time.Time { return m.now }, log)
	return m
}

// Do implements aws.HTTPClient.
func (m *manager) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	m.asked = append(m.asked, r.Header.Get("X-Amz-Target")+" "+string(body))
	m.signed = r.Header.Get("Authorization")
	status, text := m.answer(r)
	answer := &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(text)), Request: r}
	return answer, errors.Join(err, r.Context().Err())
}

// holds sets the secret.
func (m *manager) holds(text string) { m.says(http.StatusOK, fmt.Sprintf(`{"SecretString":%q}`, text)) }

func (m *manager) says(status int, body string) {
	m.answer = func(*http.Request) (int, string) { return status, body }
}

const denied = `{"__type":"AccessDeniedException","Message":"not authorized"}`

// gives requires that the secret is read, after so many requests in all.
func (m *manager) gives(want secret.Text, requests int) {
	m.t.Helper()
	got, err := m.source(m.t.Context())
	if err != nil || got != want {
		m.t.Errorf("another secret: %v", err)
	}
	if len(m.asked) != requests {
		m.t.Errorf("%d requests, want %d: %q", len(m.asked), requests, m.asked)
	}
}

func TestGivenSecretNeedsNoRequest(t *testing.T) {
	source := vault.Open(aws.Config{}, secret.Ref{Given: hidden}, nil, nil)
	if got, err := source(t.Context()); got != hidden || err != nil {
		t.Errorf("another secret: %v", err)
	}
}

// The secret may be in another region than the function.
func TestSecretIsCachedForFiveMinutes(t *testing.T) {
	m := newManager(t)
	m.gives(hidden, 1)
	m.gives(hidden, 1)
	if want := `secretsmanager.GetSecretValue {"SecretId":"` + arn + `"}`; m.asked[0] != want {
		t.Errorf("asked %s, want %s", m.asked[0], want)
	}
	if !strings.Contains(m.signed, "/eu-central-1/secretsmanager/") {
		t.Errorf("signed %q", m.signed)
	}
	m.holds("rotated\n")
	m.now = m.now.Add(5*time.Minute - time.Second)
	m.gives(hidden, 1)
	m.now = m.now.Add(time.Second)
	m.gives("rotated", 2)
	m.says(http.StatusBadRequest, denied)
	m.now = m.now.Add(5 * time.Minute)
	m.gives("rotated", 3) // the old one, because it could not be read
	m.gives("rotated", 3)
	log := m.logged.String()
	if !strings.Contains(log, `"level":"WARN"`) || !strings.Contains(log, "AccessDeniedException") || strings.Count(log, "\n") != 1 {
		t.Errorf("logged %s", log)
	}
	m.holds(hidden)
	m.now = m.now.Add(5 * time.Minute)
	m.gives(hidden, 4)
	if strings.Contains(m.logged.String(), "rotated") {
		t.Errorf("logged %s", m.logged.String())
	}
}

func TestErrorsDoNotShowTheSecret(t *testing.T) {
	for body, says := range map[string]string{
		denied: "AccessDeniedException",
		`{"SecretString":"{\"key\":\"` + hidden + `\"}"}`: "must hold the secret itself as text, not key/value pairs",
		`{"SecretString":" "}`:                            "must hold the secret itself as text",
		`{"SecretString":"` + hidden:                      "cannot be decoded",
	} {
		m := newManager(t)
		m.says(map[bool]int{true: http.StatusBadRequest, false: http.StatusOK}[body == denied], body)
		got, err := m.source(t.Context())
		if got != "" || err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), hidden) {
			t.Errorf("%s: %v", body, err)
		}
		m.holds(hidden)
		m.gives(hidden, len(m.asked)+1) // a failure is not cached
	}
}

func TestReadingHasADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newManager(t)
		m.answer = func(r *http.Request) (int, string) {
			<-r.Context().Done()
			return http.StatusOK, ""
		}
		if _, err := m.source(t.Context()); !errors.Is(err, context.DeadlineExceeded) { // its own: the test has none
			t.Error(err)
		}
	})
}
