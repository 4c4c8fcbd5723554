package template_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/template"
)

func TestOurTemplate(t *testing.T) {
	b := ours(t, nil)
	profile, ok := b.Function("profile")
	if !ok {
		t.Fatal("no function profile")
	}
	if profile.ID != "ProfileFunction" || profile.Folder != "functions/profile" {
		t.Errorf("profile is %+v", profile)
	}
	if profile.Timeout != 10*time.Second || profile.Memory < 128 {
		t.Errorf("profile has %s and %d MB", profile.Timeout, profile.Memory)
	}
	if got := profile.Env["TABLE_NAME"]; got != b.Table.ID {
		t.Errorf("TABLE_NAME is %q, want the table's logical id %q", got, b.Table.ID)
	}
	if got := profile.Env["QUARANTINE_DAYS"]; got != "180" {
		t.Errorf("QUARANTINE_DAYS is %q", got)
	}
}

func TestOnlyGuestsAndLandingRoutesAreOpen(t *testing.T) {
	var open []string
	for _, r := range ours(t, nil).Routes {
		if r.Open {
			open = append(open, r.Key())
		}
	}
	slices.Sort(open)
	want := []string{
		"DELETE /v2/live_meetings/{room}/guests/{id}", "GET /j/{number}", "GET /my/{link}", "GET /s/{id}",
		"POST /media/livekit", "POST /v2/live_meetings/{room}/guests",
	}
	if !slices.Equal(open, want) {
		t.Errorf("open routes\n%s\nwant\n%s", strings.Join(open, "\n"), strings.Join(want, "\n"))
	}
}

func TestEveryFunctionHasARoute(t *testing.T) {
	b := ours(t, nil)
	for _, r := range b.Routes {
		if _, ok := b.Function(r.Function); !ok {
			t.Errorf("%s leads to %q, which is no function", r.Key(), r.Function)
		}
	}
	for _, name := range []string{"profile", "instant", "schedule", "admission", "account"} {
		if !slices.ContainsFunc(b.Routes, func(r template.Route) bool { return r.Function == name }) {
			t.Errorf("no route leads to %s", name)
		}
	}
}

func TestGrantsNameEachActionAndResource(t *testing.T) {
	for _, f := range ours(t, nil).Functions {
		if len(f.Grants) == 0 {
			t.Errorf("%s may do nothing", f.Name)
		}
		for _, g := range f.Grants {
			if strings.Contains(strings.Join(g.Actions, " "), "*") || strings.Contains(g.Resource, "*") && g.Resource != "Table.Arn/stream/*" {
				t.Errorf("%s may %v on %s", f.Name, g.Actions, g.Resource)
			}
		}
	}
}

// Whoever lets people in makes their tickets for the media server, and deliver tells it what to do: nobody else needs its secret.
func TestOnlyTheDoorReadsTheSecretOfTheMediaServer(t *testing.T) {
	const secret = "arn:aws:secretsmanager:us-east-1:000000000000:secret:media-AbCdEf"
	want := template.Grant{Actions: []string{"secretsmanager:GetSecretValue"}, Resource: secret}
	for _, f := range ours(t, map[string]string{"Media": "livekit", "MediaSecretArn": secret}).Functions {
		reads := slices.ContainsFunc(f.Grants, func(g template.Grant) bool { return cmp.Equal(g, want) })
		if should := slices.Contains([]string{"admission", "instant", "deliver"}, f.Name); reads != should {
			t.Errorf("%s reads it: %v", f.Name, reads)
		}
		before, _ := ours(t, nil).Function(f.Name)
		if more := len(f.Grants) - len(before.Grants); more > 1 || more == 1 != reads {
			t.Errorf("%s may do %d things more", f.Name, more)
		}
		if f.Env["MEDIA"] != "livekit" || f.Env["MEDIA_SECRET_ARN"] != secret || f.Env["MEDIA_SECRET"] != "" {
			t.Errorf("%s has %v", f.Name, f.Env)
		}
	}
}

