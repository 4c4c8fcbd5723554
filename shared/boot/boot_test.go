package boot_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/media"
	"personal-rooms/shared/secret"
)

// environment returns that of a Lambda function, with some variables changed.
func environment(changes map[string]string) func(string) string {
	all := map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "key",
		"AWS_SESSION_TOKEN": "session", "TABLE_NAME": "rooms"}
	maps.Copy(all, changes)
	return func(name string) string { return all[name] }
}

func open(t *testing.T, changes map[string]string) *boot.Function {
	t.Helper()
	f, err := boot.Open(environment(changes), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSettingsAreReadAndHaveDefaults(t *testing.T) {
	const arn, day = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:media-AbCdEf", 24 * time.Hour
	defaults := boot.Settings{Table: "rooms", Quarantine: 180 * day, Lease: 90 * time.Second, Retention: 90 * day}
	withMedia := func(s media.Server) boot.Settings {
		settings := defaults
		settings.Media = s
		return settings
	}
	for _, c := range []struct {
		given map[string]string
		want  boot.Settings
	}{
		{nil, defaults},
		{map[string]string{
			"PUBLIC_URL": "https://meet.example.com/", "CLIENT_URL": "http://localhost:8080/app#/join",
			"TOKEN_ISSUER":   "https://issuer",
			"TOKEN_AUDIENCE": "rooms", "KEY_SET": "{}", "QUARANTINE_DAYS": "0", "LEASE_SECONDS": "600", "RETENTION_DAYS": "1",
			"LOG_LEVEL": "DEBUG",
		}, boot.Settings{
			Table: "rooms", PublicURL: "https://meet.example.com", ClientURL: "http://localhost:8080/app#/join",
			Issuer:   "https://issuer",
			Audience: "rooms", KeySet: "{}", Lease: 10 * time.Minute, Retention: day, LogLevel: slog.LevelDebug,
		}},
		{map[string]string{"MEDIA": "livekit", "MEDIA_URL": "wss://media.example.com/", "MEDIA_KEY": "APIkey",
			"MEDIA_SECRET_ARN": arn},
			withMedia(media.Server{Provider: media.LiveKit, URL: "wss://media.example.com", Key: "APIkey",
				Secret: secret.Ref{ARN: arn}})},
		{map[string]string{"MEDIA": "livekit", "MEDIA_URL": "ws://localhost:7880", "MEDIA_KEY": "devkey",
			"MEDIA_SECRET": "s"},
			withMedia(media.Server{Provider: media.LiveKit, URL: "ws://localhost:7880", Key: "devkey",
				Secret: secret.Ref{Given: "s"}})},
		{map[string]string{"MEDIA": "jitsi", "MEDIA_URL": "https://Meet.example.com:8443", "MEDIA_KEY": "rooms",
			"MEDIA_SECRET": "s"},
			withMedia(media.Server{Provider: media.Jitsi, URL: "https://Meet.example.com:8443", Key: "rooms",
				Secret: secret.Ref{Given: "s"},
				Domain: "meet.example.com"})},
		{map[string]string{"MEDIA": "jitsi", "MEDIA_URL": "https://a.example.com/acme/", "MEDIA_KEY": "rooms",
			"MEDIA_SECRET": "s", "MEDIA_DOMAIN": "acme"},
			withMedia(media.Server{Provider: media.Jitsi, URL: "https://a.example.com/acme", Key: "rooms",
				Secret: secret.Ref{Given: "s"}, Domain: "acme"})},
	} {
		got, err := boot.Read(environment(c.given))
		if d := cmp.Diff(c.want, got); d != "" || err != nil {
			t.Errorf("%v: %v %s", c.given, err, d)
		}
	}
}

func TestEachWrongVariableIsNamed(t *testing.T) {
	liveKit := map[string]string{
		"MEDIA":            "livekit",
		"MEDIA_URL":        "wss://media.example.com",
		"MEDIA_KEY":        "key",
		"MEDIA_SECRET_ARN": "arn",
	}
	const (
		address  = "; it must be a web address such as https://meet.example.com, or empty"
		media    = "; it must be an address such as "
		mediaWSS = media + "wss://media.example.com"
		days     = "; it must be a whole number from 0 to 3650, or empty for 180"
	)
	for _, c := range []struct {
		given             map[string]string
		name, value, want string // the error, after "environment variable "
	}{
		{nil, "TABLE_NAME", "", "TABLE_NAME is required"},
		{nil, "AWS_REGION", "", "AWS_REGION is required"},
		{nil, "AWS_ACCESS_KEY_ID", "", "AWS_ACCESS_KEY_ID is required"},
		{nil, "AWS_SECRET_ACCESS_KEY", "", "AWS_SECRET_ACCESS_KEY is required"},
		{nil, "KEY_SET", "{}", "TOKEN_ISSUER is required\nenvironment variable TOKEN_AUDIENCE is required"},
		{nil, "PUBLIC_URL", "meet.example.com", `PUBLIC_URL is "meet.example.com"` + address},
		{nil, "PUBLIC_URL", "https://", `PUBLIC_URL is "https://"` + address},
		{nil, "CLIENT_URL", "javascript:alert(1)", `CLIENT_URL is "javascript:alert(1)"` + address},
		{nil, "AWS_ENDPOINT_URL_DYNAMODB", "localhost:8000", `AWS_ENDPOINT_URL_DYNAMODB is "localhost:8000"` + address},
		{nil, "AWS_ENDPOINT_URL", "ftp://localhost", `AWS_ENDPOINT_URL is "ftp://localhost"` + address},
		{nil, "QUARANTINE_DAYS", "3651", `QUARANTINE_DAYS is "3651"` + days},
		{nil, "QUARANTINE_DAYS", "-1", `QUARANTINE_DAYS is "-1"` + days},
		{nil, "LEASE_SECONDS", "29", `LEASE_SECONDS is "29"; it must be a whole number from 30 to 600, or empty for 90`},
		{nil, "LEASE_SECONDS", "long", `LEASE_SECONDS is "long"; it must be a whole number from 30 to 600, or empty for 90`},
		{nil, "RETENTION_DAYS", "0", `RETENTION_DAYS is "0"; it must be a whole number from 1 to 3650, or empty for 90`},
		{nil, "LOG_LEVEL", "loud", `LOG_LEVEL is "loud"; it must be debug, info, warn or error, or empty for info`},
		{liveKit, "MEDIA", "zoom", `MEDIA is "zoom"; it must be livekit, jitsi, or empty`},
		{liveKit, "MEDIA_URL", "", `MEDIA_URL is ""` + mediaWSS},
		{liveKit, "MEDIA_URL", "https://media.example.com", `MEDIA_URL is "https://media.example.com"` + mediaWSS},
		{liveKit, "MEDIA_URL", "wss://a:b@media.example.com", `MEDIA_URL is "wss://a:b@media.example.com"` + mediaWSS},
		{liveKit, "MEDIA_KEY", "", "MEDIA_KEY is required"},
		{liveKit, "MEDIA_SECRET_ARN", "", "MEDIA_SECRET_ARN is required, or MEDIA_SECRET on your own machine"},
		{liveKit, "MEDIA_SECRET", "hidden", "MEDIA_SECRET must be empty if MEDIA_SECRET_ARN is set"},
		{liveKit, "MEDIA_DOMAIN", "acme", "MEDIA_DOMAIN must be empty if MEDIA is livekit"},
		{liveKit, "MEDIA", "", "MEDIA_URL must be empty if MEDIA is empty\n" +
			"environment variable MEDIA_KEY must be empty if MEDIA is empty\n" +
			"environment variable MEDIA_SECRET_ARN must be empty if MEDIA is empty"},
		{liveKit, "MEDIA", "jitsi", `MEDIA_URL is "wss://media.example.com"` + media + "https://media.example.com"},
	} {
		given := map[string]string{}
		maps.Copy(given, c.given)
		given[c.name] = c.value
		if _, err := boot.Open(environment(given), io.Discard); err == nil || err.Error() != "environment variable "+c.want {
			t.Errorf("%s=%s: %v", c.name, c.value, err)
		}
	}
}

// AWS_ENDPOINT_URL is an emulator of every service, AWS_ENDPOINT_URL_DYNAMODB one of DynamoDB alone. The cloud has
// neither.
func TestEndpointsOfAnEmulator(t *testing.T) {
	const all, database = "http://127.0.0.1:4566", "http://127.0.0.1:8000"
	for _, c := range []struct{ all, database, wantDatabase, wantOthers string }{
		{"", "", "", ""}, {all, "", all, all}, {all, database, database, all},
	} {
		f := open(t, map[string]string{"AWS_ENDPOINT_URL": c.all, "AWS_ENDPOINT_URL_DYNAMODB": c.database})
		gotDatabase, gotOthers := aws.ToString(f.DynamoDB.Options().BaseEndpoint), aws.ToString(f.AWS.BaseEndpoint)
		if gotDatabase != c.wantDatabase || gotOthers != c.wantOthers || f.AWS.Region != "eu-central-1" {
			t.Errorf("%+v: DynamoDB is at %q, other services at %q, in %s", c, gotDatabase, gotOthers, f.AWS.Region)
		}
	}
}

// Lambda filters lines by timestamp, level and message; VersionErrorLogMetric counts errors by function and version.
func TestLogLines(t *testing.T) {
	var logged bytes.Buffer
	log := boot.Logger(&logged, slog.LevelWarn, "rooms-admission", "7").With("request", "r-1")
	log.Info("below the level")
	log.Warn("a warning")
	log.Error("an error", "cause", "none")
	lines := strings.Split(logged.String(), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], `{"timestamp":"`) ||
		!strings.HasSuffix(lines[0], `"level":"WARN","message":"a warning","request":"r-1"}`) ||
		!strings.HasSuffix(lines[1], `"request":"r-1","cause":"none","function":"rooms-admission","version":"7"}`) {
		t.Error(logged.String())
	}
}

// call sends a request to a server that answers with the status, and returns the requests that the server got.
func call(t *testing.T, status int) (received []*http.Request, err error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received = append(received, r)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "{}")
	}))
	defer server.Close()
	f := open(t, map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": server.URL})
	_, err = f.DynamoDB.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	return received, err
}

