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

// environment is that of a Lambda function, with some variables changed.
func environment(changes map[string]string) func(string) string {
	all := map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "key", "AWS_SESSION_TOKEN": "session",
		"TABLE_NAME": "rooms",
	}
	maps.Copy(all, changes)
	return func(name string) string { return all[name] }
}

func TestSettingsHaveDefaults(t *testing.T) {
	got, err := boot.Read(environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := boot.Settings{Table: "rooms", Quarantine: 180 * 24 * time.Hour, Lease: 90 * time.Second,
		Retention: 90 * 24 * time.Hour, LogLevel: slog.LevelInfo}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestSettingsAreRead(t *testing.T) {
	got, err := boot.Read(environment(map[string]string{
		"PUBLIC_URL": "https://meet.example.com/", "CLIENT_URL": "http://localhost:8080/app#/join", "TOKEN_ISSUER": "https://issuer",
		"TOKEN_AUDIENCE": "rooms", "KEY_SET": "{}", "QUARANTINE_DAYS": "0", "LEASE_SECONDS": "600", "RETENTION_DAYS": "1",
		"LOG_LEVEL": "DEBUG",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := boot.Settings{
		Table: "rooms", PublicURL: "https://meet.example.com", ClientURL: "http://localhost:8080/app#/join", Issuer: "https://issuer",
		Audience: "rooms", KeySet: "{}", Quarantine: 0, Lease: 10 * time.Minute, Retention: 24 * time.Hour, LogLevel: slog.LevelDebug,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestTheMediaServerIsRead(t *testing.T) {
	const arn = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:media-AbCdEf"
	for _, c := range []struct {
		given map[string]string
		want  media.Server
	}{
		{nil, media.Server{}},
		{map[string]string{"MEDIA": "livekit", "MEDIA_URL": "wss://media.example.com/", "MEDIA_KEY": "APIkey", "MEDIA_SECRET_ARN": arn},
			media.Server{Provider: media.LiveKit, URL: "wss://media.example.com", Key: "APIkey", Secret: secret.Ref{ARN: arn}}},
		{map[string]string{"MEDIA": "livekit", "MEDIA_URL": "ws://localhost:7880", "MEDIA_KEY": "devkey", "MEDIA_SECRET": "secret"},
			media.Server{Provider: media.LiveKit, URL: "ws://localhost:7880", Key: "devkey", Secret: secret.Ref{Given: "secret"}}},
		{map[string]string{"MEDIA": "jitsi", "MEDIA_URL": "https://Meet.example.com:8443", "MEDIA_KEY": "rooms", "MEDIA_SECRET": "secret"},
			media.Server{Provider: media.Jitsi, URL: "https://Meet.example.com:8443", Key: "rooms", Secret: secret.Ref{Given: "secret"}, Domain: "meet.example.com"}},
		{map[string]string{"MEDIA": "jitsi", "MEDIA_URL": "https://meet.example.com/acme/", "MEDIA_KEY": "rooms", "MEDIA_SECRET": "secret", "MEDIA_DOMAIN": "acme"},
			media.Server{Provider: media.Jitsi, URL: "https://meet.example.com/acme", Key: "rooms", Secret: secret.Ref{Given: "secret"}, Domain: "acme"}},
	} {
		got, err := boot.Read(environment(c.given))
		if d := cmp.Diff(c.want, got.Media); d != "" || err != nil {
			t.Errorf("%v: %v %s", c.given, err, d)
		}
	}
}

func TestAMediaServerThatIsNotWholeIsNamed(t *testing.T) {
	liveKit := map[string]string{"MEDIA": "livekit", "MEDIA_URL": "wss://media.example.com", "MEDIA_KEY": "key", "MEDIA_SECRET_ARN": "arn"}
	for _, c := range []struct{ name, value, err string }{
		{"MEDIA", "zoom", `environment variable MEDIA is "zoom"; it must be livekit, jitsi, or empty`},
		{"MEDIA_URL", "", `environment variable MEDIA_URL is ""; it must be an address such as wss://media.example.com`},
		{"MEDIA_URL", "https://media.example.com", `environment variable MEDIA_URL is "https://media.example.com"; it must be an address such as wss://media.example.com`},
		{"MEDIA_URL", "wss://a:b@media.example.com", `environment variable MEDIA_URL is "wss://a:b@media.example.com"; it must be an address such as wss://media.example.com`},
		{"MEDIA_KEY", "", "environment variable MEDIA_KEY is required"},
		{"MEDIA_SECRET_ARN", "", "environment variable MEDIA_SECRET_ARN is required, or MEDIA_SECRET on your own machine"},
		{"MEDIA_SECRET", "hidden", "environment variable MEDIA_SECRET must be empty where MEDIA_SECRET_ARN is not"},
		{"MEDIA_DOMAIN", "acme", "environment variable MEDIA_DOMAIN must be empty where MEDIA is livekit"},
		{"MEDIA", "", "environment variable MEDIA_URL must be empty where MEDIA is\nenvironment variable MEDIA_KEY must be empty where MEDIA is\n" +
			"environment variable MEDIA_SECRET_ARN must be empty where MEDIA is"},
		{"MEDIA", "jitsi", `environment variable MEDIA_URL is "wss://media.example.com"; it must be an address such as https://media.example.com`},
	} {
		given := maps.Clone(liveKit)
		given[c.name] = c.value
		if _, err := boot.Open(environment(given), io.Discard); err == nil || err.Error() != c.err {
			t.Errorf("%s=%s: %v", c.name, c.value, err)
		}
	}
}

// One variable names an emulator for every service; another one names DynamoDB's alone.
func TestTheEndpointsOfAnEmulator(t *testing.T) {
	f, err := boot.Open(environment(map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(f.DynamoDB.Options().BaseEndpoint); got != "http://127.0.0.1:4566" || aws.ToString(f.AWS.BaseEndpoint) != got {
		t.Errorf("DynamoDB is asked at %q, other services at %q", got, aws.ToString(f.AWS.BaseEndpoint))
	}
	f, err = boot.Open(environment(map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000"}), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(f.DynamoDB.Options().BaseEndpoint); got != "http://127.0.0.1:8000" || aws.ToString(f.AWS.BaseEndpoint) != "http://127.0.0.1:4566" {
		t.Errorf("DynamoDB is asked at %q, other services at %q", got, aws.ToString(f.AWS.BaseEndpoint))
	}
}

func TestInTheCloudEveryServiceHasItsOwnEndpoint(t *testing.T) {
	f, err := boot.Open(environment(nil), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if f.AWS.BaseEndpoint != nil || f.AWS.Region != "eu-central-1" {
		t.Errorf("%v in %s", f.AWS.BaseEndpoint, f.AWS.Region)
	}
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	for _, c := range []struct{ name, value, err string }{
		{"TABLE_NAME", "", "environment variable TABLE_NAME is required"},
		{"AWS_REGION", "", "environment variable AWS_REGION is required"},
		{"AWS_ACCESS_KEY_ID", "", "environment variable AWS_ACCESS_KEY_ID is required"},
		{"AWS_SECRET_ACCESS_KEY", "", "environment variable AWS_SECRET_ACCESS_KEY is required"},
		{"KEY_SET", "{}", "environment variable TOKEN_ISSUER is required\nenvironment variable TOKEN_AUDIENCE is required"},
		{"PUBLIC_URL", "meet.example.com", `environment variable PUBLIC_URL is "meet.example.com"; it must be a web address such as https://meet.example.com, or empty`},
		{"PUBLIC_URL", "https://", `environment variable PUBLIC_URL is "https://"; it must be a web address such as https://meet.example.com, or empty`},
		{"CLIENT_URL", "javascript:alert(1)", `environment variable CLIENT_URL is "javascript:alert(1)"; it must be a web address such as https://meet.example.com, or empty`},
		{"AWS_ENDPOINT_URL_DYNAMODB", "localhost:8000", `environment variable AWS_ENDPOINT_URL_DYNAMODB is "localhost:8000"; it must be a web address such as https://meet.example.com, or empty`},
		{"AWS_ENDPOINT_URL", "ftp://localhost", `environment variable AWS_ENDPOINT_URL is "ftp://localhost"; it must be a web address such as https://meet.example.com, or empty`},
		{"QUARANTINE_DAYS", "3651", `environment variable QUARANTINE_DAYS is "3651"; it must be a whole number from 0 to 3650, or empty for 180`},
		{"QUARANTINE_DAYS", "-1", `environment variable QUARANTINE_DAYS is "-1"; it must be a whole number from 0 to 3650, or empty for 180`},
		{"LEASE_SECONDS", "29", `environment variable LEASE_SECONDS is "29"; it must be a whole number from 30 to 600, or empty for 90`},
		{"LEASE_SECONDS", "long", `environment variable LEASE_SECONDS is "long"; it must be a whole number from 30 to 600, or empty for 90`},
		{"RETENTION_DAYS", "0", `environment variable RETENTION_DAYS is "0"; it must be a whole number from 1 to 3650, or empty for 90`},
		{"LOG_LEVEL", "loud", `environment variable LOG_LEVEL is "loud"; it must be debug, info, warn or error, or empty for info`},
	} {
		if _, err := boot.Open(environment(map[string]string{c.name: c.value}), io.Discard); err == nil || err.Error() != c.err {
			t.Errorf("%s=%s: %v", c.name, c.value, err)
		}
	}
}

func TestTheLogHasTheNamesThatLambdaFiltersBy(t *testing.T) {
	var logged bytes.Buffer
	log := boot.Logger(&logged, slog.LevelWarn, "rooms-admission", "7")
	log.Info("not seen")
	log.Warn("seen")
	if line := logged.String(); !strings.HasPrefix(line, `{"timestamp":"`) || !strings.HasSuffix(line, `"level":"WARN","message":"seen"}`+"\n") {
		t.Error(line)
	}
}

// The metric filter VersionErrorLogMetric counts errors by these fields.
func TestErrorsNameTheFunctionAndItsVersion(t *testing.T) {
	var logged bytes.Buffer
	boot.Logger(&logged, slog.LevelInfo, "rooms-admission", "7").With("request", "r-1").Error("failed", "cause", "none")
	if line := logged.String(); !strings.HasSuffix(line, `"request":"r-1","cause":"none","function":"rooms-admission","version":"7"}`+"\n") {
		t.Error(line)
	}
}

// call asks a DynamoDB that answers as told, and returns what it was sent.
func call(t *testing.T, answer http.HandlerFunc) (sent []*http.Request, err error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r)
		answer(w, r)
	}))
	defer server.Close()
	f, err := boot.Open(environment(map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": server.URL}), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.DynamoDB.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	return sent, err
}

func TestTheClientSignsWithTheFunctionsCredentials(t *testing.T) {
	sent, err := call(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	if err != nil || len(sent) != 1 {
		t.Fatalf("%d requests, %v", len(sent), err)
	}
	signed := sent[0].Header.Get("Authorization")
	if !strings.HasPrefix(signed, "AWS4-HMAC-SHA256 Credential=AKID/") || !strings.Contains(signed, "/eu-central-1/dynamodb/aws4_request") {
		t.Errorf("signed %q", signed)
	}
	if got := sent[0].Header.Get("X-Amz-Security-Token"); got != "session" {
		t.Errorf("the session token is %q", got)
	}
}

func TestTheClientTriesFourTimes(t *testing.T) {
	t.Setenv("AWS_NEW_RETRIES_2026", "true") // as in template.yaml; the SDK reads it itself
	sent, err := call(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	if err == nil || len(sent) != 4 {
		t.Errorf("%d requests, %v", len(sent), err)
	}
	f, opened := boot.Open(environment(nil), io.Discard)
	if opened != nil {
		t.Fatal(opened)
	}
	for try := range 3 {
		for range 100 {
			wait, failed := f.DynamoDB.Options().Retryer.RetryDelay(try, err)
			if most := 25 * time.Millisecond << try; failed != nil || wait > most {
				t.Fatalf("waits %v after try %d, want %v at most (%v): the SDK does not heed AWS_NEW_RETRIES_2026", wait, try, most, failed)
			}
		}
	}
}

func TestTheClientChecksCertificates(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	defer server.Close()
	f, err := boot.Open(environment(map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": server.URL}), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, err = f.DynamoDB.ListTables(ctx, &dynamodb.ListTablesInput{}, func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 })
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
	said, err := self.CombinedOutput() // a test binary that measures coverage says more, after it
	if err == nil || !strings.HasPrefix(string(said), "cannot start: environment variable TABLE_NAME is required\n") {
		t.Errorf("%v, %s", err, said)
	}
}
