package template_test

import (
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"personal-rooms/shared/dev/template"
)

// ours loads template.yaml.
func ours(t *testing.T, parameters map[string]string) *template.Bundle {
	t.Helper()
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	b, err := template.Load(root, parameters)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParametersReachEveryFunction(t *testing.T) {
	const secret = "arn:aws:secretsmanager:us-east-1:000000000000:secret:media-AbCdEf"
	for _, c := range []struct {
		parameters map[string]string
		want       map[string]string // of every function's environment
	}{
		{nil, map[string]string{"TABLE_NAME": "Table", "QUARANTINE_DAYS": "180", "WEBHOOK_KEY_ARN": "", "WEBHOOK_KEY": ""}},
		{map[string]string{"LeaseSeconds": "5", "ClientUrl": "https://a.example.com"},
			map[string]string{"LEASE_SECONDS": "5", "CLIENT_URL": "https://a.example.com"}},
		{map[string]string{"DomainName": "meet.example.com"}, map[string]string{"APPS": "false", "APPS_URL": ""}},
		{map[string]string{"Apps": "true"}, map[string]string{"APPS": "true", "APPS_URL": ""}},
		{map[string]string{"Apps": "true", "DomainName": "meet.example.com"},
			map[string]string{"APPS_URL": "https://meet.example.com/apps"}},
		{map[string]string{"Apps": "true", "DomainName": "meet.example.com", "AppsUrl": "https://a.example.com"},
			map[string]string{"APPS_URL": "https://a.example.com"}},
		{nil, map[string]string{"HINTS_URL": "wss://HintsApi.execute-api.us-east-1.amazonaws.com/live",
			"HINTS_ENDPOINT": "https://HintsApi.execute-api.us-east-1.amazonaws.com/live"}},
		{map[string]string{"HintsDomainName": "hints.example.com"}, map[string]string{"HINTS_URL": "wss://hints.example.com",
			"HINTS_ENDPOINT": "https://HintsApi.execute-api.us-east-1.amazonaws.com/live"}},
		{map[string]string{"Hints": "false"}, map[string]string{"HINTS_URL": ""}},
		{map[string]string{"Webhooks": "true"}, map[string]string{"WEBHOOK_KEY_ARN": "WebhookKey", "WEBHOOK_KEY": "", "DOORBELL_KEY_ARN": ""}},
		{map[string]string{"Doorbell": "true"}, map[string]string{"DOORBELL_KEY_ARN": "DoorbellKey", "DOORBELL_KEY": ""}},
		{map[string]string{"Media": "livekit", "MediaSecretArn": secret},
			map[string]string{"MEDIA": "livekit", "MEDIA_SECRET_ARN": secret, "MEDIA_SECRET": ""}},
	} {
		for _, f := range ours(t, c.parameters).Functions {
			for name, value := range c.want {
				if f.Env[name] != value {
					t.Errorf("%v: %s has %s=%q, want %q", c.parameters, f.Name, name, f.Env[name], value)
				}
			}
		}
	}
	for _, architecture := range []string{"arm64", "x86_64"} {
		for _, f := range ours(t, map[string]string{"Architecture": architecture}).Functions {
			if f.Architecture != architecture || f.Timeout < time.Second || f.Memory < 128 {
				t.Errorf("%s: %+v", architecture, f)
			}
		}
	}
}

// People return from signing in to PublicUrl and /me, without a second slash: an issuer compares addresses as texts. A
// function starts with each MailFrom that is allowed.
func TestAllowedPatterns(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(ours(t, nil).Root, template.TemplateName))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Parameters map[string]struct {
			AllowedPattern string `yaml:"AllowedPattern"`
		} `yaml:"Parameters"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for name, values := range map[string]map[string]bool{
		"PublicUrl": {
			"": true, "https://meet.example.com": true, "http://127.0.0.1:3000": true, "https://example.com/rooms": true,
			"https://meet.example.com/": false, "https://example.com/rooms/": false, "https://example.com//rooms": false,
			"https://meet.example.com?a": false, "meet.example.com": false,
		},
		"MailFrom": {
			"": true, "rooms@example.com": true, "Rooms <rooms@example.com>": true, "Die Räume <r@example.com>": true,
			"rooms": false, "<rooms@example.com>": false, "Rooms, Inc <r@example.com>": false, "Rooms rooms@example.com": false,
			"a@example.com, b@example.com": false, "Rooms\nBcc: <b@example.com>": false,
		},
		"MailIdentityArn": {
			"": true, "arn:aws:ses:eu-central-1:000000000000:identity/example.com": true,
			"arn:aws:ses:eu-central-1:000000000000:identity/*": false, "*": false,
		},
	} {
		allowed := regexp.MustCompile(file.Parameters[name].AllowedPattern)
		for value, want := range values {
			if allowed.MatchString(value) != want {
				t.Errorf("%s may be %q: %v, want %v", name, value, !want, want)
			}
			if _, err := mail.ParseAddress(value); name == "MailFrom" && want && value != "" && err != nil {
				t.Errorf("%q: %v", value, err)
			}
		}
	}
}

// A grant names its actions, its resource, and for the table the families of partition keys.
func TestGrantsAreNarrow(t *testing.T) {
	family := regexp.MustCompile(`^(USER|ROOM|LINK|EMAIL|INSTANCE|BUDGET|ACCOUNT|MEMBERS|AUDIT|APPS|RULES|ERASURE|CONNECTION|KEY|DEVICES)#\*$`)
	connections := regexp.MustCompile(`:HintsApi/live/(POST|DELETE)/@connections/\*$`)
	for _, f := range ours(t, nil).Functions {
		if (len(f.Grants) == 0) != (f.Name == "web") { // which everybody may call as often as they like
			t.Errorf("%s has the grants %v", f.Name, f.Grants)
		}
		for _, g := range f.Grants {
			stream := strings.Contains(g.Resource, ".Stream") || strings.Contains(g.Resource, "/stream/")
			if strings.Contains(fmt.Sprint(g.Actions), "*") || strings.Contains(g.Resource, "*") &&
				g.Resource != "Table.Arn/stream/*" && !connections.MatchString(g.Resource) {
				t.Errorf("%s has a wildcard: %v", f.Name, g)
			}
			if strings.HasPrefix(g.Actions[0], "dynamodb:") && !stream &&
				fmt.Sprint(g.Actions, g.Keys) != "[dynamodb:Scan] [*]" && // of keys: see grants.go
				(len(g.Keys) == 0 || slices.ContainsFunc(g.Keys, func(k string) bool { return !family.MatchString(k) })) {
				t.Errorf("%s may use other keys: %v", f.Name, g)
			}
		}
	}
}

