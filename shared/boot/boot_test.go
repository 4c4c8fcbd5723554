package boot_test

import (
	"bytes"
	"io"
	"log/slog"
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
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// environment returns that of a Lambda function, with changes: "LEASE_SECONDS=30 KEY_SET={}".
func environment(changes string) func(string) string {
	all := map[string]string{}
	for change := range strings.FieldsSeq("AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY=key " +
		"AWS_SESSION_TOKEN=session TABLE_NAME=rooms " + changes) {
		name, value, _ := strings.Cut(change, "=")
		all[name] = value
	}
	return func(name string) string { return all[name] }
}

func open(t *testing.T, changes string) *boot.Function {
	t.Helper()
	f, err := boot.Open(environment(changes), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSettingsAreReadAndHaveDefaults(t *testing.T) {
	const day = 24 * time.Hour
	defaults := boot.Settings{
		Table: "rooms", Config: meeting.Config{Quarantine: 180 * day, Lease: 400 * time.Second, Retention: 90 * day, AuditRetention: 90 * day},
	}
	with := func(p media.Provider, url, key, domain string, s secret.Ref) boot.Settings {
		settings := defaults
		settings.Config.MediaPresence = p == media.LiveKit
		settings.Media = media.Server{Provider: p, URL: url, Key: key, Domain: domain, Secret: s}
		return settings
	}
	given, stored := secret.Ref{Given: "s"}, secret.Ref{ARN: "arn:aws:secretsmanager:eu-central-1:0:secret:media-AbCdEf"}
	for changes, want := range map[string]boot.Settings{
		"": defaults,
		"PUBLIC_URL=https://meet.example.com/ CLIENT_URL=http://localhost:8080/app#/join TOKEN_ISSUER=https://issuer " +
			"APPS=true APPS_URL=https://meet.example.com/apps/ " +
			"MAIL_FROM=rooms@example.com MAILS_URL=mails MAILS_DLQ_URL=dlq TOKEN_AUDIENCE=rooms KEY_SET={} QUARANTINE_DAYS=0 LEASE_SECONDS=600 RETENTION_DAYS=1 AUDIT_DAYS=2 KEEP_ERASED_RECORDS=true OPERATOR_ACCOUNT=operators LOG_LEVEL=DEBUG": {
			Table: "rooms", PublicURL: "https://meet.example.com", ClientURL: "http://localhost:8080/app#/join",
			MailFrom: "rooms@example.com", Mails: "mails", MailsDLQ: "dlq", Apps: true, AppsURL: "https://meet.example.com/apps",
			Issuer: "https://issuer", Audience: "rooms", KeySet: "{}", OperatorAccount: "operators", LogLevel: slog.LevelDebug,
			Config: meeting.Config{Lease: 10 * time.Minute, Retention: day, AuditRetention: 2 * day, KeepErasedRecords: true},
		},
		"HINTS_URL=wss://hints.example.com/live HINTS_ENDPOINT=https://api.example.com/live/": {
			Table: "rooms", HintsURL: "wss://hints.example.com/live", HintsEndpoint: "https://api.example.com/live", Config: defaults.Config,
		},
		"MEDIA=livekit MEDIA_URL=wss://a.example/ " +
			"MEDIA_KEY=APIkey MEDIA_SECRET_ARN=" + stored.ARN: with(media.LiveKit, "wss://a.example", "APIkey", "", stored),
		"MEDIA=livekit MEDIA_URL=ws://localhost:7880 " +
			"MEDIA_KEY=devkey MEDIA_SECRET=s": with(media.LiveKit, "ws://localhost:7880", "devkey", "", given),
		"MEDIA=jitsi MEDIA_URL=https://Meet.example:8443 " +
			"MEDIA_KEY=rooms MEDIA_SECRET=s": with(media.Jitsi, "https://Meet.example:8443", "rooms", "meet.example", given),
		"MEDIA=jitsi MEDIA_URL=https://a.example/acme/ MEDIA_DOMAIN=acme " +
			"MEDIA_KEY=rooms MEDIA_SECRET=s": with(media.Jitsi, "https://a.example/acme", "rooms", "acme", given),
	} {
		got, err := boot.Read(environment(changes))
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v %s", changes, err, d)
		}
	}
}

func TestEachWrongVariableIsNamed(t *testing.T) {
	const (
		liveKit = "MEDIA=livekit MEDIA_URL=wss://media.example.com MEDIA_KEY=key MEDIA_SECRET_ARN=arn "
		address = `"; it must be a web address such as https://meet.example.com, or empty`
		wss     = `"; it must be an address such as wss://media.example.com`
		days    = `"; it must be a whole number from 0 to 3650, or empty for 180`
		seconds = `"; it must be a whole number from 30 to 600, or empty for 400`
	)
	for changes, wrong := range map[string][]string{
		"TABLE_NAME= AWS_REGION= AWS_ACCESS_KEY_ID= AWS_SECRET_ACCESS_KEY=": {
			"TABLE_NAME is required", "AWS_REGION is required", "AWS_ACCESS_KEY_ID is required",
			"AWS_SECRET_ACCESS_KEY is required",
		},
		"KEY_SET={}":                               {"TOKEN_ISSUER is required", "TOKEN_AUDIENCE is required"},
		"PUBLIC_URL=meet.example.com":              {`PUBLIC_URL is "meet.example.com` + address},
		"PUBLIC_URL=https://":                      {`PUBLIC_URL is "https://` + address},
		"APPS_URL=apps":                            {`APPS_URL is "apps` + address},
		"CLIENT_URL=javascript:alert(1)":           {`CLIENT_URL is "javascript:alert(1)` + address},
		"AWS_ENDPOINT_URL_DYNAMODB=localhost:8000": {`AWS_ENDPOINT_URL_DYNAMODB is "localhost:8000` + address},
		"AWS_ENDPOINT_URL=ftp://localhost":         {`AWS_ENDPOINT_URL is "ftp://localhost` + address},
		"HINTS_URL=https://hints.example.com HINTS_ENDPOINT=https://a.example": {
			`HINTS_URL is "https://hints.example.com"; it must be the address of a WebSocket such as wss://hints.example.com, or empty`,
		},
		"HINTS_URL=wss://hints.example.com": {"HINTS_ENDPOINT is required"},
		"MAIL_FROM=rooms": {
			`MAIL_FROM is "rooms"; it must be an address such as rooms@example.com or Rooms <rooms@example.com>, or empty`},
		"QUARANTINE_DAYS=3651": {`QUARANTINE_DAYS is "3651` + days},
		"QUARANTINE_DAYS=-1":   {`QUARANTINE_DAYS is "-1` + days},
		"LEASE_SECONDS=29":     {`LEASE_SECONDS is "29` + seconds},
		"LEASE_SECONDS=long":   {`LEASE_SECONDS is "long` + seconds},
		"RETENTION_DAYS=0": {
			`RETENTION_DAYS is "0"; it must be a whole number from 1 to 3650, or empty for 90`,
		},
		"LOG_LEVEL=loud": {
			`LOG_LEVEL is "loud"; it must be debug, info, warn or error, or empty for info`,
		},
		liveKit + "MEDIA=zoom":                    {`MEDIA is "zoom"; it must be livekit, jitsi, or empty`},
		liveKit + "MEDIA_URL=":                    {`MEDIA_URL is "` + wss},
		liveKit + "MEDIA_URL=https://a.example":   {`MEDIA_URL is "https://a.example` + wss},
		liveKit + "MEDIA_URL=wss://a:b@a.example": {`MEDIA_URL is "wss://a:b@a.example` + wss},
		liveKit + "MEDIA_KEY=":                    {"MEDIA_KEY is required"},
		liveKit + "MEDIA_SECRET_ARN=":             {"MEDIA_SECRET_ARN is required, or MEDIA_SECRET on your own machine"},
		liveKit + "MEDIA_SECRET=hidden":           {"MEDIA_SECRET must be empty if MEDIA_SECRET_ARN is set"},
		liveKit + "MEDIA_DOMAIN=acme":             {"MEDIA_DOMAIN must be empty if MEDIA is livekit"},
		liveKit + "MEDIA=": {
			"MEDIA_URL must be empty if MEDIA is empty", "MEDIA_KEY must be empty if MEDIA is empty",
			"MEDIA_SECRET_ARN must be empty if MEDIA is empty",
		},
		liveKit + "MEDIA=jitsi": {
			`MEDIA_URL is "wss://media.example.com"; it must be an address such as https://media.example.com`,
		},
	} {
		want := "environment variable " + strings.Join(wrong, "\nenvironment variable ")
		if _, err := boot.Open(environment(changes), io.Discard); err == nil || err.Error() != want {
			t.Errorf("%s: %v", changes, err)
		}
	}
}

// AWS_ENDPOINT_URL is an emulator of every service, AWS_ENDPOINT_URL_DYNAMODB one of DynamoDB alone. The cloud has
// neither.
func TestEndpointsOfAnEmulator(t *testing.T) {
	const all, database = "http://127.0.0.1:4566", "http://127.0.0.1:8000"
	for changes, want := range map[string]struct{ database, others string }{
		"":                        {"", ""},
		"AWS_ENDPOINT_URL=" + all: {all, all},
		"AWS_ENDPOINT_URL=" + all + " AWS_ENDPOINT_URL_DYNAMODB=" + database: {database, all},
	} {
		f := open(t, changes)
		gotDatabase, gotOthers := aws.ToString(f.DynamoDB.Options().BaseEndpoint), aws.ToString(f.AWS.BaseEndpoint)
		if gotDatabase != want.database || gotOthers != want.others {
			t.Errorf("%s: DynamoDB is at %q, other services at %q", changes, gotDatabase, gotOthers)
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

func TestTheClientSignsAndTriesFourTimes(t *testing.T) {
	t.Setenv("AWS_NEW_RETRIES_2026", "true") // as in template.yaml; the SDK reads it itself
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signed, token := r.Header.Get("Authorization"), r.Header.Get("X-Amz-Security-Token")
		if !strings.HasPrefix(signed, "AWS4-HMAC-SHA256 Credential=AKID/") || token != "session" ||
			!strings.Contains(signed, "/eu-central-1/dynamodb/aws4_request") {
			t.Errorf("signed %q with the session token %q", signed, token)
		}
		requests++
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer server.Close()
	client := open(t, "AWS_ENDPOINT_URL_DYNAMODB="+server.URL).DynamoDB
	_, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	if err == nil || requests != 4 {
		t.Errorf("%d requests, %v", requests, err)
	}
	for try := range 3 {
		for range 100 {
			wait, failed := client.Options().Retryer.RetryDelay(try, err)
			if most := 25 * time.Millisecond << try; failed != nil || wait > most {
				t.Fatalf("waits %v after try %d, not %v (%v): the SDK ignores AWS_NEW_RETRIES_2026", wait, try, most, failed)
			}
		}
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
