//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"go.yaml.in/yaml/v3"

	"personal-rooms/shared/dev/template"
)

// What the rehearsal itself does not show: that its checks would fail.

func TestEnvironmentsAreReadFromSamconfig(t *testing.T) {
	all, err := readSettings(`version = 0.1
[one.build.parameters]
parallel = true

[one.deploy.parameters]
stack_name = "rooms-one"
parameter_overrides = ["UserPool=true", "LogLevel=debug"]

# --- two
[two.deploy.parameters]
parameter_overrides = []
stack_name = "rooms"
`)
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	if one := all[0]; one.environment != "one" || one.stack != "rooms-one" || !slices.Equal(one.parameters, []string{"UserPool=true", "LogLevel=debug"}) || !one.userPool() {
		t.Errorf("one is %+v", one)
	}
	if two := all[1]; two.environment != "two" || two.stack != "rooms" || len(two.parameters) != 0 || two.userPool() {
		t.Errorf("two is %+v", two)
	}
	if _, err := readSettings("[one.deploy.parameters]\nregion = \"x\"\n"); err == nil {
		t.Error("a section without a stack is read")
	}
}

func TestAReplacedTableIsFound(t *testing.T) {
	before := map[string]resource{
		"Table": {"AWS::DynamoDB::Table", "t1"}, "Queue": {"AWS::SQS::Queue", "q1"}, "Key": {"AWS::SecretsManager::Secret", "k"},
		"Role": {"AWS::IAM::Role", "r1"},
	}
	after := map[string]resource{"Table": {"AWS::DynamoDB::Table", "t2"}, "Key": before["Key"], "Role": {"AWS::IAM::Role", "r2"}}
	if lost := replaced(before, after); len(lost) != 2 || !strings.HasPrefix(lost[0], "Queue") || !strings.HasPrefix(lost[1], "Table") {
		t.Errorf("lost are %q", lost)
	}
	for _, c := range []struct {
		action      types.ChangeAction
		replacement types.Replacement
		want        bool
	}{
		{types.ChangeActionAdd, "", false},
		{types.ChangeActionModify, types.ReplacementFalse, false},
		{types.ChangeActionModify, types.ReplacementTrue, true},
		{types.ChangeActionModify, types.ReplacementConditional, true},
		{types.ChangeActionRemove, "", true},
	} {
		if loses(&types.ResourceChange{Action: c.action, Replacement: c.replacement}) != c.want {
			t.Errorf("%+v", c)
		}
	}
}

