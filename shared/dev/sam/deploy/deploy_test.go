//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"

	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/template"
)

// These tests show that the checks of a deployment would fail.

func TestReplacedResourcesAreFound(t *testing.T) {
	for c, want := range map[change]bool{
		{"Add", "A", "AWS::SQS::Queue", ""}:                      false,
		{"Modify", "A", "AWS::SQS::Queue", "False"}:              false,
		{"Modify", "A", "AWS::SQS::Queue", "True"}:               true,
		{"Modify", "A", "AWS::SQS::Queue", "Conditional"}:        true,
		{"Modify", "A", "AWS::ApiGatewayV2::Api", "Conditional"}: false,
		{"Modify", "A", "AWS::ApiGatewayV2::Api", "True"}:        true,
		{"Remove", "A", "AWS::SQS::Queue", ""}:                   true,
		{"Remove", "A", "AWS::IAM::Role", ""}:                    false,
	} {
		if c.replaces() != want {
			t.Errorf("%+v: want %v", c, want)
		}
	}
}

func TestTheOldestTemplateGetsCodeAndRetainsResources(t *testing.T) {
	oldest, err := os.ReadFile("testdata/oldest-template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := withCode(oldest, "/built")
	functions := bytes.Count(text, []byte("Type: AWS::Serverless::Function\n"))
	if got := bytes.Count(text, []byte("\n      CodeUri: /built/")); got != functions || functions == 0 {
		t.Errorf("%d of %d functions have code", got, functions)
	}
	if kept, err := retained(text); err != nil || !slices.Contains(kept, "Table") || slices.Contains(kept, "EventBus") {
		t.Errorf("retained are %q, %v", kept, err)
	}
}

// From the address alone, as the authorizer has it, a client finds the keys and the sign-in page.
func TestTheProxyIsAnIssuer(t *testing.T) {
	p, err := startProxy("http://127.0.0.1:1", filepath.Join(t.TempDir(), "key.pem"), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer p.server.Close()
	provider, err := oidc.NewProvider(t.Context(), p.url)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := issuer.Open(p.keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	token, err := tokens.At(p.url).Token("ada", issuer.Options{})
	if err == nil {
		_, err = provider.Verifier(&oidc.Config{ClientID: issuer.Audience}).Verify(t.Context(), token)
	}
	if page := provider.Endpoint().AuthURL; err != nil || page != p.url+issuer.AuthorizePath {
		t.Errorf("the sign-in page is %s, a token: %v", page, err)
	}
}

// Every command of the document is run, except those that choose what to restore.
func TestTheCommandsOfTheRestoreDocumentAreFound(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile((&deployer{root: root}).path(restoreDocument))
	if err != nil {
		t.Fatal(err)
	}
	commands, err := restoreCommands(string(document))
	if err != nil || strings.Contains(commands, "export STACK") {
		t.Fatalf("%v\n%s", err, commands)
	}
	for _, want := range []string{"restore-table-to-point-in-time", "update-time-to-live", "--change-set-type IMPORT",
		"sam deploy"} {
		if !strings.Contains(commands, want) {
			t.Errorf("%s is not among the commands", want)
		}
	}
	if _, err := restoreCommands("no commands"); err == nil {
		t.Error("a document without commands is accepted")
	}
}
