package template_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

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
		{map[string]string{"Webhooks": "true"}, map[string]string{"WEBHOOK_KEY_ARN": "WebhookKey", "WEBHOOK_KEY": ""}},
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

// A grant names its actions, its resource, and for the table the families of partition keys.
func TestGrantsAreNarrow(t *testing.T) {
	family := regexp.MustCompile(`^(USER|ROOM|LINK|EMAIL|INSTANCE|BUDGET|ACCOUNT|MEMBERS|AUDIT|APPS|RULES|ERASURE)#\*$`)
	for _, f := range ours(t, nil).Functions {
		if (len(f.Grants) == 0) != (f.Name == "web") { // which everybody may call as often as they like
			t.Errorf("%s has the grants %v", f.Name, f.Grants)
		}
		for _, g := range f.Grants {
			stream := strings.Contains(g.Resource, ".Stream") || strings.Contains(g.Resource, "/stream/")
			if strings.Contains(fmt.Sprint(g.Actions), "*") ||
				strings.Contains(g.Resource, "*") && g.Resource != "Table.Arn/stream/*" {
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

// Slow webhook receivers use few executions, and none of those for commands to the media server.
func TestDeliveriesAndMediaCommandsHaveTheirOwnConcurrency(t *testing.T) {
	got := map[string]int{}
	for _, m := range ours(t, map[string]string{
		"Webhooks": "true", "DeliveryConcurrency": "7", "Media": "livekit", "MediaConcurrency": "3",
	}).Mappings {
		got[m.Queue] = m.Concurrency
	}
	if d := cmp.Diff(map[string]int{"DeliveriesQueue": 7, "MediaOrdersQueue": 3}, got); d != "" {
		t.Error(d)
	}
	if got := ours(t, nil).Mappings; got != nil {
		t.Errorf("without webhooks and media: %+v", got)
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