func TestOnlySomeFunctionsReadEachSecret(t *testing.T) {
	const media = "arn:aws:secretsmanager:us-east-1:000000000000:secret:media-AbCdEf"
	for _, c := range []struct {
		parameters map[string]string
		secret     string
		readers    []string
	}{
		{map[string]string{"Media": "livekit", "MediaSecretArn": media}, media, []string{"admission", "deliver", "instant"}},
		{map[string]string{"Webhooks": "true"}, "WebhookKey", []string{"account", "deliver"}},
		{map[string]string{"Doorbell": "true"}, "DoorbellKey", []string{"account", "admission", "deliver"}},
	} {
		var readers []string
		want := template.Grant{Actions: []string{"secretsmanager:GetSecretValue"}, Resource: c.secret}
		for _, f := range ours(t, c.parameters).Functions {
			for _, g := range f.Grants {
				if cmp.Equal(g, want) {
					readers = append(readers, f.Name)
				} else if strings.HasPrefix(g.Actions[0], "secretsmanager:") {
					t.Errorf("%s may %v", f.Name, g)
				}
			}
		}
		slices.Sort(readers)
		if !slices.Equal(readers, c.readers) {
			t.Errorf("%s is read by %v, want %v", c.secret, readers, c.readers)
		}
	}
}

// Slow webhook receivers use few executions, and none of those for commands to the media server and for mails.
func TestEachQueueOfDeliverHasItsOwnConcurrency(t *testing.T) {
	got := map[string]int{}
	for _, m := range ours(t, map[string]string{
		"Webhooks": "true", "DeliveryConcurrency": "7", "Media": "livekit", "MediaConcurrency": "3", "MailFrom": "rooms@example.com",
	}).Mappings {
		got[m.Queue] = m.Concurrency
	}
	if d := cmp.Diff(map[string]int{"DeliveriesQueue": 7, "MediaOrdersQueue": 3, "MailsQueue": 2}, got); d != "" {
		t.Error(d)
	}
	if got := ours(t, nil).Mappings; got != nil {
		t.Errorf("without webhooks, media and mails: %+v", got)
	}
}

// Without MailFrom nobody may send mails or put one into a queue.
func TestOnlyDeliverSendsMails(t *testing.T) {
	const identity = "arn:aws:ses:us-east-1:000000000000:identity/example.com"
	grants := func(parameters map[string]string) (all []string) {
		for _, f := range ours(t, parameters).Functions {
			for _, g := range f.Grants {
				toQueue := slices.Contains(g.Actions, "sqs:SendMessage") && strings.HasPrefix(g.Resource, "Mails")
				if toQueue || strings.HasPrefix(g.Actions[0], "ses:") {
					all = append(all, fmt.Sprint(f.Name, " ", g.Actions, " ", g.Resource))
				}
			}
		}
		return all
	}
	want := []string{"notify [sqs:SendMessage] MailsQueue.Arn", "deliver [ses:SendEmail ses:SendRawEmail] " + identity,
		"deliver [sqs:SendMessage] MailsDLQ.Arn"}
	got := grants(map[string]string{"MailFrom": "rooms@example.com", "MailIdentityArn": identity})
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := grants(nil); got != nil {
		t.Errorf("without MailFrom: %v", got)
	}
}

// A bus that is out for hours loses nothing: the records of the stream are tried again until they are a day old. Then
// they are in the dead-letter queue.
func TestRecordsOfTheStreamAreRetriedForADay(t *testing.T) {
	all := ours(t, nil).Streams
	if len(all) == 0 {
		t.Error("no function reads the stream")
	}
	for _, s := range all {
		if s.Retries != -1 || s.MaxAge != 24*time.Hour || s.OnFailure != "EventsDLQ" {
			t.Errorf("%+v", s)
		}
	}
}

func TestTheTableExpiresItems(t *testing.T) {
	if got := ours(t, nil).Table.TTL; got != "ttl" {
		t.Errorf("items expire at the time in %q", got)
	}
}

func TestOnlyPagesOfCorsOriginsMayCall(t *testing.T) {
	if cors := ours(t, nil).CORS; cors != nil {
		t.Errorf("without CorsOrigins: %+v", cors)
	}
	want := &template.CORS{
		Origins: []string{"https://app.example.com", "http://localhost:5173"},
		Methods: []string{"GET", "POST", "PUT", "PATCH", "DELETE"},
		Headers: []string{"authorization", "content-type", "idempotency-key", "prefer", "x-seat-secret"},
		Exposed: []string{"preference-applied", "retry-after", "x-request-id"},
		MaxAge:  aws.Int(3600),
	}
	got := ours(t, map[string]string{"CorsOrigins": "https://app.example.com,http://localhost:5173"}).CORS
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