// Whoever reaches webhook endpoints makes their secrets, and nobody else needs the key to them.
func TestOnlyWhoReachesWebhooksReadsTheirKey(t *testing.T) {
	want := template.Grant{Actions: []string{"secretsmanager:GetSecretValue"}, Resource: "WebhookKey"}
	for _, f := range ours(t, map[string]string{"Webhooks": "true"}).Functions {
		reads := slices.ContainsFunc(f.Grants, func(g template.Grant) bool { return cmp.Equal(g, want) })
		if should := f.Name == "account" || f.Name == "deliver"; reads != should {
			t.Errorf("%s reads it: %v", f.Name, reads)
		}
		if f.Env["WEBHOOK_KEY_ARN"] != "WebhookKey" || f.Env["WEBHOOK_KEY"] != "" {
			t.Errorf("%s has %v", f.Name, f.Env)
		}
		if without, _ := ours(t, nil).Function(f.Name); without.Env["WEBHOOK_KEY_ARN"] != "" {
			t.Errorf("without webhooks, %s has %v", f.Name, without.Env)
		}
	}
}

// Receivers that hang hold a few executions only, and none of those that carry out orders to the media server.
func TestDeliveriesAndMediaOrdersHaveALimitOfTheirOwn(t *testing.T) {
	mappings := ours(t, map[string]string{"Webhooks": "true", "DeliveryConcurrency": "7", "Media": "livekit", "MediaConcurrency": "3"}).Mappings
	got := map[string]int{}
	for _, m := range mappings {
		got[m.Queue] = m.Concurrency
	}
	if d := cmp.Diff(map[string]int{"DeliveriesQueue": 7, "MediaOrdersQueue": 3}, got); d != "" {
		t.Error(d)
	}
	if got := ours(t, nil).Mappings; got != nil {
		t.Errorf("without webhooks and media: %+v", got)
	}
}

// Each grant on the table names the families of keys that it is for; LeadingKeys refuses all others.
func TestGrantsNameTheirKeys(t *testing.T) {
	family := regexp.MustCompile(`^(USER|ROOM|LINK|EMAIL|INSTANCE|BUDGET|ACCOUNT)#\*$`)
	for _, f := range ours(t, nil).Functions {
		for _, g := range f.Grants {
			if !strings.HasPrefix(g.Actions[0], "dynamodb:") || strings.Contains(g.Resource, ".Stream") || strings.Contains(g.Resource, "/stream/") {
				continue
			}
			if len(g.Keys) == 0 || slices.ContainsFunc(g.Keys, func(k string) bool { return !family.MatchString(k) }) {
				t.Errorf("%s may %v %v", f.Name, g.Actions, g.Keys)
			}
		}
	}
}

func TestTheArchitectureIsAParameter(t *testing.T) {
	for given, want := range map[string]string{"": "arm64", "arm64": "arm64", "x86_64": "x86_64"} {
		parameters := map[string]string{"Architecture": given}
		if given == "" {
			parameters = nil
		}
		for _, f := range ours(t, parameters).Functions {
			if f.Architecture != want {
				t.Errorf("given %q, %s is for %s", given, f.Name, f.Architecture)
			}
		}
	}
}

func TestTheTableDefinition(t *testing.T) {
	table := ours(t, nil).Table
	if table.TTL != "ttl" {
		t.Errorf("expiry attribute %q", table.TTL)
	}
	input := table.Input
	if input.TableName != nil {
		t.Errorf("the table is named %q, want no name", *input.TableName)
	}
	if len(input.KeySchema) != 2 || *input.KeySchema[0].AttributeName != "pk" || input.KeySchema[1].KeyType != types.KeyTypeRange {
		t.Errorf("key %+v", input.KeySchema)
	}
	if len(input.AttributeDefinitions) != 3 {
		t.Errorf("attributes %+v", input.AttributeDefinitions)
	}
	if len(input.LocalSecondaryIndexes) != 1 || *input.LocalSecondaryIndexes[0].KeySchema[1].AttributeName != "until" {
		t.Errorf("indexes %+v", input.LocalSecondaryIndexes)
	}
	if s := input.StreamSpecification; s == nil || s.StreamViewType != types.StreamViewTypeNewAndOldImages {
		t.Errorf("stream %+v", s)
	}
}

func TestParametersReachTheEnvironment(t *testing.T) {
	b := ours(t, map[string]string{"LeaseSeconds": "5", "ClientUrl": "https://client.example.com"})
	for _, f := range b.Functions {
		if f.Env["LEASE_SECONDS"] != "5" || f.Env["CLIENT_URL"] != "https://client.example.com" {
			t.Errorf("%s has %v", f.Name, f.Env)
		}
	}
}

func TestTheRootIsFoundFromBelow(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Error(err)
	}
	if _, err := template.FindRoot(t.TempDir()); err == nil {
		t.Error("a root was found outside the repository")
	}
}

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