func TestAProcessedTemplateIsUnderstood(t *testing.T) {
	read := func(text string) (p processed) {
		if err := yaml.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := read(`{"Resources": {
		"Table": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "RetainExceptOnCreate"}, "Queue": {"Type": "AWS::SQS::Queue"},
		"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": {"paths": {"/a/{b}": {
			"get": {"security": [{"Token": []}], "x-amazon-apigateway-integration": {"uri": {"Fn::Sub": "arn:x:path/functions/${OneAliaslive}/invocations"}}},
			"post": {"security": [{"NONE": []}], "x-amazon-apigateway-integration": {"uri": {"Fn::Sub": "arn:x:path/functions/${TwoAliaslive}/invocations"}}}
		}}}}}}}`)
	if kept := p.retained(); !slices.Equal(kept, []string{"Table"}) {
		t.Errorf("retained are %q", kept)
	}
	endpoints, err := p.endpoints("Api")
	slices.SortFunc(endpoints, func(a, b endpoint) int { return strings.Compare(a.key, b.key) })
	if want := []endpoint{{"GET /a/{b}", "OneAliaslive", false}, {"POST /a/{b}", "TwoAliaslive", true}}; err != nil || !slices.Equal(endpoints, want) {
		t.Errorf("the endpoints are %+v, %v", endpoints, err)
	}
	for _, text := range []string{
		`{"Resources": {"Api": {"Properties": {}}}}`,
		`{"Resources": {"Api": {"Properties": {"Body": {"paths": {"/": {"get": {"x-amazon-apigateway-integration": {"uri": "elsewhere"}}}}}}}}}`,
	} {
		if _, err := read(text).endpoints("Api"); err == nil {
			t.Errorf("%s is taken for an API", text)
		}
	}
}

func TestTheAuthorizerIsTheDeclaredOne(t *testing.T) {
	var p processed
	if err := yaml.Unmarshal([]byte(`{"Resources": {"Api": {"Properties": {"Body": {"components": {"securitySchemes": {"Token": {
		"x-amazon-apigateway-authorizer": {"identitySource": "$request.header.Authorization", "jwtConfiguration": {
			"audience": [{"Fn::If": ["HasPool", {"Ref": "Client"}, {"Ref": "Audience"}]}],
			"issuer": {"Fn::If": ["HasPool", {"Fn::Sub": "https://${AWS::Region}/${Pool}"}, {"Ref": "Issuer"}]}}}}}}}}}}}`), &p); err != nil {
		t.Fatal(err)
	}
	refs := map[string]string{"AWS::Region": "here", "Pool": "p1", "Client": "c1", "Audience": "us", "Issuer": "https://tokens.example.com"}
	for hasPool, want := range map[bool]string{true: "https://here/p1 c1", false: "https://tokens.example.com us"} {
		a, err := p.authorizer("Api", values{refs, map[string]bool{"HasPool": hasPool}})
		if err != nil {
			t.Fatal(err)
		}
		if got := *a.JwtConfiguration.Issuer + " " + a.JwtConfiguration.Audience[0]; got != want || a.IdentitySource[0] != "$request.header.Authorization" {
			t.Errorf("with a pool %v: %s, %q", hasPool, got, a.IdentitySource)
		}
	}
	if a, err := p.authorizer("Api", values{}); err == nil {
		t.Errorf("without values it is %+v", a)
	}
}

func TestTheOldestTemplateGetsTodaysCode(t *testing.T) {
	text, err := withCode([]byte(`
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  OneFunction:
    Type: AWS::Serverless::Function
    Properties: {Description: !Sub "${AWS::StackName}"}
`), func(function string) string { return "/built/" + function })
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"CodeUri: /built/OneFunction", `!Sub "${AWS::StackName}"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in:\n%s", want, text)
		}
	}
}

// All commands of the document are run but the ones that choose what to restore.
func TestTheCommandsOfTheRestoreDocumentAreFound(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(filepath.Join(root, restoreDocument))
	if err != nil {
		t.Fatal(err)
	}
	commands, err := restoreCommands(string(document))
	if err != nil || strings.Contains(commands, "export STACK") {
		t.Fatalf("%v\n%s", err, commands)
	}
	for _, want := range []string{"restore-table-to-point-in-time", "update-time-to-live", "--change-set-type IMPORT", "sam deploy"} {
		if !strings.Contains(commands, want) {
			t.Errorf("%s is not among the commands", want)
		}
	}
	if _, err := restoreCommands("no commands"); err == nil {
		t.Error("a document without commands is taken")
	}
}

func TestStoriesAreCounted(t *testing.T) {
	var shown bytes.Buffer
	told := tally{outcomes: map[string]string{}}
	err := told.follow(strings.NewReader(`{"Action":"run","Test":"TestA"}
{"Action":"pass","Test":"TestA/one","Elapsed":1}
{"Action":"output","Test":"TestA/two","Output":"what went wrong\n"}
{"Action":"fail","Test":"TestA/two","Elapsed":1}
{"Action":"fail","Test":"TestA","Elapsed":2}
{"Action":"output","Test":"TestB","Output":"all is well\n"}
{"Action":"pass","Test":"TestB"}
{"Action":"output","Test":"TestC","Output":"=== RUN TestC\n"}
{"Action":"output","Test":"TestC","Output":"    some_test.go:7: it lacks this: for a reason\n"}
{"Action":"skip","Test":"TestC"}
a line that is no event
{"Action":"fail"}
`), &shown)
	if err != nil || told.String() != "3 stories ran: 2 passed, 1 failed; 1 excluded" {
		t.Errorf("%s, %v", told, err)
	}
	if want := []string{"TestC: it lacks this: for a reason"}; !slices.Equal(told.excluded, want) {
		t.Errorf("excluded are %q", told.excluded)
	}
	for _, want := range []string{"what went wrong", "    pass    0.0 s  TestB\n", "a line that is no event"} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("%q is not shown:\n%s", want, shown.String())
		}
	}
	if strings.Contains(shown.String(), "all is well") {
		t.Error("what a test writes that passed is shown")
	}
}