func TestTheClientSignsWithTheFunctionsCredentials(t *testing.T) {
	received, err := call(t, http.StatusOK)
	if err != nil || len(received) != 1 {
		t.Fatalf("%d requests, %v", len(received), err)
	}
	signed, token := received[0].Header.Get("Authorization"), received[0].Header.Get("X-Amz-Security-Token")
	if !strings.HasPrefix(signed, "AWS4-HMAC-SHA256 Credential=AKID/") ||
		!strings.Contains(signed, "/eu-central-1/dynamodb/aws4_request") ||
		token != "session" {
		t.Errorf("signed %q with the session token %q", signed, token)
	}
}

func TestTheClientTriesFourTimes(t *testing.T) {
	t.Setenv("AWS_NEW_RETRIES_2026", "true") // as in template.yaml; the SDK reads it itself
	received, err := call(t, http.StatusServiceUnavailable)
	if err == nil || len(received) != 4 {
		t.Errorf("%d requests, %v", len(received), err)
	}
	retryer := open(t, nil).DynamoDB.Options().Retryer
	for try := range 3 {
		for range 100 {
			wait, failed := retryer.RetryDelay(try, err)
			if most := 25 * time.Millisecond << try; failed != nil || wait > most {
				t.Fatalf("waits %v after try %d, want %v at most (%v): the SDK ignores AWS_NEW_RETRIES_2026", wait, try, most,
					failed)
			}
		}
	}
}

func TestTheClientChecksCertificates(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	f := open(t, map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": server.URL})
	_, err := f.DynamoDB.ListTables(ctx, &dynamodb.ListTablesInput{}, func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 })
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown certificate: %v", err)
	}
}

func TestAProcessThatCannotStartSaysWhy(t *testing.T) {
	if os.Getenv("BOOT_TEST_START") != "" {
		boot.Start()
		return
	}
	self := exec.CommandContext(t.Context(), os.Args[0], "-test.run", t.Name())
	self.Env = []string{"BOOT_TEST_START=1", "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}
	output, err := self.CombinedOutput() // a test binary that measures coverage writes more after it
	if err == nil || !strings.HasPrefix(string(output), "cannot start: environment variable TABLE_NAME is required\n") {
		t.Errorf("%v, %s", err, output)
	}
}
